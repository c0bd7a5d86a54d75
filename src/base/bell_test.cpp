#include "base/bell.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace holdfast::base {
namespace {

using namespace std::chrono_literals;

TEST(BellTest, ARingIsTakenOnce) {
    Bell bell;
    EXPECT_FALSE(bell.take());
    bell.ring();
    EXPECT_TRUE(bell.take());
    EXPECT_FALSE(bell.take());
}

TEST(BellTest, ManyRingsBeforeAWaitAreOne) {
    Bell bell;
    bell.ring();
    bell.ring();
    EXPECT_TRUE(bell.wait_for(1h));
    EXPECT_FALSE(bell.wait_for(0ms));
}

TEST(BellTest, WithoutARingOnlyTheTimeIsOver) {
    Bell bell;
    EXPECT_FALSE(bell.wait_for(1us));
}

TEST(BellTest, ARingWakesWhoWaits) {
    Bell asked;
    Bell answered;
    const std::jthread answering([&] {
        for (int i = 0; i < 1'000; ++i) {
            EXPECT_TRUE(asked.wait_for(1h));
            answered.ring();
        }
    });
    for (int i = 0; i < 1'000; ++i) {
        asked.ring();
        EXPECT_TRUE(answered.wait_for(1h));
    }
}

}  // namespace
}  // namespace holdfast::base
