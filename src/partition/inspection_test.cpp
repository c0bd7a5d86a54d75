#include "partition/inspection.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <semaphore>
#include <thread>

namespace holdfast::partition {
namespace {

using base::ErrorCode;
using model::Sequence;

TEST(InspectionQueue, ALookSeesTheStateBetweenTwoSteps) {
    std::binary_semaphore woken{0};
    InspectionQueue queue([&] { woken.release(); });
    core::State state;
    Sequence seen{};
    const core::State* looked_at = nullptr;
    std::jthread asks([&] {
        const auto done = queue.inspect([&](const core::State& at, Sequence position) {
            looked_at = &at;
            seen = position;
        });
        EXPECT_TRUE(done.has_value());
    });
    woken.acquire();
    queue.run(state, Sequence(7));
    asks.join();
    EXPECT_EQ(looked_at, &state);
    EXPECT_EQ(seen, Sequence(7));
}

TEST(InspectionQueue, EverybodyWhoWaitsGetsATurn) {
    std::counting_semaphore<> woken{0};
    InspectionQueue queue([&] { woken.release(); });
    core::State state;
    std::atomic<int> looks{0};
    {
        std::vector<std::jthread> all;
        for (int i = 0; i < 8; ++i) {
            all.emplace_back([&] {
                EXPECT_TRUE(
                    queue.inspect([&](const core::State&, Sequence) { ++looks; }).has_value());
            });
        }
        for (int i = 0; i < 8; ++i) {
            woken.acquire();
        }
        queue.run(state, Sequence(1));
    }
    EXPECT_EQ(looks, 8);
}

TEST(InspectionQueue, WhoeverWaitsWhenTheServiceStopsIsTold) {
    std::binary_semaphore woken{0};
    InspectionQueue queue([&] { woken.release(); });
    std::jthread asks([&] {
        const auto done = queue.inspect([](const core::State&, Sequence) { FAIL(); });
        ASSERT_FALSE(done.has_value());
        EXPECT_EQ(done.error().code, ErrorCode::unavailable);
    });
    woken.acquire();
    queue.close();
    asks.join();
    EXPECT_FALSE(queue.inspect([](const core::State&, Sequence) { FAIL(); }).has_value());
}

}  // namespace
}  // namespace holdfast::partition
