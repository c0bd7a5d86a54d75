// Time is exact: when a hold is dead, who ends it, in which order and within which budget.
#include "core/testing.hpp"

namespace holdfast::core {
namespace {

using namespace model;
using namespace std::chrono_literals;
using enum ReservationState;
using testing::Cart;
using testing::World;

Cart cart_of(const std::string& sku, std::int64_t quantity, std::int64_t ttl_seconds) {
    return {.lines = {{sku, quantity}}, .ttl_seconds = ttl_seconds};
}

std::vector<ReservationId> expired_in(const World& world) {
    std::vector<ReservationId> out;
    for (const auto& event : world.last_events()) {
        const auto* const change = std::get_if<ReservationChanged>(&event);
        if (change != nullptr && change->verb == Verb::expire) {
            out.push_back(change->image.id);
        }
    }
    return out;
}

TEST(Expiry, AHoldLivesWhileTimeIsBeforeItsDeadline) {
    World world;
    world.receive("A", 1);
    const auto id = world.held("A", 1);
    world.at(15min - 1ms);
    EXPECT_EQ(world.expire_due(), 0u);
    EXPECT_EQ(world.hold("A", 1).code(), RefusalCode::insufficient_stock);
    EXPECT_EQ(world.read(id).state(), held);
    world.at(15min);
    EXPECT_EQ(world.expire_due(), 1u);
    EXPECT_EQ(world.line(id), (LineQuantities{.accepted = 1, .expired = 1}));
    EXPECT_EQ(world.image(id).expires_at, base::kNever);
    EXPECT_EQ(world.image(id).version, 2u);
}

TEST(Expiry, AVerbInTheLastMillisecondIsInTime) {
    World world;
    world.receive("A", 1);
    const auto id = world.held("A", 1);
    world.at(15min - 1ms);
    EXPECT_EQ(world.commit(id).state(), committed);
    world.at(15min);
    EXPECT_EQ(world.expire_due(), 0u);
    EXPECT_EQ(world.cell("A").committed, 1);
}

TEST(Expiry, EveryVerbSeesAHoldThatIsDeadAsExpiredHoweverLateAnySweeperIs) {
    World world;
    world.define_class("strict", [](SkuClass& c) { c.late_commit = LateCommit::refuse; });
    world.put_sku("A", "strict");
    world.receive("A", 9);
    for (const auto operation : {Operation::begin_payment, Operation::commit, Operation::release,
                                 Operation::extend, Operation::cancel}) {
        const auto id = world.held("A", 1);
        world.wait(15min);
        EXPECT_EQ(world.change(operation, id).code(), RefusalCode::expired) << to_string(operation);
        EXPECT_EQ(world.state(id), expired);
    }
}

TEST(Expiry, NobodyIsRefusedBecauseOfADeadHold) {
    World world;
    world.receive("A", 3);
    const auto first = world.held(cart_of("A", 1, 100));
    const auto second = world.held(cart_of("A", 1, 200));
    const auto third = world.held(cart_of("A", 1, 300));
    world.wait(300s);
    const auto reply = world.hold("A", 2);
    EXPECT_TRUE(reply.accepted());
    EXPECT_EQ(expired_in(world), (std::vector{first, second}))
        << "earliest deadline first, and no more than the request needs";
    EXPECT_EQ(world.line(third).held, 1);
    EXPECT_EQ(reply.id().value(), reply.sequence.value());
}

TEST(Expiry, APartialCreateGetsTheUnitsOfDeadHoldsToo) {
    World world;
    world.receive("A", 3);
    world.held("A", 2);
    world.wait(15min);
    const auto reply = world.create({.lines = {{"A", 3}}, .partial = true});
    EXPECT_EQ(reply.image().lines[0].units.accepted, 3);
}

TEST(Expiry, DeadHoldsOnOtherCellsAreLeftToTheSweeper) {
    World world;
    world.receive("A", 1);
    world.receive("B", 1);
    world.held("A", 1);
    world.held("B", 1);
    world.wait(15min);
    EXPECT_TRUE(world.hold("B", 1).accepted());
    EXPECT_EQ(expired_in(world).size(), 1u);
}

TEST(Expiry, ARequestThatCannotFitEvenThenIsRefusedAfterDroppingWhatWasDead) {
    World world;
    world.receive("A", 3);
    const auto dead = world.held("A", 1);
    world.wait(15min);
    const auto reply = world.hold("A", 4);
    EXPECT_EQ(reply.code(), RefusalCode::insufficient_stock);
    EXPECT_EQ(reply.refusal.lines.at(0).sellable, 3);
    EXPECT_EQ(world.state(dead), expired);
}

TEST(Expiry, OutOfBudgetTheCommandStaysUndecidedForTheNextBatch) {
    World world;
    world.receive("A", 3);
    for (int i = 0; i < 3; ++i) {
        world.held("A", 1);
    }
    world.wait(15min);
    world.expiry_budget(2);
    const auto undecided = world.hold("A", 3, "k");
    EXPECT_EQ(undecided.outcome, Outcome::expire_first);
    EXPECT_FALSE(undecided.bytes);
    EXPECT_EQ(world.last_count(), 2u) << "the work that was done is kept";
    EXPECT_EQ(world.hold("A", 3, "k").outcome, Outcome::applied);
}

TEST(Expiry, TheSweeperEndsTheEarliestFirstWithinItsBudget) {
    World world;
    world.receive("A", 9);
    const auto c = world.held(cart_of("A", 1, 300));
    const auto a = world.held(cart_of("A", 1, 100));
    const auto b = world.held(cart_of("A", 1, 200));
    const auto also_b = world.held(cart_of("A", 1, 200));
    const auto later = world.held(cart_of("A", 1, 301));
    world.wait(300s);
    world.expiry_budget(3);
    EXPECT_EQ(world.expire_due(), 3u);
    EXPECT_EQ(expired_in(world), (std::vector{a, b, also_b})) << "equal deadlines: older id first";
    EXPECT_EQ(world.expire_due(), 1u);
    EXPECT_EQ(expired_in(world), std::vector{c});
    EXPECT_EQ(world.expire_due(), 0u);
    EXPECT_EQ(world.state(later), held);
}

TEST(Expiry, AMovedDeadlineMovesTheTimer) {
    World world;
    world.receive("A", 9);
    const auto extended = world.held(cart_of("A", 1, 100));
    const auto plain = world.held(cart_of("A", 1, 200));
    world.extend(extended, {.ttl_seconds = 300});
    world.wait(250s);
    EXPECT_EQ(world.expire_due(), 1u);
    EXPECT_EQ(expired_in(world), std::vector{plain});
    world.wait(50s);
    EXPECT_EQ(world.expire_due(), 1u);
}

TEST(Expiry, OfAReservationWithoutTrackedLines) {
    World world;
    world.define_class("service", [](SkuClass& c) { c.tracking = Tracking::none; });
    world.put_sku("gift card", "service");
    const auto id = world.held("gift card", 1);
    world.wait(15min);
    EXPECT_EQ(world.expire_due(), 1u);
    EXPECT_EQ(world.state(id), expired);
}

TEST(Expiry, ASaleIsNeverUndoneByATimer) {
    World world;
    world.receive("A", 9);
    const auto id = world.held("A", 3);
    world.commit(id, {.lines = {{"A", 2}}});
    world.wait(std::chrono::years(1));
    world.expire_due();
    EXPECT_EQ(world.line(id), (LineQuantities{.accepted = 3, .committed = 2, .expired = 1}));
}

// -- the service's own downtime -----------------------------------------------------------

class Downtime : public ::testing::Test {
  protected:
    Downtime() { world_.receive("A", 9); }
    void away(base::Duration duration) {
        const auto from = world_.now();
        world_.wait(duration);
        world_.append(DowntimeRecorded{.from = from, .to = world_.now()});
    }
    World world_;
};

TEST_F(Downtime, MovesPaymentDeadlinesByItsLength) {
    const auto id = world_.held("A", 1);
    world_.begin_payment(id);
    const auto deadline = world_.image(id).expires_at;
    away(20min);
    EXPECT_EQ(world_.image(id).expires_at, deadline + 20min);
    EXPECT_EQ(world_.image(id).version, 3u);
}

TEST_F(Downtime, ByAtMostTheGrace) {
    const auto id = world_.held("A", 1);
    world_.begin_payment(id);
    const auto deadline = world_.image(id).expires_at;
    away(10h);
    EXPECT_EQ(world_.image(id).expires_at, deadline + 30min);
    EXPECT_EQ(world_.expire_due(), 1u);
}

TEST_F(Downtime, HoldsHaveNoGraceByDefault) {
    const auto id = world_.held("A", 1);
    const auto deadline = world_.image(id).expires_at;
    away(10min);
    EXPECT_EQ(world_.image(id).expires_at, deadline);
    EXPECT_EQ(world_.image(id).version, 1u);
}

TEST_F(Downtime, AHoldThatWasDeadBeforeStaysDead) {
    const auto id = world_.held("A", 1);
    world_.begin_payment(id);
    world_.wait(45min);
    away(20min);
    EXPECT_EQ(world_.image(id).version, 2u) << "its deadline is not moved either";
    EXPECT_EQ(world_.expire_due(), 1u);
    EXPECT_EQ(world_.state(id), expired);
}

TEST_F(Downtime, TheMostGenerousGraceAmongTheLinesCounts) {
    world_.define_class("patient", [](SkuClass& c) { c.held_downtime_grace = 5min; });
    world_.put_sku("B", "patient");
    world_.receive("B", 5);
    const auto mixed = world_.held({.lines = {{"A", 1}, {"B", 1}}});
    const auto deadline = world_.image(mixed).expires_at;
    away(7min);
    EXPECT_EQ(world_.image(mixed).expires_at, deadline + 5min);
}

TEST_F(Downtime, TimersKeepTheirOrderAfterwards) {
    const auto paying = world_.held("A", 1);
    world_.begin_payment(paying, {.ttl_seconds = 60});
    const auto plain = world_.held(cart_of("A", 1, 600));
    away(11min);
    EXPECT_EQ(world_.expire_due(), 1u);
    EXPECT_EQ(expired_in(world_), std::vector{plain});
    world_.wait(1min);
    EXPECT_EQ(world_.expire_due(), 1u);
    EXPECT_EQ(expired_in(world_), std::vector{paying});
}

TEST_F(Downtime, LeavesSoldUnitsAndReviewsAlone) {
    const auto sold = world_.held("A", 1);
    world_.commit(sold);
    const auto version = world_.image(sold).version;
    away(10min);
    EXPECT_EQ(world_.image(sold).version, version);
    EXPECT_EQ(world_.image(sold).expires_at, base::kNever);
}

}  // namespace
}  // namespace holdfast::core
