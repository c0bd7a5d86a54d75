// Backups: a consistent prefix of a ledger as plain files, taken beside the running service.
//
// `back_up` copies what is new since the last run into the same directory: sealed batches in
// segment files, unchanged, and all private texts anew (what was forgotten since leaves the
// backup). The source is only read. Success means durable; an interrupted run leaves the backup
// that was there before. `restore_backup` makes a ledger of its own from one.
// Format: docs/formats/backup.md. How to use it: docs/backup.md.
// Thread rule: free functions, one at a time per directory (a lock on it sees to that).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "ledger/ledger.hpp"
#include "ledger/ledger_directory.hpp"

namespace holdfast::ledger {

struct BackupOptions {
    std::string source;
    std::string target;         // absent, empty, or a backup of the same ledger
    bool private_texts = true;  // and the key that finds them
    std::function<void(model::Sequence done, model::Sequence of)> progress{};
};

struct BackupReport {
    std::string id;             // of the ledger
    model::Sequence from;       // where the backup ended before
    Tail tail;                  // where it ends now
    std::uint64_t batches = 0;  // copied by this run, and their bytes
    std::uint64_t bytes = 0;
    std::uint64_t segments = 0;  // files there are now
    std::uint64_t private_texts = 0;
    bool has_private = false;
    bool has_key = false;  // none if no service has opened the ledger yet
};

// Errors: invalid_input (the target holds something else, or a backup of another ledger or of one
// that went another way), already_locked, storage_full, corrupted (the source is damaged, or the
// backup's manifest is), and what reading the source returns.
[[nodiscard]] base::Result<BackupReport> back_up(const BackupOptions& options);

// Whether there is a manifest; damaged or not.
[[nodiscard]] bool is_backup(const std::string& directory);

// The backup as a ledger that is read-only. Checks the manifest and that all files are there in
// their sizes; what is in them is for `verify`.
[[nodiscard]] base::Result<std::unique_ptr<Ledger>> open_backup(const std::string& directory);

struct RestoreOptions {
    std::string backup;
    std::string target;                 // absent or an empty directory
    LedgerKind kind = kDefaultKind;     // of the new ledger, whatever the old one was
    model::Sequence until{UINT64_MAX};  // whole batches up to here
    std::function<void(model::Sequence done, model::Sequence of)> progress{};
};

struct RestoreReport {
    std::string id;  // of the new ledger
    std::string source_id;
    Tail tail;                    // where it ends
    model::Sequence backup_last;  // where the backup ends
    std::uint64_t private_texts = 0;
    bool has_private = false;
};

// Makes a new ledger: same batches, an id of its own, and an epoch beyond those that the old one
// will take. Not to be served before whoever calls this has moved it on (app/restore_tool.cpp).
[[nodiscard]] base::Result<RestoreReport> restore_backup(const RestoreOptions& options);

}  // namespace holdfast::ledger
