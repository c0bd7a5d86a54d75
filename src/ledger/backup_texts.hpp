// The private texts of a backup: one file, written anew by each run.
//
// Internal to this folder. Thread rule: free functions.
#pragma once

#include <functional>
#include <string>

#include "ledger/backup_manifest.hpp"
#include "ledger/rocksdb_store.hpp"

namespace holdfast::ledger {

// Visits all texts there are.
using EachText = std::function<base::Result<void>(const PrivateTextVisitor&)>;

// Writes all texts to `directory`/`manifest.texts`, synced, and fills in the rest of the manifest's
// `text_` members.
[[nodiscard]] base::Result<void> write_backup_texts(const std::string& directory,
                                                    const EachText& each, BackupManifest& manifest);

// Errors: corrupted, if it is not what the manifest says, before anything is visited.
[[nodiscard]] base::Result<void> each_backup_text(const std::string& directory,
                                                  const BackupManifest& manifest,
                                                  const PrivateTextVisitor& visit);

}  // namespace holdfast::ledger
