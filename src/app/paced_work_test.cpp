#include "app/paced_work.hpp"

#include <gtest/gtest.h>
#include <sched.h>

#include <vector>

namespace holdfast::app {
namespace {

int policy_of_this_thread() { return ::sched_getscheduler(0); }

TEST(PacedWork, TakesTurnsAtTheIdlePriorityUntilOneFinishes) {
    std::vector<int> policies;
    {
        const PacedWork work("work", [&] {
            policies.push_back(policy_of_this_thread());
            return policies.size() < 3 ? Pace::idle : Pace::finish;
        });
    }
    EXPECT_EQ(policies, (std::vector{SCHED_IDLE, SCHED_IDLE, SCHED_IDLE}));
}

TEST(PacedWork, HurriesAsLongAsATurnSaysSo) {
    const std::vector next = {Pace::hurry, Pace::hurry, Pace::idle, Pace::finish};
    std::vector<int> policies;
    {
        const PacedWork work("work", [&] {
            policies.push_back(policy_of_this_thread());
            return next[policies.size() - 1];
        });
    }
    EXPECT_EQ(policies, (std::vector{SCHED_IDLE, SCHED_OTHER, SCHED_OTHER, SCHED_IDLE}));
}

TEST(PacedWork, MayFinishWhileItHurries) {
    int turns = 0;
    {
        const PacedWork work("work", [&] { return turns++ == 0 ? Pace::hurry : Pace::finish; });
    }
    EXPECT_EQ(turns, 2);
}

}  // namespace
}  // namespace holdfast::app
