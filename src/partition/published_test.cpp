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

CellView cell(std::uint16_t pool, std::int64_t units) {
    return {.pool = model::PoolId(pool),
            .units = {.on_hand = units, .held = units, .committed = -units},
            .next_expiry_at = base::time_from_ms(units)};
}

void publish(Published& published, SkuId sku, const std::vector<CellView>& cells) {
    published.publish_cells({.sku = sku,
                             .sku_class = model::ClassId(0),
                             .version = 1,
                             .cells = static_cast<std::uint32_t>(cells.size())},
                            cells);
}

std::shared_ptr<const TenantPolicy> policy(std::uint32_t class_version) {
    TenantPolicy out{.classes = {model::default_class()},
                     .pools = {model::default_pool()},
                     .caps = {},
                     .stops = {}};
    out.classes.front().version = class_version;
    return std::make_shared<const TenantPolicy>(std::move(out));
}

TEST(Published, KnowsNamesOnceTheyArePublished) {
    Published published;
    const auto name = model::sku_name("default", "A");
    EXPECT_EQ(published.find_sku(name.digest), std::nullopt);
    published.publish_tenant(TenantId(0), model::tenant_name("default").digest, "default");
    published.publish_policy(TenantId(0), policy(1));
    published.publish_sku(SkuId(0), name.digest, "A");
    EXPECT_EQ(published.find_sku(name.digest), SkuId(0));
    EXPECT_EQ(published.sku_name(SkuId(0)), "A");
    EXPECT_EQ(published.tenant_name(TenantId(0)), "default");
    EXPECT_EQ(published.class_name(TenantId(0), model::ClassId(0)), "default");
    EXPECT_EQ(published.pool_name(TenantId(0), model::kDefaultPool), "default");
    EXPECT_EQ(published.sku_count(), 1u);
}

TEST(Published, KeepsSkusFarApartApart) {
    Published published;
    for (const std::uint32_t id : {0u, 1'023u, 1'024u, 5'000'000u}) {
        publish(published, SkuId(id), {cell(0, id)});
    }
    for (const std::uint32_t id : {0u, 1'023u, 1'024u, 5'000'000u}) {
        EXPECT_EQ(published.read(SkuId(id)).cells.front().units.on_hand, id);
    }
}

// Names are handed out as views: a change of the policy must not move them.
TEST(Published, APolicyIsReplacedAsAWholeAndNamesStay) {
    Published published;
    published.publish_tenant(TenantId(0), model::tenant_name("default").digest, "default");
    EXPECT_TRUE(published.policy(TenantId(0))->classes.empty());
    published.publish_policy(TenantId(0), policy(1));
    const auto before = published.policy(TenantId(0));
    const auto name = published.class_name(TenantId(0), model::ClassId(0));
    published.publish_policy(TenantId(0), policy(2));
    EXPECT_EQ(before->classes.front().version, 1u);
    EXPECT_EQ(published.policy(TenantId(0))->sku_class(model::ClassId(0)).version, 2u);
    EXPECT_EQ(published.class_name(TenantId(0), model::ClassId(0)).data(), name.data());
}

TEST(Published, ASkuIsReadWithAllItsCells) {
    Published published;
    publish(published, SkuId(1), {cell(0, 5)});
    EXPECT_EQ(published.read(SkuId(1)).cells.size(), 1u);
    publish(published, SkuId(1), {cell(0, 5), cell(3, 7), cell(9, 8)});
    publish(published, SkuId(2), {cell(0, 1), cell(9, 2)});
    const SkuView sku = published.read(SkuId(1));
    ASSERT_EQ(sku.cells.size(), 3u);
    EXPECT_EQ(sku.cells[0].units.on_hand, 5);
    EXPECT_EQ(sku.cells[1].pool, model::PoolId(3));
    EXPECT_EQ(sku.cells[1].units.on_hand, 7);
    EXPECT_EQ(sku.cells[2].pool, model::PoolId(9));
    EXPECT_EQ(published.read(SkuId(2)).cells[1].units.on_hand, 2);
}

// The figures of a capture belong together: whoever sees one of them new and another one old has
// seen a state that never was. Also over several pools, and while pools are added.
TEST(Published, AReaderNeverSeesHalfAnUpdate) {
    Published published;
    publish(published, SkuId(7), {cell(0, 0)});
    std::atomic<bool> stop{false};
    std::atomic<std::uint64_t> torn{0};
    std::jthread reader([&] {
        while (!stop) {
            const auto sku = published.read(SkuId(7));
            const auto units = sku.cells.front().units.on_hand;
            for (const auto& cell : sku.cells) {
                const bool whole = cell.units.on_hand == units && cell.units.held == units &&
                                   cell.units.committed == -units &&
                                   base::to_ms(cell.next_expiry_at) == units;
                torn += static_cast<std::uint64_t>(!whole);
            }
        }
    });
    std::vector<CellView> cells;
    for (std::int64_t i = 1; i < 300'000; ++i) {
        cells.clear();
        for (std::uint16_t pool = 0; pool <= i / 50'000; ++pool) {
            cells.push_back(cell(pool, i));
        }
        publish(published, SkuId(7), cells);
    }
    stop = true;
    reader.join();
    EXPECT_EQ(torn, 0u);
}

// A larger block is as much part of an update as what is in it.
TEST(Published, AReaderNeverSeesASkuGrowByHalf) {
    constexpr std::uint32_t kSkus = 20'000;
    constexpr std::uint16_t kPools = 10;  // three larger blocks
    Published published;
    publish(published, SkuId(0), {cell(0, 1)});
    std::atomic<std::uint32_t> growing{0};
    std::atomic<std::uint64_t> torn{0};
    std::jthread reader([&] {
        for (std::uint32_t sku = 0; sku < kSkus; sku = growing.load(std::memory_order_acquire)) {
            for (const auto& cell : published.read(SkuId(sku)).cells) {
                torn += static_cast<std::uint64_t>(cell.units.on_hand == 0);
            }
        }
    });
    for (std::uint32_t sku = 0; sku < kSkus; ++sku) {
        std::vector<CellView> cells{cell(0, 1)};
        publish(published, SkuId(sku), cells);
        growing.store(sku, std::memory_order_release);
        for (std::uint16_t pool = 1; pool < kPools; ++pool) {
            cells.push_back(cell(pool, 1));
            publish(published, SkuId(sku), cells);
        }
    }
    growing = kSkus;
    reader.join();
    EXPECT_EQ(torn, 0u);
}

TEST(Published, APositionIsShownWithItsOwnTime) {
    constexpr std::int64_t kPositions = 300'000;
    Published published;
    std::atomic<std::uint64_t> torn{0};
    std::jthread reader([&] {
        for (std::int64_t seen = 0; seen < kPositions;) {
            const Freshness now = published.freshness(base::time_from_ms(0));
            seen = static_cast<std::int64_t>(now.position.value());
            torn += static_cast<std::uint64_t>(base::to_ms(now.as_of) != seen);
        }
    });
    for (std::int64_t i = 1; i <= kPositions; ++i) {
        published.publish_position(Sequence(static_cast<std::uint64_t>(i)), base::time_from_ms(i));
    }
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
