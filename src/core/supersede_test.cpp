// Supersede: close the owner's own hold and open the new one in one step.
#include "core/testing.hpp"
#include "model/limits.hpp"

namespace holdfast::core {
namespace {

using namespace model;
using namespace std::chrono_literals;
using enum ReservationState;
using testing::Cart;
using testing::Reply;
using testing::World;

class Supersede : public ::testing::Test {
  protected:
    Supersede() {
        world_.receive("A", 5);
        old_ = world_.held({.lines = {{"A", 3}}, .reference = "cart"});
        world_.wait(5min);
    }
    Reply replace(std::int64_t quantity) {
        return world_.create({.lines = {{"A", quantity}}, .supersedes = old_});
    }
    World world_;
    ReservationId old_;
};

TEST_F(Supersede, ByIdIsJudgedNetOfTheOldUnits) {
    const auto reply = replace(5);
    EXPECT_EQ(reply.state(), held);
    EXPECT_EQ(world_.state(old_), superseded);
    EXPECT_EQ(world_.line(old_), (LineQuantities{.accepted = 3, .released = 3}));
    EXPECT_EQ(world_.image(old_).superseded_by, reply.id());
    EXPECT_EQ(world_.image(old_).version, 2u);
    EXPECT_EQ(world_.image(old_).expires_at, base::kNever);
    EXPECT_EQ(world_.cell("A"), (CellImage{.on_hand = 5, .held = 5}));
    EXPECT_EQ(world_.core_state().totals.live_holds, 1u);
    EXPECT_EQ(reply.id().value(), reply.sequence.value());
}

TEST_F(Supersede, RefusedMeansThatTheOldOneStands) {
    const auto reply = replace(6);
    EXPECT_EQ(reply.code(), RefusalCode::insufficient_stock);
    EXPECT_EQ(reply.refusal.lines.at(0).sellable, 5);
    EXPECT_EQ(world_.state(old_), held);
    EXPECT_EQ(world_.line(old_).held, 3);
}

TEST_F(Supersede, BySameReferenceClosesAllHoldsOfTheReference) {
    const auto second = world_.held({.lines = {{"A", 1}}, .reference = "cart"});
    const auto other = world_.held({.lines = {{"A", 1}}, .reference = "another cart"});
    const auto reply = world_.create(
        {.lines = {{"A", 4}}, .reference = "cart", .supersedes_same_reference = true});
    EXPECT_TRUE(reply.accepted());
    EXPECT_EQ(world_.state(old_), superseded);
    EXPECT_EQ(world_.state(second), superseded);
    EXPECT_EQ(world_.image(second).superseded_by, reply.id());
    EXPECT_EQ(world_.state(other), held);
    EXPECT_EQ(world_.last_count(), 3u);
}

TEST_F(Supersede, ByIdAndReferenceAtOnceClosesEachOnce) {
    const auto reply = world_.create({.lines = {{"A", 5}},
                                      .reference = "cart",
                                      .supersedes = old_,
                                      .supersedes_same_reference = true});
    EXPECT_TRUE(reply.accepted());
    EXPECT_EQ(world_.last_count(), 2u);
}

TEST_F(Supersede, BySameReferenceWithoutAReferenceIsAPlainCreate) {
    EXPECT_TRUE(world_.create({.lines = {{"A", 2}}, .supersedes_same_reference = true}).accepted());
    EXPECT_EQ(world_.state(old_), held);
}

TEST_F(Supersede, InheritsFirstCreationAndExtensionCount) {
    world_.extend(old_, {.ttl_seconds = 3600});
    world_.extend(old_, {.ttl_seconds = 7200});
    const auto created = world_.image(old_).first_created_at;
    const auto reply = replace(1);
    EXPECT_EQ(reply.image().first_created_at, created);
    EXPECT_EQ(reply.image().created_at, world_.now());
    EXPECT_EQ(reply.image().extensions, 2u);
}

TEST_F(Supersede, CannotProlongAHoldBeyondItsLifetime) {
    world_.define_class("short", [](SkuClass& c) { c.lifetime_max = 20min; });
    world_.put_sku("B", "short");
    world_.receive("B", 5);
    auto id = world_.held("B", 1);
    world_.wait(6min);
    const auto reply = world_.create({.lines = {{"B", 1}}, .supersedes = id});
    EXPECT_EQ(reply.code(), RefusalCode::lifetime_exceeded);
    EXPECT_EQ(reply.refusal.limit, 20 * 60);
    EXPECT_EQ(world_.state(id), held);
    EXPECT_TRUE(
        world_.create({.lines = {{"B", 1}}, .ttl_seconds = 14 * 60, .supersedes = id}).accepted());
}

TEST_F(Supersede, OfAPaymentPendingHoldIsAllowed) {
    world_.begin_payment(old_);
    EXPECT_EQ(replace(1).state(), held);
    EXPECT_EQ(world_.state(old_), superseded);
}

TEST_F(Supersede, TakesOnlyTheHeldUnitsOfAPartlySoldReservation) {
    world_.commit(old_, {.lines = {{"A", 1}}});
    EXPECT_EQ(replace(5).refusal.lines.at(0).sellable, 4);
    EXPECT_TRUE(replace(4).accepted());
    EXPECT_EQ(world_.line(old_), (LineQuantities{.accepted = 3, .committed = 1, .released = 2}));
    EXPECT_EQ(world_.state(old_), committed);
}

TEST_F(Supersede, OfWhatIsDeadIsAPlainCreate) {
    world_.wait(10min);
    const auto reply = replace(1);
    EXPECT_EQ(reply.image().first_created_at, world_.now());
    EXPECT_EQ(world_.state(old_), expired);
    const auto given_up = reply.id();
    world_.release(given_up);
    EXPECT_TRUE(world_.create({.lines = {{"A", 1}}, .supersedes = given_up}).accepted());
    EXPECT_EQ(world_.state(given_up), released);
}

TEST_F(Supersede, BySameReferenceEndsDeadHoldsOfItFirst) {
    const auto young = world_.held({.lines = {{"A", 1}}, .reference = "cart"});
    world_.wait(10min);
    const auto reply = world_.create(
        {.lines = {{"A", 5}}, .reference = "cart", .supersedes_same_reference = true});
    EXPECT_TRUE(reply.accepted());
    EXPECT_EQ(world_.state(old_), expired);
    EXPECT_EQ(world_.state(young), superseded);
}

TEST_F(Supersede, OfAnUnknownReservationIsRefused) {
    EXPECT_EQ(world_.create({.lines = {{"A", 1}}, .supersedes = ReservationId{999}}).code(),
              RefusalCode::unknown_reservation);
}

TEST_F(Supersede, ADryRunLeavesTheOldOneStanding) {
    const auto reply = world_.create({.lines = {{"A", 5}}, .supersedes = old_, .dry_run = true});
    EXPECT_EQ(reply.outcome, Outcome::shown);
    EXPECT_EQ(world_.state(old_), held);
}

TEST_F(Supersede, UntrackedLinesOfTheOldOneGiveNothingBack) {
    world_.define_class("service", [](SkuClass& c) { c.tracking = Tracking::none; });
    world_.put_sku("gift card", "service");
    const auto id = world_.held({.lines = {{"gift card", 9}}});
    EXPECT_TRUE(world_.create({.lines = {{"A", 2}}, .supersedes = id}).accepted());
}

TEST(SupersedeMany, BeyondACommandsEventsIsRefused) {
    World world;
    world.check_every(1'000'000);
    world.receive("A", 1'000'000);
    const Cart cart{.lines = {{"A", 1}}, .reference = "cart"};
    for (std::size_t i = 0; i < kCommandEventsMax; ++i) {
        world.held(cart);
    }
    Cart replacement = cart;
    replacement.supersedes_same_reference = true;
    const auto reply = world.create(replacement);
    EXPECT_EQ(reply.code(), RefusalCode::limit_exceeded);
    EXPECT_EQ(reply.refusal.limit, static_cast<std::int64_t>(kCommandEventsMax));
    EXPECT_EQ(world.release_reference("cart").code(), RefusalCode::limit_exceeded);
    EXPECT_EQ(world.cell("A").held, static_cast<std::int64_t>(kCommandEventsMax));
}

TEST_F(Supersede, OfOneThatIsNamedAndHasTheReferenceEndsItOnce) {
    const auto other = world_.held({.lines = {{"A", 2}}, .reference = "cart"});
    const auto reply = world_.create({.lines = {{"A", 5}},
                                      .reference = "cart",
                                      .supersedes = old_,
                                      .supersedes_same_reference = true});
    EXPECT_EQ(reply.code(), RefusalCode::none);
    for (const auto id : {old_, other}) {
        EXPECT_EQ(world_.state(id), superseded);
        EXPECT_EQ(world_.image(id).version, 2u);
    }
}

}  // namespace
}  // namespace holdfast::core
