// ReplayBeside: the production machine on a thread of its own, fed with batches.
//
// For `verify`: while the audit judges a batch the machine replays the one before.
// Thread rule: one thread feeds and joins; results are there after join().
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "base/bytes.hpp"
#include "base/time.hpp"
#include "core/state.hpp"
#include "ledger/format.hpp"

namespace holdfast::app {

class ReplayBeside {
  public:
    struct Failure {
        model::Sequence at;
        std::string text;
    };
    using Hashes = std::map<model::Sequence, std::uint64_t>;  // state hash by position

    // `asked`: at which positions, each the end of a batch, the state hash is wanted.
    explicit ReplayBeside(std::set<model::Sequence> asked);
    ReplayBeside(const ReplayBeside&) = delete;
    ReplayBeside& operator=(const ReplayBeside&) = delete;
    ~ReplayBeside() { join(); }

    // A batch whose sums were checked. Waits while too much is waiting. `hashes`: how many state
    // hashes the batch logs.
    void feed(const ledger::Batch& batch, std::uint32_t hashes);
    // No more is coming: returns when all of it was replayed, or replaying failed.
    void join();

    [[nodiscard]] const core::State& state() const { return state_; }
    [[nodiscard]] model::Sequence last() const { return last_; }
    [[nodiscard]] std::uint64_t hashes() const { return hashes_; }
    [[nodiscard]] const std::optional<Failure>& failed() const { return failed_; }
    // Of the positions asked for, as far as the replay got and found them.
    [[nodiscard]] const Hashes& asked() const { return found_; }

  private:
    struct Item {
        ledger::BatchHeader header;
        base::Buffer payload;
        std::uint32_t hashes = 0;
    };

    void run();
    bool replay(const Item& item);

    const std::set<model::Sequence> asked_;
    core::State state_;
    model::Sequence last_{};
    std::uint64_t hashes_ = 0;
    Hashes found_;
    std::optional<Failure> failed_;

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Item> waiting_;
    std::size_t waiting_bytes_ = 0;
    bool closed_ = false;
    bool stopped_ = false;  // replaying failed: what comes is thrown away
    std::thread thread_;    // last: starts when the rest is there
};

}  // namespace holdfast::app
