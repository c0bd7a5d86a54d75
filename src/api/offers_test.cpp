// What readers compute is what the writer would give.
#include "api/offers.hpp"

#include <gtest/gtest.h>

#include "api/testing.hpp"
#include "core/offer.hpp"
#include "model/sku_class.hpp"

namespace holdfast::api {
namespace {

using namespace testing;

class OffersTest : public ::testing::Test {
  protected:
    OffersTest() {
        for (const auto* pool : {"north", "fenced"}) {
            PutPoolRequest request{.name = pool};
            if (std::string(pool) == "fenced") {
                request.channels = {"app"};
            }
            put([&](Callback callback) {
                world_.service->policies.put_pool(world_.principal, request, std::move(callback));
            });
        }
        int units = 7;
        for (const auto* pool : {"default", "north", "fenced"}) {
            const Reply reply = world_.move({.attempt = {.header_key = world_.fresh_key()},
                                             .sku = "tea",
                                             .pool = pool,
                                             .quantity = units++});
            EXPECT_EQ(reply.problem(), nullptr);
        }
    }
    void put(const std::function<void(Callback)>& ask) {
        EXPECT_EQ(code_of(world_.answer(ask)), model::RefusalCode::none);
    }
    void put_class(std::initializer_list<std::pair<std::string_view, std::int64_t>> values) {
        PutClassRequest request{.name = "default"};
        for (const auto& [name, value] : values) {
            const auto field = std::ranges::find(class_fields(), name, &ClassField::name);
            request.fields.push_back({.field = &*field, .number = value});
        }
        put([&](Callback callback) {
            world_.service->policies.put_class(world_.principal, request, std::move(callback));
        });
    }
    void change_selling(bool stop, const std::string& scope, const std::string& name) {
        SellingRequest request{.stop = stop, .scope = scope, .name = name};
        if (stop) {
            request.reason = "incident";
        }
        put([&](Callback callback) {
            world_.service->policies.change_selling(world_.principal, request, std::move(callback));
        });
    }
    // As published, and as the writer's state has it; they must be the same.
    std::int64_t sellable() {
        const auto tenant = world_.published.find_tenant(world_.principal.tenant.digest);
        const auto id = world_.published.find_sku(model::sku_name("default", "tea").digest);
        const auto policy = world_.published.policy(tenant.value());
        const auto sku = world_.published.read(id.value());
        const base::Time now = world_.clock.now().wall;
        const std::int64_t out =
            sellable_of(sku, "tea", *policy, policy->sku_class(sku.sku_class), now);
        EXPECT_EQ(out, core::sellable(world_.writer->state(), *id, now));
        return out;
    }

    World world_;
};

TEST_F(OffersTest, PoolsThatServeEverybodyCountTogetherUnlessALineIsNotSplit) {
    EXPECT_EQ(sellable(), 15);
    put_class({{"split", 0}});
    EXPECT_EQ(sellable(), 8);
}

TEST_F(OffersTest, TheClassKeepsSomeBackAndOffersSomeMore) {
    put_class({{"safety_units", 2}});
    EXPECT_EQ(sellable(), 11);
    put_class({{"safety_share", 500}});
    EXPECT_EQ(sellable(), 7);
    put_class({{"backorder_max", 10}});
    EXPECT_EQ(sellable(), 35);
    put_class({{"hold_factor", 1500}});
    EXPECT_EQ(sellable(), 22);
    put_class({{"stop_selling_at", 15}});
    EXPECT_EQ(sellable(), 0);
    put_class({{"stop_selling_at", 14}});
    EXPECT_EQ(sellable(), 15);
}

TEST_F(OffersTest, HoldsOfBothKindsAreTakenOff) {
    ASSERT_EQ(code_of(world_.create(hold(world_, "tea", 9))), model::RefusalCode::none);
    EXPECT_EQ(sellable(), 6);
    put_class({{"hold_factor", 2000}});
    EXPECT_EQ(sellable(), 12);
    ASSERT_EQ(code_of(world_.create(hold(world_, "tea", 5))), model::RefusalCode::none);
    EXPECT_EQ(sellable(), 7);
}

TEST_F(OffersTest, StopsCountAtTheReadersClock) {
    change_selling(true, "pool", "north");
    EXPECT_EQ(sellable(), 7);
    for (const auto& [scope, name] : {std::pair("sku", "tea"), std::pair("class", "default")}) {
        change_selling(true, scope, name);
        EXPECT_EQ(sellable(), 0) << scope;
        change_selling(false, scope, name);
    }
    change_selling(false, "pool", "north");
    SellingRequest request{.stop = true, .scope = "everything", .reason = "incident"};
    request.until = "2026-05-04T10:00:30Z";
    put([&](Callback callback) {
        world_.service->policies.change_selling(world_.principal, request, std::move(callback));
    });
    EXPECT_EQ(sellable(), 0);
    world_.clock.advance(std::chrono::seconds(30));  // nobody tells the writer
    EXPECT_EQ(sellable(), 15);
}

// Who reads and who decides have one clock: the partition's, which follows no jump.
TEST_F(OffersTest, NobodyEndsAStopByAWallClockThatJumped) {
    SellingRequest request{.stop = true, .scope = "everything", .reason = "incident"};
    request.until = "2026-05-04T10:00:30Z";
    put([&](Callback callback) {
        world_.service->policies.change_selling(world_.principal, request, std::move(callback));
    });
    world_.clock.jump_wall(std::chrono::hours(48));
    world_.settle();
    const auto shown = [&] {
        const std::vector<std::string> skus{"tea"};
        return world_.service->availability.read(world_.principal, skus, {})->skus.front();
    };
    EXPECT_TRUE(shown().stopped);
    EXPECT_EQ(world_.service->policies.stops(world_.principal).stops.size(), 1u);
    EXPECT_EQ(code_of(world_.create(hold(world_, "tea", 1))), model::RefusalCode::selling_stopped);
    world_.advance(std::chrono::seconds(30));
    EXPECT_FALSE(shown().stopped);
    EXPECT_EQ(code_of(world_.create(hold(world_, "tea", 1))), model::RefusalCode::none);
}

}  // namespace
}  // namespace holdfast::api
