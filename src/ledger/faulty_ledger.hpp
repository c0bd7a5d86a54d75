// The faulty ledger: another ledger whose appends fail as planned, for tests and simulation.
//
// Appends are counted from 1 over the life of the wrapper. Give it a memory ledger and keep the
// MemoryDisk: after a fault that stops it, a new ledger opened on the disk shows what was kept.
// An append is durable when it returns, so a crash can lose only the append it interrupts.
// Thread rule: as the port says.
#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "ledger/ledger.hpp"

namespace holdfast::ledger {

enum class Fault {
    storage_full,             // nothing written; the next append may succeed
    unavailable,              // nothing written; the next append may succeed
    unknown_nothing_written,  // outcome_unknown, and so answers every later append
    unknown_all_written,      // the same, but the batch is there
    crash_nothing_kept,       // the process is dead: every later call is unavailable
    crash_all_kept,           // the same, but the batch is there
};

// The number of an append -> what happens to it.
using FaultPlan = std::map<std::uint64_t, Fault>;

[[nodiscard]] std::unique_ptr<Ledger> make_faulty_ledger(std::unique_ptr<Ledger> inner,
                                                         FaultPlan plan);

}  // namespace holdfast::ledger
