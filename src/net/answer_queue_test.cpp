#include "net/answer_queue.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace holdfast::net {
namespace {

std::unique_ptr<Answer> answer(std::uint64_t sequence, std::uint64_t connection = 0) {
    auto made = std::make_unique<Answer>();
    made->connection = connection;
    made->sequence = sequence;
    return made;
}

TEST(AnswerQueue, OnlyTheFirstAnswerSinceTheLastTakeAsksForAWakeUp) {
    AnswerQueue queue;
    EXPECT_TRUE(queue.push(answer(0)));
    for (std::uint64_t i = 1; i < 1000; ++i) {
        EXPECT_FALSE(queue.push(answer(i)));
    }
    std::vector<std::unique_ptr<Answer>> taken;
    queue.take_all(taken);
    ASSERT_EQ(taken.size(), 1000U);
    for (std::uint64_t i = 0; i < 1000; ++i) {
        EXPECT_EQ(taken[i]->sequence, i);
    }
    EXPECT_TRUE(queue.empty());
    EXPECT_TRUE(queue.push(answer(0)));
}

TEST(AnswerQueue, AfterCloseAnswersAreDropped) {
    AnswerQueue queue;
    EXPECT_TRUE(queue.push(answer(0)));
    queue.close();
    EXPECT_FALSE(queue.push(answer(1)));
    std::vector<std::unique_ptr<Answer>> taken;
    queue.take_all(taken);
    EXPECT_TRUE(taken.empty());
    EXPECT_TRUE(queue.empty());
}

TEST(AnswerQueue, LosesNothingUnderConcurrentPushesAndKeepsEachThreadsOrder) {
    constexpr std::uint64_t kThreads = 3;
    constexpr std::uint64_t kEach = 20'000;
    AnswerQueue queue;
    std::vector<std::thread> threads;
    for (std::uint64_t thread = 0; thread < kThreads; ++thread) {
        threads.emplace_back([&queue, thread] {
            for (std::uint64_t i = 0; i < kEach; ++i) {
                static_cast<void>(queue.push(answer(i, thread)));
            }
        });
    }
    std::vector<std::uint64_t> expected(kThreads, 0);
    std::vector<std::unique_ptr<Answer>> taken;
    for (std::uint64_t count = 0; count < kThreads * kEach; count += taken.size()) {
        taken.clear();
        queue.take_all(taken);
        for (const auto& each : taken) {
            ASSERT_EQ(each->sequence, expected[each->connection]++);
        }
    }
    for (auto& thread : threads) {
        thread.join();
    }
    EXPECT_TRUE(queue.empty());
}

}  // namespace
}  // namespace holdfast::net
