// WaitQueue: who waits for a SKU, first come first served.
//
// Waiters are kept in the order of their ids, which is the order in which they came. Blocks of 64
// remember how many are left, what the most modest of them asks for and what all of them do, so
// that thousands of waiters who want more than there is are passed over in a few steps, and a place
// in the queue is counted without walking all of it. Thread rule: one thread.
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
            figures_.emplace_back();
        }
        DCHECK(blocks_.back().empty() || blocks_.back().back().id < waiter.id);
        blocks_.back().push_back(waiter);
        figures_.back().add(waiter);
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
            figures_.erase(figures_.begin() + static_cast<std::ptrdiff_t>(block));
            return;
        }
        figures_[block] = {};
        for (const auto& waiter : blocks_[block]) {
            figures_[block].add(waiter);
        }
    }

    // The one who came first. There must be one.
    [[nodiscard]] const Waiter& front() const { return blocks_.front().front(); }

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

    // What they and the waiter itself ask for together.
    [[nodiscard]] __int128 units_up_to(model::ReservationId id) const {
        const std::size_t block = block_of(id);
        __int128 out = 0;
        for (std::size_t i = 0; i < block; ++i) {
            out += figures_[i].sum;
        }
        for (const auto& waiter : blocks_[block]) {
            if (waiter.id <= id) {
                out += waiter.quantity;
            }
        }
        return out;
    }

    // The first who asks for at most `units` and whom `fits` accepts; null: nobody.
    template <typename Fits>
    [[nodiscard]] const Waiter* first_that(std::int64_t units, Fits&& fits) const {
        for (std::size_t i = 0; i < blocks_.size(); ++i) {
            if (figures_[i].least > units) {
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

    // What the waiters of a block ask for.
    struct Figures {
        std::int64_t least = INT64_MAX;
        std::int64_t sum = 0;  // at most 64 * 2^40

        void add(const Waiter& waiter) {
            least = std::min(least, waiter.quantity);
            sum += waiter.quantity;
        }
    };

    // The last block that begins at or before the id.
    [[nodiscard]] std::size_t block_of(model::ReservationId id) const {
        const auto after = std::ranges::upper_bound(
            blocks_, id, {}, [](const auto& block) { return block.front().id; });
        CHECK(after != blocks_.begin(), "a waiter is not in its queue");
        return static_cast<std::size_t>(after - blocks_.begin()) - 1;
    }

    std::vector<std::vector<Waiter>> blocks_;  // none is empty
    std::vector<Figures> figures_;             // per block
    std::size_t count_ = 0;
};

}  // namespace holdfast::core
