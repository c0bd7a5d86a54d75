// Auditor: judges a ledger batch by batch, from its first, without the production machine.
//
// Feed it every sealed batch in order; it checks the chain, decodes the events and folds them into
// its own small state. It shares the formats with the product (`ledger`, `model`) and nothing that
// decides or applies: a bug of `core` cannot hide itself here. Damage is a finding, never an error.
// Needs memory for every key (16 bytes), reservation and line of the ledger.
// Thread rule: one thread.
#pragma once

#include <span>

#include "audit/figures.hpp"
#include "audit/findings.hpp"
#include "audit/keys.hpp"
#include "audit/policies.hpp"
#include "audit/promises.hpp"
#include "audit/stock_fold.hpp"
#include "ledger/format.hpp"
#include "model/event.hpp"

namespace holdfast::audit {

class Auditor {
  public:
    // The service ends thousands of holds in a batch before it leaves some to the next one, so a
    // batch with few endings has left none. 0: nothing is known of that.
    static constexpr std::uint32_t kSurelySwept = 64;

    explicit Auditor(Findings& findings, std::uint32_t surely_swept = kSurelySwept)
        : findings_(findings),
          policies_(findings),
          keys_(findings, policies_),
          stock_(findings, policies_, figures_),
          promises_({.findings = findings,
                     .policies = policies_,
                     .figures = figures_,
                     .keys = keys_,
                     .surely_swept = surely_swept}) {}

    // False: what follows cannot be judged any more.
    bool add(std::span<const std::byte> sealed);
    // After the last batch.
    void finish();

    [[nodiscard]] model::Sequence last() const { return last_; }
    // The batch that was added last, and its payload as long as the bytes given to add() live.
    [[nodiscard]] const ledger::Batch& newest() const { return newest_; }
    [[nodiscard]] const base::Sha256& hash() const { return hash_; }  // of the newest batch
    [[nodiscard]] base::Time time() const { return time_; }
    [[nodiscard]] model::Epoch epoch() const { return epoch_; }
    [[nodiscard]] std::uint64_t batches() const { return batches_; }
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
    // State hashes that the newest batch logged.
    [[nodiscard]] std::uint32_t logged_hashes() const { return logged_hashes_; }
    [[nodiscard]] const Figures& figures() const { return figures_; }
    [[nodiscard]] const Policies& policies() const { return policies_; }
    [[nodiscard]] const Promises& promises() const { return promises_; }

  private:
    bool follow_chain(const ledger::Batch& batch, std::span<const std::byte> sealed);
    void check_order(const ledger::BatchHeader& header);
    bool fold_events(const ledger::Batch& batch);
    void prefetch(const model::Event& event) const;
    void prefetch_promises(std::span<const std::pair<model::Sequence, model::Event>> events) const;
    void fold(const model::Event& event, model::Sequence at, base::Time time);

    Findings& findings_;
    Policies policies_;
    Figures figures_;
    Keys keys_;
    StockFold stock_;
    Promises promises_;
    model::Sequence last_{};
    base::Sha256 hash_{};
    base::Time time_ = base::time_from_ms(INT64_MIN);
    model::Epoch epoch_{};
    std::uint64_t batches_ = 0;
    std::uint64_t bytes_ = 0;
    ledger::Batch newest_;
    std::uint32_t last_count_ = 0;  // events of the newest batch
    std::uint32_t logged_hashes_ = 0;
};

}  // namespace holdfast::audit
