// WaitQueue: who waits for a SKU, first come first served.
//
// Waiters are kept in the order of their ids, which is the order in which they came. Blocks of 64
// remember how many are left and what the most modest of them asks for, so that thousands of
// waiters who want more than there is are passed over in a few steps, and a place in the queue is
// counted without walking all of it. Thread rule: one thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/check.hpp"
#include "core/deadline_heap.hpp"
#include "model/ids.hpp"

namespace holdfast::core {

struct Waiter {
    model::ReservationId id;
    std::uint32_t reservation = kNoIndex;
    std::int64_t quantity = 0;
};

class WaitQueue {
  public:
    [[nodiscard]] bool empty() const { return count_ == 0; }
    [[nodiscard]] std::size_t size() const { return count_; }

    // The newest waiter: later than all before it.
    void add(const Waiter& waiter) {
        if (blocks_.empty() || blocks_.back().size() == kBlock) {
            blocks_.emplace_back();
            blocks_.back().reserve(kBlock);
            least_.push_back(INT64_MAX);
        }
        DCHECK(blocks_.back().empty() || blocks_.back().back().id < waiter.id);
        blocks_.back().push_back(waiter);
        least_.back() = std::min(least_.back(), waiter.quantity);
        ++count_;
    }

    void remove(model::ReservationId id) {
        const std::size_t block = block_of(id);
        const auto found = std::ranges::lower_bound(blocks_[block], id, {}, &Waiter::id);
        CHECK(found != blocks_[block].end() && found->id == id, "a waiter is not in its queue");
        blocks_[block].erase(found);
        --count_;
        if (blocks_[block].empty()) {
            blocks_.erase(blocks_.begin() + static_cast<std::ptrdiff_t>(block));
            least_.erase(least_.begin() + static_cast<std::ptrdiff_t>(block));
            return;
        }
        least_[block] = INT64_MAX;
        for (const auto& waiter : blocks_[block]) {
            least_[block] = std::min(least_[block], waiter.quantity);
        }
    }

    // How many came before.
    [[nodiscard]] std::size_t ahead_of(model::ReservationId id) const {
        const std::size_t block = block_of(id);
        std::size_t out = 0;
        for (std::size_t i = 0; i < block; ++i) {
            out += blocks_[i].size();
        }
        const auto place = std::ranges::lower_bound(blocks_[block], id, {}, &Waiter::id);
        return out + static_cast<std::size_t>(place - blocks_[block].begin());
    }

    // The first who asks for at most `units` and whom `fits` accepts; null: nobody.
    template <typename Fits>
    [[nodiscard]] const Waiter* first_that(std::int64_t units, Fits&& fits) const {
        for (std::size_t i = 0; i < blocks_.size(); ++i) {
            if (least_[i] > units) {
                continue;
            }
            for (const auto& waiter : blocks_[i]) {
                if (waiter.quantity <= units && fits(waiter)) {
                    return &waiter;
                }
            }
        }
        return nullptr;
    }

    template <typename Visit>
    void for_each(Visit&& visit) const {
        for (const auto& block : blocks_) {
            std::ranges::for_each(block, visit);
        }
    }

  private:
    static constexpr std::size_t kBlock = 64;

    // The last block that begins at or before the id.
    [[nodiscard]] std::size_t block_of(model::ReservationId id) const {
        const auto after = std::ranges::upper_bound(
            blocks_, id, {}, [](const auto& block) { return block.front().id; });
        CHECK(after != blocks_.begin(), "a waiter is not in its queue");
        return static_cast<std::size_t>(after - blocks_.begin()) - 1;
    }

    std::vector<std::vector<Waiter>> blocks_;  // none is empty
    std::vector<std::int64_t> least_;          // quantity asked for, per block
    std::size_t count_ = 0;
};

}  // namespace holdfast::core
