// Verify: does a ledger say what it must, from its first event to its last?
//
// Walks the whole chain of hashes, replays every event from nothing, compares each state hash the
// writer logged with the replayed one, checks the invariants at the end, and that every checkpoint
// that is there equals the replayed state at its position. Reads only; needs memory for one state.
// Thread rule: a free function.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "core/state.hpp"
#include "ledger/ledger.hpp"

namespace holdfast::app {

struct VerifyReport {
    model::Sequence last{};
    std::uint64_t batches = 0;
    std::uint64_t events = 0;
    std::uint64_t bytes = 0;
    std::uint64_t state_hashes = 0;  // logged ones that were compared
    std::uint64_t reservations = 0;
    std::uint64_t live_holds = 0;
    std::uint64_t skus = 0;
    std::uint64_t state_hash = 0;
    bool checkpoint_compared = false;
    std::string violation;  // empty: everything holds
};

// A damaged ledger is a report with a violation; errors are those of reaching it.
[[nodiscard]] base::Result<VerifyReport> verify_ledger(ledger::Ledger& ledger);

}  // namespace holdfast::app
