#include "core/wait_queue.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace holdfast::core {
namespace {

using model::ReservationId;

Waiter waiter(std::uint64_t id, std::int64_t quantity) {
    return {.id = ReservationId(id),
            .reservation = static_cast<std::uint32_t>(id),
            .quantity = quantity};
}

const auto kAnybody = [](const Waiter&) { return true; };

TEST(WaitQueue, ServesWhoCameFirstAndFits) {
    WaitQueue queue;
    EXPECT_TRUE(queue.empty());
    EXPECT_EQ(queue.first_that(9, kAnybody), nullptr);
    queue.add(waiter(3, 5));
    queue.add(waiter(7, 2));
    queue.add(waiter(9, 1));
    EXPECT_EQ(queue.front().id, ReservationId{3});
    EXPECT_EQ(queue.first_that(9, kAnybody)->id, ReservationId{3});
    EXPECT_EQ(queue.first_that(4, kAnybody)->id, ReservationId{7});
    EXPECT_EQ(queue.first_that(1, kAnybody)->id, ReservationId{9});
    EXPECT_EQ(queue.first_that(0, kAnybody), nullptr);
    EXPECT_EQ(queue.first_that(9, [](const Waiter& w) { return w.quantity == 2; })->id,
              ReservationId{7});
}

TEST(WaitQueue, CountsWhoIsAheadAndWhatTheyAskFor) {
    WaitQueue queue;
    for (std::uint64_t id = 1; id <= 200; ++id) {
        queue.add(waiter(id * 10, 2));
    }
    EXPECT_EQ(queue.size(), 200u);
    EXPECT_EQ(queue.ahead_of(ReservationId{10}), 0u);
    EXPECT_EQ(queue.ahead_of(ReservationId{2000}), 199u);
    EXPECT_EQ(static_cast<std::int64_t>(queue.units_up_to(ReservationId{10})), 2);
    EXPECT_EQ(static_cast<std::int64_t>(queue.units_up_to(ReservationId{2000})), 400);
    queue.remove(ReservationId{10});
    EXPECT_EQ(queue.ahead_of(ReservationId{2000}), 198u);
    EXPECT_EQ(static_cast<std::int64_t>(queue.units_up_to(ReservationId{2000})), 398);
}

// Against a plain vector, through blocks that fill, thin out and vanish.
TEST(WaitQueue, IsAsGoodAsAVector) {
    WaitQueue queue;
    std::vector<Waiter> plain;
    std::mt19937 dice(7);
    std::uint64_t next = 1;
    for (int step = 0; step < 5'000; ++step) {
        const bool grows = plain.empty() || dice() % 5 < (step < 3'000 ? 3 : 1);
        if (grows) {
            plain.push_back(waiter(next, static_cast<std::int64_t>(1 + (dice() % 9))));
            queue.add(plain.back());
            next += 1 + (dice() % 3);
        } else {
            const auto victim = static_cast<std::ptrdiff_t>(dice() % plain.size());
            queue.remove(plain[static_cast<std::size_t>(victim)].id);
            plain.erase(plain.begin() + victim);
        }
        ASSERT_EQ(queue.size(), plain.size());
        ASSERT_EQ(queue.empty(), plain.empty());
        const auto units = static_cast<std::int64_t>(dice() % 10);
        const auto fits =
            std::ranges::find_if(plain, [&](const Waiter& w) { return w.quantity <= units; });
        const Waiter* const found = queue.first_that(units, kAnybody);
        ASSERT_EQ(found == nullptr, fits == plain.end());
        if (found != nullptr) {
            ASSERT_EQ(found->id, fits->id);
        }
        if (!plain.empty()) {
            const std::size_t place = dice() % plain.size();
            ASSERT_EQ(queue.ahead_of(plain[place].id), place);
            std::int64_t sum = 0;
            for (std::size_t i = 0; i <= place; ++i) {
                sum += plain[i].quantity;
            }
            ASSERT_EQ(static_cast<std::int64_t>(queue.units_up_to(plain[place].id)), sum);
            ASSERT_EQ(queue.front().id, plain.front().id);
        }
    }
}

}  // namespace
}  // namespace holdfast::core
