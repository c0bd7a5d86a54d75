// Ledgers for benchmarks: opened by name, and timed.
//
// Thread rule: as the port says; times are read when nobody appends.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "bench/load/histogram.hpp"
#include "ledger/memory_ledger.hpp"
#include "ledger/open_ledger.hpp"

namespace holdfast::bench {

[[nodiscard]] inline std::pair<std::string, std::string> split_ledger(const std::string& where) {
    const auto colon = where.find(':');
    return {where.substr(0, colon), colon == std::string::npos ? "" : where.substr(colon + 1)};
}

// KIND:DIR; another kind of ledger is added here. Errors: invalid_input, the ledger's own.
[[nodiscard]] inline base::Result<std::unique_ptr<ledger::Ledger>> open_ledger(
    const std::string& where, model::PartitionId partition) {
    const auto [kind, directory] = split_ledger(where);
    for (const auto on_disk : {ledger::LedgerKind::rocksdb, ledger::LedgerKind::segments}) {
        if (kind == ledger::to_string(on_disk)) {
            return ledger::open_ledger(
                {.path = directory, .partition = partition, .create_if_missing = true}, on_disk);
        }
    }
    if (kind == "memory") {
        return ledger::make_memory_ledger(ledger::make_memory_disk(), partition);
    }
    return base::failure(base::ErrorCode::invalid_input, "no ledger of the kind " + kind);
}

// Wraps another ledger and remembers how long each append took.
class StopwatchLedger final : public ledger::Ledger {
  public:
    explicit StopwatchLedger(std::unique_ptr<ledger::Ledger> inner) : inner_(std::move(inner)) {}

    base::Result<void> append(const ledger::Append& append) override {
        const auto begin = std::chrono::steady_clock::now();
        auto result = inner_->append(append);
        times_.record((std::chrono::steady_clock::now() - begin).count());
        return result;
    }
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

    [[nodiscard]] const Histogram& times() const { return times_; }
    void forget_times() { times_ = {}; }

  private:
    std::unique_ptr<ledger::Ledger> inner_;
    Histogram times_;
};

}  // namespace holdfast::bench
