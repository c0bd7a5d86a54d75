// Statistics: what a replay counts while it runs. Figures for the report, never for the audit.
//
// Thread rule: any thread.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::replay {

struct LatencySummary {
    std::int64_t p50_us = 0;
    std::int64_t p99_us = 0;
    std::int64_t max_us = 0;
};

struct Counts {
    std::uint64_t requests = 0;    // answered, duplicates too
    std::uint64_t duplicates = 0;  // sent on purpose
    std::uint64_t replayed = 0;    // answers given before to the same key
    std::uint64_t retries = 0;     // of requests that got no answer at first
    std::uint64_t unanswered = 0;  // given up

    std::uint64_t carts = 0;
    std::uint64_t accepted = 0;  // held
    std::uint64_t refused = 0;   // not held
    std::uint64_t sold = 0;
    std::uint64_t shipped = 0;
    std::uint64_t late_commits = 0;  // sold after the hold had run out
    std::uint64_t released = 0;
    std::uint64_t expired = 0;
    std::uint64_t cancelled_lines = 0;
    std::uint64_t returned_lines = 0;
    std::uint64_t unrecorded_returns = 0;
    std::uint64_t write_offs = 0;
    std::uint64_t counted = 0;   // of these: sent as counts
    std::uint64_t approved = 0;  // of these: beyond the threshold, and approved

    std::map<std::string, std::uint64_t> refusals;  // "create insufficient_stock" -> how often
    std::vector<std::string> unequal_answers;       // the first few: key and what differed
    std::uint64_t unequal_count = 0;
    std::map<std::string, std::uint64_t> unexpected;  // answers that the plan has no place for
};

class Statistics {
  public:
    // Changes the counts under the lock: `count([](Counts& c) { ++c.carts; })`.
    template <typename Change>
    void count(Change&& change) {
        const std::scoped_lock lock(mutex_);
        change(counts_);
    }
    void add_latency(std::int64_t microseconds);

    [[nodiscard]] Counts counts() const;
    [[nodiscard]] LatencySummary latency() const;

  private:
    mutable std::mutex mutex_;
    Counts counts_;
    std::vector<std::uint32_t> latencies_us_;
};

}  // namespace holdfast::replay
