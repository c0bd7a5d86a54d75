// Verify: does a ledger say what it must, from its first event to its last?
//
// Two folds over the same bytes, on two threads. The audit (audit/auditor.hpp) checks the chain and
// judges every event by rules of its own; the production machine replays what the audit let pass
// and is compared with the state hashes that the writer logged, with every checkpoint that is
// there, with its own invariants and, at the end, with the audit's figures. Where the audit finds
// something that the machine cannot replay, the machine stops there and the report says how far it
// came. Reads only; needs memory for both folds.
// Thread rule: a free function; starts and ends one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "audit/findings.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "ledger/ledger.hpp"

namespace holdfast::app {

struct VerifyProgress {
    model::Sequence done;
    model::Sequence of;
};

// A prefix of whole batches: those that end at or before the position and the time.
struct VerifyUntil {
    model::Sequence position{UINT64_MAX};
    base::Time time = base::kNever;
};

struct VerifyOptions {
    VerifyUntil until{};
    // Where the ledger keeps its checkpoints; empty: there are none to look at.
    std::string checkpoints;
    std::size_t violations_kept = 10;                     // of each check, with their positions
    std::function<void(const VerifyProgress&)> progress;  // every million events
};

struct VerifyReport {
    model::Sequence last{};
    base::Time time{};
    model::Epoch epoch{};
    std::uint64_t batches = 0;
    std::uint64_t events = 0;
    std::uint64_t bytes = 0;
    std::uint64_t state_hashes = 0;  // logged ones that were compared
    std::uint64_t checkpoints = 0;   // that were compared
    std::uint64_t reservations = 0;
    std::uint64_t live_holds = 0;
    std::uint64_t skus = 0;
    model::Sequence replayed{};    // how far the machine came
    std::uint64_t state_hash = 0;  // of the machine, there
    double seconds = 0;
    audit::Findings findings;
};

// A damaged ledger is a report with violations; errors are those of reaching it.
[[nodiscard]] base::Result<VerifyReport> verify_ledger(ledger::Ledger& ledger,
                                                       const VerifyOptions& options);

}  // namespace holdfast::app
