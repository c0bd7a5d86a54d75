#include "base/bounded_queue.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <numeric>
#include <thread>

namespace holdfast::base {
namespace {

using namespace std::chrono_literals;

TEST(BoundedQueue, HandsOutInTheOrderOfPushes) {
    BoundedQueue<int> queue(8);
    ASSERT_TRUE(queue.try_push(1));
    ASSERT_TRUE(queue.try_push(2));
    std::vector<int> out{0};
    EXPECT_EQ(queue.drain(out), 2U);
    EXPECT_EQ(out, (std::vector{0, 1, 2}));
    EXPECT_EQ(queue.drain(out), 0U);
}

TEST(BoundedQueue, RefusesWhenFullAndKeepsTheValueWithTheCaller) {
    BoundedQueue<std::unique_ptr<int>> queue(1);
    ASSERT_TRUE(queue.try_push(std::make_unique<int>(1)));
    auto second = std::make_unique<int>(2);
    EXPECT_FALSE(queue.try_push(std::move(second)));
    ASSERT_NE(second, nullptr);
    std::vector<std::unique_ptr<int>> out;
    queue.drain(out);
    EXPECT_TRUE(queue.try_push(std::move(second)));
    EXPECT_EQ(second, nullptr);
}

TEST(BoundedQueue, DrainsAtMostWhatIsAskedForAndCountsTheRestAsWaiting) {
    BoundedQueue<int> queue(4);
    for (int value = 0; value < 4; ++value) {
        ASSERT_TRUE(queue.try_push(value));
    }
    std::vector<int> out;
    EXPECT_EQ(queue.drain(out, 3), 3U);
    EXPECT_EQ(queue.size_estimate(), 1U);
    ASSERT_TRUE(queue.try_push(4));
    ASSERT_TRUE(queue.try_push(5));
    ASSERT_TRUE(queue.try_push(6));
    EXPECT_FALSE(queue.try_push(7));
    EXPECT_EQ(queue.drain(out), 4U);
    EXPECT_EQ(out, (std::vector{0, 1, 2, 3, 4, 5, 6}));
    EXPECT_EQ(queue.size_estimate(), 0U);
}

TEST(BoundedQueue, WaitReturnsAtOnceForWorkThatIsAlreadyThere) {
    BoundedQueue<int> queue(4);
    ASSERT_TRUE(queue.try_push(1));
    ASSERT_TRUE(queue.try_push(2));
    EXPECT_TRUE(queue.wait_for_work(10min));
    std::vector<int> out;
    queue.drain(out, 1);
    EXPECT_TRUE(queue.wait_for_work(10min));
    queue.drain(out);
    EXPECT_FALSE(queue.wait_for_work(1ms));
}

TEST(BoundedQueue, NotifyEndsExactlyOneWaitEvenIfItCameFirst) {
    BoundedQueue<int> queue(4);
    queue.notify();
    EXPECT_TRUE(queue.wait_for_work(10min));
    EXPECT_FALSE(queue.wait_for_work(1ms));
}

TEST(BoundedQueue, NotifyFromAnotherThreadEndsTheWait) {
    BoundedQueue<int> queue(4);
    std::jthread other([&] { queue.notify(); });
    EXPECT_TRUE(queue.wait_for_work(10min));
}

TEST(BoundedQueue, OnceClosedTakesNothingMoreAndKeepsWhatItHas) {
    BoundedQueue<int> queue(2);
    EXPECT_TRUE(queue.try_push(1));
    EXPECT_FALSE(queue.is_closed());
    queue.close();
    EXPECT_TRUE(queue.is_closed());
    EXPECT_FALSE(queue.try_push(2));
    std::vector<int> got;
    EXPECT_EQ(queue.drain(got), 1u);
    EXPECT_FALSE(queue.try_push(3));
    EXPECT_EQ(got, std::vector{1});
}

// A lost wake-up would hang here: every element is pushed only after the one before was taken, so
// the consumer goes to sleep between most of them.
TEST(BoundedQueue, NeverLosesAWakeUp) {
    constexpr int kRounds = 5'000;
    BoundedQueue<int> there(1);
    BoundedQueue<int> back(1);
    std::jthread echo([&] {
        std::vector<int> got;
        while (static_cast<int>(got.size()) < kRounds) {
            EXPECT_TRUE(there.wait_for_work(10min));
            for (std::size_t taken = there.drain(got); taken > 0; --taken) {
                EXPECT_TRUE(back.try_push(got.back()));
            }
        }
    });
    std::vector<int> got;
    for (int round = 0; round < kRounds; ++round) {
        ASSERT_TRUE(there.try_push(round));
        while (static_cast<int>(got.size()) <= round) {
            EXPECT_TRUE(back.wait_for_work(10min));
            back.drain(got);
        }
        ASSERT_EQ(got.back(), round);
    }
}

TEST(BoundedQueue, ManyProducersLoseNothingAndKeepTheirOwnOrder) {
    constexpr int kProducers = 4;
    constexpr int kEach = 20'000;
    BoundedQueue<std::pair<int, int>> queue(64);
    std::vector<std::jthread> producers;
    for (int producer = 0; producer < kProducers; ++producer) {
        producers.emplace_back([&queue, producer] {
            for (int number = 0; number < kEach;) {
                if (queue.try_push({producer, number})) {
                    ++number;
                } else {
                    std::this_thread::yield();
                }
            }
        });
    }
    std::vector<int> next(kProducers, 0);
    std::vector<std::pair<int, int>> batch;
    for (int left = kProducers * kEach; left > 0;) {
        batch.clear();
        if (queue.drain(batch, 50) == 0) {
            ASSERT_TRUE(queue.wait_for_work(10min));
        }
        ASSERT_LE(queue.size_estimate(), queue.capacity());
        for (const auto& [producer, number] : batch) {
            ASSERT_EQ(number, next[static_cast<std::size_t>(producer)]++);
            --left;
        }
    }
    EXPECT_EQ(std::accumulate(next.begin(), next.end(), 0), kProducers * kEach);
}

}  // namespace
}  // namespace holdfast::base
