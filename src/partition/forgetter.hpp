// Forgetter: lets a state forget, a bounded number of records at a time.
//
// It works off the archiver's lists in order, none before the state has reached the list's end.
// What was thawed stays for a while and is forgotten again, oldest first. What is pinned stays:
// somebody is about to decide on it. Thread rule: that of the state; the queue is the archiver's
// other end.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <unordered_map>

#include "model/limits.hpp"
#include "partition/leaving.hpp"

namespace holdfast::partition {

// Keys and reservations (State::id_digest) that must stay where they are.
class Pins {
  public:
    void pin(base::Digest128 what) { ++counts_[what]; }
    void unpin(base::Digest128 what) {
        const auto found = counts_.find(what);
        if (--found->second == 0) {
            counts_.erase(found);
        }
    }
    [[nodiscard]] bool has(base::Digest128 what) const {
        return !counts_.empty() && counts_.contains(what);
    }

  private:
    struct Hash {
        std::size_t operator()(base::Digest128 digest) const { return digest.low; }
    };
    std::unordered_map<base::Digest128, std::uint32_t, Hash> counts_;
};

class Forgetter {
  public:
    explicit Forgetter(core::State& state, std::size_t thawed_max = model::kThawedMax)
        : state_(state), thawed_max_(thawed_max) {}

    [[nodiscard]] LeavingQueue& queue() { return queue_; }
    [[nodiscard]] const ArchiveFilter& filter() const { return filter_; }
    [[nodiscard]] Pins& pins() { return pins_; }

    // Looks at up to `most` records; how many. The state's consequences must be worked off, or it
    // does nothing.
    std::size_t step(std::size_t most, model::Sequence reached);

    // They are in memory again, for a while.
    void thawed(const core::Resting& rest) { thawed_.push_back({.key = {}, .rest = rest}); }
    void thawed(base::Digest128 key) { thawed_.push_back({.key = key, .rest = {}}); }

  private:
    struct Thawed {
        base::Digest128 key;
        core::Resting rest;
    };

    bool next_list(model::Sequence reached);
    void prefetch(std::size_t at) const;
    void forget_at(std::size_t at);
    void forget_rest(const core::Resting& rest);
    void forget_key(base::Digest128 key);
    void forget_thawed();

    core::State& state_;
    const std::size_t thawed_max_;
    LeavingQueue queue_;
    ArchiveFilter filter_;
    Pins pins_;
    std::shared_ptr<const Leaving> list_;  // being worked off
    std::size_t at_ = 0;                   // in its rests and then its keys
    std::deque<Thawed> thawed_;
};

}  // namespace holdfast::partition
