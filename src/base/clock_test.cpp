#include "base/clock.hpp"

#include <gtest/gtest.h>

namespace holdfast::base {
namespace {

using namespace std::chrono_literals;

TEST(Time, CountsMillisecondsOfUtc) {
    EXPECT_EQ(to_ms(time_from_ms(1'700'000'000'123)), 1'700'000'000'123);
    EXPECT_EQ(time_from_ms(0), Time());
    EXPECT_LT(time_from_ms(4'102'444'800'000), kNever);
}

TEST(SystemClock, IsInThisCenturyAndBootTimeNeverGoesBack) {
    const SystemClock clock;
    EXPECT_GT(clock.now().wall, Time(std::chrono::sys_days(std::chrono::year(2020) / 1 / 1)));
    auto last = clock.now().boot;
    for (int round = 0; round < 1'000; ++round) {
        const auto next = clock.now().boot;
        ASSERT_GE(next, last);
        last = next;
    }
}

TEST(ManualClock, MovesOnlyWhenTold) {
    ManualClock clock({.wall = time_from_ms(1'000), .boot = 5ms});
    EXPECT_EQ(clock.now().wall, time_from_ms(1'000));
    clock.advance(20ms);
    EXPECT_EQ(clock.now().wall, time_from_ms(1'020));
    EXPECT_EQ(clock.now().boot, 25ms);
    clock.jump_wall(-500ms);
    EXPECT_EQ(clock.now().wall, time_from_ms(520));
    EXPECT_EQ(clock.now().boot, 25ms);
}

}  // namespace
}  // namespace holdfast::base
