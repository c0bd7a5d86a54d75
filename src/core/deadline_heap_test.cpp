#include "core/deadline_heap.hpp"

#include <gtest/gtest.h>

#include <set>
#include <utility>
#include <vector>

#include "base/prng.hpp"

namespace holdfast::core {
namespace {

struct Timer {
    std::int64_t deadline = 0;
    HeapLinks links;
};

struct Timers {
    std::vector<Timer>* all;
    HeapLinks& links(std::uint32_t i) { return (*all)[i].links; }
    [[nodiscard]] bool before(std::uint32_t a, std::uint32_t b) const {
        return std::pair((*all)[a].deadline, a) < std::pair((*all)[b].deadline, b);
    }
};

class Heap : public ::testing::Test {
  protected:
    using Order = std::set<std::pair<std::int64_t, std::uint32_t>>;

    void insert(std::uint32_t node) {
        DeadlineHeap(Timers{&timers_}, root_).insert(node);
        expected_.emplace(timers_[node].deadline, node);
    }
    void remove(std::uint32_t node) {
        DeadlineHeap(Timers{&timers_}, root_).remove(node);
        expected_.erase({timers_[node].deadline, node});
    }
    void expect_first() const {
        ASSERT_EQ(root_.first, expected_.empty() ? kNoIndex : expected_.begin()->second);
    }
    void drain() {
        while (!expected_.empty()) {
            expect_first();
            remove(root_.first);
        }
        EXPECT_EQ(root_.first, kNoIndex);
        for (const auto& timer : timers_) {
            EXPECT_FALSE(timer.links.linked());
        }
    }

    std::vector<Timer> timers_;
    HeapRoot root_;
    Order expected_;
};

TEST_F(Heap, GivesTiesInTheOrderOfTheirIds) {
    timers_.resize(100);
    for (std::uint32_t i = 0; i < 100; ++i) {
        const std::uint32_t node = (i * 37) % 100;  // each once, in no particular order
        timers_[node].deadline = node % 3;
        insert(node);
        expect_first();
    }
    drain();
}

TEST_F(Heap, BehavesLikeASortedSet) {
    base::Prng dice(2);
    timers_.resize(2'000);
    for (int step = 0; step < 300'000; ++step) {
        const auto node = static_cast<std::uint32_t>(dice.below(timers_.size()));
        if (timers_[node].links.linked()) {
            remove(node);
        } else {
            timers_[node].deadline = dice.between(0, 200);  // many ties
            insert(node);
        }
        if (dice.chance(1, 20) && !root_.empty()) {
            remove(root_.first);
        }
        expect_first();
    }
    drain();
}

TEST_F(Heap, StaysShallowWhereAListWouldGrow) {
    timers_.resize(100'000);
    for (std::uint32_t i = 0; i < timers_.size(); ++i) {
        timers_[i].deadline = static_cast<std::int64_t>(i);  // in order: the worst for a bare tree
        insert(i);
    }
    EXPECT_LE(timers_[root_.first].links.rank, 17) << "at most log2(n + 1)";
    for (std::uint32_t i = 50'000; i < 100'000; i += 2) {
        remove(i);
    }
    drain();
}

}  // namespace
}  // namespace holdfast::core
