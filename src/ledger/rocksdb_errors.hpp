// What RocksDB's failures mean in Holdfast's words. For the files that include RocksDB.
// Thread rule: free functions.
#pragma once

#include <exception>
#include <string>

#include "base/result.hpp"

namespace rocksdb {
class Status;
}

namespace holdfast::ledger {

// Errors: storage_full, permission_denied, already_locked, unavailable (the device, or work of
// RocksDB's own that failed or is not over), corrupted (anything else, also a file that the
// database counts on and that is not there).
[[nodiscard]] base::ErrorCode rocksdb_code(const rocksdb::Status& status);

// "WHAT in DIRECTORY cannot be used: RocksDB's words", with the code above.
[[nodiscard]] std::unexpected<base::Error> rocksdb_failure(const rocksdb::Status& status,
                                                           const std::string& what,
                                                           const std::string& directory);

// What RocksDB threw while it opened: unavailable if the system had no thread, file or memory for
// it, for a sound view is not to be thrown away for that; else corrupted: damaged sizes can make it
// ask for what nothing has.
[[nodiscard]] std::unexpected<base::Error> thrown_failure(const std::exception& thrown,
                                                          const std::string& what,
                                                          const std::string& directory);

}  // namespace holdfast::ledger
