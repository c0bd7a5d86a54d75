// The RocksDB ledger: the embedded default, one directory per partition.
//
// One process may serve a directory; any number may read it, also while it is served (a reader
// sees the ledger as it was when it opened). Opening for serving takes the next epoch. What the
// directory holds and why: docs/formats/ledger.md and docs/adr/0001-rocksdb-ledger-layout.md.
// Thread rule: as the port says; `forget` is slow (it rewrites files) and may run beside appends.
#pragma once

#include <memory>
#include <string>

#include "ledger/checkpoint_files.hpp"
#include "ledger/ledger.hpp"
#include "ledger/ledger_directory.hpp"

namespace holdfast::ledger {

using RocksdbOptions = LedgerOptions;

// A refused opening changes nothing on disk. Errors, all naming the path: not_found,
// already_locked, permission_denied, newer_format, corrupted (damage, or an end before the tail
// mark, naming both positions), invalid_input (another partition), storage_full, unavailable.
// For tools that do not know the partition: read_ledger_info (ledger_directory.hpp).
[[nodiscard]] base::Result<std::unique_ptr<Ledger>> open_rocksdb_ledger(
    const RocksdbOptions& options);

}  // namespace holdfast::ledger
