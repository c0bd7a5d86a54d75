// The manifest guard: notices when RocksDB forgets files.
//
// RocksDB takes a damaged length near the end of its MANIFEST for a write that a crash cut off,
// opens cleanly without the files named there, and deletes them. The tail mark therefore also
// remembers how far the MANIFEST had grown; up to there every record must be whole.
// Thread rule: one thread per object. Errors: corrupted, and those of posix_file.hpp.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "ledger/posix_file.hpp"

namespace holdfast::ledger {

// How far which MANIFEST had grown. Number 0: not known.
struct ManifestPosition {
    std::uint64_t number = 0;
    std::uint64_t size = 0;
    auto operator<=>(const ManifestPosition&) const = default;
};

class ManifestWatch {
  public:
    // Follows the MANIFEST that CURRENT in `database` names.
    [[nodiscard]] static base::Result<ManifestWatch> open(const std::string& database);
    // Up to where it is on the disk: what has grown since the last call is synced first, because
    // RocksDB may have written it and not be done with its own sync. One system call if nothing
    // has. Errors also: those of the sync.
    [[nodiscard]] base::Result<ManifestPosition> position();

  private:
    ManifestWatch(std::string database, std::uint64_t number, PosixFile file)
        : database_(std::move(database)), number_(number), file_(std::move(file)) {}

    std::string database_;
    std::uint64_t number_;
    PosixFile file_;
    std::uint64_t synced_ = 0;
};

// A newer MANIFEST than the remembered one is believed: it was begun after the mark was written.
[[nodiscard]] base::Result<void> check_manifest(const std::string& database,
                                                const ManifestPosition& remembered);

}  // namespace holdfast::ledger
