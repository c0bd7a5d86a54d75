#include "partition/partition_clock.hpp"

#include <gtest/gtest.h>

namespace holdfast::partition {
namespace {

using namespace std::chrono_literals;
using base::Duration;
using base::Instant;
using base::Time;

constexpr Time kWall = base::time_from_ms(1'767'225'600'000);
constexpr Duration kJumpMax = 1h;

Instant at(Duration elapsed, Duration wall_error = {}) {
    return {.wall = kWall + elapsed + wall_error, .boot = 10s + elapsed};
}

TEST(PartitionClock, FollowsASteadyWallClock) {
    PartitionClock clock(kWall - 1min, at(0ms), kJumpMax);
    EXPECT_EQ(clock.now(at(0ms)), kWall);
    EXPECT_EQ(clock.now(at(1500ms)), kWall + 1500ms);
    EXPECT_FALSE(clock.suspended());
}

TEST(PartitionClock, NeverStartsBeforeTheLedger) {
    PartitionClock clock(kWall + 10s, at(0ms), kJumpMax);
    EXPECT_EQ(clock.now(at(0ms)), kWall + 10s);
    EXPECT_GE(clock.now(at(5s)), kWall + 10s);
}

TEST(PartitionClock, NeverGoesBackWhateverTheWallClockDoes) {
    PartitionClock clock(kWall, at(0ms), kJumpMax);
    Time last = clock.now(at(0ms));
    for (int i = 1; i < 200; ++i) {
        const Duration error = (i % 7 - 3) * 20min;
        const Time now = clock.now(at(i * 10ms, error));
        EXPECT_GE(now, last);
        last = now;
    }
}

// Whoever read the system's clocks first may come second.
TEST(PartitionClock, AnEarlierInstantDoesNotTakeItBack) {
    PartitionClock clock(kWall, at(0ms), kJumpMax);
    const Time later = clock.now(at(100ms));
    EXPECT_EQ(clock.now(at(40ms)), later);
    EXPECT_EQ(clock.now(at(150ms)), kWall + 150ms);
}

TEST(PartitionClock, SlewsTowardsTheWallClockByHalfAPercentAtMost) {
    PartitionClock clock(kWall, at(0ms), kJumpMax);
    static_cast<void>(clock.now(at(0ms)));
    const Time after_a_minute = clock.now(at(1min, 30s));
    EXPECT_GT(after_a_minute, kWall + 1min);
    EXPECT_LE(after_a_minute, kWall + 1min + 300ms);
    Time now = after_a_minute;
    for (int i = 2; i < 300; ++i) {
        now = clock.now(at(i * 1min, 30s));
    }
    EXPECT_EQ(now, kWall + 299min + 30s);  // 30 s are caught up in 100 minutes
}

TEST(PartitionClock, SlewsBackwardsByRunningSlower) {
    PartitionClock clock(kWall, at(0ms), kJumpMax);
    static_cast<void>(clock.now(at(0ms)));
    const Time now = clock.now(at(1min, -30s));
    EXPECT_LT(now, kWall + 1min);
    EXPECT_GE(now, kWall + 1min - 300ms);
}

TEST(PartitionClock, SlewsAlsoWhenItIsReadVeryOften) {
    PartitionClock clock(kWall, at(0ms), kJumpMax);
    Time now{};
    for (Duration elapsed{}; elapsed <= 60s; elapsed += 1ms) {
        now = clock.now(at(elapsed, 10s));
    }
    EXPECT_GE(now, kWall + 60s + 250ms);
}

TEST(PartitionClock, DoesNotFollowAJumpUntilItIsConfirmed) {
    PartitionClock clock(kWall, at(0ms), kJumpMax);
    static_cast<void>(clock.now(at(0ms)));
    EXPECT_EQ(clock.now(at(1s, 24h)), kWall + 1s);
    EXPECT_TRUE(clock.suspended());
    EXPECT_EQ(clock.wall_ahead(), 24h);
    clock.confirm_wall();
    EXPECT_EQ(clock.now(at(2s, 24h)), kWall + 2s + 24h);
    EXPECT_FALSE(clock.suspended());
}

TEST(PartitionClock, AWallClockThatComesBackIsBelievedAgain) {
    PartitionClock clock(kWall, at(0ms), kJumpMax);
    static_cast<void>(clock.now(at(1s, 24h)));
    EXPECT_TRUE(clock.suspended());
    static_cast<void>(clock.now(at(2s)));
    EXPECT_FALSE(clock.suspended());
}

TEST(PartitionClock, AfterAStartItDoesNotBelieveAWallClockFarBeyondTheLedger) {
    PartitionClock clock(kWall - 48h, at(0ms), kJumpMax);
    EXPECT_EQ(clock.now(at(0ms)), kWall - 48h);
    EXPECT_TRUE(clock.suspended());
}

TEST(PartitionClock, AnEmptyLedgerBelievesTheWallClock) {
    PartitionClock clock(Time{}, at(0ms), kJumpMax);
    EXPECT_EQ(clock.now(at(0ms)), kWall);
    EXPECT_FALSE(clock.suspended());
}

}  // namespace
}  // namespace holdfast::partition
