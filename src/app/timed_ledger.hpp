// TimedLedger: a ledger that says how long its appends take.
//
// Wraps another one; nothing else changes. Thread rule: as the port says; the figures on any
// thread.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <memory>

#include "base/metrics.hpp"
#include "ledger/ledger.hpp"

namespace holdfast::app {

struct AppendQuantiles {
    std::chrono::microseconds p50{};
    std::chrono::microseconds p99{};
};

class TimedLedger final : public ledger::Ledger {
  public:
    TimedLedger(std::unique_ptr<ledger::Ledger> inner, base::Metrics& metrics);

    base::Result<void> append(const ledger::Append& append) override;
    base::Result<void> read_from(model::Sequence first, std::size_t batches,
                                 const ledger::BytesVisitor& visit) override {
        return inner_->read_from(first, batches, visit);
    }
    base::Result<ledger::Tail> tail() override { return inner_->tail(); }
    base::Result<std::unique_ptr<ledger::CheckpointWriter>> begin_checkpoint(
        model::Sequence at) override {
        return inner_->begin_checkpoint(at);
    }
    base::Result<std::optional<model::Sequence>> read_newest_checkpoint(
        model::Sequence before, const ledger::BytesVisitor& visit) override {
        return inner_->read_newest_checkpoint(before, visit);
    }
    base::Result<std::optional<std::string>> private_text(base::Digest128 digest) override {
        return inner_->private_text(digest);
    }
    base::Result<void> forget(std::span<const base::Digest128> digests) override {
        return inner_->forget(digests);
    }

    // Over the newest appends, up to kRecent of them.
    [[nodiscard]] AppendQuantiles recent() const;

  private:
    static constexpr std::size_t kRecent = 1024;

    std::unique_ptr<ledger::Ledger> inner_;
    base::Histogram& seconds_;
    base::Counter& bytes_;
    std::array<std::atomic<std::uint32_t>, kRecent> recent_us_{};
    std::atomic<std::uint64_t> appends_{0};
};

}  // namespace holdfast::app
