// Who waits is asked again when it is worth it, and told when its time is over.
#include "api/waiters.hpp"

#include <gtest/gtest.h>

#include "api/testing.hpp"

namespace holdfast::api {
namespace {

using namespace testing;

class Waiting : public ::testing::Test {
  protected:
    void wait(base::Duration patience) {
        world.service->waiters.wait(
            patience,
            [this] {
                ++looks;
                return is_ready;
            },
            [this](bool ready) { told.push_back(ready); });
        world.settle();
    }

    World world;
    bool is_ready = false;
    int looks = 0;
    std::vector<bool> told;
};

TEST_F(Waiting, WhatIsReadyRunsAtOnce) {
    is_ready = true;
    wait(base::Duration(1'000));
    EXPECT_EQ(told, std::vector{true});
}

TEST_F(Waiting, IsAskedAgainWithoutAThread) {
    wait(base::Duration(1'000));
    world.advance(base::Duration(10));
    EXPECT_TRUE(told.empty());
    EXPECT_EQ(looks, 2);
    is_ready = true;
    world.advance(base::Duration(10));
    EXPECT_EQ(told, std::vector{true});
    world.advance(base::Duration(1'000));
    EXPECT_EQ(looks, 3) << "nobody waits any more";
    EXPECT_EQ(told.size(), 1U);
}

TEST_F(Waiting, PatienceEnds) {
    wait(base::Duration(0));
    EXPECT_EQ(told, std::vector{false});
    wait(base::Duration(25));
    world.advance(base::Duration(25));
    EXPECT_EQ(told, (std::vector{false, false}));
}

TEST_F(Waiting, AHurryEndsAllAtOnce) {
    wait(base::Duration(60'000));
    wait(base::Duration(60'000));
    world.timers.hurry();
    world.settle();
    EXPECT_EQ(told, (std::vector{false, false}));
    wait(base::Duration(60'000));
    EXPECT_EQ(told.size(), 3U) << "also who comes later";
}

}  // namespace
}  // namespace holdfast::api
