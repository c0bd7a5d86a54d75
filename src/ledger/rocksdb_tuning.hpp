// The options of the ledger's database, each with its reason.
//
// Internal to rocksdb_*.cpp, the only files that see RocksDB's headers. Thread rule: free
// functions, any thread.
#pragma once

#include "ledger/rocksdb_store.hpp"

namespace rocksdb {
struct ColumnFamilyOptions;
struct DBOptions;
struct ReadOptions;
struct WriteOptions;
}  // namespace rocksdb

namespace holdfast::ledger {

// `passes_torn_end`: for a log that was judged to end in a torn write (ledger/torn_log.hpp).
[[nodiscard]] rocksdb::DBOptions database_options(StoreMode mode, bool passes_torn_end = false);
[[nodiscard]] rocksdb::ColumnFamilyOptions batch_family_options();
[[nodiscard]] rocksdb::ColumnFamilyOptions small_family_options();
[[nodiscard]] rocksdb::WriteOptions synced_write_options();
[[nodiscard]] rocksdb::ReadOptions checked_read_options();

// Compactions and their disk accesses give way to the writer; flushes do not, because a starved
// flush would stop it. For the whole process.
void lower_background_priority();

}  // namespace holdfast::ledger
