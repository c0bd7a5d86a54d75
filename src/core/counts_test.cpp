// Counts: what somebody saw on the shelf against what the ledger had at that time.
#include "core/testing.hpp"
#include "model/limits.hpp"

namespace holdfast::core {
namespace {

using namespace model;
using namespace std::chrono_literals;
using enum RefusalCode;
using testing::World;

class Counts : public ::testing::Test {
  protected:
    Counts() {
        world_.receive("A", 100);
        world_.wait(1h);
    }
    testing::Reply decide(Resolution resolution, const std::string& who, bool override_it = false) {
        const auto pending = world_.cases(CaseKind::count).at(0);
        return world_.resolve({.id = pending.id,
                               .resolution = resolution,
                               .plan = pending.count.plan,
                               .override_submitter = override_it,
                               .reason = override_it ? Reason::manual_override : Reason::none,
                               .note = {},
                               .who = who});
    }
    World world_;
};

TEST_F(Counts, WithoutDriftMatchesAndIsRemembered) {
    const auto reply = world_.count({.sku = "A", .counted = 100});
    const auto& event = reply.as<StockCounted>();
    EXPECT_EQ(event.outcome, CountOutcome::matched);
    EXPECT_EQ(event.delta, 0);
    EXPECT_EQ(event.count.counted, 100);
    EXPECT_EQ(event.submitter, "ann");
    EXPECT_EQ(world_.cell("A"), CellImage{.on_hand = 100});
}

TEST_F(Counts, WithinTheThresholdApplyByThemselves) {
    for (const std::int64_t drift : {-2, 2}) {
        const auto before = world_.cell("A").on_hand;
        const auto reply = world_.count({.sku = "A", .counted = before + drift, .drift = drift});
        EXPECT_EQ(reply.as<StockCounted>().outcome, CountOutcome::applied);
        EXPECT_EQ(reply.as<StockCounted>().delta, drift);
        EXPECT_EQ(world_.cell("A").on_hand, before + drift);
        world_.wait(1s);
    }
    EXPECT_TRUE(world_.cases(CaseKind::count).empty());
}

TEST_F(Counts, TheThresholdIsTheLargerOfUnitsAndShareRoundedUp) {
    world_.put_class("default", [](SkuClass& c) {
        c.count_units_max = 1;
        c.count_permille_max = 21;
    });
    EXPECT_EQ(world_.count({.sku = "A", .counted = 97, .drift = -3}).as<StockCounted>().outcome,
              CountOutcome::applied)
        << "2.1 of 100 are 3";
    world_.wait(1s);
    EXPECT_EQ(world_.count({.sku = "A", .counted = 93, .drift = -4}).as<StockCounted>().outcome,
              CountOutcome::pending);
}

TEST_F(Counts, BeyondItTheLowerNumberIsSoldUntilSomebodyDecides) {
    const auto reply = world_.count({.sku = "A", .counted = 80, .drift = -20});
    const auto& event = reply.as<StockCounted>();
    EXPECT_EQ(event.outcome, CountOutcome::pending);
    EXPECT_EQ(event.count.disputed, 20);
    EXPECT_EQ(world_.cell("A"), (CellImage{.on_hand = 100, .unavailable = 20}));
    EXPECT_EQ(world_.offered("A"), 80);
    const auto open = world_.cases(CaseKind::count);
    ASSERT_EQ(open.size(), 1u);
    EXPECT_EQ(open[0].id, event.case_id);
    EXPECT_EQ(open[0].units, -20);
    EXPECT_EQ(open[0].opened_by, "ann");
    EXPECT_EQ(open[0].count.counted, 80);
    EXPECT_EQ(open[0].count.drift, -20);
}

TEST_F(Counts, MoreThanTheLedgerHasIsNotSoldBeforeItIsApproved) {
    world_.count({.sku = "A", .counted = 150, .drift = 50});
    EXPECT_EQ(world_.cell("A"), CellImage{.on_hand = 100});
    EXPECT_EQ(world_.offered("A"), 100);
    EXPECT_EQ(decide(Resolution::approved, "bob").code(), none);
    EXPECT_EQ(world_.offered("A"), 150);
}

TEST_F(Counts, AnApprovedOneIsApplied) {
    world_.count({.sku = "A", .counted = 80, .drift = -20});
    const auto reply = decide(Resolution::approved, "bob");
    EXPECT_EQ(reply.as<CaseResolved>().resolution, Resolution::approved);
    EXPECT_EQ(reply.as<CaseResolved>().resolved_by, "bob");
    EXPECT_EQ(world_.cell("A"), CellImage{.on_hand = 80});
    const auto events = world_.last_events();
    const auto& counted = std::get<StockCounted>(events[0]);
    EXPECT_EQ(counted.outcome, CountOutcome::applied);
    EXPECT_EQ(counted.delta, -20);
    EXPECT_EQ(counted.decided_by, "bob");
    EXPECT_FALSE(counted.overridden);
    EXPECT_TRUE(world_.cases(CaseKind::count).empty());
}

TEST_F(Counts, ARejectedOneIsAsIfItHadNotBeen) {
    world_.count({.sku = "A", .counted = 80, .drift = -20});
    EXPECT_EQ(decide(Resolution::rejected, "ann").code(), none) << "also by who submitted it";
    EXPECT_EQ(world_.cell("A"), CellImage{.on_hand = 100});
}

TEST_F(Counts, ARejectedOneLeavesRoomForItsCorrection) {
    const base::Time as_of = world_.now();
    world_.count({.sku = "A", .counted = 8, .drift = -92, .as_of = as_of});  // 98, mistyped
    world_.wait(1min);
    decide(Resolution::rejected, "bob");
    const auto older = world_.count({.sku = "A", .counted = 99, .drift = -1, .as_of = as_of - 1s});
    EXPECT_EQ(older.as<StockCounted>().outcome, CountOutcome::applied);
    const auto same = world_.count({.sku = "A", .counted = 98, .drift = -1, .as_of = as_of});
    EXPECT_EQ(same.as<StockCounted>().outcome, CountOutcome::applied);
    EXPECT_EQ(world_.cell("A"), CellImage{.on_hand = 98});
}

TEST_F(Counts, APendingOneGivesWayToACorrectionOfTheSameTimeAndNotToAnOlderOne) {
    const base::Time as_of = world_.now();
    world_.count({.sku = "A", .counted = 8, .drift = -92, .as_of = as_of});
    world_.wait(1min);
    const auto older = world_.count({.sku = "A", .counted = 99, .drift = -1, .as_of = as_of - 1s});
    EXPECT_EQ(older.as<StockCounted>().outcome, CountOutcome::outdated);
    const auto same = world_.count({.sku = "A", .counted = 98, .drift = -2, .as_of = as_of});
    EXPECT_EQ(same.as<StockCounted>().outcome, CountOutcome::applied);
    EXPECT_EQ(world_.cell("A"), CellImage{.on_hand = 98});
    EXPECT_TRUE(world_.cases(CaseKind::count).empty());
}

TEST_F(Counts, AnApprovedOneMakesThoseOfItsTimeOutdated) {
    const base::Time as_of = world_.now();
    world_.count({.sku = "A", .counted = 80, .drift = -20, .as_of = as_of});
    world_.wait(1min);
    decide(Resolution::approved, "bob");
    const auto same = world_.count({.sku = "A", .counted = 99, .drift = 19, .as_of = as_of});
    EXPECT_EQ(same.as<StockCounted>().outcome, CountOutcome::outdated);
    EXPECT_EQ(world_.cell("A"), CellImage{.on_hand = 80});
}

TEST_F(Counts, AreApprovedByAnotherThanSubmittedThem) {
    world_.count({.sku = "A", .counted = 80, .drift = -20});
    EXPECT_EQ(decide(Resolution::approved, "ann").code(), approval_by_submitter);
    EXPECT_EQ(decide(Resolution::approved, "ann", true).code(), none);
    const auto counted = std::get<StockCounted>(world_.last_events()[0]);
    EXPECT_TRUE(counted.overridden);
    EXPECT_EQ(counted.reason, Reason::manual_override);
}

TEST_F(Counts, AnApprovalOfAnotherPlanIsRefused) {
    world_.count({.sku = "A", .counted = 80, .drift = -20});
    const auto seen = world_.cases(CaseKind::count)[0];
    const auto approve = [&](CaseId id, base::Digest128 plan) {
        return world_.resolve(
            {.id = id, .resolution = Resolution::approved, .plan = plan, .note = {}, .who = "bob"});
    };
    EXPECT_EQ(approve(seen.id, {.high = 1, .low = 2}).code(), plan_changed);
    world_.wait(1s);
    world_.count({.sku = "A", .counted = 70, .drift = -30});
    EXPECT_EQ(approve(seen.id, seen.count.plan).code(), unknown_case) << "it was replaced";
    const auto fresh = world_.cases(CaseKind::count)[0];
    EXPECT_EQ(approve(fresh.id, seen.count.plan).code(), plan_changed);
    EXPECT_EQ(approve(fresh.id, fresh.count.plan).code(), none);
    EXPECT_EQ(world_.cell("A"), CellImage{.on_hand = 70});
}

TEST_F(Counts, ANewerOneReplacesWhatIsPending) {
    world_.count({.sku = "A", .counted = 80, .drift = -20});
    world_.wait(1s);
    const auto reply = world_.count({.sku = "A", .counted = 99, .drift = -1});
    EXPECT_EQ(reply.as<StockCounted>().outcome, CountOutcome::applied);
    EXPECT_EQ(world_.cell("A"), CellImage{.on_hand = 99}) << "what was disputed came back first";
    const auto events = world_.last_events();
    ASSERT_EQ(events.size(), 3u);
    EXPECT_EQ(std::get<StockCounted>(events[0]).outcome, CountOutcome::rejected);
    EXPECT_EQ(std::get<CaseResolved>(events[1]).resolution, Resolution::replaced);
    EXPECT_TRUE(world_.cases(CaseKind::count).empty());
}

TEST_F(Counts, APendingOneIsReplacedByAPendingOne) {
    world_.count({.sku = "A", .counted = 80, .drift = -20});
    world_.wait(1s);
    world_.count({.sku = "A", .counted = 60, .drift = -40, .key = "k"});
    EXPECT_EQ(world_.cell("A"), (CellImage{.on_hand = 100, .unavailable = 40}));
    ASSERT_EQ(world_.cases(CaseKind::count).size(), 1u);
    EXPECT_EQ(world_.cases(CaseKind::count)[0].count.counted, 60);
}

TEST_F(Counts, HaveSeenNothingOfTheFuture) {
    world_.count({.sku = "A", .counted = 100, .as_of = world_.now() + 5s});
    EXPECT_EQ(std::get<StockCounted>(world_.last_events().front()).count.as_of, world_.now());
    world_.wait(1s);
    world_.move(
        Operation::adjust_stock,
        {.sku = "A", .quantity = -4, .reason = Reason::damage, .occurred_at = world_.now()});
    EXPECT_EQ(world_.cell("A").on_hand, 96) << "the counter's clock runs ahead, not the goods";
}

TEST_F(Counts, OlderOnesChangeNothing) {
    world_.count({.sku = "A", .counted = 99, .drift = -1});
    const auto same = world_.count({.sku = "A", .counted = 90, .drift = -9});
    EXPECT_EQ(same.as<StockCounted>().outcome, CountOutcome::outdated) << "of the same time";
    const auto older =
        world_.count({.sku = "A", .counted = 90, .drift = -9, .as_of = world_.now() - 1min});
    EXPECT_EQ(older.as<StockCounted>().outcome, CountOutcome::outdated);
    EXPECT_EQ(world_.cell("A"), CellImage{.on_hand = 99});
    world_.wait(1ms);
    EXPECT_EQ(world_.count({.sku = "A", .counted = 99}).as<StockCounted>().outcome,
              CountOutcome::matched);
}

TEST_F(Counts, OnceUnderOneKey) {
    const testing::Seen seen{.sku = "A", .counted = 99, .drift = -1, .key = "k"};
    world_.count(seen);
    testing::Seen retried = seen;
    retried.drift = 0;  // what the reconciliation computes is not what the client said
    EXPECT_EQ(world_.count(retried).outcome, Outcome::replayed);
    EXPECT_EQ(world_.cell("A").on_hand, 99);
}

// -- what came in between -------------------------------------------------------------------

TEST_F(Counts, AreStaleIfAnotherCountCameInBetween) {
    const auto before = world_.count({.sku = "A", .counted = 100}).sequence;
    world_.wait(1s);
    world_.count({.sku = "A", .counted = 99, .drift = -1});
    world_.wait(1s);
    const testing::Seen seen{.sku = "A", .counted = 99, .drift = -1, .last_count = before};
    EXPECT_EQ(world_.count(seen).code(), count_stale);
    EXPECT_EQ(world_.cell("A").on_hand, 99);
}

TEST_F(Counts, AreStaleIfSomethingThatHappenedBeforeCameInBetween) {
    const Sequence position = world_.receive("B", 1).sequence;
    const auto as_of = world_.now() - 10min;
    world_.move(Operation::receive_stock, {.sku = "A", .quantity = 5, .occurred_at = as_of - 1min});
    const testing::Seen seen{
        .sku = "A", .counted = 99, .drift = -1, .as_of = as_of, .position = position};
    EXPECT_EQ(world_.count(seen).code(), count_stale);
    testing::Seen again = seen;
    again.drift = -6;
    again.position = {};
    EXPECT_EQ(world_.count(again).code(), none);
}

TEST_F(Counts, AreNotStaleThroughWhatHappenedAfter) {
    const Sequence position = world_.receive("B", 1).sequence;
    const auto as_of = world_.now() - 10min;
    world_.receive("A", 5);
    const auto id = world_.held("A", 3);
    world_.commit(id);
    world_.ship(id);
    const auto reply = world_.count(
        {.sku = "A", .counted = 99, .drift = -1, .as_of = as_of, .position = position});
    EXPECT_EQ(reply.code(), none);
    EXPECT_EQ(world_.cell("A").on_hand, 101) << "100 + 5 - 3 - 1";
}

TEST_F(Counts, HoldsAndCommitsDoNotMakeThemStale) {
    const Sequence position = world_.receive("B", 1).sequence;
    for (int i = 0; i < 10; ++i) {
        world_.commit(world_.held("A", 1));
    }
    EXPECT_EQ(world_.count({.sku = "A", .counted = 100, .position = position}).code(), none);
}

TEST_F(Counts, AreStaleIfTooMuchCameInBetweenToTell) {
    const Sequence position = world_.receive("B", 1).sequence;
    const auto as_of = world_.now() - 10min;
    for (int i = 0; i < 5; ++i) {
        world_.receive("A", 1);
    }
    const testing::Seen seen{.sku = "A", .counted = 100, .as_of = as_of, .position = position};
    EXPECT_EQ(world_.count(seen).code(), count_stale);
}

TEST_F(Counts, AreNotStaleIfAllThatEverCameInIsRemembered) {
    const auto as_of = world_.now();
    const Sequence position = world_.receive("C", 1).sequence;
    for (int i = 0; i < 3; ++i) {
        world_.wait(1min);
        world_.receive("C", 1);
    }
    EXPECT_EQ(world_.count({.sku = "C", .counted = 1, .as_of = as_of, .position = position}).code(),
              none)
        << "the first was before, and is known";
    world_.put_pool("new");
    for (int i = 0; i < 4; ++i) {
        world_.receive("C", 1, "", "new");
    }
    EXPECT_EQ(
        world_
            .count({.sku = "C", .counted = 0, .pool = "new", .as_of = as_of, .position = position})
            .code(),
        none)
        << "four came in and four are remembered: there is no fifth";
}

TEST_F(Counts, ShipmentsThatHappenedBeforeMakeThemStale) {
    const auto id = world_.held("A", 3);
    world_.commit(id);
    const Sequence position = world_.receive("B", 1).sequence;
    world_.ship(id, {.occurred_at = world_.now() - 20min});
    EXPECT_EQ(world_
                  .count({.sku = "A",
                          .counted = 97,
                          .drift = -3,
                          .as_of = world_.now() - 10min,
                          .position = position})
                  .code(),
              count_stale);
}

// -- edges ------------------------------------------------------------------------------------

TEST_F(Counts, OfWhatIsUnknownAreRefused) {
    EXPECT_EQ(world_.count({.sku = "no such SKU", .counted = 1}).code(), unknown_sku);
    EXPECT_EQ(world_.count({.sku = "A", .counted = 1, .pool = "north"}).code(), unknown_pool);
}

TEST_F(Counts, OfACellWhereNothingEverWas) {
    world_.put_pool("east");
    const auto reply = world_.count({.sku = "A", .counted = 2, .drift = 2, .pool = "east"});
    EXPECT_EQ(reply.as<StockCounted>().outcome, CountOutcome::applied);
    EXPECT_EQ(world_.cell("A", "east"), CellImage{.on_hand = 2});
    world_.wait(1s);
    world_.put_pool("west");
    world_.count({.sku = "A", .counted = 50, .drift = 50, .pool = "west"});
    EXPECT_EQ(world_.cases(CaseKind::count).size(), 1u);
    EXPECT_EQ(decide(Resolution::approved, "bob").code(), none);
    EXPECT_EQ(world_.cell("A", "west").on_hand, 50);
}

TEST_F(Counts, AreWithinTheLimitsOfACell) {
    EXPECT_EQ(world_.count({.sku = "A", .counted = -1}).code(), limit_exceeded);
    EXPECT_EQ(world_.count({.sku = "A", .counted = kCellQuantityMax + 1}).code(), limit_exceeded);
    EXPECT_EQ(world_.count({.sku = "A", .drift = INT64_MIN}).code(), limit_exceeded);
    EXPECT_EQ(world_.count({.sku = "A", .drift = kCellQuantityMax + 1}).code(), limit_exceeded);
    world_.move(Operation::mark_unavailable,
                {.sku = "A", .quantity = kCellQuantityMax, .reason = Reason::damage});
    EXPECT_EQ(world_.count({.sku = "A", .drift = -100}).code(), limit_exceeded);
    EXPECT_EQ(world_.count({.sku = "A", .counted = 5, .drift = kCellQuantityMax}).code(), none);
    EXPECT_EQ(decide(Resolution::approved, "bob").code(), limit_exceeded);
    EXPECT_EQ(decide(Resolution::rejected, "bob").code(), none);
}

TEST_F(Counts, ThatWouldTakeACellBeyondItsLimitAreRefusedWhereTheyApplyByThemselves) {
    world_.put_class("default", [](SkuClass& c) { c.count_permille_max = 1'000; });
    EXPECT_EQ(world_.count({.sku = "A", .counted = 5, .drift = 100}).code(), none);
    world_.receive("A", kCellQuantityMax - 200);
    world_.wait(1s);
    for (const auto drift : {std::int64_t{1}, kCellQuantityMax}) {
        EXPECT_EQ(world_.count({.sku = "A", .counted = 5, .drift = drift}).code(), limit_exceeded);
    }
    world_.adjust("A", -kCellQuantityMax);
    world_.adjust("A", -kCellQuantityMax);
    EXPECT_EQ(world_.count({.sku = "A", .counted = 0, .drift = -1}).code(), limit_exceeded);
    EXPECT_EQ(world_.cell("A").on_hand, -kCellQuantityMax);
}

TEST_F(Counts, DisputedUnitsThatWerePromisedAreAShortageUntilItIsDecided) {
    world_.held({.lines = {{"A", 90}}, .ttl_seconds = 7200});
    world_.count({.sku = "A", .counted = 80, .drift = -20});
    ASSERT_EQ(world_.cases(CaseKind::shortage).size(), 1u);
    EXPECT_EQ(world_.cases(CaseKind::shortage)[0].units, 10);
    decide(Resolution::rejected, "bob");
    EXPECT_TRUE(world_.cases(CaseKind::shortage).empty());
}

TEST_F(Counts, ACountUpRepairsAShortage) {
    world_.sale({.lines = {{"A", 102}}});
    ASSERT_EQ(world_.cases(CaseKind::shortage).size(), 1u);
    world_.count({.sku = "A", .counted = 102, .drift = 2});
    EXPECT_TRUE(world_.cases(CaseKind::shortage).empty());
}

TEST_F(Counts, WhatIsPendingSurvivesASnapshot) {
    world_.count({.sku = "A", .counted = 80, .drift = -20});
    world_.restore_from_snapshot();
    const auto older = world_.count({.sku = "A", .counted = 80, .as_of = world_.now() - 1ms});
    EXPECT_EQ(older.as<StockCounted>().outcome, CountOutcome::outdated);
    EXPECT_EQ(decide(Resolution::approved, "ann").code(), approval_by_submitter);
    EXPECT_EQ(decide(Resolution::approved, "bob").code(), none);
    EXPECT_EQ(world_.cell("A"), CellImage{.on_hand = 80});
}

TEST_F(Counts, WhatWasCountedSurvivesASnapshot) {
    world_.count({.sku = "A", .counted = 99, .drift = -1});
    world_.wait(1min);
    world_.count({.sku = "A", .counted = 9, .drift = -90});
    decide(Resolution::rejected, "bob");
    world_.restore_from_snapshot();
    const auto older = world_.count({.sku = "A", .counted = 90, .as_of = world_.now() - 1min});
    EXPECT_EQ(older.as<StockCounted>().outcome, CountOutcome::outdated);
    const auto same = world_.count({.sku = "A", .counted = 99});
    EXPECT_EQ(same.as<StockCounted>().outcome, CountOutcome::matched);
}

TEST(PendingCounts, AMovementThatHappenedBeforeAPendingCountChangesItsPlan) {
    World world;
    world.receive("A", 20);
    world.wait(1min);
    const base::Time as_of = world.now();
    world.count({.sku = "A", .counted = 11, .drift = -9, .as_of = as_of});
    const auto before = world.cases(CaseKind::count).front();
    world.wait(1min);
    // Five of the nine were written off before the count; the message was late.
    world.move(Operation::adjust_stock, {.sku = "A",
                                         .quantity = -5,
                                         .reason = Reason::damage,
                                         .occurred_at = as_of - std::chrono::seconds(1)});
    const auto after = world.cases(CaseKind::count).front();
    EXPECT_EQ(after.count.drift, -4);
    ResolveCase approval{.id = before.id,
                         .resolution = Resolution::approved,
                         .plan = before.count.plan,
                         .who = "bob"};
    EXPECT_EQ(world.resolve(approval).code(), RefusalCode::plan_changed);
    approval.plan = after.count.plan;
    EXPECT_EQ(world.resolve(approval).code(), RefusalCode::none);
    EXPECT_EQ(world.cell("A").on_hand, 11);
    EXPECT_EQ(world.cell("A").unavailable, 0);
}

TEST(PendingCounts, ANegativeDriftToo) {
    World world;
    world.receive("A", 1);
    world.adjust("A", -1);
    world.wait(1min);
    world.count({.sku = "A", .counted = 0, .drift = -kCellQuantityMax});
    world.move(Operation::receive_stock,
               {.sku = "A", .quantity = kCellQuantityMax, .occurred_at = world.now() - 1s});
    EXPECT_EQ(world.cases(CaseKind::count).front().count.drift, -INT64_MAX);
}

TEST(PendingCounts, ADriftBeyondNumbersStaysWithinThem) {
    World world;
    world.receive("A", 1);
    world.wait(1min);
    world.count({.sku = "A", .counted = kCellQuantityMax, .drift = kCellQuantityMax});
    const auto before = world.cases(CaseKind::count).front();
    // What left before the count makes the drift larger by as much: 2^62 and 2^62.
    world.move(Operation::adjust_stock, {.sku = "A",
                                         .quantity = -kCellQuantityMax,
                                         .reason = Reason::damage,
                                         .occurred_at = world.now() - 1s});
    const auto after = world.cases(CaseKind::count).front();
    EXPECT_EQ(after.count.drift, INT64_MAX) << "one less, so that it is a number";
    ResolveCase approval{.id = before.id,
                         .resolution = Resolution::approved,
                         .plan = before.count.plan,
                         .who = "bob"};
    EXPECT_EQ(world.resolve(approval).code(), RefusalCode::plan_changed);
    approval.plan = after.count.plan;
    EXPECT_EQ(world.resolve(approval).code(), RefusalCode::none);
    EXPECT_EQ(world.cell("A").on_hand, kCellQuantityMax);
}

TEST(PendingCounts, AMovementThatHappenedAfterAPendingCountLeavesItsPlan) {
    World world;
    world.receive("A", 20);
    world.count({.sku = "A", .counted = 11, .drift = -9});
    const auto before = world.cases(CaseKind::count).front();
    world.wait(1min);
    world.receive("A", 5);
    EXPECT_EQ(world.cases(CaseKind::count).front().count.plan, before.count.plan);
}

}  // namespace
}  // namespace holdfast::core
