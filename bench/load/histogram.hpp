// Latencies in a log-linear histogram: 64 steps per power of two, so a quantile is at most 1.6 %
// above the true value. Fixed size, no allocation while recording. Units: nanoseconds.
//
// Thread rule: one thread; `merge` brings those of several together.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace holdfast::bench {

class Histogram {
  public:
    void record(std::int64_t nanoseconds) {
        const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(nanoseconds, 0));
        ++counts_[index(value)];
        ++count_;
        max_ = std::max(max_, value);
    }
    void merge(const Histogram& other) {
        for (std::size_t i = 0; i < counts_.size(); ++i) {
            counts_[i] += other.counts_[i];
        }
        count_ += other.count_;
        max_ = std::max(max_, other.max_);
    }
    [[nodiscard]] std::uint64_t count() const { return count_; }
    [[nodiscard]] std::int64_t max() const { return static_cast<std::int64_t>(max_); }
    // The upper edge of the step that holds the quantile, never above the maximum. 0 when empty.
    [[nodiscard]] std::int64_t quantile(double share) const {
        const auto rank = static_cast<std::uint64_t>(share * static_cast<double>(count_));
        std::uint64_t seen = 0;
        for (std::size_t i = 0; i < counts_.size(); ++i) {
            seen += counts_[i];
            if (seen > rank || (seen == count_ && count_ != 0)) {
                return static_cast<std::int64_t>(std::min(upper(i), max_));
            }
        }
        return 0;
    }

  private:
    static constexpr unsigned kStepBits = 6;
    static constexpr std::uint64_t kSteps = 1u << kStepBits;
    static constexpr unsigned kPowers = 64 - kStepBits;

    // Below kSteps every value has its own step; above, the leading kStepBits + 1 bits name it.
    static std::size_t index(std::uint64_t value) {
        if (value < kSteps) {
            return value;
        }
        const auto shift = static_cast<unsigned>(std::bit_width(value)) - kStepBits - 1;
        return (shift + 1) * kSteps + ((value >> shift) - kSteps);
    }
    static std::uint64_t upper(std::size_t index) {
        if (index < kSteps) {
            return index;
        }
        const auto shift = index / kSteps - 1;
        return ((index % kSteps + kSteps + 1) << shift) - 1;
    }

    std::array<std::uint64_t, (kPowers + 1) * kSteps> counts_{};
    std::uint64_t count_ = 0;
    std::uint64_t max_ = 0;
};

}  // namespace holdfast::bench
