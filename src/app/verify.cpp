#include "app/verify.hpp"

#include "core/invariants.hpp"
#include "core/replay.hpp"
#include "ledger/feed.hpp"
#include "partition/recovery.hpp"

namespace holdfast::app {

using base::ErrorCode;
using base::Result;

namespace {

constexpr std::size_t kBatchesPerRead = 64;

bool is_damage(const base::Error& error) {
    return error.code == ErrorCode::corrupted || error.code == ErrorCode::newer_format;
}

// The checkpoint to compare with, if one can be read at all.
struct Saved {
    model::Sequence at{};
    std::uint64_t hash = 0;
};

Result<Saved> read_saved(ledger::Ledger& ledger) {
    TRY(const auto saved, partition::read_checkpoint(ledger));
    return Saved{.at = saved.checkpoint, .hash = saved.state->hash};
}

class Verifier {
  public:
    Verifier(ledger::Ledger& ledger, Saved saved) : feed_(ledger, {}), saved_(saved) {}

    Result<bool> next_batches() {
        TRY(const auto count, feed_.next_batches(kBatchesPerRead, [this](const auto& batch) {
            return replay(batch);
        }));
        return count > 0;
    }

    VerifyReport finish() {
        report_.last = feed_.position();
        report_.reservations = state_.reservations.size();
        report_.live_holds = state_.totals.live_holds;
        report_.skus = state_.skus.size();
        report_.state_hash = state_.hash;
        if (report_.violation.empty()) {
            report_.violation = core::check_invariants(state_).value_or("");
        }
        if (report_.violation.empty() && saved_.at > report_.last) {
            report_.violation = "the checkpoint at " + std::to_string(saved_.at.value()) +
                                " is ahead of the ledger";
        }
        return report_;
    }
    void found(std::string violation) { report_.violation = std::move(violation); }

  private:
    Result<void> replay(const ledger::Batch& batch) {
        TRY_VOID(core::replay(state_, batch.payload, batch.header.first, batch.header.time,
                              [this](const model::Event& event, model::Sequence) {
                                  report_.state_hashes += static_cast<std::uint64_t>(
                                      std::holds_alternative<model::StateHashLogged>(event));
                              }));
        ++report_.batches;
        report_.events += batch.header.count;
        report_.bytes += ledger::kBatchHeaderBytes + batch.payload.size();
        if (saved_.at.value() != 0 && batch.last() == saved_.at) {
            report_.checkpoint_compared = true;
            if (state_.hash != saved_.hash) {
                return base::failure(ErrorCode::corrupted,
                                     "the checkpoint at " + std::to_string(saved_.at.value()) +
                                         " is not the state that the events lead to");
            }
        }
        return {};
    }

    ledger::Feed feed_;
    Saved saved_;
    core::State state_;
    VerifyReport report_;
};

}  // namespace

Result<VerifyReport> verify_ledger(ledger::Ledger& ledger) {
    auto saved = read_saved(ledger);
    if (!saved && !is_damage(saved.error())) {
        return std::unexpected(saved.error());
    }
    Verifier verifier(ledger, saved.value_or(Saved{}));
    if (!saved) {
        verifier.found("the newest checkpoint: " + saved.error().message);
    }
    while (true) {
        const auto more = verifier.next_batches();
        if (!more && !is_damage(more.error())) {
            return std::unexpected(more.error());
        }
        if (!more) {
            verifier.found(more.error().message);
        }
        if (!more || !*more) {
            return verifier.finish();
        }
    }
}

}  // namespace holdfast::app
