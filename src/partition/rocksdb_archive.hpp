// The archive on disk, in RocksDB.
//
// Rows and position are one synced write. Format: docs/formats/archive.md. Thread rule: as Archive.
#pragma once

#include <memory>
#include <string>

#include "partition/archive.hpp"

namespace holdfast::partition {

// Makes the directory if it is missing; an archive of another format is thrown away and begins
// again at position 0. Errors: invalid_input (another database), already_locked, permission_denied,
// corrupted (delete the directory: it is made again), unavailable, storage_full.
[[nodiscard]] base::Result<std::unique_ptr<Archive>> open_rocksdb_archive(
    const std::string& directory);

}  // namespace holdfast::partition
