#include "api/timers.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace holdfast::api {
namespace {

using namespace std::chrono_literals;

class TimersTest : public ::testing::Test {
  protected:
    Timers::Id start(base::Duration after, int word) {
        return timers_.start(after, [this, word] { called_.push_back(word); });
    }

    base::ManualClock clock_{{.wall = {}, .boot = 1s}};
    Timers timers_{clock_};
    std::vector<int> called_;
};

TEST_F(TimersTest, CallWhatIsDueInTheOrderOfTime) {
    start(20ms, 2);
    start(10ms, 1);
    start(30ms, 3);
    timers_.run_due();
    EXPECT_TRUE(called_.empty());
    clock_.advance(20ms);
    timers_.run_due();
    EXPECT_EQ(called_, (std::vector{1, 2}));
    clock_.advance(10ms);
    timers_.run_due();
    timers_.run_due();
    EXPECT_EQ(called_, (std::vector{1, 2, 3}));
}

TEST_F(TimersTest, WhatIsCancelledIsNotCalled) {
    const auto gone = start(10ms, 1);
    start(10ms, 2);
    EXPECT_TRUE(timers_.cancel(gone));
    EXPECT_FALSE(timers_.cancel(gone));
    clock_.advance(1s);
    timers_.run_due();
    EXPECT_EQ(called_, std::vector{2});
}

// A long poll that is called at its end may start or cancel others.
TEST_F(TimersTest, MayBeUsedByWhatTheyCall) {
    const auto other = start(1h, 9);
    static_cast<void>(timers_.start(0ms, [&] {
        EXPECT_TRUE(timers_.cancel(other));
        start(0ms, 1);
    }));
    timers_.run_due();
    EXPECT_EQ(called_, std::vector{1});
}

TEST_F(TimersTest, HurriedTheyAreAllDueAlsoLaterOnes) {
    start(1h, 1);
    timers_.hurry();
    timers_.run_due();
    start(2h, 2);
    timers_.run_due();
    EXPECT_EQ(called_, (std::vector{1, 2}));
}

TEST(TimersThread, SleepsUntilTheFirstIsDue) {
    const base::SystemClock clock;
    Timers timers(clock);
    std::atomic<int> called{0};
    std::jthread thread([&] { timers.run_until_stopped(); });
    for (const auto after : {1ms, 5ms, 3ms}) {
        static_cast<void>(timers.start(after, [&] {
            ++called;
            called.notify_all();
        }));
    }
    for (int seen = called; seen < 3; seen = called) {
        called.wait(seen);
    }
    timers.stop();
}

}  // namespace
}  // namespace holdfast::api
