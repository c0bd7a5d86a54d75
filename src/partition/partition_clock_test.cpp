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
    PartitionClock clock(kWall - 1min, {}, at(0ms), kJumpMax);
    EXPECT_EQ(clock.now(at(0ms)), kWall);
    EXPECT_EQ(clock.now(at(1500ms)), kWall + 1500ms);
    EXPECT_FALSE(clock.suspended());
}

TEST(PartitionClock, NeverStartsBeforeTheLedger) {
    PartitionClock clock(kWall + 10s, {}, at(0ms), kJumpMax);
    EXPECT_EQ(clock.now(at(0ms)), kWall + 10s);
    EXPECT_GE(clock.now(at(5s)), kWall + 10s);
}

TEST(PartitionClock, NeverGoesBackWhateverTheWallClockDoes) {
    PartitionClock clock(kWall, {}, at(0ms), kJumpMax);
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
    PartitionClock clock(kWall, {}, at(0ms), kJumpMax);
    const Time later = clock.now(at(100ms));
    EXPECT_EQ(clock.now(at(40ms)), later);
    EXPECT_EQ(clock.now(at(150ms)), kWall + 150ms);
}

TEST(PartitionClock, SlewsTowardsTheWallClockByHalfAPercentAtMost) {
    PartitionClock clock(kWall, {}, at(0ms), kJumpMax);
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
    PartitionClock clock(kWall, {}, at(0ms), kJumpMax);
    static_cast<void>(clock.now(at(0ms)));
    const Time now = clock.now(at(1min, -30s));
    EXPECT_LT(now, kWall + 1min);
    EXPECT_GE(now, kWall + 1min - 300ms);
}

TEST(PartitionClock, SlewsAlsoWhenItIsReadVeryOften) {
    PartitionClock clock(kWall, {}, at(0ms), kJumpMax);
    Time now{};
    for (Duration elapsed{}; elapsed <= 60s; elapsed += 1ms) {
        now = clock.now(at(elapsed, 10s));
    }
    EXPECT_GE(now, kWall + 60s + 250ms);
}

TEST(PartitionClock, DoesNotFollowAJumpUntilItIsConfirmed) {
    PartitionClock clock(kWall, {}, at(0ms), kJumpMax);
    static_cast<void>(clock.now(at(0ms)));
    EXPECT_EQ(clock.now(at(1s, 24h)), kWall + 1s);
    EXPECT_TRUE(clock.suspended());
    EXPECT_EQ(clock.wall_ahead(), 24h);
    clock.confirm_wall();
    EXPECT_EQ(clock.now(at(2s, 24h)), kWall + 2s + 24h);
    EXPECT_FALSE(clock.suspended());
}

TEST(PartitionClock, AWallClockThatComesBackIsBelievedAgain) {
    PartitionClock clock(kWall, {}, at(0ms), kJumpMax);
    static_cast<void>(clock.now(at(1s, 24h)));
    EXPECT_TRUE(clock.suspended());
    static_cast<void>(clock.now(at(2s)));
    EXPECT_FALSE(clock.suspended());
}

TEST(PartitionClock, AfterAStartItDoesNotBelieveAWallClockFarBeyondTheLedger) {
    PartitionClock clock(kWall - 48h, {}, at(0ms), kJumpMax);
    EXPECT_EQ(clock.now(at(0ms)), kWall - 48h);
    EXPECT_TRUE(clock.suspended());
}

TEST(PartitionClock, AConfirmationTellsWhatItMovedTimeByOnce) {
    PartitionClock clock(kWall - 48h, {}, at(0ms), kJumpMax);
    EXPECT_FALSE(clock.take_step().has_value());
    static_cast<void>(clock.now(at(2s)));
    clock.confirm_wall();
    static_cast<void>(clock.now(at(3s)));
    const auto step = clock.take_step();
    ASSERT_TRUE(step.has_value());
    EXPECT_EQ(step->from, kWall - 48h + 2s);
    EXPECT_EQ(step->to, kWall + 3s);
    EXPECT_FALSE(clock.take_step().has_value());
}

TEST(PartitionClock, AnEmptyLedgerBelievesTheWallClock) {
    PartitionClock clock(Time{}, {}, at(0ms), kJumpMax);
    EXPECT_EQ(clock.now(at(0ms)), kWall);
    EXPECT_FALSE(clock.suspended());
}

// -- a start goes on from the last sign of life ------------------------------------------------

TEST(PartitionClock, AQuietLedgerIsNoJump) {
    const SignOfLife alive{.wall = kWall - 1s, .time = kWall - 1s};
    PartitionClock clock(kWall - 72h, alive, at(0ms), kJumpMax);
    EXPECT_EQ(clock.now(at(0ms)), kWall);
    EXPECT_FALSE(clock.suspended());
}

TEST(PartitionClock, AStartAddsWhatHasPassedAndSlewsOn) {
    const SignOfLife alive{.wall = kWall - 5min, .time = kWall - 45min};
    PartitionClock clock(kWall - 46min, alive, at(0ms), kJumpMax);
    EXPECT_EQ(clock.now(at(0ms)), kWall - 40min);
    EXPECT_FALSE(clock.suspended());
    const Time after_a_minute = clock.now(at(1min));
    EXPECT_GT(after_a_minute, kWall - 39min);
    EXPECT_LE(after_a_minute, kWall - 39min + 300ms);
}

TEST(PartitionClock, AStartDoesNotConfirmAJump) {
    const SignOfLife alive{.wall = kWall - 1s, .time = kWall - 24h};
    PartitionClock clock(kWall - 24h, alive, at(0ms), kJumpMax);
    EXPECT_EQ(clock.now(at(0ms)), kWall - 24h + 1s);
    EXPECT_TRUE(clock.suspended());
}

// The last batch came after the last sign of life.
TEST(PartitionClock, ASignOfLifeFromBeforeTheLedgersEndTakesNothingBack) {
    const SignOfLife alive{.wall = kWall - 1s, .time = kWall - 1s};
    PartitionClock clock(kWall + 10s, alive, at(0ms), kJumpMax);
    EXPECT_EQ(clock.now(at(0ms)), kWall + 10s);
}

TEST(PartitionClock, AWallClockThatWasSetBackMeanwhileTakesNothingBack) {
    const SignOfLife alive{.wall = kWall + 10min, .time = kWall + 10min};
    PartitionClock clock(kWall - 1h, alive, at(0ms), kJumpMax);
    EXPECT_EQ(clock.now(at(0ms)), kWall + 10min);
    EXPECT_FALSE(clock.suspended());
}

TEST(PartitionClock, AfterALongStopTimeIsThatOfTheLastSignOfLifeUntilItIsConfirmed) {
    const SignOfLife alive{.wall = kWall - 2h, .time = kWall - 2h};
    PartitionClock clock(kWall - 72h, alive, at(0ms), kJumpMax);
    EXPECT_EQ(clock.now(at(0ms)), kWall - 2h);
    EXPECT_TRUE(clock.suspended());
}

// A wrong wall clock was put right while the service was away: the ledger says which one was right.
TEST(PartitionClock, AWallClockThatCameBackMeanwhileIsBelievedAgain) {
    const SignOfLife alive{.wall = kWall + 48h, .time = kWall - 30min};
    PartitionClock clock(kWall - 40min, alive, at(0ms), kJumpMax);
    EXPECT_EQ(clock.now(at(0ms)), kWall);
    EXPECT_FALSE(clock.suspended());
}

}  // namespace
}  // namespace holdfast::partition
