// Cases: what the rules cannot settle and a person has to look at; and what ends it by itself.
#include "core/consequences.hpp"
#include "core/testing.hpp"
#include "model/limits.hpp"

namespace holdfast::core {
namespace {

using namespace model;
using namespace std::chrono_literals;
using enum RefusalCode;
using testing::World;

testing::Reply acknowledge(World& world, CaseId id) {
    return world.resolve({.id = id,
                          .resolution = Resolution::acknowledged,
                          .reason = Reason::refunded,
                          .note = {},
                          .who = "bob"});
}

// -- shortages ------------------------------------------------------------------------------

// Five were sold, two are there.
class Shortage : public ::testing::Test {
  protected:
    Shortage() {
        world_.receive("A", 5);
        sold_ = world_.held("A", 5);
        world_.commit(sold_);
        world_.adjust("A", -3);
    }
    [[nodiscard]] bool open() const { return !world_.cases(CaseKind::shortage).empty(); }
    World world_;
    ReservationId sold_;
};

TEST_F(Shortage, OpensWithTheEventThatMakesIt) {
    const auto open = world_.cases(CaseKind::shortage);
    ASSERT_EQ(open.size(), 1u);
    EXPECT_EQ(open[0].units, 3);
    EXPECT_EQ(open[0].sku, world_.sku("A"));
    EXPECT_EQ(open[0].pool, kDefaultPool);
    EXPECT_EQ(open[0].opened_at, world_.now());
    EXPECT_EQ(world_.state(sold_), ReservationState::committed) << "the promise stands";
}

TEST_F(Shortage, IsOneCaseHoweverMuchItGrows) {
    world_.adjust("A", -1);
    world_.sale({.lines = {{"A", 1}}});
    EXPECT_EQ(world_.cases(CaseKind::shortage).size(), 1u);
    EXPECT_EQ(world_.cases(CaseKind::shortage)[0].units, 3) << "when it was opened";
}

TEST_F(Shortage, IsRepairedByAReceiptOnceItIsEnough) {
    world_.receive("A", 2);
    EXPECT_TRUE(open());
    world_.receive("A", 1);
    EXPECT_FALSE(open());
    const auto resolved = std::get<CaseResolved>(world_.last_events().back());
    EXPECT_EQ(resolved.resolution, Resolution::repaired);
    EXPECT_EQ(resolved.resolved_at, world_.now());
    EXPECT_EQ(world_.ship(sold_).code(), none);
}

TEST_F(Shortage, IsRepairedByACountAnAdjustmentATransferAndAReturn) {
    world_.wait(1s);
    world_.put_class("default", [](SkuClass& c) { c.count_units_max = 9; });
    world_.count({.sku = "A", .counted = 5, .drift = 3});
    EXPECT_FALSE(open());
    world_.adjust("A", -1);
    EXPECT_TRUE(open());
    world_.adjust("A", 1);
    EXPECT_FALSE(open());
    world_.put_pool("east");
    world_.receive("A", 9, "", "east");
    const auto sent = world_.transfer("A", "default", "east", 1);
    EXPECT_TRUE(open());
    world_.settle(sent.as<TransferChanged>().transfer.id, {});
    EXPECT_TRUE(open()) << "they went the other way";
    world_.transfer("A", "east", "default", 1, true);
    EXPECT_FALSE(open());
    world_.ship(sold_, {.lines = {{"A", 2}}});
    world_.move(Operation::adjust_stock, {.sku = "A", .quantity = -1, .pool = "default"});
    EXPECT_TRUE(open());
    world_.return_units(sold_, {.lines = {{"A", 1}}});
    EXPECT_FALSE(open());
}

TEST_F(Shortage, IsRepairedByPromisesThatGoAway) {
    world_.cancel(sold_, {.lines = {{"A", 2}}, .reason = Reason::customer_request});
    EXPECT_TRUE(open());
    world_.cancel(sold_, {.lines = {{"A", 1}}, .reason = Reason::customer_request});
    EXPECT_FALSE(open());
}

TEST_F(Shortage, IsClosedShort) {
    const auto reply = world_.close_short(sold_, {.lines = {{"A", 3}}, .reason = Reason::refunded});
    EXPECT_EQ(reply.as<ReservationChanged>().verb, Verb::close_short);
    EXPECT_EQ(reply.as<ReservationChanged>().reason, Reason::refunded);
    EXPECT_FALSE(open());
    EXPECT_EQ(world_.line(sold_),
              (LineQuantities{.accepted = 5, .committed = 2, .closed_short = 3}));
    EXPECT_EQ(world_.state(sold_), ReservationState::committed);
    EXPECT_EQ(world_.close_short(sold_, {.reason = Reason::replaced}).state(),
              ReservationState::reconciled);
    EXPECT_EQ(world_.close_short(sold_, {.reason = Reason::replaced}).outcome, Outcome::shown)
        << "twice is a success";
}

TEST_F(Shortage, CannotBeResolvedByHand) {
    const auto id = world_.cases(CaseKind::shortage)[0].id;
    for (const auto resolution :
         {Resolution::acknowledged, Resolution::approved, Resolution::rejected}) {
        EXPECT_EQ(
            world_.resolve({.id = id, .resolution = resolution, .note = {}, .who = "bob"}).code(),
            case_not_resolvable);
    }
}

TEST_F(Shortage, WhatComesInRepairsPromisesBeforeNewBuyers) {
    world_.receive("A", 4);
    EXPECT_EQ(world_.offered("A"), 1);
    EXPECT_EQ(world_.hold("A", 2).code(), insufficient_stock);
    EXPECT_EQ(world_.hold("A", 1).code(), none);
}

TEST_F(Shortage, OfTwoCellsAreTwo) {
    world_.sale({.lines = {{"B", 1}}});
    EXPECT_EQ(world_.cases(CaseKind::shortage).size(), 2u);
    world_.receive("A", 3);
    ASSERT_EQ(world_.cases(CaseKind::shortage).size(), 1u);
    EXPECT_EQ(world_.cases(CaseKind::shortage)[0].sku, world_.sku("B"));
}

TEST_F(Shortage, IsMadeByHeldUnitsTooAndEndsWithTheHold) {
    world_.receive("B", 2);
    world_.held("B", 2);
    world_.adjust("B", -1);
    EXPECT_EQ(world_.cases(CaseKind::shortage).size(), 2u);
    world_.wait(15min);
    world_.expire_due();
    EXPECT_EQ(world_.cases(CaseKind::shortage).size(), 1u);
}

TEST_F(Shortage, SurvivesASnapshotAndEndsAfterIt) {
    world_.restore_from_snapshot();
    EXPECT_TRUE(open());
    world_.receive("A", 3);
    EXPECT_FALSE(open());
}

TEST(CloseShort, OfHeldUnitsEndsTheirTimer) {
    World world;
    world.receive("A", 5);
    const auto id = world.held("A", 5);
    EXPECT_EQ(world.close_short(id, {.reason = Reason::substituted}).state(),
              ReservationState::reconciled);
    EXPECT_EQ(world.image(id).expires_at, base::kNever);
    EXPECT_EQ(world.cell("A"), CellImage{.on_hand = 5});
    EXPECT_EQ(world.commit(id).code(), illegal_transition);
    EXPECT_EQ(world.close_short(id, {.lines = {{"A", 1}}, .reason = Reason::refunded}).code(),
              illegal_transition);
}

TEST(CloseShort, OfWhatIsOverOrTooMuchIsRefused) {
    World world;
    world.receive("A", 5);
    const auto id = world.held("A", 2);
    EXPECT_EQ(world.close_short(id, {.lines = {{"A", 3}}, .reason = Reason::refunded}).code(),
              quantity_exceeded);
    EXPECT_EQ(world.close_short(id, {.lines = {{"B", 1}}, .reason = Reason::refunded}).code(),
              unknown_line);
    EXPECT_EQ(world.close_short(id, {.version = 9, .reason = Reason::refunded}).code(),
              version_mismatch);
    world.release(id);
    EXPECT_EQ(world.close_short(id, {.reason = Reason::refunded}).code(), illegal_transition);
}

// -- review ---------------------------------------------------------------------------------

class ReviewCases : public ::testing::Test {
  protected:
    ReviewCases() {
        world_.put_class("default", [](SkuClass& c) {
            c.on_payment_timeout = PaymentTimeout::review;
            c.review_max = 48h;
        });
        world_.receive("A", 5);
        id_ = world_.held({.lines = {{"A", 5}}, .reference = "cart"});
        world_.begin_payment(id_, {.payment_reference = "pi_1"});
        world_.wait(45min);
        world_.expire_due();
    }
    World world_;
    ReservationId id_;
};

TEST_F(ReviewCases, OpensACaseThatIsDueInTime) {
    const auto open = world_.cases(CaseKind::review);
    ASSERT_EQ(open.size(), 1u);
    EXPECT_EQ(open[0].reservation, id_);
    EXPECT_EQ(open[0].due_at, world_.now() + 48h);
    EXPECT_EQ(open[0].reference, "pi_1");
    EXPECT_EQ(open[0].units, 5);
    world_.wait(49h);
    EXPECT_EQ(world_.expire_due(), 0u) << "never silently dropped";
    EXPECT_EQ(world_.state(id_), ReservationState::review);
}

TEST_F(ReviewCases, IsSettledWhenItLeaves) {
    world_.commit(id_, {.lines = {{"A", 2}}});
    EXPECT_EQ(world_.cases(CaseKind::review).size(), 1u) << "three still wait";
    world_.release(id_);
    EXPECT_TRUE(world_.cases(CaseKind::review).empty());
    EXPECT_EQ(std::get<CaseResolved>(world_.last_events().back()).resolution, Resolution::settled);
}

TEST_F(ReviewCases, CannotBeResolvedByHand) {
    EXPECT_EQ(acknowledge(world_, world_.cases(CaseKind::review)[0].id).code(),
              case_not_resolvable);
}

TEST_F(ReviewCases, IsSettledAfterARestartToo) {
    world_.restore_from_snapshot();
    world_.commit(id_);
    EXPECT_TRUE(world_.cases(CaseKind::review).empty());
}

// -- late money -----------------------------------------------------------------------------

class LateMoney : public ::testing::Test {
  protected:
    LateMoney() {
        world_.receive("A", 5);
        id_ = world_.held({.lines = {{"A", 5}}, .reference = "cart"});
    }
    World world_;
    ReservationId id_;
};

TEST_F(LateMoney, ForWhatWasReleasedIsACaseOnce) {
    world_.release(id_);
    const auto reply = world_.commit(id_, {.key = "k", .order_reference = "order"});
    EXPECT_EQ(reply.code(), illegal_transition);
    EXPECT_TRUE(reply.event.has_value()) << "the refusal is remembered";
    const auto open = world_.cases(CaseKind::late_money);
    ASSERT_EQ(open.size(), 1u);
    EXPECT_EQ(open[0].reservation, id_);
    EXPECT_EQ(open[0].units, 5);
    EXPECT_EQ(open[0].reference, "order") << "what the money is for";
    EXPECT_EQ(world_.commit(id_, {.key = "k", .order_reference = "order"}).outcome,
              Outcome::replayed);
    EXPECT_EQ(world_.commit(id_).code(), illegal_transition);
    EXPECT_EQ(world_.cases(CaseKind::late_money).size(), 1u);
}

TEST_F(LateMoney, ForWhatWasSuperseded) {
    world_.create({.lines = {{"A", 4}}, .supersedes = id_});
    EXPECT_EQ(world_.commit(id_).code(), illegal_transition);
    EXPECT_EQ(world_.cases(CaseKind::late_money).size(), 1u);
}

TEST_F(LateMoney, ForTheRestOfWhatWasSoldInPart) {
    world_.commit(id_, {.lines = {{"A", 1}}});
    world_.wait(15min);
    EXPECT_EQ(world_.commit(id_, {.lines = {{"A", 2}}, .key = "k"}).code(), illegal_transition);
    const auto open = world_.cases(CaseKind::late_money);
    ASSERT_EQ(open.size(), 1u);
    EXPECT_EQ(open[0].units, 4);
}

TEST_F(LateMoney, WhenTheUnitsAreGone) {
    world_.wait(15min);
    world_.held("A", 1);
    const auto reply = world_.commit(id_, {.key = "k"});
    EXPECT_EQ(reply.code(), late_commit_shortfall);
    EXPECT_EQ(world_.cases(CaseKind::late_money).size(), 1u);
    world_.commit(id_, {.key = "another"});
    EXPECT_EQ(world_.cases(CaseKind::late_money).size(), 1u);
}

TEST_F(LateMoney, IsAcknowledgedByAPersonAndMayComeAgain) {
    world_.release(id_);
    world_.commit(id_);
    const auto id = world_.cases(CaseKind::late_money)[0].id;
    const auto reply = acknowledge(world_, id);
    EXPECT_EQ(reply.as<CaseResolved>().resolution, Resolution::acknowledged);
    EXPECT_EQ(reply.as<CaseResolved>().reason, Reason::refunded);
    EXPECT_EQ(reply.as<CaseResolved>().resolved_by, "bob");
    EXPECT_TRUE(world_.cases(CaseKind::late_money).empty());
    EXPECT_EQ(acknowledge(world_, id).code(), unknown_case);
    world_.commit(id_);
    EXPECT_EQ(world_.cases(CaseKind::late_money).size(), 1u);
}

TEST_F(LateMoney, IsNotApprovedAndIsNobodyElses) {
    world_.release(id_);
    world_.commit(id_);
    const auto id = world_.cases(CaseKind::late_money)[0].id;
    EXPECT_EQ(world_.resolve({.id = id, .resolution = Resolution::approved, .note = {}, .who = "b"})
                  .code(),
              case_not_resolvable);
    world_.tenant("other");
    world_.receive("A", 1);
    EXPECT_EQ(acknowledge(world_, id).code(), unknown_case);
}

// -- parked facts ---------------------------------------------------------------------------

class ParkedFacts : public ::testing::Test {
  protected:
    ParkedFacts() {
        world_.receive("A", 9);
        id_ = world_.held("A", 5);
    }
    World world_;
    ReservationId id_;
};

TEST_F(ParkedFacts, OpenACaseWithWhatWasReported) {
    const auto reply = world_.ship(id_, {.lines = {{"A", 3}}, .document = "dn 1"});
    EXPECT_TRUE(std::holds_alternative<FactParked>(*reply.event));
    const auto open = world_.cases(CaseKind::unexpected_fact);
    ASSERT_EQ(open.size(), 1u);
    EXPECT_EQ(open[0].units, 3);
    EXPECT_EQ(open[0].reference, "dn 1");
    EXPECT_EQ(open[0].reservation, id_);
    EXPECT_EQ(open[0].fact, reply.sequence);
    EXPECT_EQ(world_.cell("A"), (CellImage{.on_hand = 9, .held = 5})) << "nothing moves";
}

TEST_F(ParkedFacts, AShipmentSettlesWithItsSale) {
    world_.ship(id_, {.lines = {{"A", 3}}, .document = "dn 1"});
    world_.commit(id_, {.lines = {{"A", 2}}});
    EXPECT_EQ(world_.cases(CaseKind::unexpected_fact).size(), 1u) << "not all of it fits yet";
    EXPECT_EQ(world_.cell("A").on_hand, 9);
    world_.commit(id_);
    EXPECT_TRUE(world_.cases(CaseKind::unexpected_fact).empty());
    EXPECT_EQ(world_.line(id_), (LineQuantities{.accepted = 5, .committed = 2, .shipped = 3}));
    EXPECT_EQ(world_.cell("A"), (CellImage{.on_hand = 6, .committed = 2}));
    const auto events = world_.last_events();
    ASSERT_EQ(events.size(), 3u);
    EXPECT_EQ(std::get<ReservationChanged>(events[1]).verb, Verb::ship);
    EXPECT_EQ(std::get<ReservationChanged>(events[1]).document, "dn 1");
    EXPECT_EQ(std::get<CaseResolved>(events[2]).resolution, Resolution::settled);
}

TEST_F(ParkedFacts, AReturnSettlesWithItsShipment) {
    world_.commit(id_);
    world_.return_units(id_, {.lines = {{"A", 2}}, .disposition = Disposition::damaged});
    EXPECT_EQ(world_.cases(CaseKind::unexpected_fact).size(), 1u);
    world_.ship(id_);
    EXPECT_TRUE(world_.cases(CaseKind::unexpected_fact).empty());
    EXPECT_EQ(world_.line(id_).returned, 2);
    EXPECT_EQ(world_.cell("A"), (CellImage{.on_hand = 6, .unavailable = 2}));
}

TEST_F(ParkedFacts, OneMayMakeRoomForTheNext) {
    world_.return_units(id_, {.lines = {{"A", 2}}});
    world_.ship(id_, {.lines = {{"A", 3}}});
    EXPECT_EQ(world_.cases(CaseKind::unexpected_fact).size(), 2u);
    world_.commit(id_);
    EXPECT_TRUE(world_.cases(CaseKind::unexpected_fact).empty());
    EXPECT_EQ(world_.line(id_),
              (LineQuantities{.accepted = 5, .committed = 2, .shipped = 3, .returned = 2}));
}

TEST_F(ParkedFacts, AWholeShipmentSettlesWithTheSale) {
    world_.ship(id_);
    EXPECT_EQ(world_.cases(CaseKind::unexpected_fact)[0].units, 5);
    world_.commit(id_);
    EXPECT_EQ(world_.state(id_), ReservationState::fulfilled);
}

TEST_F(ParkedFacts, AreAcknowledgedByAPersonAndThenForgotten) {
    world_.ship(id_);
    EXPECT_EQ(acknowledge(world_, world_.cases(CaseKind::unexpected_fact)[0].id).code(), none);
    EXPECT_EQ(world_.core_state().totals.parked_facts, 0u);
    world_.commit(id_);
    EXPECT_EQ(world_.state(id_), ReservationState::committed);
}

TEST_F(ParkedFacts, OfSplitLinesSettle) {
    world_.put_pool("east", {.priority = 1});
    world_.receive("B", 2, "", "default");
    world_.receive("B", 3, "", "east");
    for (const bool whole : {true, false}) {
        const auto split = world_.held("B", 5);
        ASSERT_EQ(world_.image(split).lines.size(), 2u);
        world_.ship(split, whole ? testing::With{} : testing::With{.lines = {{"B", 5}}});
        ASSERT_EQ(world_.cases(CaseKind::unexpected_fact).size(), 1u);
        world_.commit(split);
        EXPECT_TRUE(world_.cases(CaseKind::unexpected_fact).empty());
        EXPECT_EQ(world_.state(split), ReservationState::fulfilled);
        world_.return_units(split, {.lines = {{"B", 5}}});
        EXPECT_EQ(world_.cell("B", "east").on_hand, 3);
    }
}

TEST_F(ParkedFacts, OfTwoLinesOfOneSkuSettle) {
    const auto id = world_.held({.lines = {{"A", 1}, {"A", 3}}});
    world_.ship(id, {.lines = {{"A", 4}}});
    world_.commit(id);
    EXPECT_TRUE(world_.cases(CaseKind::unexpected_fact).empty());
    EXPECT_EQ(world_.state(id), ReservationState::fulfilled);
}

TEST_F(ParkedFacts, SettleThoughTheUnitsMovedToAnotherPoolMeanwhile) {
    world_.put_pool("east");
    world_.receive("A", 9, "", "east");
    world_.ship(id_);
    world_.reallocate(id_, {.lines = {{"A", 2}}, .to = "east"});
    world_.restore_from_snapshot();
    world_.commit(id_);
    EXPECT_TRUE(world_.cases(CaseKind::unexpected_fact).empty());
    EXPECT_EQ(world_.state(id_), ReservationState::fulfilled);
    EXPECT_EQ(world_.cell("A", "default").on_hand, 6);
    EXPECT_EQ(world_.cell("A", "east").on_hand, 7);
}

TEST_F(ParkedFacts, AShipmentToSomebodyWhoStillWaitsSettlesWithTheSale) {
    world_.put_class("drop", [](SkuClass& c) { c.wait_max = 10min; });
    world_.put_sku("A", "drop");
    const auto waiter = world_.create({.lines = {{"A", 6}}, .wait_seconds = 60}).id();
    ASSERT_EQ(world_.state(waiter), ReservationState::queued);
    world_.ship(waiter);
    EXPECT_EQ(world_.cases(CaseKind::unexpected_fact)[0].units, 6);
    world_.release(id_);
    EXPECT_EQ(world_.state(waiter), ReservationState::held);
    world_.commit(waiter);
    EXPECT_EQ(world_.state(waiter), ReservationState::fulfilled);
}

TEST_F(ParkedFacts, HundredsOfThemSettleInAsManyBatchesAsItTakes) {
    world_.check_every(1'000'000);
    world_.commit(id_);
    world_.receive("A", 10'000);
    const auto large = world_.held("A", 5'000);
    for (int i = 0; i < 5'000; ++i) {
        world_.ship(large, {.lines = {{"A", 1}}});
    }
    world_.commit(large);
    EXPECT_LE(world_.last_count(), kBatchEventsMax + 1);
    world_.restore_from_snapshot();
    world_.expire_due();
    EXPECT_TRUE(world_.cases(CaseKind::unexpected_fact).empty());
    EXPECT_EQ(world_.state(large), ReservationState::fulfilled);
}

// A batch that is full asks for nothing more; what has no parked fact is not kept in mind for that.
TEST(Consequences, AFullBatchKeepsNothingInMindThatAsksForNothing) {
    World world;
    world.receive("A", 5);
    const auto calm = world.held("A", 1);
    const auto early = world.held("A", 1);
    world.ship(early);
    const auto state = World::snapshot_round_trip(world.core_state());
    const auto index = [&](ReservationId id) { return *state->reservations_by_id.find(id); };
    state->attention.reservations = {{.reservation = index(calm)}, {.reservation = index(early)}};
    const Stamp stamp{.next = Sequence(1'000), .time = world.now()};
    EXPECT_TRUE(next_consequences(*state, stamp, false).empty());
    ASSERT_EQ(state->attention.reservations.size(), 1u);
    EXPECT_EQ(state->attention.reservations.front().reservation, index(early));
}

}  // namespace
}  // namespace holdfast::core
