#include "replay/statistics.hpp"

#include <algorithm>
#include <limits>

namespace holdfast::replay {

void Statistics::add_latency(std::int64_t microseconds) {
    constexpr std::int64_t kMost = std::numeric_limits<std::uint32_t>::max();
    const std::scoped_lock lock(mutex_);
    latencies_us_.push_back(
        static_cast<std::uint32_t>(std::clamp<std::int64_t>(microseconds, 0, kMost)));
}

Counts Statistics::counts() const {
    const std::scoped_lock lock(mutex_);
    return counts_;
}

LatencySummary Statistics::latency() const {
    std::vector<std::uint32_t> sorted;
    {
        const std::scoped_lock lock(mutex_);
        sorted = latencies_us_;
    }
    if (sorted.empty()) {
        return {};
    }
    std::ranges::sort(sorted);
    const auto at = [&](std::size_t percent) {
        return static_cast<std::int64_t>(sorted[(sorted.size() - 1) * percent / 100]);
    };
    return {.p50_us = at(50), .p99_us = at(99), .max_us = at(100)};
}

}  // namespace holdfast::replay
