#include "api/executor.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace holdfast::api {
namespace {

TEST(TaskQueue, RunsInTheOrderOfPosting) {
    TaskQueue queue;
    std::vector<int> seen;
    for (int i = 0; i < 3; ++i) {
        post(queue, [&seen, i] { seen.push_back(i); });
    }
    EXPECT_TRUE(queue.run_ready());
    EXPECT_EQ(seen, (std::vector{0, 1, 2}));
    EXPECT_FALSE(queue.run_ready());
}

TEST(TaskQueue, ATaskMayPostAnother) {
    TaskQueue queue;
    int runs = 0;
    post(queue, [&] {
        ++runs;
        post(queue, [&runs] { ++runs; });
    });
    EXPECT_TRUE(queue.run_ready());
    EXPECT_TRUE(queue.run_ready());
    EXPECT_EQ(runs, 2);
}

TEST(TaskQueue, AThreadRunsWhatOthersPostAndEndsWhenStopped) {
    constexpr int kThreads = 3;
    constexpr int kTasks = 2000;
    TaskQueue queue;
    std::atomic<int> runs = 0;
    std::thread worker([&queue] {
        while (queue.run_until_stopped()) {
        }
    });
    std::vector<std::thread> posters;
    for (int t = 0; t < kThreads; ++t) {
        posters.emplace_back([&] {
            for (int i = 0; i < kTasks; ++i) {
                post(queue, [&runs] { ++runs; });
            }
        });
    }
    for (auto& poster : posters) {
        poster.join();
    }
    queue.stop();
    worker.join();
    EXPECT_EQ(runs, kThreads * kTasks);
}

}  // namespace
}  // namespace holdfast::api
