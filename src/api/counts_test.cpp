// A count is compared with what the ledger had for its time, by when things happened.
#include "api/counts.hpp"

#include <gtest/gtest.h>

#include "api/stock_facts_testing.hpp"

namespace holdfast::api {
namespace {

using namespace testing;
using model::CountOutcome;
using model::Operation;
using model::RefusalCode;

class Counting : public ::testing::Test {
  protected:
    Counting() { world.receive("tea", 100); }

    // A moment that everything so far is before.
    void pass() { world.advance(base::Duration(60'000)); }

    World world;
};

TEST_F(Counting, WhatFitsMatches) {
    pass();
    const Reply reply = count(world, counted(world, "tea", 100));
    const auto& view = view_of<CountView>(reply);
    EXPECT_EQ(view.outcome, CountOutcome::matched);
    EXPECT_EQ(view.drift, 0);
    EXPECT_EQ(view.ledger, 100);
    EXPECT_EQ(view.pool, "default");
}

TEST_F(Counting, ASmallDriftAppliesByItself) {
    pass();
    const Reply reply = count(world, counted(world, "tea", 98));
    const auto& view = view_of<CountView>(reply);
    EXPECT_EQ(view.outcome, CountOutcome::applied);
    EXPECT_EQ(view.drift, -2);
    EXPECT_EQ(view.cell.on_hand, 98);
}

TEST_F(Counting, ALargeOneWaitsForAnotherPersonAndIsNotSoldMeanwhile) {
    pass();
    auto request = counted(world, "tea", 90);
    request.by = "ann";
    const Reply reply = count(world, request);
    const auto& view = view_of<CountView>(reply);
    EXPECT_EQ(view.outcome, CountOutcome::pending);
    EXPECT_EQ(view.disputed, 10);
    EXPECT_EQ(view.plan.size(), 32U);
    EXPECT_EQ(view.cell.on_hand, 100);
    EXPECT_EQ(view.cell.unavailable, 10);

    ResolveRequest approve{.id = view.case_id, .resolution = "approve", .plan = view.plan};
    approve.by = "ann";
    EXPECT_EQ(code_of(resolve(world, approve)), RefusalCode::approval_by_submitter);
    approve.by = "bob";
    approve.plan = std::string(32, '0');
    EXPECT_EQ(code_of(resolve(world, approve)), RefusalCode::plan_changed);
    approve.plan = view.plan;
    const Reply approved = resolve(world, approve);
    ASSERT_EQ(approved.problem(), nullptr);
    const auto now = world.service->context.published.read(model::SkuId(0));
    EXPECT_EQ(now.cells.front().units.on_hand, 90);
    EXPECT_EQ(now.cells.front().units.unavailable, 0);
}

TEST_F(Counting, TheSubmitterMayOverrideWithAReason) {
    pass();
    const Reply reply = count(world, counted(world, "tea", 50));
    const auto& view = view_of<CountView>(reply);
    ResolveRequest approve{.id = view.case_id, .resolution = "approve", .plan = view.plan};
    approve.override_submitter = true;
    EXPECT_EQ(code_of(resolve(world, approve)), RefusalCode::validation_failed);
    approve.reason = "manual_override";
    EXPECT_EQ(code_of(resolve(world, approve)), RefusalCode::none);
}

TEST_F(Counting, WhatHappensAfterwardsIsNotHeldAgainstIt) {
    pass();
    const auto request = counted(world, "tea", 100);
    pass();
    world.receive("tea", 7);
    const Reply reply = count(world, request);
    EXPECT_EQ(view_of<CountView>(reply).outcome, CountOutcome::matched);
}

TEST_F(Counting, ATimeWithoutAFractionIsTheEndOfThatSecond) {
    world.advance(base::Duration(500));
    world.receive("tea", 5);  // at 10:00:00.500
    pass();
    auto request = counted(world, "tea", 105);
    request.as_of = "2026-05-04T10:00:00Z";
    EXPECT_EQ(view_of<CountView>(count(world, request)).outcome, CountOutcome::matched);
    request = counted(world, "tea", 100);
    request.as_of = "2026-05-04T10:00:00.100Z";
    EXPECT_EQ(view_of<CountView>(count(world, request)).outcome, CountOutcome::outdated);
}

TEST_F(Counting, WhatTheCounterHasDeductedIsNotDeductedTwice) {
    pass();
    auto request = counted(world, "tea", 90);
    pass();
    auto sold = movement(world, Operation::adjust_stock, "tea", -10, "unrecorded_outbound");
    sold.reference = "order-7";
    ASSERT_EQ(world.move(sold).problem(), nullptr);
    request.includes = IncludesRequest{.references = {{"order-7"}}, .watermarks = {}};
    const Reply reply = count(world, request);
    EXPECT_EQ(view_of<CountView>(reply).outcome, CountOutcome::matched);
}

TEST_F(Counting, ARepetitionGetsTheFirstAnswer) {
    pass();
    const auto request = counted(world, "tea", 98);
    const Reply first = count(world, request);
    pass();
    world.receive("tea", 1);
    const Reply again = count(world, request);
    EXPECT_TRUE(again.replayed);
    EXPECT_EQ(again.position, first.position);
    EXPECT_EQ(view_of<CountView>(again).drift, -2);
}

TEST_F(Counting, IsComparedAnewWhenStockMovesMeanwhile) {
    pass();
    int looks = 0;
    world.history.after_look = [&] {
        if (++looks == 1) {
            auto late = movement(world, Operation::receive_stock, "tea", 3);
            late.occurred_at = std::string(kBefore);
            world.service->stock.move(world.principal, late, [](const Reply&) {});
        }
    };
    const Reply reply = count(world, counted(world, "tea", 103));
    EXPECT_EQ(looks, 2);
    EXPECT_EQ(view_of<CountView>(reply).outcome, CountOutcome::matched);
}

TEST_F(Counting, GivesUpWhenStockNeverStandsStill) {
    pass();
    int looks = 0;
    world.history.after_look = [&] {
        ++looks;
        auto late = movement(world, Operation::receive_stock, "tea", 1);
        late.occurred_at = std::string(kBefore);
        world.service->stock.move(world.principal, late, [](const Reply&) {});
    };
    const Reply reply = count(world, counted(world, "tea", 100));
    EXPECT_EQ(code_of(reply), RefusalCode::count_stale);
    EXPECT_EQ(looks, kCountTriesMax);
}

TEST_F(Counting, AnOlderOneChangesNothing) {
    pass();
    const auto older = counted(world, "tea", 1);
    pass();
    ASSERT_EQ(view_of<CountView>(count(world, counted(world, "tea", 100))).outcome,
              CountOutcome::matched);
    const Reply reply = count(world, older);
    EXPECT_EQ(view_of<CountView>(reply).outcome, CountOutcome::outdated);
    EXPECT_EQ(view_of<CountView>(reply).cell.on_hand, 100);
}

TEST_F(Counting, BadInputIsNamed) {
    auto request = counted(world, "tea", -1);
    request.as_of = "2026-05-04T10:01:00Z";
    request.includes = IncludesRequest{.references = {}, .watermarks = {{.source = "wms"}}};
    const Reply reply = count(world, request);
    ASSERT_EQ(code_of(reply), RefusalCode::validation_failed);
    std::vector<std::string> pointers;
    for (const auto& error : reply.problem()->errors) {
        pointers.push_back(error.pointer);
    }
    EXPECT_EQ(pointers,
              (std::vector<std::string>{"/counted", "/as_of", "/includes/watermarks/0/sequence"}));
}

TEST_F(Counting, UnknownNamesAreRefusedByTheCore) {
    EXPECT_EQ(code_of(count(world, counted(world, "unheard-of", 1))), RefusalCode::unknown_sku);
    auto request = counted(world, "tea", 1);
    request.pool = "moon";
    const Reply reply = count(world, request);
    ASSERT_EQ(code_of(reply), RefusalCode::unknown_pool);
    EXPECT_EQ(reply.problem()->errors.front().pointer, "/pool");
}

TEST_F(Counting, AHistoryThatDoesNotFollowIsSaid) {
    world.history.stuck = true;
    std::optional<Reply> reply;
    world.service->counts.count(world.principal, counted(world, "tea", 100),
                                [&](Reply got) { reply = std::move(got); });
    world.settle();
    EXPECT_FALSE(reply.has_value());
    world.advance(base::Duration(10'000));
    ASSERT_TRUE(reply.has_value());
    EXPECT_EQ(code_of(*reply), RefusalCode::unavailable);
}

}  // namespace
}  // namespace holdfast::api
