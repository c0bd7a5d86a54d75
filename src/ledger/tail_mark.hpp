// TailMark: where the ledger ended, remembered outside of it.
//
// A damaged database can open cleanly with fewer records. The mark, a file of two slots written in
// turn after each durable append, knows better: a ledger that ends before its mark is refused.
// Format: docs/formats/ledger.md. Thread rule: one thread.
#pragma once

#include <string>

#include "base/result.hpp"
#include "ledger/ledger.hpp"
#include "ledger/manifest_guard.hpp"
#include "ledger/posix_file.hpp"

namespace holdfast::ledger {

// Where in the files of a segment ledger its newest record begins. Segment 0: there is none.
struct RecordPlace {
    std::uint64_t segment = 0;
    std::uint64_t offset = 0;
    auto operator<=>(const RecordPlace&) const = default;
};

struct Mark {
    Tail tail;
    ManifestPosition manifest;  // of the database that is or belongs to the ledger
    RecordPlace place{};        // of a RocksDB ledger: nowhere
};

class TailMark {
  public:
    // Makes a durable mark in a file that does not exist.
    [[nodiscard]] static base::Result<void> create(const std::string& path,
                                                   model::PartitionId partition, const Mark& mark);
    // Errors: corrupted if neither slot is intact, not_found.
    [[nodiscard]] static base::Result<TailMark> open(const std::string& path, PosixFile::Mode mode);

    [[nodiscard]] const Mark& newest() const { return newest_; }
    [[nodiscard]] model::PartitionId partition() const { return partition_; }

    // Overwrites the older slot. Not synced: the mark is there to notice damage, not to survive a
    // power cut, and an older mark is still a true one.
    [[nodiscard]] base::Result<void> write(const Mark& mark);
    [[nodiscard]] base::Result<void> sync() { return file_.sync(); }

  private:
    TailMark(PosixFile file, std::size_t slot, model::PartitionId partition, const Mark& newest)
        : file_(std::move(file)), slot_(slot), partition_(partition), newest_(newest) {}

    PosixFile file_;
    std::size_t slot_;  // of `newest_`
    model::PartitionId partition_;
    Mark newest_;
};

}  // namespace holdfast::ledger
