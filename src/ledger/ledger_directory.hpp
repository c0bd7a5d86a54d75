// The directory of a ledger on disk: its files, its FORMAT and its creation.
//
//   DIR/FORMAT        what this is (text, written once)
//   DIR/tail          the tail mark (ledger/tail_mark.hpp)
//   DIR/db/           the database
//   DIR/checkpoints/  saved states (ledger/checkpoint_files.hpp)
//
// Format: docs/formats/ledger.md. Thread rule: free functions, any thread.
#pragma once

#include <string>

#include "base/result.hpp"
#include "model/ids.hpp"

namespace holdfast::ledger {

struct LedgerInfo {
    std::uint16_t format = 0;
    model::PartitionId partition;
    std::string id;  // 32 hexadecimal digits, drawn when the ledger was made
};

struct LedgerPaths {
    explicit LedgerPaths(const std::string& directory)
        : format(directory + "/FORMAT"),
          tail(directory + "/tail"),
          database(directory + "/db"),
          checkpoints(directory + "/checkpoints") {}

    std::string format;
    std::string tail;
    std::string database;
    std::string checkpoints;
};

// Errors: not_found (no such directory, or nothing in it), corrupted (something else than a
// ledger, or a damaged FORMAT), newer_format, permission_denied.
[[nodiscard]] base::Result<LedgerInfo> read_ledger_info(const std::string& directory);

// Makes an empty ledger in a directory that is absent or empty. The FORMAT file comes last: before
// it is there the directory still counts as empty.
[[nodiscard]] base::Result<LedgerInfo> create_ledger_directory(const std::string& directory,
                                                               model::PartitionId partition);

}  // namespace holdfast::ledger
