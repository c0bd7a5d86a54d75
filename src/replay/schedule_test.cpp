#include "replay/schedule.hpp"

#include <gtest/gtest.h>

#include "replay/orders_test.hpp"

namespace holdfast::replay {
namespace {

Plan sale_and_its_return() {
    ReplayOptions options;
    options.abandoned = 0;
    return make_plan(orders_of(order_row("1", "10001", 5) + order_row("C2", "10001", -5) +
                               order_row("3", "10001", 1)),
                     options);
}

base::ManualClock clock_at_zero() { return base::ManualClock({.wall = {}, .boot = {}}); }

TEST(Schedule, AReturnWaitsForItsSale) {
    const Plan plan = sale_and_its_return();
    const base::ManualClock clock = clock_at_zero();
    Schedule schedule(plan, clock, 0);
    EXPECT_EQ(schedule.next(), 0U);
    EXPECT_EQ(schedule.next(), 2U);
    schedule.finish(0);
    EXPECT_EQ(schedule.next(), 1U);
    schedule.finish(1);
    schedule.finish(2);
    EXPECT_EQ(schedule.next(), std::nullopt);
    EXPECT_EQ(schedule.finished(), 3U);
}

TEST(Schedule, AStepThatWasPutOffComesBackWhenItIsDue) {
    const Plan plan = sale_and_its_return();
    base::ManualClock clock = clock_at_zero();
    Schedule schedule(plan, clock, 0);
    EXPECT_EQ(schedule.next(), 0U);
    schedule.put_off(0, base::Duration(100));
    EXPECT_EQ(schedule.next(), 2U);
    clock.advance(base::Duration(100));
    EXPECT_EQ(schedule.next(), 0U);
}

TEST(Schedule, KeepsThePaceOfTheFileIfAsked) {
    Plan plan = sale_and_its_return();
    plan.steps[2].at += base::Duration(60'000);
    base::ManualClock clock = clock_at_zero();
    Schedule schedule(plan, clock, 60);
    EXPECT_EQ(schedule.next(), 0U);
    clock.advance(base::Duration(999));
    schedule.put_off(0, base::Duration(0));
    EXPECT_EQ(schedule.next(), 0U);
    clock.advance(base::Duration(1));
    EXPECT_EQ(schedule.next(), 2U);
}

TEST(Schedule, StoppedHandsOutNothing) {
    const Plan plan = sale_and_its_return();
    const base::ManualClock clock = clock_at_zero();
    Schedule schedule(plan, clock, 0);
    schedule.stop();
    EXPECT_EQ(schedule.next(), std::nullopt);
}

}  // namespace
}  // namespace holdfast::replay
