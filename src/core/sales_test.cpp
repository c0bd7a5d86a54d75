// Sales made elsewhere: facts, recorded whatever the stock says.
#include "core/testing.hpp"
#include "model/limits.hpp"

namespace holdfast::core {
namespace {

using namespace model;
using namespace std::chrono_literals;
using enum RefusalCode;
using testing::World;

TEST(Sales, AreCommittedReservations) {
    World world;
    world.receive("A", 5);
    const auto reply = world.sale({.lines = {{.sku = "A", .quantity = 2, .line_id = "1"}},
                                   .reference = "order 7",
                                   .channel = "marketplace"});
    EXPECT_EQ(reply.as<ReservationChanged>().verb, Verb::sale);
    EXPECT_EQ(reply.state(), ReservationState::committed);
    EXPECT_EQ(reply.image().texts.reference, "order 7");
    EXPECT_EQ(reply.image().texts.order_reference, "order 7");
    EXPECT_EQ(reply.image().texts.channel, "marketplace");
    EXPECT_EQ(reply.image().expires_at, base::kNever);
    EXPECT_EQ(world.cell("A"), (CellImage{.on_hand = 5, .committed = 2}));
    EXPECT_EQ(world.ship(reply.id()).code(), none);
    EXPECT_EQ(world.cell("A"), CellImage{.on_hand = 3});
}

TEST(Sales, OfGoodsThatHaveLeftAreShipped) {
    World world;
    world.receive("A", 5);
    const auto reply = world.sale({.lines = {{"A", 2}}}, true);
    EXPECT_EQ(reply.state(), ReservationState::fulfilled);
    EXPECT_EQ(world.cell("A"), CellImage{.on_hand = 3});
    EXPECT_EQ(world.return_units(reply.id(), {.lines = {{"A", 1}}}).code(), none);
    EXPECT_EQ(world.cell("A"), CellImage{.on_hand = 4});
}

TEST(Sales, AreNeverRefusedForLackOfStock) {
    World world;
    world.receive("A", 1);
    const auto holder = world.held("A", 1);
    const auto reply = world.sale({.lines = {{"A", 3}}});
    EXPECT_EQ(reply.code(), none);
    EXPECT_EQ(world.cell("A"), (CellImage{.on_hand = 1, .held = 1, .committed = 3}));
    ASSERT_EQ(world.cases(CaseKind::shortage).size(), 1u);
    EXPECT_EQ(world.cases(CaseKind::shortage)[0].units, 3);
    EXPECT_EQ(world.state(holder), ReservationState::held) << "a shortage only marks";
    EXPECT_EQ(world.commit(holder).code(), none);
}

TEST(Sales, RegisterWhatNobodyHasHeardOf) {
    World world;
    const auto reply = world.sale({.lines = {{"new", 2}, {"other", 1}, {"new", 3}}});
    ASSERT_EQ(reply.code(), none);
    EXPECT_EQ(world.cell("new").committed, 5);
    EXPECT_EQ(world.cell("other").committed, 1);
    EXPECT_EQ(world.cases(CaseKind::shortage).size(), 2u);
    world.tenant("nobody yet");
    EXPECT_EQ(world.sale({.lines = {{"A", 1}}}, true).code(), none);
    EXPECT_EQ(world.cell("A").on_hand, -1);
}

TEST(Sales, AreTakenWhereTheClassWouldHaveTakenThem) {
    World world;
    world.put_pool("east", {.priority = 1});
    world.receive("A", 2, "", "default");
    world.receive("A", 3, "", "east");
    const auto reply = world.sale({.lines = {{"A", 9}}});
    ASSERT_EQ(reply.image().lines.size(), 2u);
    EXPECT_EQ(world.cell("A", "default").committed, 6) << "the rest at the first of them";
    EXPECT_EQ(world.cell("A", "east").committed, 3);
    EXPECT_EQ(world.cases(CaseKind::shortage).size(), 1u);
}

TEST(Sales, AreTakenFromTheNamedPoolOpenOrNot) {
    World world;
    world.put_pool("till", {.channels = {"shop"}});
    world.receive("A", 3, "", "default");
    const auto till = [](std::int64_t quantity) {
        return testing::Cart{.lines = {{.sku = "A", .quantity = quantity, .pool = "till"}}};
    };
    EXPECT_EQ(world.sale(till(2)).code(), none) << "it never was there, and was sold there";
    EXPECT_EQ(world.cell("A", "till").committed, 2);
    world.stop_selling(StopScope::pool, "till");
    EXPECT_EQ(world.sale(till(1)).code(), none);
    EXPECT_EQ(world.cell("A", "till").committed, 3);
    testing::Cart unknown = till(1);
    unknown.lines[0].pool = "no such pool";
    EXPECT_EQ(world.sale(unknown).code(), unknown_pool);
}

TEST(Sales, OfSeveralLinesOfOneSkuSeeWhatTheOthersTook) {
    World world;
    world.put_pool("east");
    world.receive("A", 2, "", "default");
    world.receive("A", 2, "", "east");
    world.sale({.lines = {{"A", 2}, {"A", 2}}});
    EXPECT_EQ(world.cell("A", "default").committed, 2);
    EXPECT_EQ(world.cell("A", "east").committed, 2);
    EXPECT_TRUE(world.cases(CaseKind::shortage).empty());
}

TEST(Sales, DoNotSufferFromDeadHolds) {
    World world;
    world.receive("A", 2);
    const auto dead = world.held("A", 2);
    world.wait(15min);
    world.sale({.lines = {{"A", 2}}});
    EXPECT_EQ(world.state(dead), ReservationState::expired);
    EXPECT_TRUE(world.cases(CaseKind::shortage).empty());
}

TEST(Sales, OfWhatIsNotCountedMoveNothing) {
    World world;
    world.put_class("gift", [](SkuClass& c) { c.tracking = Tracking::none; });
    world.put_sku("G", "gift");
    const auto reply = world.sale({.lines = {{"G", 3}}});
    EXPECT_TRUE(reply.image().lines[0].untracked);
    EXPECT_EQ(reply.state(), ReservationState::committed);
    EXPECT_EQ(world.cell("G"), CellImage{});
}

TEST(Sales, OfASoftSkuAreFirm) {
    World world;
    world.put_class("soft", [](SkuClass& c) { c.hold_permille = 2'000; });
    world.put_sku("A", "soft");
    world.receive("A", 2);
    const auto soft = world.held("A", 4);
    const auto reply = world.sale({.lines = {{"A", 2}}});
    EXPECT_FALSE(reply.image().lines[0].soft);
    EXPECT_TRUE(world.cases(CaseKind::shortage).empty());
    EXPECT_EQ(world.commit(soft).code(), insufficient_stock);
}

TEST(Sales, OnceUnderOneKey) {
    World world;
    world.receive("A", 5);
    const testing::Cart cart{.lines = {{"A", 2}}, .key = "till 1, receipt 17"};
    const auto first = world.sale(cart);
    EXPECT_EQ(world.sale(cart).outcome, Outcome::replayed);
    EXPECT_EQ(world.sale(cart).id(), first.id());
    EXPECT_EQ(world.cell("A").committed, 2);
    testing::Cart other = cart;
    other.lines[0].quantity = 3;
    EXPECT_EQ(world.sale(other).code(), idempotency_key_reused);
}

TEST(Sales, AreWithinLimits) {
    World world;
    EXPECT_EQ(world.sale({.lines = {{"A", kLineQuantityMax + 1}}}).code(), limit_exceeded);
    EXPECT_EQ(world.sale({.lines = {{"A", 0}}}).code(), limit_exceeded);
    EXPECT_EQ(world.sale({.lines = {{"A", -1}}}).code(), limit_exceeded);
    testing::Cart cart;
    cart.lines.assign(17, {"A", kLineQuantityMax});
    EXPECT_EQ(world.sale(cart).code(), limit_exceeded) << "of a reservation";
    EXPECT_EQ(world.last_count(), 0u) << "nothing half registered";
    world.receive("A", 1);
    world.adjust("A", -kCellQuantityMax - 1);
    EXPECT_EQ(world.sale({.lines = {{"A", 1}}}, true).code(), limit_exceeded);
}

TEST(Sales, OfATenantThatIsNotThereYetComeFromTheDefaultPool) {
    World world;
    world.tenant("other");
    EXPECT_EQ(world.sale({.lines = {{.sku = "A", .quantity = 1, .pool = "east"}}}).code(),
              unknown_pool);
    EXPECT_EQ(world.sale({.lines = {{.sku = "A", .quantity = 1, .pool = "default"}}}).code(), none);
    EXPECT_EQ(world.cell("A").committed, 1);
}

TEST(Sales, OfTwoThousandUnknownSkusFitABatch) {
    World world;
    world.check_every(1'000'000);
    testing::Cart cart;
    for (std::size_t i = 0; i < kLinesMax; ++i) {
        cart.lines.push_back({"S" + std::to_string(i), 1});
    }
    EXPECT_EQ(world.sale(cart).code(), none);
    EXPECT_LE(world.last_count(), kBatchEventsMax);
    EXPECT_EQ(world.cases(CaseKind::shortage).size(), kLinesMax);
}

TEST(Sales, OfWhatNobodyHasHeardOfAreCountedAsTheDefaultClassSays) {
    World world;
    world.put_class("default", [](SkuClass& c) { c.tracking = Tracking::none; });
    for (int i = 0; i < 2; ++i) {
        EXPECT_TRUE(world.sale({.lines = {{"voucher", 3}}}).image().lines[0].untracked);
    }
    EXPECT_EQ(world.cell("voucher"), CellImage{});
    EXPECT_TRUE(world.cases(CaseKind::shortage).empty());
}

}  // namespace
}  // namespace holdfast::core
