// Facts that happened before a count and are reported after it: the count has seen them already.
#include "core/testing.hpp"
#include "model/limits.hpp"

namespace holdfast::core {
namespace {

using namespace model;
using namespace std::chrono_literals;
using enum RefusalCode;
using testing::World;

class LateFacts : public ::testing::Test {
  protected:
    // So many are counted now, of a cell that has `ledger` units on hand.
    void counted(std::int64_t on_hand, std::int64_t ledger, const std::string& pool = "default") {
        world_.count({.sku = "A", .counted = on_hand, .drift = on_hand - ledger, .pool = pool});
    }
    // 10 units, and an hour later.
    LateFacts() {
        world_.receive("A", 10);
        world_.wait(1h);
        morning_ = world_.now() - 10min;
        noon_ = world_.now();
    }
    testing::Reply move(Operation operation, std::int64_t quantity, base::Time when) {
        return world_.move(operation, {.sku = "A", .quantity = quantity, .occurred_at = when});
    }
    [[nodiscard]] std::int64_t on_hand(const std::string& pool = "default") const {
        return world_.cell("A", pool).on_hand;
    }
    World world_;
    base::Time morning_;
    base::Time noon_;
};

TEST_F(LateFacts, AReceiptThatTheCountHasSeenAddsNothing) {
    counted(12, 10);  // two more had come in by then
    world_.wait(1h);
    const auto reply = move(Operation::receive_stock, 2, morning_);
    EXPECT_EQ(reply.as<StockMoved>().cell.on_hand, 14) << "the reply is that of its own event";
    EXPECT_EQ(on_hand(), 12);
    EXPECT_EQ(world_.hold("A", 13).code(), insufficient_stock);
}

TEST_F(LateFacts, AreTakenBackInTheSameBatchAsOfTheCount) {
    counted(12, 10);
    world_.wait(1h);
    const auto late = move(Operation::receive_stock, 2, morning_);
    const auto events = world_.last_events();
    ASSERT_EQ(events.size(), 2u);
    const auto& back = std::get<StockMoved>(events[1]);
    EXPECT_EQ(back.movement, Movement::adjustment);
    EXPECT_EQ(back.reason, Reason::cycle_count);
    EXPECT_EQ(back.delta, -2);
    EXPECT_EQ(back.occurred_at, noon_);
    EXPECT_EQ(back.undoes, late.sequence);
    EXPECT_EQ(back.cell, CellImage{.on_hand = 12});
}

TEST_F(LateFacts, TheOrderOfTheReportsDoesNotMatter) {
    World in_order;
    in_order.receive("A", 10);
    in_order.wait(1h);
    in_order.move(Operation::receive_stock,
                  {.sku = "A", .quantity = 2, .occurred_at = in_order.now() - 10min});
    in_order.count({.sku = "A", .counted = 11, .drift = -1});
    counted(11, 10);
    move(Operation::receive_stock, 2, morning_);
    EXPECT_EQ(world_.cell("A"), in_order.cell("A"));
}

TEST_F(LateFacts, OfTheMomentOfTheCountWereSeenAndLaterOnesWereNot) {
    counted(10, 10);
    move(Operation::receive_stock, 1, noon_);
    EXPECT_EQ(on_hand(), 10) << "a count that matched has seen as much as one that was applied";
    world_.wait(1s);
    move(Operation::receive_stock, 1, noon_ + 1ms);
    EXPECT_EQ(on_hand(), 11);
}

TEST_F(LateFacts, AreThoseThatSayWhenTheyHappened) {
    counted(10, 10);
    world_.receive("A", 1);
    EXPECT_EQ(on_hand(), 11) << "of the same moment, but it does not say so";
}

// A till's clock runs ahead: what it sold is sold now, and whoever counts a minute later sees it.
TEST_F(LateFacts, OfTheFutureHappenNow) {
    EXPECT_EQ(move(Operation::receive_stock, 1, noon_ + 5min).as<StockMoved>().occurred_at,
              base::Time{});
    world_.wait(1min);
    EXPECT_EQ(world_.count({.sku = "A", .counted = 11, .drift = 0}).as<StockCounted>().outcome,
              CountOutcome::matched);
}

TEST_F(LateFacts, AShipmentThatTheCountHasSeenTakesNothingAway) {
    const auto id = world_.held("A", 1);
    world_.commit(id);
    counted(9, 10);
    world_.wait(1h);
    world_.ship(id, {.occurred_at = morning_});
    EXPECT_EQ(world_.cell("A"), CellImage{.on_hand = 9});
}

TEST_F(LateFacts, AReturnToo) {
    const auto id = world_.held("A", 3);
    world_.commit(id);
    world_.ship(id);
    counted(9, 7);
    world_.wait(1h);
    world_.change(Operation::return_units, id, {.lines = {{"A", 1}}, .occurred_at = morning_});
    EXPECT_EQ(world_.cell("A"), CellImage{.on_hand = 9});
    world_.change(
        Operation::return_units, id,
        {.lines = {{"A", 1}}, .disposition = Disposition::damaged, .occurred_at = morning_});
    EXPECT_EQ(world_.cell("A"), (CellImage{.on_hand = 9, .unavailable = 1}));
}

// What comes back has left before, whatever the order of the reports and whoever says when.
class LateReturns : public LateFacts {
  protected:
    // Sold; its return is told before its shipment, and then all is counted: it is there again.
    void told_before_it_shipped(const testing::With& with) {
        id_ = world_.held("A", 1);
        world_.commit(id_);
        world_.change(Operation::return_units, id_, with);
        world_.wait(1min);
        counted(10, 10);
        world_.wait(1h);
    }
    [[nodiscard]] bool settled() const { return world_.cases(CaseKind::unexpected_fact).empty(); }
    ReservationId id_;
};

TEST_F(LateReturns, DidNotComeBeforeTheShipmentThatIsToldNow) {
    told_before_it_shipped({.lines = {{"A", 1}}});
    world_.ship(id_);
    EXPECT_TRUE(settled());
    EXPECT_EQ(on_hand(), 10) << "one left and one came";
}

TEST_F(LateReturns, NorBeforeOneThatSaysWhenItLeft) {
    told_before_it_shipped({.lines = {{"A", 1}}, .occurred_at = morning_});
    const base::Time left = world_.now() - 1min;
    world_.ship(id_, {.occurred_at = left});
    EXPECT_TRUE(settled());
    EXPECT_EQ(on_hand(), 10);
    const auto events = world_.last_events();
    EXPECT_EQ(std::get<ReservationChanged>(events.at(1)).occurred_at, left);
}

TEST_F(LateReturns, WereSeenByTheCountTogetherWithTheirShipment) {
    told_before_it_shipped({.lines = {{"A", 1}}});
    world_.ship(id_, {.occurred_at = morning_});
    EXPECT_TRUE(settled());
    EXPECT_EQ(on_hand(), 10);
}

TEST_F(LateReturns, WaitForTheSaleWithTheirShipment) {
    id_ = world_.held("A", 1);
    world_.ship(id_);
    world_.change(Operation::return_units, id_, {.lines = {{"A", 1}}});
    world_.wait(1min);
    counted(10, 10);
    world_.wait(1h);
    world_.commit(id_);
    EXPECT_TRUE(settled());
    EXPECT_EQ(on_hand(), 10) << "both had happened when it was counted";
}

TEST_F(LateReturns, LeaveThePlanOfACountThatWaits) {
    told_before_it_shipped({.lines = {{"A", 1}}});
    world_.count({.sku = "A", .counted = 60, .drift = 50});
    world_.wait(1min);
    world_.ship(id_);
    EXPECT_TRUE(settled());
    EXPECT_EQ(world_.cases(CaseKind::count).at(0).count.drift, 50);
}

TEST_F(LateFacts, OfBeforeACountThatWasAppliedLeaveThePlanOfOneThatWaits) {
    counted(10, 10);
    world_.wait(1h);
    counted(60, 10);
    const auto before = world_.cases(CaseKind::count).at(0).count;
    move(Operation::receive_stock, 2, morning_);
    const auto after = world_.cases(CaseKind::count).at(0).count;
    EXPECT_EQ(after.drift, before.drift);
    EXPECT_EQ(after.plan, before.plan) << "who approved it approved what will be done";
}

TEST_F(LateFacts, AWriteOffOfDamagedUnitsLeavesWhatWasCounted) {
    world_.move(Operation::mark_unavailable, {.sku = "A", .quantity = 2, .reason = Reason::damage});
    counted(8, 10);  // they had been thrown away by then
    world_.wait(1h);
    world_.move(Operation::adjust_stock, {.sku = "A",
                                          .quantity = -2,
                                          .reason = Reason::damage,
                                          .from_unavailable = Reason::damage,
                                          .occurred_at = morning_});
    EXPECT_EQ(world_.cell("A"), CellImage{.on_hand = 8});
}

TEST_F(LateFacts, ASaleThatShippedToo) {
    counted(9, 10);
    world_.wait(1h);
    RecordSale sold{.shipped = true, .occurred_at = morning_};
    sold.lines.push_back({.sku = world_.sku_name("A"), .quantity = 1});
    EXPECT_EQ(world_.send(Operation::record_sale, std::move(sold), {}).code(), none);
    EXPECT_EQ(on_hand(), 9);
}

TEST_F(LateFacts, ATransferIsLateWhereItWasCounted) {
    world_.put_pool("west");
    const auto send = [&](bool instant) {
        TransferStock sent{.sku = world_.sku_name("A"),
                           .from = world_.pool_name("default"),
                           .to = world_.pool_name("west"),
                           .quantity = 2,
                           .instant = instant,
                           .occurred_at = morning_};
        return world_.send(Operation::transfer_stock, std::move(sent), {});
    };
    counted(8, 10);
    world_.wait(1h);
    const auto transfer = send(false).as<TransferChanged>().transfer.id;
    EXPECT_EQ(on_hand(), 8);
    SettleTransfer arrived{.transfer = transfer, .occurred_at = morning_};
    EXPECT_EQ(world_.send(Operation::settle_transfer, std::move(arrived), {}).code(), none);
    EXPECT_EQ(on_hand("west"), 2) << "nobody has counted there";
    world_.count({.sku = "A", .counted = 4, .drift = 2, .pool = "west"});
    send(true);
    EXPECT_EQ(on_hand(), 8);
    EXPECT_EQ(on_hand("west"), 4);
}

TEST_F(LateFacts, AParkedFactHappenedWhenItWasReported) {
    const auto id = world_.held("A", 1);
    world_.ship(id);  // it left, and the sale is not known yet
    world_.wait(1s);
    counted(9, 10);
    world_.wait(1min);
    world_.commit(id);
    EXPECT_EQ(world_.line(id).shipped, 1);
    EXPECT_EQ(world_.cell("A"), CellImage{.on_hand = 9});
}

TEST_F(LateFacts, ACountThatWaitsForApprovalKeepsItsDrift) {
    counted(12, 10);
    world_.wait(1h);
    counted(50, 12);
    world_.wait(1h);
    move(Operation::receive_stock, 2, morning_);
    auto pending = world_.cases(CaseKind::count).at(0);
    EXPECT_EQ(pending.count.drift, 38) << "what the older count has seen";
    move(Operation::receive_stock, 3, noon_ + 1min);
    pending = world_.cases(CaseKind::count).at(0);
    EXPECT_EQ(pending.count.drift, 35) << "what happened between the two";
    EXPECT_EQ(world_
                  .resolve({.id = pending.id,
                            .resolution = Resolution::approved,
                            .plan = pending.count.plan,
                            .who = "bob"})
                  .code(),
              none);
    EXPECT_EQ(on_hand(), 50);
    move(Operation::receive_stock, 4, noon_ + 2min);
    EXPECT_EQ(on_hand(), 50) << "approved, it has seen what happened before";
}

TEST_F(LateFacts, ARejectedCountHasSeenNothing) {
    counted(50, 10);
    const auto pending = world_.cases(CaseKind::count).at(0);
    world_.resolve({.id = pending.id, .resolution = Resolution::rejected, .who = "bob"});
    move(Operation::receive_stock, 2, morning_);
    EXPECT_EQ(on_hand(), 12);
}

TEST_F(LateFacts, MakeAComparisonStale) {
    counted(12, 10);
    world_.wait(1h);
    const Sequence position = world_.receive("B", 1).sequence;
    move(Operation::receive_stock, 2, morning_);
    EXPECT_EQ(world_.count({.sku = "A", .counted = 12, .position = position}).code(), count_stale);
    EXPECT_EQ(world_.count({.sku = "A", .counted = 12}).as<StockCounted>().outcome,
              CountOutcome::matched);
}

TEST_F(LateFacts, GrantNobodyWhoWaits) {
    world_.put_class("default", [](SkuClass& c) { c.wait_max = 1h; });
    world_.held({.lines = {{"A", 10}}, .ttl_seconds = 7200});
    const auto waiter = world_.create({.lines = {{"A", 2}}, .wait_seconds = 3000}).id();
    counted(10, 10);
    world_.wait(1min);
    move(Operation::receive_stock, 2, morning_);
    EXPECT_EQ(world_.state(waiter), ReservationState::queued);
    EXPECT_EQ(world_.sellable("A"), 0);
}

TEST_F(LateFacts, OpenNoCaseOfAShortage) {
    world_.commit(world_.held("A", 10));
    counted(10, 10);
    world_.wait(1h);
    move(Operation::adjust_stock, -2, morning_);
    EXPECT_EQ(on_hand(), 10);
    EXPECT_EQ(world_.last_count(), 2u);
    EXPECT_TRUE(world_.cases(CaseKind::shortage).empty());
}

TEST_F(LateFacts, AnUndoByAPersonIsAMovementLikeAnyOther) {
    counted(10, 10);
    world_.wait(1h);
    const auto late = move(Operation::receive_stock, 2, morning_);
    MoveStock undo{.sku = world_.sku_name("A"),
                   .quantity = -2,
                   .reason = Reason::data_entry_error,
                   .undoes = late.sequence,
                   .occurred_at = morning_};
    EXPECT_EQ(world_.send(Operation::adjust_stock, std::move(undo), "undo").code(), none);
    EXPECT_EQ(on_hand(), 10) << "it never came in: the count has seen that, too";
}

TEST_F(LateFacts, AreAnsweredOnce) {
    counted(12, 10);
    const testing::Move late{.sku = "A", .quantity = 2, .occurred_at = morning_, .key = "k"};
    const auto first = world_.move(Operation::receive_stock, late);
    const auto again = world_.move(Operation::receive_stock, late);
    EXPECT_EQ(again.outcome, Outcome::replayed);
    EXPECT_EQ(*again.bytes, *first.bytes);
    EXPECT_EQ(on_hand(), 12);
}

TEST_F(LateFacts, AreKnownAfterASnapshot) {
    counted(12, 10);
    world_.wait(1h);
    world_.restore_from_snapshot();
    move(Operation::receive_stock, 2, morning_);
    EXPECT_EQ(on_hand(), 12);
}

TEST_F(LateFacts, OfALargeReservationAreTakenBackAtOnce) {
    testing::Cart cart;
    for (std::size_t i = 0; i < kLinesMax; ++i) {
        const std::string sku = "S" + std::to_string(i);
        world_.receive(sku, 2);
        cart.lines.push_back({sku, 1});
    }
    const auto id = world_.held(cart);
    world_.commit(id);
    world_.wait(1s);
    for (const auto& line : cart.lines) {
        world_.count({.sku = line.sku, .counted = 1, .drift = -1});
    }
    world_.wait(1h);
    world_.ship(id, {.occurred_at = morning_});
    EXPECT_EQ(world_.last_count(), kLinesMax + 1);
    EXPECT_EQ(world_.cell("S0"), CellImage{.on_hand = 1});
    EXPECT_EQ(world_.cell("S1999"), CellImage{.on_hand = 1});
}

}  // namespace
}  // namespace holdfast::core
