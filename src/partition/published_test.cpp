#include "partition/published.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "model/command.hpp"

namespace holdfast::partition {
namespace {

using namespace std::chrono_literals;
using model::Sequence;
using model::SkuId;
using model::TenantId;

SkuCapture capture(SkuId sku, std::int64_t units) {
    return {.sku = sku,
            .sku_class = model::ClassId(0),
            .version = 1,
            .cell = {.pool = model::kDefaultPool,
                     .units = {.on_hand = units, .held = units, .committed = -units},
                     .next_expiry_at = base::time_from_ms(units)}};
}

TEST(Published, KnowsNamesOnceTheyArePublished) {
    Published published;
    const auto name = model::sku_name("default", "A");
    EXPECT_EQ(published.find_sku(name.digest), std::nullopt);
    published.publish_tenant(TenantId(0), model::tenant_name("default").digest, "default");
    published.publish_class(TenantId(0), model::ClassId(0), "default");
    published.publish_sku(SkuId(0), name.digest, "A");
    EXPECT_EQ(published.find_sku(name.digest), SkuId(0));
    EXPECT_EQ(published.sku_name(SkuId(0)), "A");
    EXPECT_EQ(published.tenant_name(TenantId(0)), "default");
    EXPECT_EQ(published.class_name(TenantId(0), model::ClassId(0)), "default");
    EXPECT_EQ(published.sku_count(), 1u);
}

TEST(Published, KeepsSkusFarApartApart) {
    Published published;
    for (const std::uint32_t id : {0u, 1'023u, 1'024u, 5'000'000u}) {
        published.publish_cell(capture(SkuId(id), id));
    }
    for (const std::uint32_t id : {0u, 1'023u, 1'024u, 5'000'000u}) {
        EXPECT_EQ(published.read(SkuId(id)).cells.front().units.on_hand, id);
    }
}

// The figures of a capture belong together: whoever sees one of them new and another one old has
// seen a state that never was.
TEST(Published, AReaderNeverSeesHalfAnUpdate) {
    Published published;
    published.publish_cell(capture(SkuId(7), 0));
    std::atomic<bool> stop{false};
    std::atomic<std::uint64_t> torn{0};
    std::jthread reader([&] {
        while (!stop) {
            const auto cell = published.read(SkuId(7)).cells.front();
            const bool whole = cell.units.on_hand == cell.units.held &&
                               cell.units.on_hand == -cell.units.committed &&
                               cell.units.on_hand == base::to_ms(cell.next_expiry_at);
            torn += static_cast<std::uint64_t>(!whole);
        }
    });
    for (std::int64_t i = 1; i < 300'000; ++i) {
        published.publish_cell(capture(SkuId(7), i));
    }
    stop = true;
    reader.join();
    EXPECT_EQ(torn, 0u);
}

TEST(Published, IsStaleFromTheDecisionUntilItIsOut) {
    Published published;
    published.publish_position(Sequence(5), base::time_from_ms(1'000));
    EXPECT_EQ(published.freshness(base::time_from_ms(9'000)).staleness, 0ms);
    published.note_decided(Sequence(6));
    EXPECT_EQ(published.freshness(base::time_from_ms(1'030)).staleness, 30ms);
    EXPECT_EQ(published.freshness(base::time_from_ms(1'000)).staleness, 1ms);
    published.publish_position(Sequence(6), base::time_from_ms(1'040));
    EXPECT_EQ(published.freshness(base::time_from_ms(9'000)).staleness, 0ms);
    EXPECT_EQ(published.freshness(base::time_from_ms(9'000)).position, Sequence(6));
}

TEST(Published, WaitingForAPositionEndsWhenItIsOut) {
    Published published;
    std::atomic<bool> reached{false};
    std::jthread waiter([&] {
        published.wait_until(Sequence(3));
        reached = true;
    });
    published.publish_position(Sequence(2), {});
    EXPECT_FALSE(reached);
    published.publish_position(Sequence(3), {});
    waiter.join();
    EXPECT_TRUE(reached);
}

}  // namespace
}  // namespace holdfast::partition
