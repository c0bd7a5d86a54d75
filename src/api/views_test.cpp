// Stock, availability and lists.
#include <gtest/gtest.h>

#include "api/cursor.hpp"
#include "api/private_data.hpp"
#include "api/testing.hpp"
#include "model/limits.hpp"

namespace holdfast::api {
namespace {

using namespace testing;
using model::RefusalCode;

class ViewsTest : public ::testing::Test {
  protected:
    SkuAvailability availability(const std::string& sku) {
        const auto view = world_.service->availability.read(world_.principal, std::vector{sku}, {});
        EXPECT_TRUE(view && view->skus.size() == 1);
        return view->skus.at(0);
    }
    Reply put_sku(const PutSkuRequest& request) {
        return world_.answer([&](Callback callback) {
            world_.service->stock.put_sku(world_.principal, request, std::move(callback));
        });
    }
    std::expected<ReservationList, Problem> list(const ListRequest& request) {
        return world_.service->lists.list(world_.principal, request);
    }

    World world_;
};

TEST_F(ViewsTest, AMovementShowsTheCellAfterIt) {
    const MovementRequest receipt{.attempt = {.header_key = "r1"}, .sku = "tea", .quantity = 7};
    const Reply first = world_.move(receipt);
    const auto& view = std::get<StockView>(first.body);
    EXPECT_EQ(view.sku, "tea");
    EXPECT_EQ(view.delta, 7);
    EXPECT_TRUE(view.sku_registered);
    EXPECT_EQ(view.cell.on_hand, 7);
    const Reply again = world_.move(receipt);
    EXPECT_TRUE(again.replayed);
    EXPECT_FALSE(again.present);
    EXPECT_EQ(again.event, first.event);
}

TEST_F(ViewsTest, AvailabilityFollowsEveryKindOfPromise) {
    world_.receive("tea", 10);
    EXPECT_EQ(availability("tea").status, StockStatus::in_stock);
    ASSERT_EQ(code_of(world_.create(hold(world_, "tea", 6))), RefusalCode::none);
    auto now = availability("tea");
    EXPECT_EQ(now.status, StockStatus::low);
    EXPECT_EQ(now.units.sellable, 4);
    EXPECT_EQ(now.units.held, 6);
    EXPECT_EQ(now.next_expiry_at, kStart.wall + std::chrono::minutes(15));
    ASSERT_EQ(now.pools.size(), 1U);
    EXPECT_EQ(now.pools[0].pool, "default");
    ASSERT_EQ(code_of(world_.create(hold(world_, "tea", 4))), RefusalCode::none);
    EXPECT_EQ(availability("tea").status, StockStatus::all_held);

    EXPECT_EQ(code_of(world_.move({.operation = model::Operation::adjust_stock,
                                   .attempt = {.header_key = "a1"},
                                   .sku = "tea",
                                   .delta = -12,
                                   .reason = "theft"})),
              RefusalCode::none);
    now = availability("tea");
    EXPECT_EQ(now.units.sellable, 0);
    EXPECT_EQ(now.units.on_hand, -2);
    EXPECT_EQ(now.units.deficit, 12);
    EXPECT_EQ(now.status, StockStatus::out);
}

TEST_F(ViewsTest, SafetyStockIsNeverOffered) {
    world_.receive("tea", 10);
    const Reply reply = world_.answer([&](Callback callback) {
        world_.service->stock.set_safety_stock(world_.principal, {.sku = "tea", .quantity = 10},
                                               std::move(callback));
    });
    EXPECT_EQ(std::get<StockView>(reply.body).cell.safety_stock, 10);
    EXPECT_EQ(availability("tea").status, StockStatus::out);
}

TEST_F(ViewsTest, SeveralSkusAreAnsweredInOrderAndTheUnknownNamed) {
    world_.receive("tea", 1);
    world_.receive("rum", 2);
    const auto view = world_.service->availability.read(
        world_.principal, std::vector<std::string>{"rum", "nothing", "tea"}, {});
    ASSERT_TRUE(view);
    ASSERT_EQ(view->skus.size(), 2U);
    EXPECT_EQ(view->skus[0].sku, "rum");
    EXPECT_EQ(view->skus[1].sku, "tea");
    EXPECT_EQ(view->unknown, (std::vector<std::string>{"nothing"}));
    EXPECT_EQ(view->freshness.staleness, base::Duration{});
    const auto none = world_.service->availability.read(world_.principal, {}, {});
    EXPECT_EQ(none.error().errors.at(0).parameter, "sku");
    const std::vector<std::string> many(model::kSkusPerQueryMax + 1, "tea");
    EXPECT_FALSE(world_.service->availability.read(world_.principal, many, {}));
}

TEST_F(ViewsTest, OnesOwnWritesAreVisibleAndTheFutureIsNot) {
    world_.receive("tea", 1);
    const Reply made = world_.create(hold(world_, "tea", 1));
    const auto read = [&](const std::string& position) {
        return world_.service->availability.read(world_.principal, std::vector<std::string>{"tea"},
                                                 position);
    };
    EXPECT_TRUE(read(made.position));
    EXPECT_EQ(read(model::encode_position(kPartition, model::Sequence(1'000))).error().code,
              RefusalCode::unavailable);
    EXPECT_EQ(read(model::encode_position(model::PartitionId(8), model::Sequence(1))).error().code,
              RefusalCode::unavailable);
    EXPECT_EQ(read("soon").error().errors.at(0).parameter, "min_position");
}

TEST_F(ViewsTest, ASkuIsRegisteredOnceAndGuardedByItsVersion) {
    const Reply made = put_sku({.sku = "tea"});
    EXPECT_TRUE(made.created);
    EXPECT_EQ(std::get<SkuSettingsView>(made.body).sku_class, "default");
    EXPECT_FALSE(put_sku({.sku = "tea"}).created);
    EXPECT_EQ(put_sku({.sku = "tea", .sku_class = "sneaker"}).problem()->errors.at(0).pointer,
              "/sku_class");
    EXPECT_EQ(code_of(put_sku({.sku = "tea", .versions = {{1}}})), RefusalCode::none);
    const Reply stale = put_sku({.sku = "tea", .versions = {{2}}});
    EXPECT_EQ(code_of(stale), RefusalCode::version_mismatch);
    EXPECT_EQ(stale.problem()->version, 1U);
    EXPECT_EQ(world_.service->stock.settings(world_.principal, "tea")->version, 1U);
    EXPECT_EQ(world_.service->stock.settings(world_.principal, "rum").error().code,
              RefusalCode::not_found);
}

class ListsTest : public ViewsTest {
  protected:
    ListsTest() {
        world_.receive("tea", 10);
        for (int i = 0; i < 3; ++i) {
            const Reply made = world_.create(hold(world_, "tea", 1));
            const auto event = model::decode(made.event);
            EXPECT_TRUE(world_.index.put(std::get<model::ReservationChanged>(*event).image));
        }
    }
};

TEST_F(ListsTest, PagesFollowEachOtherByCursor) {
    const auto first = list({.limit = 2});
    ASSERT_TRUE(first);
    EXPECT_EQ(first->items.size(), 2U);
    EXPECT_EQ(first->items[0].view.lines[0].sku, "tea");
    EXPECT_FALSE(first->next_cursor.empty());
    const auto second = list({.limit = 2, .cursor = first->next_cursor});
    ASSERT_TRUE(second);
    EXPECT_EQ(second->items.size(), 1U);
    EXPECT_TRUE(second->next_cursor.empty());
    EXPECT_NE(second->items[0].view.id, first->items[1].view.id);
}

TEST_F(ListsTest, ACursorBelongsToItsTenantAndFilters) {
    const std::string cursor = list({.state = "held", .limit = 1})->next_cursor;
    EXPECT_TRUE(list({.state = "held", .limit = 2, .cursor = cursor}));
    for (const ListRequest& request :
         {ListRequest{.cursor = cursor}, ListRequest{.state = "expired", .cursor = cursor},
          ListRequest{.state = "held", .cursor = cursor + "A"},
          ListRequest{.state = "held", .cursor = "AAAA"}}) {
        const auto refused = list(request);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().errors.at(0).parameter, "cursor");
    }
    world_.principal.tenant = model::tenant_name("other");
    EXPECT_FALSE(list({.state = "held", .cursor = cursor}));
}

TEST_F(ListsTest, FiltersReachTheIndex) {
    ASSERT_TRUE(list({.state = "payment_pending",
                      .reference = "o-1",
                      .owner = "agent-1",
                      .expires_before = "2026-05-04T12:00:00Z"}));
    EXPECT_EQ(world_.index.asked.tenant, model::TenantId(0));
    EXPECT_EQ(world_.index.asked.state, model::ReservationState::payment_pending);
    EXPECT_EQ(world_.index.asked.reference, projection::reference_digest("o-1"));
    EXPECT_EQ(world_.index.asked.owner, projection::owner_digest("agent-1"));
    EXPECT_EQ(world_.index.asked.expires_before, base::time_from_ms(1'777'896'000'000));
    ASSERT_TRUE(list({.customer_id = "ann"}));
    EXPECT_EQ(world_.index.asked.owner,
              customer_digest(world_.service->context.private_key, "default", "ann"));
}

TEST_F(ListsTest, WrongFiltersAreNamed) {
    const std::pair<ListRequest, std::string> cases[] = {
        {{.state = "sold"}, "state"},
        {{.reference = ""}, "reference"},
        {{.owner = "a", .customer_id = "b"}, "customer_id"},
        {{.expires_before = "soon"}, "expires_before"},
        {{.limit = 0}, "limit"},
        {{.limit = 1001}, "limit"},
    };
    for (const auto& [request, parameter] : cases) {
        const auto refused = list(request);
        ASSERT_FALSE(refused) << parameter;
        EXPECT_EQ(refused.error().errors.at(0).parameter, parameter);
    }
}

TEST_F(ListsTest, AnUnknownTenantHasNothingAndABrokenIndexSaysSo) {
    world_.index.fails = true;
    EXPECT_EQ(list({}).error().code, RefusalCode::unavailable);
    world_.principal.tenant = model::tenant_name("other");
    ASSERT_TRUE(list({}));
    EXPECT_TRUE(list({})->items.empty());
}

}  // namespace
}  // namespace holdfast::api
