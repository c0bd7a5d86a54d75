// Leaving: what may leave memory now, because the archive has it and it is no longer hot.
//
// The archiver makes such lists in the order of the ledger and hands each to every state in memory:
// the writer's and the replayer's. A list may name what is long gone or has changed since; who
// forgets looks. Thread rule: LeavingQueue on any thread; a list never changes once it is in one.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "partition/archive_filter.hpp"

namespace holdfast::partition {

struct Leaving {
    std::vector<core::Resting> rests;
    std::vector<base::Digest128> keys;
    // The last event that was looked at. 0: only the filter changes.
    model::Sequence to;
    // To be used before anything of this list is forgotten.
    std::vector<FilterChange> filter;
};

class LeavingQueue {
  public:
    // Beyond it the archiver waits for whoever is so far behind: a list may be half a megabyte.
    static constexpr std::size_t kListsMax = 64;

    [[nodiscard]] bool full() const {
        const std::lock_guard lock(mutex_);
        return lists_.size() >= kListsMax;
    }
    void push(std::shared_ptr<const Leaving> list) {
        const std::lock_guard lock(mutex_);
        lists_.push_back(std::move(list));
    }
    // The oldest, if it ends at or before `reached`; else nothing.
    [[nodiscard]] std::shared_ptr<const Leaving> pop(model::Sequence reached) {
        const std::lock_guard lock(mutex_);
        if (lists_.empty() || lists_.front()->to > reached) {
            return nullptr;
        }
        auto out = std::move(lists_.front());
        lists_.pop_front();
        return out;
    }

  private:
    mutable std::mutex mutex_;
    std::deque<std::shared_ptr<const Leaving>> lists_;
};

}  // namespace holdfast::partition
