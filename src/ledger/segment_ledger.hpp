// The segment ledger: batches one after the other in plain files, one write and one sync each.
//
// As `rocksdb_ledger.hpp`, with files of its own: what the directory holds is specified in
// docs/formats/segments.md, why in docs/adr/0015-segment-files.md. Opening for serving takes the
// next epoch. Readers need no lock and see an unbroken prefix, also beside who serves it.
// Thread rule: as the port says; `forget` is slow and may run beside appends.
#pragma once

#include <memory>

#include "ledger/ledger.hpp"
#include "ledger/ledger_directory.hpp"

namespace holdfast::ledger {

// A new segment is as large as all before it together, within these bounds: small ledgers stay
// small, and in great ones the next file is never far from ready.
struct SegmentSizes {
    std::uint64_t least = std::uint64_t{1} << 20;
    std::uint64_t most = std::uint64_t{64} << 20;
    // For tests and simulation, which want the same files each time: what else goes on in the
    // background is done by whoever appends.
    bool at_once = false;
};

// Errors, all naming the path: as open_rocksdb_ledger. A refused opening changes nothing on disk.
[[nodiscard]] base::Result<std::unique_ptr<Ledger>> open_segment_ledger(
    const LedgerOptions& options, const SegmentSizes& sizes = {});

}  // namespace holdfast::ledger
