#include "app/stop_limit.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <latch>
#include <optional>

namespace holdfast::app {
namespace {

using namespace std::chrono_literals;

TEST(StopLimit, EndsAProcessThatDoesNotEnd) {
    const auto stop = [] {
        const StopLimit limit(1ms);
        std::latch(1).wait();
    };
    EXPECT_EXIT(stop(), ::testing::ExitedWithCode(EXIT_SUCCESS), "stopped before the views");
}

TEST(StopLimit, IsCalledOffByWhoeverEndsInTime) {
    const auto stop = [] {
        std::optional<StopLimit> limit(1h);
        limit.reset();  // waits for the thread: were it not called off, for an hour
        std::_Exit(7);
    };
    EXPECT_EXIT(stop(), ::testing::ExitedWithCode(7), "");
}

}  // namespace
}  // namespace holdfast::app
