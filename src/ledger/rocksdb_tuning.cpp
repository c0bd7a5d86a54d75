#include "ledger/rocksdb_tuning.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>

#include <cstdarg>
#include <memory>

#include "ledger/rocksdb_background.hpp"

namespace holdfast::ledger {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;

// RocksDB would otherwise write its log into the directory, also of a ledger that is only read.
class SilentLogger final : public rocksdb::Logger {
  public:
    using rocksdb::Logger::Logv;
    void Logv(const char* /*format*/, va_list /*arguments*/) override {}
};

rocksdb::ColumnFamilyOptions common_family_options() {
    rocksdb::BlockBasedTableOptions table;
    table.block_cache = rocksdb::NewLRUCache(8 * kMiB);
    table.format_version = 5;
    table.checksum = rocksdb::kXXH3;

    rocksdb::ColumnFamilyOptions options;
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    // Batches are packed, and private texts short: compressing costs the writer's core.
    options.compression = rocksdb::kNoCompression;
    options.bottommost_compression = rocksdb::kNoCompression;
    options.force_consistency_checks = true;
    options.check_flush_compaction_key_order = true;
    options.memtable_protection_bytes_per_key = 0;
    options.max_write_buffer_number = 4;
    options.min_write_buffer_number_to_merge = 1;
    options.ttl = 0;
    options.periodic_compaction_seconds = 0;
    return options;
}

}  // namespace

rocksdb::DBOptions database_options(StoreMode mode, bool passes_torn_end) {
    const bool writes = mode == StoreMode::create || mode == StoreMode::write;
    const bool salvages = mode == StoreMode::salvage;
    rocksdb::DBOptions options;
    options.create_if_missing = mode == StoreMode::create;
    options.create_missing_column_families = mode == StoreMode::create;
    options.paranoid_checks = !salvages;
    options.verify_sst_unique_id_in_manifest = true;
    options.skip_checking_sst_file_sizes_on_db_open = salvages;
    // False alarms with this version would refuse intact ledgers; the tail mark and the chain of
    // hashes find a missing log file.
    options.track_and_verify_wals_in_manifest = false;

    // Only a record cut off at the very end, by a crash in the middle of a write that was never
    // acknowledged, may be passed over. The default would also drop everything after a damaged
    // record in the middle, so it is taken only where that was looked for and not found.
    options.wal_recovery_mode = salvages || passes_torn_end
                                    ? rocksdb::WALRecoveryMode::kPointInTimeRecovery
                                    : rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
    // What is recovered from the log goes into synced table files before anything else: a log that
    // was read from the page cache need not be on the disk (after a failed sync it may not be).
    options.avoid_flush_during_recovery = false;
    // Every write is in the log, so stopping need not wait for a flush.
    options.avoid_flush_during_shutdown = true;
    options.recycle_log_file_num = 0;  // a recycled log would keep forgotten texts
    options.WAL_ttl_seconds = 0;       // and so would an archived one
    options.WAL_size_limit_MB = 0;
    options.wal_compression = rocksdb::kNoCompression;
    options.manual_wal_flush = false;
    options.max_total_wal_size = 512 * kMiB;
    // All families are flushed together: the quiet ones never keep old logs alive.
    options.atomic_flush = true;

    // One thread writes one record at a time; the machinery for many writers only costs.
    options.enable_pipelined_write = false;
    options.two_write_queues = false;
    options.unordered_write = false;
    options.allow_concurrent_memtable_write = false;
    options.enable_write_thread_adaptive_yield = false;

    options.use_fsync = false;      // fdatasync keeps what is needed to find the bytes again
    options.bytes_per_sync = kMiB;  // flushes trickle out instead of delaying the log's sync
    options.wal_bytes_per_sync = 0;
    options.max_background_jobs = 2;
    options.max_subcompactions = 1;
    options.max_bgerror_resume_count = 0;  // fail stop: a restart recovers, nothing else
    // Not all: a ledger has a table file per 64 MiB for ever, and each has its index in memory.
    options.max_open_files = 512;
    options.max_file_opening_threads = writes ? 4 : 1;

    options.max_log_file_size = 4 * kMiB;
    options.keep_log_file_num = 4;
    options.max_manifest_file_size = 64 * kMiB;
    options.stats_dump_period_sec = 0;
    options.stats_persist_period_sec = 0;
    if (!writes) {
        options.info_log = std::make_shared<SilentLogger>();
    }
    return options;
}

rocksdb::ColumnFamilyOptions batch_family_options() {
    rocksdb::ColumnFamilyOptions options = common_family_options();
    options.write_buffer_size = 64 * kMiB;
    // A batch is written twice, to the log and to a blob file, and never moved again: compactions
    // only see keys.
    options.enable_blob_files = true;
    options.min_blob_size = 4096;
    options.blob_file_size = 256 * kMiB;
    options.blob_compression_type = rocksdb::kNoCompression;
    options.enable_blob_garbage_collection = false;
    // Keys only ever grow, so many files on the first level do not slow down reading.
    options.level0_file_num_compaction_trigger = 8;
    options.level0_slowdown_writes_trigger = 64;
    options.level0_stop_writes_trigger = 128;
    return options;
}

rocksdb::ColumnFamilyOptions small_family_options() {
    rocksdb::ColumnFamilyOptions options = common_family_options();
    options.write_buffer_size = 16 * kMiB;
    options.level0_file_num_compaction_trigger = 4;
    options.level0_slowdown_writes_trigger = 64;
    options.level0_stop_writes_trigger = 128;
    return options;
}

rocksdb::WriteOptions synced_write_options() {
    rocksdb::WriteOptions options;
    options.sync = true;
    options.disableWAL = false;
    options.ignore_missing_column_families = false;
    options.no_slowdown = false;
    options.low_pri = false;
    options.memtable_insert_hint_per_batch = true;
    options.rate_limiter_priority = rocksdb::Env::IO_TOTAL;
    options.protection_bytes_per_key = 8;
    return options;
}

rocksdb::ReadOptions checked_read_options() {
    rocksdb::ReadOptions options;
    options.verify_checksums = true;
    options.fill_cache = false;
    return options;
}

void lower_background_priority() {
    rocksdb::Env* env = rocksdb::Env::Default();
    env->LowerThreadPoolIOPriority(rocksdb::Env::LOW);
    // Refused where the system has no such notion; the priority is a courtesy.
    static_cast<void>(
        env->LowerThreadPoolCPUPriority(rocksdb::Env::LOW, rocksdb::CpuPriority::kLow));
}

void let_views_wait() {
    rocksdb::Env* env = rocksdb::Env::Default();
    env->LowerThreadPoolIOPriority(rocksdb::Env::HIGH);
    env->LowerThreadPoolIOPriority(rocksdb::Env::LOW);
    static_cast<void>(
        env->LowerThreadPoolCPUPriority(rocksdb::Env::HIGH, rocksdb::CpuPriority::kIdle));
    static_cast<void>(
        env->LowerThreadPoolCPUPriority(rocksdb::Env::LOW, rocksdb::CpuPriority::kIdle));
}

}  // namespace holdfast::ledger
