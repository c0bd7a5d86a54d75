// One worklist of what people have to look at.
#include "api/cases.hpp"

#include <gtest/gtest.h>

#include "api/stock_facts_testing.hpp"

namespace holdfast::api {
namespace {

using namespace testing;
using model::CaseKind;
using model::Operation;
using model::RefusalCode;
using model::Resolution;

class Worklist : public ::testing::Test {
  protected:
    // Holds all there is, and then it breaks.
    std::string make_shortage(std::int64_t units) {
        world.receive("tea", 10);
        const Reply held = world.create(hold(world, "tea", 10));
        EXPECT_EQ(held.problem(), nullptr);
        EXPECT_EQ(
            world.move(movement(world, Operation::adjust_stock, "tea", -units, "damage")).problem(),
            nullptr);
        return reservation_of(held).id;
    }

    World world;
};

TEST_F(Worklist, IsEmptyAtFirst) {
    const auto page = cases(world);
    ASSERT_TRUE(page.has_value());
    EXPECT_TRUE(page->cases.empty());
    EXPECT_EQ(page->next_cursor, "");
}

TEST_F(Worklist, AShortageNamesWhoIsAtRisk) {
    const std::string reservation = make_shortage(4);
    world.advance(base::Duration(90'000));
    const auto page = cases(world);
    ASSERT_TRUE(page.has_value());
    ASSERT_EQ(page->cases.size(), 1U);
    const CaseView& view = page->cases.front();
    EXPECT_EQ(view.kind, CaseKind::shortage);
    EXPECT_EQ(view.sku, "tea");
    EXPECT_EQ(view.pool, "default");
    EXPECT_EQ(view.missing, 4);
    EXPECT_EQ(view.age, base::Duration(90'000));
    EXPECT_FALSE(view.overdue);
    ASSERT_EQ(view.at_risk.size(), 1U);
    EXPECT_EQ(view.at_risk.front().reservation, reservation);
    EXPECT_EQ(view.at_risk.front().units, 4);
}

TEST_F(Worklist, WhatCameInRepairsItAndItCanStillBeRead) {
    make_shortage(4);
    const auto page = cases(world);
    ASSERT_TRUE(page.has_value());
    ASSERT_EQ(page->cases.size(), 1U);
    const std::string id = page->cases.front().id;
    world.receive("tea", 4);
    EXPECT_TRUE(cases(world)->cases.empty());
    const auto read = read_case(world, id);
    ASSERT_TRUE(read.has_value());
    ASSERT_EQ(read->cases.size(), 1U);
    ASSERT_TRUE(read->cases.front().end.has_value());
    EXPECT_EQ(read->cases.front().end->resolution, Resolution::repaired);
    EXPECT_EQ(read->cases.front().id, id);
}

TEST_F(Worklist, AShortageIsNotEndedByHand) {
    make_shortage(1);
    const auto page = cases(world);
    const ResolveRequest request{
        .id = page->cases.front().id, .resolution = "acknowledge", .reason = "manual_override"};
    EXPECT_EQ(code_of(resolve(world, request)), RefusalCode::case_not_resolvable);
}

TEST_F(Worklist, IsFilteredAndPaged) {
    for (const char* sku : {"a", "b", "c"}) {
        world.receive(sku, 100);
        world.advance(base::Duration(60'000));
        ASSERT_EQ(code_of(count(world, counted(world, sku, 10))), RefusalCode::none);
    }
    CaseListRequest request{.kind = "count", .page = {.limit = 2}};
    const auto first = cases(world, request);
    ASSERT_TRUE(first.has_value());
    ASSERT_EQ(first->cases.size(), 2U);
    EXPECT_EQ(first->cases[0].sku, "a");
    ASSERT_NE(first->next_cursor, "");
    request.page.cursor = first->next_cursor;
    const auto second = cases(world, request);
    ASSERT_EQ(second->cases.size(), 1U);
    EXPECT_EQ(second->cases[0].sku, "c");
    EXPECT_EQ(second->next_cursor, "");

    EXPECT_EQ(cases(world, {.sku = "b"})->cases.size(), 1U);
    EXPECT_TRUE(cases(world, {.kind = "shortage"})->cases.empty());
    EXPECT_TRUE(cases(world, {.sku = "unheard-of"})->cases.empty());
    request.kind = "shortage";
    EXPECT_EQ(cases(world, request).error().errors.front().parameter, "cursor");
    EXPECT_EQ(cases(world, {.kind = "odd"}).error().errors.front().parameter, "kind");
}

TEST_F(Worklist, ACountShowsItsPlan) {
    world.receive("tea", 100);
    world.advance(base::Duration(60'000));
    const Reply reply = count(world, counted(world, "tea", 10));
    const auto& made = view_of<CountView>(reply);
    const auto page = read_case(world, made.case_id);
    ASSERT_TRUE(page.has_value());
    const CaseView& view = page->cases.front();
    ASSERT_TRUE(view.count.has_value());
    EXPECT_EQ(view.count->plan, made.plan);
    EXPECT_EQ(view.count->ledger, 100);
    EXPECT_EQ(view.opened_by, "local");

    const Reply rejected = resolve(world, {.id = made.case_id, .resolution = "reject"});
    const auto& end = view_of<CaseView>(rejected);
    ASSERT_TRUE(end.end.has_value());
    EXPECT_EQ(end.end->resolution, Resolution::rejected);
    EXPECT_EQ(code_of(resolve(world, {.id = made.case_id, .resolution = "reject"})),
              RefusalCode::unknown_case);
    EXPECT_EQ(read_case(world, made.case_id)->cases.front().end->by, "local");
}

TEST_F(Worklist, LateMoneyIsAcknowledgedWithAReason) {
    world.receive("tea", 1);
    const Reply held = world.create(hold(world, "tea", 1));
    const std::string id = reservation_of(held).id;
    ASSERT_EQ(code_of(world.change({.operation = Operation::release, .reservation = id})),
              RefusalCode::none);
    ASSERT_NE(code_of(world.change({.operation = Operation::commit, .reservation = id})),
              RefusalCode::none);
    const auto page = cases(world, {.kind = "late_money"});
    ASSERT_EQ(page->cases.size(), 1U);
    EXPECT_EQ(page->cases.front().reservation, id);
    const Reply done = resolve(
        world, {.id = page->cases.front().id, .resolution = "acknowledge", .reason = "refunded"});
    EXPECT_EQ(view_of<CaseView>(done).end->reason, model::Reason::refunded);
    EXPECT_TRUE(cases(world)->cases.empty());
}

TEST_F(Worklist, BadDecisionsAreNamed) {
    EXPECT_EQ(code_of(resolve(world, {.id = "cas_nonsense", .resolution = "approve"})),
              RefusalCode::unknown_case);
    const std::string id = world.service->context.names.case_id(model::CaseId(7));
    EXPECT_EQ(code_of(resolve(world, {.id = id, .resolution = "acknowledge"})),
              RefusalCode::unknown_case);
    const Reply reply = resolve(world, {.id = id, .resolution = "maybe", .plan = "x"});
    ASSERT_EQ(code_of(reply), RefusalCode::validation_failed);
    EXPECT_EQ(reply.problem()->errors.front().pointer, "/resolution");
    EXPECT_EQ(read_case(world, id).error().code, RefusalCode::unknown_case);
}

}  // namespace
}  // namespace holdfast::api
