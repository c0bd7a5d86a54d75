// What happened, how much there was when, and why it is as much as it is.
#include "api/histories.hpp"

#include <gtest/gtest.h>

#include "api/stock_facts_testing.hpp"

namespace holdfast::api {
namespace {

using namespace testing;
using model::Operation;
using model::RefusalCode;

class Looking : public ::testing::Test {
  protected:
    Looking() { world.receive("tea", 10); }

    std::expected<EventList, Problem> events(const HistoryRequest& request) {
        return asked<EventList>(world, [&](Answer<EventList> answer) {
            world.service->histories.events(world.principal, request, std::move(answer));
        });
    }
    std::expected<StockAtView, Problem> stock(const std::string& sku, const MomentRequest& moment) {
        return asked<StockAtView>(world, [&](Answer<StockAtView> answer) {
            world.service->histories.stock_at(world.principal, sku, moment, std::move(answer));
        });
    }
    std::expected<ExplanationView, Problem> explain(const ExplainRequest& request) {
        return asked<ExplanationView>(world, [&](Answer<ExplanationView> answer) {
            world.service->histories.explain(world.principal, request, std::move(answer));
        });
    }
    static std::vector<std::string> types(const EventList& list) {
        std::vector<std::string> out;
        for (const auto& event : list.events) {
            out.emplace_back(event.type);
        }
        return out;
    }

    World world;
};

TEST_F(Looking, AReservationIsToldNewestFirst) {
    const Reply held = world.create(hold(world, "tea", 2));
    const std::string id = reservation_of(held).id;
    world.change({.operation = Operation::commit, .reservation = id});
    const auto list = events({.reservation = id});
    ASSERT_TRUE(list.has_value());
    EXPECT_EQ(types(*list), (std::vector<std::string>{"holdfast.reservation.committed",
                                                      "holdfast.reservation.held"}));
    EXPECT_EQ(list->events.front().subject, id);
    EXPECT_EQ(list->events.back().position, held.position);
    EXPECT_EQ(reservation_of(list->events.back().reply).lines.front().units.held, 2);
}

TEST_F(Looking, ASkuByPagesAndPools) {
    world.receive("tea", 1);
    world.receive("tea", 2);
    HistoryRequest request{.sku = "tea", .pool = "default", .page = {.limit = 2}};
    const auto first = events(request);
    ASSERT_TRUE(first.has_value());
    ASSERT_EQ(first->events.size(), 2U);
    EXPECT_EQ(view_of<StockView>(first->events[0].reply).delta, 2);
    request.page.cursor = first->next_cursor;
    const auto second = events(request);
    ASSERT_TRUE(second.has_value());
    EXPECT_EQ(view_of<StockView>(second->events.front().reply).delta, 10);
    request.pool = "moon";
    request.page = {};
    EXPECT_EQ(events(request).error().errors.front().parameter, "pool");
    EXPECT_EQ(events({.sku = "unheard-of"}).error().code, RefusalCode::not_found);
}

TEST_F(Looking, UnderAReferenceAndByAPrincipal) {
    auto request = hold(world, "tea", 1);
    request.reference = "order-1";
    request.agent_id = "bot";
    request.customer_id = "ann";
    ASSERT_EQ(world.create(request).problem(), nullptr);
    EXPECT_EQ(events({.reference = "order-1"})->events.size(), 1U);
    EXPECT_EQ(events({.agent = "bot"})->events.size(), 1U);
    EXPECT_EQ(events({.customer_id = "ann"})->events.size(), 1U);
    EXPECT_EQ(events({.agent = "ann"})->events.size(), 0U);
    EXPECT_EQ(events({.pool = "default"})->events.size(), 2U);
    EXPECT_EQ(events({.reference = "order-1", .agent = "bot"}).error().code,
              RefusalCode::validation_failed);
    EXPECT_EQ(events({}).error().code, RefusalCode::validation_failed);
}

TEST_F(Looking, StockAsOfATimeOrAPosition) {
    const Reply then = world.move(movement(world, Operation::receive_stock, "tea", 5));
    world.advance(base::Duration(60'000));
    world.receive("tea", 100);
    EXPECT_EQ(stock("tea", {})->pools.front().cell.on_hand, 115);
    EXPECT_EQ(stock("tea", {.position = then.position})->pools.front().cell.on_hand, 15);
    EXPECT_EQ(stock("tea", {.at = "2026-05-04T10:00:30Z"})->pools.front().cell.on_hand, 15);
    EXPECT_TRUE(stock("tea", {.at = std::string(kBefore)})->pools.empty());
    EXPECT_EQ(stock("tea", {.at = "yesterday"}).error().errors.front().parameter, "at");
    EXPECT_EQ(stock("tea", {.position = "x"}).error().errors.front().parameter, "position");
    EXPECT_EQ(stock("unheard-of", {}).error().code, RefusalCode::not_found);
}

TEST_F(Looking, EveryFigureIsTakenApart) {
    const Reply held = world.create(hold(world, "tea", 3));
    world.move(movement(world, Operation::adjust_stock, "tea", -1, "damage"));
    world.move(movement(world, Operation::mark_unavailable, "tea", 2, "quality_hold"));
    const auto view = explain({.sku = "tea"});
    ASSERT_TRUE(view.has_value());
    ASSERT_EQ(view->pools.size(), 1U);
    const CellExplanationView& cell = view->pools.front();
    std::int64_t on_hand = 0;
    for (const auto& term : cell.on_hand) {
        on_hand += term.units;
    }
    EXPECT_EQ(on_hand, cell.at.cell.on_hand);
    EXPECT_EQ(cell.at.cell.on_hand, 9);
    ASSERT_EQ(cell.unavailable.size(), 1U);
    EXPECT_EQ(cell.unavailable.front().units, 2);
    ASSERT_EQ(cell.promises.size(), 1U);
    ASSERT_EQ(cell.promises.front().newest.size(), 1U);
    EXPECT_EQ(cell.promises.front().newest.front().reservation, reservation_of(held).id);
    EXPECT_EQ(cell.offered, 4);
    EXPECT_EQ(view->sku_class, "default");
    EXPECT_FALSE(explain({.sku = "tea", .moment = {.position = held.position}})
                     ->pools.front()
                     .offered.has_value());
}

}  // namespace
}  // namespace holdfast::api
