// The memory ledger: the port without a disk, for tests and simulation.
//
// A MemoryDisk is what survives a crash. Opening a ledger on it takes the next epoch, as a new
// process would: the ledger opened before it can read on, but its appends are conflicts.
// Thread rule: as the port says; a disk may be shared by several ledgers and threads.
#pragma once

#include <memory>

#include "ledger/ledger.hpp"

namespace holdfast::ledger {

class MemoryDisk;

[[nodiscard]] std::shared_ptr<MemoryDisk> make_memory_disk();

[[nodiscard]] std::unique_ptr<Ledger> make_memory_ledger(std::shared_ptr<MemoryDisk> disk,
                                                         model::PartitionId partition);

}  // namespace holdfast::ledger
