#include "partition/rocksdb_archive.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <exception>
#include <filesystem>

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "ledger/rocksdb_errors.hpp"

namespace holdfast::partition {
namespace {

using base::Digest128;
using base::ErrorCode;
using base::failure;
using base::Result;
using model::ReservationId;
using model::Sequence;

constexpr std::size_t kMiB = std::size_t{1} << 20;

// Persisted. Capital letters: the kinds of rows are small ones.
constexpr std::string_view kFormatKey = "Format";
constexpr std::string_view kPositionKey = "Position";
constexpr std::string_view kFormatWords = "holdfast archive ";
constexpr std::string_view kFormat = "holdfast archive 1";
constexpr char kKeyRow = 'k';
constexpr char kRestRow = 'r';

rocksdb::CompressionType compression() {
    const auto known = rocksdb::GetSupportedCompressions();
    return std::ranges::find(known, rocksdb::kLZ4Compression) == known.end()
               ? rocksdb::kNoCompression
               : rocksdb::kLZ4Compression;
}

rocksdb::Options database_options() {
    rocksdb::BlockBasedTableOptions table;
    table.block_cache = rocksdb::NewLRUCache(32 * kMiB);
    table.format_version = 5;
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
    // An addition comes sorted: each row of it is looked for from where the one before went.
    options.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(1));
    // Additions come in no order: the more are sorted in memory, the less is rewritten on disk.
    options.write_buffer_size = 32 * kMiB;
    options.max_write_buffer_number = 2;
    options.level_compaction_dynamic_level_bytes = true;
    options.max_open_files = 256;
    options.max_background_jobs = 2;
    options.max_log_file_size = kMiB;
    options.keep_log_file_num = 2;
    options.stats_dump_period_sec = 0;
    options.stats_persist_period_sec = 0;
    return options;
}

rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }
rocksdb::Slice slice(std::span<const std::byte> bytes) { return slice(base::as_text(bytes)); }

// Big-endian, so that keys sort as numbers do.
void put_number(std::string& out, std::uint64_t number) {
    const std::uint64_t big = __builtin_bswap64(number);
    out.append(reinterpret_cast<const char*>(&big), sizeof big);
}

std::uint64_t number_at(std::string_view text, std::size_t at) {
    std::uint64_t big = 0;
    std::copy_n(text.data() + at, sizeof big, reinterpret_cast<char*>(&big));
    return __builtin_bswap64(big);
}

std::string row_name(char kind, std::uint64_t first, std::uint64_t second) {
    std::string out(1, kind);
    put_number(out, first);
    put_number(out, second);
    return out;
}
std::string name_of(Digest128 key) { return row_name(kKeyRow, key.high, key.low); }

constexpr std::size_t kRowNameBytes = 17;

class RocksdbArchive final : public Archive {
  public:
    explicit RocksdbArchive(std::string directory) : directory_(std::move(directory)) {}

    Result<void> open();

    Result<void> add(const ArchiveRows& rows, Sequence position) override;
    [[nodiscard]] Sequence position() const override {
        return Sequence(position_.load(std::memory_order_acquire));
    }
    Result<std::optional<core::KeyRecord>> find_key(Digest128 key) override;
    Result<std::optional<core::Resting>> find_rest(ReservationId id, Sequence before) override;
    Result<void> list_keys(std::uint8_t first_byte, const KeyVisitor& visit) override;

  private:
    [[nodiscard]] Result<void> check(const rocksdb::Status& status) const {
        return status.ok() ? Result<void>() : failed(status);
    }
    [[nodiscard]] std::unexpected<base::Error> failed(const rocksdb::Status& status) const {
        return ledger::rocksdb_failure(status, "the archive", directory_);
    }
    [[nodiscard]] std::unexpected<base::Error> damaged(std::string_view what) const {
        return failure(ErrorCode::corrupted,
                       "the archive in " + directory_ + " is damaged: " + std::string(what) +
                           "; with the service stopped, delete the directory: it is rebuilt");
    }
    Result<std::optional<std::string>> get(std::string_view name) const;
    Result<void> open_database();
    Result<std::string> stored_format() const;
    Result<void> drop_other_format();
    Result<void> read_position();

    std::string directory_;
    std::unique_ptr<rocksdb::DB> database_;
    std::atomic<std::uint64_t> position_{0};
};

Result<std::optional<std::string>> RocksdbArchive::get(std::string_view name) const {
    std::string value;
    const auto status = database_->Get({}, slice(name), &value);
    if (status.IsNotFound()) {
        return std::nullopt;
    }
    TRY_VOID(check(status));
    return std::optional(std::move(value));
}

Result<void> RocksdbArchive::open_database() {
    rocksdb::DB* opened = nullptr;
    TRY_VOID(check(rocksdb::DB::Open(database_options(), directory_, &opened)));
    database_.reset(opened);
    return {};
}

// Empty: nothing was ever written here.
Result<std::string> RocksdbArchive::stored_format() const {
    TRY(const auto format, get(kFormatKey));
    if (format && format->starts_with(kFormatWords)) {
        return *format;
    }
    const std::unique_ptr<rocksdb::Iterator> any(database_->NewIterator({}));
    any->SeekToFirst();
    TRY_VOID(check(any->status()));
    if (any->Valid()) {
        return failure(ErrorCode::invalid_input,
                       directory_ + " holds a database that is no archive; nothing was changed");
    }
    return std::string();
}

Result<void> RocksdbArchive::drop_other_format() {
    TRY(const std::string format, stored_format());
    if (format == kFormat) {
        return {};
    }
    if (!format.empty()) {
        base::log_info("archive of another format is rebuilt",
                       {{"directory", directory_}, {"format", format}});
        database_.reset();
        TRY_VOID(check(rocksdb::DestroyDB(directory_, database_options())));
        TRY_VOID(open_database());
    }
    return check(database_->Put({}, slice(kFormatKey), slice(kFormat)));
}

Result<void> RocksdbArchive::read_position() {
    TRY(const auto value, get(kPositionKey));
    if (!value) {
        return {};
    }
    base::ByteReader in(base::as_bytes(*value));
    const auto position = in.fixed<std::uint64_t>();
    if (in.failed() || in.left() != 0) {
        return damaged("its position makes no sense");
    }
    position_.store(position, std::memory_order_release);
    return {};
}

Result<void> RocksdbArchive::open() {
    std::error_code error;
    std::filesystem::create_directories(directory_, error);
    if (error) {
        const bool is_denied = error == std::errc::permission_denied;
        return failure(is_denied ? ErrorCode::permission_denied : ErrorCode::unavailable,
                       "cannot make the directory " + directory_ + ": " + error.message());
    }
    TRY_VOID(open_database());
    TRY_VOID(drop_other_format());
    return read_position();
}

Result<void> RocksdbArchive::add(const ArchiveRows& rows, Sequence position) {
    rocksdb::WriteBatch batch;
    base::Buffer value;
    for (const auto& row : rows.keys) {
        value.clear();
        base::ByteWriter out(value);
        out.varint(row.record.event.value());
        out.fixed(std::uint64_t{row.record.fingerprint});
        TRY_VOID(check(batch.Put(name_of(row.key), slice(value))));
    }
    for (const auto& rest : rows.rests) {
        value.clear();
        base::ByteWriter(value).varint(rest.version);
        TRY_VOID(check(
            batch.Put(row_name(kRestRow, rest.id.value(), rest.since.value()), slice(value))));
    }
    value.clear();
    base::ByteWriter(value).fixed(position.value());
    TRY_VOID(check(batch.Put(slice(kPositionKey), slice(value))));
    rocksdb::WriteOptions options;
    options.sync = true;
    TRY_VOID(check(database_->Write(options, &batch)));
    position_.store(position.value(), std::memory_order_release);
    return {};
}

Result<std::optional<core::KeyRecord>> RocksdbArchive::find_key(Digest128 key) {
    TRY(const auto value, get(name_of(key)));
    if (!value) {
        return std::nullopt;
    }
    base::ByteReader in(base::as_bytes(*value));
    core::KeyRecord out;
    out.event = Sequence(in.varint());
    out.fingerprint = in.fixed<std::uint64_t>() & core::KeyRecord::kFingerprintMax;
    if (in.failed() || in.left() != 0) {
        return damaged("a key does not parse");
    }
    return out;
}

Result<std::optional<core::Resting>> RocksdbArchive::find_rest(ReservationId id, Sequence before) {
    const std::string first = row_name(kRestRow, id.value(), 0);
    const rocksdb::Slice lower(first);
    rocksdb::ReadOptions options;
    options.iterate_lower_bound = &lower;
    const std::unique_ptr<rocksdb::Iterator> at(database_->NewIterator(options));
    at->SeekForPrev(row_name(kRestRow, id.value(), before.value() - 1));
    if (!at->Valid()) {
        TRY_VOID(check(at->status()));
        return std::nullopt;
    }
    const std::string_view name = at->key().ToStringView();
    base::ByteReader in(base::as_bytes(at->value().ToStringView()));
    const std::uint64_t version = in.varint();
    if (name.size() != kRowNameBytes || in.failed() || in.left() != 0) {
        return damaged("a reservation does not parse");
    }
    return core::Resting{.id = id,
                         .version = static_cast<std::uint32_t>(version),
                         .since = Sequence(number_at(name, 1 + sizeof(std::uint64_t)))};
}

Result<void> RocksdbArchive::list_keys(std::uint8_t first_byte, const KeyVisitor& visit) {
    const std::string from = row_name(kKeyRow, std::uint64_t{first_byte} << 56, 0);
    const std::string last =
        row_name(kKeyRow, (std::uint64_t{first_byte} << 56) | (UINT64_MAX >> 8), UINT64_MAX);
    rocksdb::ReadOptions options;
    options.fill_cache = false;
    options.readahead_size = kMiB;
    const std::unique_ptr<rocksdb::Iterator> at(database_->NewIterator(options));
    for (at->Seek(from); at->Valid(); at->Next()) {
        const std::string_view name = at->key().ToStringView();
        if (name > last) {
            break;
        }
        if (name.size() != kRowNameBytes) {
            return damaged("a key does not parse");
        }
        visit({.high = number_at(name, 1), .low = number_at(name, 1 + sizeof(std::uint64_t))});
    }
    return check(at->status());
}

}  // namespace

Result<std::unique_ptr<Archive>> open_rocksdb_archive(const std::string& directory) {
    try {
        auto archive = std::make_unique<RocksdbArchive>(directory);
        TRY_VOID(archive->open());
        return archive;
    } catch (const std::exception& thrown) {
        return ledger::thrown_failure(thrown, "the archive", directory);
    }
}

}  // namespace holdfast::partition
