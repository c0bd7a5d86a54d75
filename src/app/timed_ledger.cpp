#include "app/timed_ledger.hpp"

#include <algorithm>
#include <vector>

namespace holdfast::app {

TimedLedger::TimedLedger(std::unique_ptr<ledger::Ledger> inner, base::Metrics& metrics)
    : inner_(std::move(inner)),
      seconds_(metrics.histogram({.name = "holdfast_log_append_duration_seconds",
                                  .help = "Time to make one batch durable, including its fsync.",
                                  .labels = {}},
                                 base::kDiskSeconds)),
      bytes_(metrics.counter({.name = "holdfast_log_appended_bytes_total",
                              .help = "Bytes of batches made durable.",
                              .labels = {}})) {}

base::Result<void> TimedLedger::append(const ledger::Append& append) {
    const auto begin = std::chrono::steady_clock::now();
    auto result = inner_->append(append);
    const auto took = std::chrono::steady_clock::now() - begin;
    seconds_.observe(std::chrono::duration<double>(took).count());
    bytes_.add(append.batch.size());
    const auto us = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
    const std::uint64_t number = appends_.fetch_add(1, std::memory_order_relaxed);
    recent_us_[number % kRecent].store(
        static_cast<std::uint32_t>(std::min<std::int64_t>(us, UINT32_MAX)),
        std::memory_order_relaxed);
    return result;
}

AppendQuantiles TimedLedger::recent() const {
    const std::uint64_t appends = appends_.load(std::memory_order_relaxed);
    std::vector<std::uint32_t> sorted;
    for (std::size_t i = 0; i < std::min<std::uint64_t>(appends, kRecent); ++i) {
        sorted.push_back(recent_us_[i].load(std::memory_order_relaxed));
    }
    if (sorted.empty()) {
        return {};
    }
    std::ranges::sort(sorted);
    return {.p50 = std::chrono::microseconds(sorted[sorted.size() / 2]),
            .p99 = std::chrono::microseconds(sorted[sorted.size() * 99 / 100])};
}

}  // namespace holdfast::app
