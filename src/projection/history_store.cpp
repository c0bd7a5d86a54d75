#include "projection/history_store.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/snapshot.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <utility>

#include "base/check.hpp"
#include "base/log.hpp"
#include "ledger/rocksdb_errors.hpp"

namespace holdfast::projection {

using base::ErrorCode;
using base::failure;
using base::Result;

namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;

// Capital letters: the kinds of history keys are small ones.
constexpr std::string_view kFormatKey = "Format";
constexpr std::string_view kFormatWords = "holdfast history ";
constexpr std::string_view kFormat = "holdfast history 2";

rocksdb::CompressionType compression() {
    const auto known = rocksdb::GetSupportedCompressions();
    return std::ranges::find(known, rocksdb::kLZ4Compression) == known.end()
               ? rocksdb::kNoCompression
               : rocksdb::kLZ4Compression;
}

rocksdb::Options database_options() {
    rocksdb::BlockBasedTableOptions table;
    table.block_cache = rocksdb::NewLRUCache(64 * kMiB);
    table.format_version = 5;
    table.block_size = 8 * 1'024;
    // Indexes and filters of a large database are large themselves: they come in parts and live in
    // the cache, so that memory stays bounded.
    table.cache_index_and_filter_blocks = true;
    table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
    table.partition_filters = true;
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));

    rocksdb::Options options;
    options.create_if_missing = true;
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    options.compression = compression();
    options.write_buffer_size = 32 * kMiB;
    options.max_write_buffer_number = 3;
    options.target_file_size_base = 32 * kMiB;
    options.max_bytes_for_level_base = 256 * kMiB;
    options.max_open_files = 512;
    // A commit comes sorted by kind: each row is looked for from where the one before went.
    options.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(1));
    // Most names that are looked up first are new: the memory tables say so without a search.
    options.memtable_whole_key_filtering = true;
    options.memtable_prefix_bloom_size_ratio = 0.05;
    options.max_background_jobs = 2;
    options.max_log_file_size = kMiB;
    options.keep_log_file_num = 2;
    options.stats_dump_period_sec = 0;
    options.stats_persist_period_sec = 0;
    // Closing keeps everything that was committed, although the write-ahead log is off.
    options.avoid_flush_during_shutdown = false;
    return options;
}

rocksdb::WriteOptions write_options() {
    rocksdb::WriteOptions options;
    options.disableWAL = true;
    return options;
}

rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }

rocksdb::Slice slice(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::unexpected<base::Error> failed(const rocksdb::Status& status, const std::string& directory) {
    return ledger::rocksdb_failure(status, "the history", directory);
}

std::unexpected<base::Error> damage(const std::string& directory, std::string_view what) {
    return failure(ErrorCode::corrupted,
                   "the history in " + directory + " is damaged: " + std::string(what) +
                       "; with the service stopped, delete the directory: it is rebuilt");
}

Result<std::optional<std::string>> get_from(rocksdb::DB& database,
                                            const rocksdb::ReadOptions& options,
                                            std::string_view key, const std::string& directory) {
    std::string value;
    const auto status = database.Get(options, slice(key), &value);
    if (status.IsNotFound()) {
        return std::nullopt;
    }
    if (!status.ok()) {
        return failed(status, directory);
    }
    return std::optional(std::move(value));
}

}  // namespace

// -- batch ----------------------------------------------------------------------------------------

struct HistoryBatch::Impl {
    rocksdb::WriteBatch batch;

    // The batch is in memory and unbounded: adding to it cannot fail.
    static void check(const rocksdb::Status& status) { CHECK(status.ok(), "a batch took no key"); }
};

HistoryBatch::HistoryBatch() : impl_(std::make_unique<Impl>()) {}
HistoryBatch::~HistoryBatch() = default;

void HistoryBatch::put(std::string_view key, std::span<const std::byte> value) {
    Impl::check(impl_->batch.Put(slice(key), slice(value)));
}

void HistoryBatch::remove(std::string_view key) { Impl::check(impl_->batch.Delete(slice(key))); }

void HistoryBatch::remove_single(std::string_view key) {
    Impl::check(impl_->batch.SingleDelete(slice(key)));
}

// -- walk -----------------------------------------------------------------------------------------

struct HistoryWalk::Impl {
    std::string begin;
    std::string end;
    rocksdb::Slice lower;
    rocksdb::Slice upper;
    const std::string& directory;
    std::unique_ptr<rocksdb::Iterator> at;
};

HistoryWalk::HistoryWalk(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HistoryWalk::HistoryWalk(HistoryWalk&&) noexcept = default;
HistoryWalk::~HistoryWalk() = default;

void HistoryWalk::seek(std::string_view key) { impl_->at->Seek(slice(key)); }
void HistoryWalk::seek_back(std::string_view key) { impl_->at->SeekForPrev(slice(key)); }
void HistoryWalk::next() { impl_->at->Next(); }
void HistoryWalk::previous() { impl_->at->Prev(); }
bool HistoryWalk::valid() const { return impl_->at->Valid(); }
std::string_view HistoryWalk::key() const { return impl_->at->key().ToStringView(); }
std::span<const std::byte> HistoryWalk::value() const {
    return base::as_bytes(impl_->at->value().ToStringView());
}

Result<void> HistoryWalk::status() const {
    const auto status = impl_->at->status();
    return status.ok() ? Result<void>() : failed(status, impl_->directory);
}

// -- view -----------------------------------------------------------------------------------------

struct HistoryView::Impl {
    Impl(rocksdb::DB& opened, const std::string& where)
        : database(opened), directory(where), snapshot(&opened) {
        options.snapshot = snapshot.snapshot();
    }
    rocksdb::DB& database;
    const std::string& directory;
    rocksdb::ManagedSnapshot snapshot;
    rocksdb::ReadOptions options;
};

HistoryView::HistoryView(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HistoryView::~HistoryView() = default;

Result<std::optional<std::string>> HistoryView::get(std::string_view key) const {
    return get_from(impl_->database, impl_->options, key, impl_->directory);
}

HistoryWalk HistoryView::walk(std::string begin, std::string end) const {
    auto walk = std::make_unique<HistoryWalk::Impl>(HistoryWalk::Impl{.begin = std::move(begin),
                                                                      .end = std::move(end),
                                                                      .lower = {},
                                                                      .upper = {},
                                                                      .directory = impl_->directory,
                                                                      .at = nullptr});
    walk->lower = slice(walk->begin);
    walk->upper = slice(walk->end);
    rocksdb::ReadOptions options = impl_->options;
    options.iterate_lower_bound = &walk->lower;
    options.iterate_upper_bound = &walk->upper;
    walk->at.reset(impl_->database.NewIterator(options));
    return HistoryWalk(std::move(walk));
}

std::unexpected<base::Error> HistoryView::damaged(std::string_view what) const {
    return damage(impl_->directory, what);
}

// -- store ----------------------------------------------------------------------------------------

struct HistoryStore::Impl {
    std::string directory;
    std::unique_ptr<rocksdb::DB> database;

    [[nodiscard]] Result<void> check(const rocksdb::Status& status) const {
        return status.ok() ? Result<void>() : failed(status, directory);
    }
    Result<void> make_directory() const;
    Result<void> open_database();
    Result<std::string> stored_format() const;
    Result<void> drop_other_format();
};

Result<void> HistoryStore::Impl::make_directory() const {
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    if (error) {
        const bool is_denied = error == std::errc::permission_denied;
        return failure(is_denied ? ErrorCode::permission_denied : ErrorCode::unavailable,
                       "cannot make the directory " + directory + ": " + error.message());
    }
    return {};
}

Result<void> HistoryStore::Impl::open_database() {
    rocksdb::DB* opened = nullptr;
    TRY_VOID(check(rocksdb::DB::Open(database_options(), directory, &opened)));
    database.reset(opened);
    return {};
}

// Empty: nothing was ever written here.
Result<std::string> HistoryStore::Impl::stored_format() const {
    TRY(const auto format, get_from(*database, {}, kFormatKey, directory));
    if (format && format->starts_with(kFormatWords)) {
        return *format;
    }
    const std::unique_ptr<rocksdb::Iterator> any(database->NewIterator({}));
    any->SeekToFirst();
    TRY_VOID(check(any->status()));
    if (any->Valid()) {
        return failure(ErrorCode::invalid_input,
                       directory + " holds a database that is no history; nothing was changed");
    }
    return std::string();
}

Result<void> HistoryStore::Impl::drop_other_format() {
    TRY(const std::string format, stored_format());
    if (format == kFormat) {
        return {};
    }
    if (!format.empty()) {
        base::log_info("history of another format is rebuilt",
                       {{"directory", directory}, {"format", format}});
        database.reset();
        TRY_VOID(check(rocksdb::DestroyDB(directory, database_options())));
        TRY_VOID(open_database());
    }
    return check(database->Put(write_options(), slice(kFormatKey), slice(kFormat)));
}

HistoryStore::HistoryStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HistoryStore::~HistoryStore() = default;

Result<std::unique_ptr<HistoryStore>> HistoryStore::open(const std::string& directory) {
    auto impl = std::make_unique<Impl>();
    impl->directory = directory;
    try {
        TRY_VOID(impl->make_directory());
        TRY_VOID(impl->open_database());
        TRY_VOID(impl->drop_other_format());
    } catch (const std::exception& thrown) {
        return ledger::thrown_failure(thrown, "the history", directory);
    }
    return std::unique_ptr<HistoryStore>(new HistoryStore(std::move(impl)));
}

Result<std::optional<std::string>> HistoryStore::get(std::string_view key) const {
    return get_from(*impl_->database, {}, key, impl_->directory);
}

Result<void> HistoryStore::write(HistoryBatch& batch) {
    return impl_->check(impl_->database->Write(write_options(), &batch.impl_->batch));
}

std::unique_ptr<HistoryView> HistoryStore::view() const {
    return std::unique_ptr<HistoryView>(
        new HistoryView(std::make_unique<HistoryView::Impl>(*impl_->database, impl_->directory)));
}

std::unexpected<base::Error> HistoryStore::damaged(std::string_view what) const {
    return damage(impl_->directory, what);
}

}  // namespace holdfast::projection
