// LedgerBuilder: a new ledger of either kind, written in bulk from batches that exist already.
//
// For restoring and salvaging. Nothing counts before `finish`; a directory that was not finished
// is to be removed. Internal to this folder. Thread rule: one thread.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "ledger/format.hpp"
#include "ledger/ledger.hpp"
#include "ledger/ledger_directory.hpp"

namespace holdfast::ledger {

// The old ledger takes an epoch with each start. The new one begins so far beyond it that no epoch
// is ever that of both.
inline constexpr std::uint64_t kEpochsBetween = 1'000'000;

class LedgerBuilder {
  public:
    virtual ~LedgerBuilder() = default;

    // The next batch of the chain; `hash` is that of its sealed bytes.
    virtual base::Result<void> put_batch(const Batch& batch, std::span<const std::byte> sealed,
                                         const base::Sha256& hash) = 0;
    virtual base::Result<void> put_texts(std::span<const PrivateText> texts) = 0;
    // Durable on success. The next opening to serve takes the epoch after this one.
    virtual base::Result<void> finish(model::Epoch epoch) = 0;

    // As of the newest batch.
    [[nodiscard]] const Tail& tail() const { return tail_; }
    [[nodiscard]] const LedgerInfo& info() const { return info_; }

  protected:
    explicit LedgerBuilder(LedgerInfo info) : info_(std::move(info)) {}
    void move_tail(const Batch& batch, std::span<const std::byte> sealed, const base::Sha256& hash);

  private:
    LedgerInfo info_;
    Tail tail_;
};

// Puts `private.key` beside the new ledger, for its owner only.
[[nodiscard]] base::Result<void> write_private_key(const std::string& directory,
                                                   std::span<const std::byte> key);

// In a directory that is absent or empty. Errors: invalid_input, if it is not.
[[nodiscard]] base::Result<std::unique_ptr<LedgerBuilder>> make_ledger_builder(
    const std::string& directory, model::PartitionId partition, LedgerKind kind);

}  // namespace holdfast::ledger
