// Whom a pool serves, how long a stop covers, when a cap is one.
#include "model/pool.hpp"

#include <gtest/gtest.h>

#include "model/owner_caps.hpp"
#include "model/stop.hpp"

namespace holdfast::model {
namespace {

Pool fenced(std::vector<std::string> channels) { return {.channels = std::move(channels)}; }

TEST(Serves, APoolWithoutAFenceSellsToEverybody) {
    EXPECT_TRUE(serves(default_pool(), "web"));
    EXPECT_TRUE(serves(default_pool(), ""));
}

TEST(Serves, AFencedPoolSellsToItsChannelsOnly) {
    const auto pool = fenced({"web", "market"});
    EXPECT_TRUE(serves(pool, "web"));
    EXPECT_TRUE(serves(pool, "market"));
    EXPECT_FALSE(serves(pool, "till"));
}

TEST(Serves, WhoNamesNoChannelIsOutsideEveryFence) { EXPECT_FALSE(serves(fenced({"web"}), "")); }

TEST(Serves, ChannelsAreComparedByteByByte) {
    EXPECT_FALSE(serves(fenced({"web"}), "Web"));
    EXPECT_FALSE(serves(fenced({"web"}), "web "));
    EXPECT_FALSE(serves(fenced({"web"}), "we"));
}

// That it may go on elsewhere changes nothing about whom it serves itself.
TEST(Serves, DoesNotDependOnTheOverflow) {
    auto pool = fenced({"web"});
    pool.overflow = PoolId(3);
    EXPECT_TRUE(serves(pool, "web"));
    EXPECT_FALSE(serves(pool, "till"));
}

TEST(DefaultPool, IsTheFirstAndHasNoFence) {
    const auto pool = default_pool();
    EXPECT_EQ(pool.id, kDefaultPool);
    EXPECT_EQ(pool.version, 1u);
    EXPECT_EQ(pool.name, "default");
    EXPECT_EQ(pool.kind, PoolKind::physical);
    EXPECT_EQ(pool.priority, 0);
    EXPECT_TRUE(pool.channels.empty());
    EXPECT_FALSE(pool.overflow);
}

TEST(Stop, CoversUntilTheInstantItEnds) {
    const auto end = base::time_from_ms(1'000);
    const Stop stop{.until = end};
    EXPECT_TRUE(stop.covers(end - base::Duration(1)));
    EXPECT_FALSE(stop.covers(end));
}

TEST(Stop, WithoutAnEndCoversForEver) {
    EXPECT_TRUE(Stop{}.covers(base::kNever - base::Duration(1)));
}

TEST(OwnerCaps, ZeroIsNoCap) {
    CapsByKind caps{};
    EXPECT_FALSE(any_caps(caps));
    for (auto& cap : caps) {
        for (auto* const measure : {&cap.units, &cap.holds, &cap.unit_seconds}) {
            *measure = 1;
            EXPECT_TRUE(any_caps(caps));
            *measure = 0;
        }
    }
    EXPECT_FALSE(any_caps(caps));
}

}  // namespace
}  // namespace holdfast::model
