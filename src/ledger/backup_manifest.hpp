// The manifest of a backup: the one file that says what belongs to it.
//
// A backup is what its manifest names; it is replaced as a whole, last, so an interrupted run
// leaves the backup that was there before. Format: docs/formats/backup.md.
// Internal to this folder. Thread rule: free functions.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "ledger/ledger.hpp"

namespace holdfast::ledger {

struct BackupSegment {
    model::Sequence first;
    model::Sequence last;
    std::uint64_t bytes = 0;
};

struct BackupManifest {
    std::string id;  // of the ledger it was taken from
    model::PartitionId partition;
    Tail tail;  // where the copy ends; the epoch is the source's when it was taken
    std::vector<BackupSegment> segments;
    std::string texts;  // file of private texts; empty: taken without them
    std::uint64_t text_count = 0;
    std::uint64_t text_bytes = 0;
    base::Sha256 text_hash{};
    bool has_key = false;  // the file private.key is part of it
};

struct BackupPaths {
    explicit BackupPaths(const std::string& directory)
        : manifest(directory + "/BACKUP"),
          batches(directory + "/batches"),
          key(directory + "/private.key") {}

    [[nodiscard]] std::string segment(model::Sequence first) const;

    std::string manifest;
    std::string batches;
    std::string key;
};

inline constexpr std::size_t kSegmentHeaderBytes = 16;
[[nodiscard]] base::Buffer encode_segment_header(model::Sequence first);

// Errors: not_found (no whole backup is there), corrupted, newer_format.
[[nodiscard]] base::Result<BackupManifest> read_backup_manifest(const std::string& directory);
// Durable and whole, or the one before stays.
[[nodiscard]] base::Result<void> write_backup_manifest(const std::string& directory,
                                                       const BackupManifest& manifest);

}  // namespace holdfast::ledger
