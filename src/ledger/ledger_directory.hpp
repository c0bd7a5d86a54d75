// The directory of a ledger on disk: its files, its FORMAT and its creation.
//
//   DIR/FORMAT        what this is (text, written once)
//   DIR/tail          the tail mark (ledger/tail_mark.hpp)
//   DIR/db/           the database of a RocksDB ledger
//   DIR/segments/     the files of a segment ledger (ledger/segment_files.hpp)
//   DIR/texts/        and the private texts of its full segments
//   DIR/checkpoints/  saved states (ledger/checkpoint_files.hpp)
//
// Format: docs/formats/ledger.md. Thread rule: free functions, any thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "model/ids.hpp"

namespace holdfast::ledger {

// Where the batches are.
enum class LedgerKind : std::uint8_t { rocksdb, segments };

// Of a new ledger whose maker does not say.
inline constexpr LedgerKind kDefaultKind = LedgerKind::rocksdb;

[[nodiscard]] std::string_view to_string(LedgerKind kind);

struct LedgerInfo {
    std::uint16_t format = 0;
    model::PartitionId partition;
    LedgerKind kind = LedgerKind::rocksdb;
    std::string id;  // 32 hexadecimal digits, drawn when the ledger was made
};

struct LedgerPaths {
    explicit LedgerPaths(const std::string& directory)
        : format(directory + "/FORMAT"),
          tail(directory + "/tail"),
          database(directory + "/db"),
          segments(directory + "/segments"),
          texts(directory + "/texts"),
          checkpoints(directory + "/checkpoints") {}

    std::string format;
    std::string tail;
    std::string database;
    std::string segments;
    std::string texts;
    std::string checkpoints;
};

// Told about something a person should look at although the work goes on; any thread.
using Warn = std::function<void(const std::string&)>;

// How a ledger of either kind is opened.
struct LedgerOptions {
    std::string path;
    model::PartitionId partition;
    bool create_if_missing = false;  // absent or empty directories only; the parent must exist
    bool read_only = false;          // locks nothing, takes no epoch, writes nothing
    Warn warn = [](const std::string&) {};
};

// Errors: not_found (no such directory, or nothing in it), corrupted (something else than a
// ledger, or a damaged FORMAT), newer_format, permission_denied.
[[nodiscard]] base::Result<LedgerInfo> read_ledger_info(const std::string& directory);

// Makes an empty ledger in a directory that is absent or empty. The FORMAT file comes last: before
// it is there the directory still counts as empty.
[[nodiscard]] base::Result<LedgerInfo> create_ledger_directory(
    const std::string& directory, model::PartitionId partition,
    LedgerKind kind = LedgerKind::rocksdb);

// What is there, or what was just made if the options ask for that. Errors also: invalid_input,
// if it is another partition's or of another kind.
[[nodiscard]] base::Result<LedgerInfo> find_or_create_ledger(const LedgerOptions& options,
                                                             LedgerKind kind);

}  // namespace holdfast::ledger
