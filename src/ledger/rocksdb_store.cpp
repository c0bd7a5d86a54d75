#include "ledger/rocksdb_store.hpp"

#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/write_batch.h>

#include <array>
#include <bit>
#include <cstring>
#include <exception>
#include <mutex>
#include <vector>

#include "base/check.hpp"
#include "ledger/format.hpp"
#include "ledger/rocksdb_errors.hpp"
#include "ledger/rocksdb_tuning.hpp"
#include "ledger/torn_log.hpp"

namespace holdfast::ledger {
namespace {

using base::ErrorCode;
using base::failure;
using base::Result;

constexpr std::size_t kBatches = 1;  // indices into the column families
constexpr std::size_t kPrivate = 2;
constexpr std::size_t kMeta = 3;
// Whoever reads a few batches of a hundred bytes at a time must not copy a mebibyte for each few;
// for those RocksDB reads ahead by itself, more the longer it goes on.
constexpr std::size_t kReadAheadBytes = std::size_t{1} << 20;
constexpr std::size_t kLongRead = 1'024;  // batches

using Key = std::array<char, 8>;  // big-endian, so that keys sort by number

Key key_of(std::uint64_t sequence) { return std::bit_cast<Key>(__builtin_bswap64(sequence)); }

rocksdb::Slice slice(std::span<const char> bytes) { return {bytes.data(), bytes.size()}; }
rocksdb::Slice slice(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
rocksdb::Slice slice(const base::Digest128& digest) {
    return {reinterpret_cast<const char*>(&digest), sizeof digest};
}
std::span<const std::byte> bytes_of(const rocksdb::Slice& value) {
    return base::as_bytes({value.data(), value.size()});
}

class Store final : public RocksdbStore {
  public:
    explicit Store(std::string directory) : directory_(std::move(directory)) {}

    ~Store() override {
        for (rocksdb::ColumnFamilyHandle* family : families_) {
            static_cast<void>(database_->DestroyColumnFamilyHandle(family));
        }
    }

    Result<void> open(StoreMode mode);
    Result<void> put_batch(const BatchRecord& batch, std::span<const PrivateText> texts) override;
    Result<void> put_batches(std::span<const BatchRecord> batches) override;
    Result<void> put_private(std::span<const PrivateText> texts) override;
    Result<void> put_meta(std::string_view name, std::string_view value) override;
    Result<void> read_batches(model::Sequence first, model::Sequence through, std::size_t limit,
                              const BytesVisitor& visit) override;
    Result<std::optional<base::Buffer>> last_batch() override;
    Result<std::optional<std::string>> meta(std::string_view name) override;
    Result<std::optional<std::string>> private_text(base::Digest128 digest) override;
    Result<void> each_private_text(const PrivateTextVisitor& visit) override;
    Result<void> erase_private(std::span<const base::Digest128> digests) override;

  private:
    using Iterator = std::unique_ptr<rocksdb::Iterator>;

    [[nodiscard]] Result<void> check(const rocksdb::Status& status) const;
    [[nodiscard]] std::unexpected<base::Error> misplaced(std::string_view key) const;
    Result<void> write(rocksdb::WriteBatch& batch);
    rocksdb::Status add_texts(rocksdb::WriteBatch& batch, std::span<const PrivateText> texts);
    Result<void> seek(rocksdb::Iterator& at, model::Sequence first) const;
    [[nodiscard]] Result<Batch> open_at(const rocksdb::Iterator& at) const;
    Result<std::optional<std::string>> get(std::size_t family, const rocksdb::Slice& key);
    Result<void> drop_old_files();

    std::string directory_;
    std::unique_ptr<rocksdb::DB> database_;
    std::vector<rocksdb::ColumnFamilyHandle*> families_;
    std::mutex erasing_;
};

Result<void> Store::check(const rocksdb::Status& status) const {
    if (status.ok()) {
        return {};
    }
    const std::string words = status.ToString();
    return failure(rocksdb_code(status), "RocksDB in " + directory_ + ": " + words);
}

Result<void> Store::open(StoreMode mode) {
    const std::vector<rocksdb::ColumnFamilyDescriptor> families = {
        {rocksdb::kDefaultColumnFamilyName, small_family_options()},
        {"batches", batch_family_options()},
        {"private", small_family_options()},
        {"meta", small_family_options()},
    };
    // Opening may throw for lack of a thread with the handles there already and the database not:
    // what a destructor sees is either both or none.
    rocksdb::DB* opened = nullptr;
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    const auto open_with = [&](bool passes_torn_end) {
        const rocksdb::DBOptions options = database_options(mode, passes_torn_end);
        return mode == StoreMode::read || mode == StoreMode::salvage
                   ? rocksdb::DB::OpenForReadOnly(options, directory_, families, &handles, &opened,
                                                  /*error_if_wal_file_exists=*/false)
                   : rocksdb::DB::Open(options, directory_, families, &handles, &opened);
    };
    if (mode != StoreMode::read && mode != StoreMode::salvage) {
        lower_background_priority();
    }
    rocksdb::Status status = open_with(/*passes_torn_end=*/false);
    if (status.IsCorruption()) {
        const auto is_torn = ends_in_torn_write(directory_);
        if (is_torn && *is_torn) {
            status = open_with(/*passes_torn_end=*/true);
        }
    }
    TRY_VOID(check(status));
    database_.reset(opened);
    families_ = std::move(handles);
    return {};
}

Result<void> Store::write(rocksdb::WriteBatch& batch) {
    return check(database_->Write(synced_write_options(), &batch));
}

rocksdb::Status Store::add_texts(rocksdb::WriteBatch& batch, std::span<const PrivateText> texts) {
    for (const PrivateText& text : texts) {
        const rocksdb::Status added =
            batch.Put(families_[kPrivate], slice(text.digest), rocksdb::Slice(text.text));
        if (!added.ok()) {
            return added;
        }
    }
    return rocksdb::Status::OK();
}

Result<void> Store::put_batch(const BatchRecord& record, std::span<const PrivateText> texts) {
    rocksdb::WriteBatch batch(record.sealed.size() + 128);
    const Key key = key_of(record.first.value());
    TRY_VOID(check(batch.Put(families_[kBatches], slice(key), slice(record.sealed))));
    TRY_VOID(check(add_texts(batch, texts)));
    return write(batch);
}

Result<void> Store::put_batches(std::span<const BatchRecord> records) {
    rocksdb::WriteBatch batch;
    for (const BatchRecord& record : records) {
        const Key key = key_of(record.first.value());
        TRY_VOID(check(batch.Put(families_[kBatches], slice(key), slice(record.sealed))));
    }
    return write(batch);
}

Result<void> Store::put_private(std::span<const PrivateText> texts) {
    rocksdb::WriteBatch batch;
    TRY_VOID(check(add_texts(batch, texts)));
    return write(batch);
}

Result<void> Store::put_meta(std::string_view name, std::string_view value) {
    rocksdb::WriteBatch batch;
    TRY_VOID(check(batch.Put(families_[kMeta], rocksdb::Slice(name), rocksdb::Slice(value))));
    return write(batch);
}

std::unexpected<base::Error> Store::misplaced(std::string_view key) const {
    return failure(ErrorCode::corrupted, "the batch stored under key " +
                                             base::to_hex(base::as_bytes(key)) + " in " +
                                             directory_ + " belongs to another place");
}

Result<Batch> Store::open_at(const rocksdb::Iterator& at) const {
    auto batch = open_sealed(bytes_of(at.value()));
    if (!batch) {
        batch.error().message +=
            " (under key " + at.key().ToString(/*hex=*/true) + " in " + directory_ + ")";
        return batch;
    }
    if (at.key() != slice(key_of(batch->header.first.value()))) {
        return misplaced(at.key().ToStringView());
    }
    return batch;
}

// To the batch that contains `first`, or the one after if none does.
Result<void> Store::seek(rocksdb::Iterator& at, model::Sequence first) const {
    at.SeekForPrev(slice(key_of(first.value())));
    if (!at.Valid()) {
        TRY_VOID(check(at.status()));
        at.SeekToFirst();
        return check(at.status());
    }
    TRY(const Batch batch, open_at(at));
    if (batch.last() < first) {
        at.Next();
    }
    return check(at.status());
}

Result<void> Store::read_batches(model::Sequence first, model::Sequence through, std::size_t limit,
                                 const BytesVisitor& visit) {
    rocksdb::ReadOptions options = checked_read_options();
    options.readahead_size = limit >= kLongRead ? kReadAheadBytes : 0;
    const Iterator at(database_->NewIterator(options, families_[kBatches]));
    const Key end = key_of(through.value());
    TRY_VOID(seek(*at, first));
    for (std::size_t count = 0; at->Valid() && count < limit; ++count, at->Next()) {
        if (at->key().compare(slice(end)) > 0) {
            break;
        }
        const auto sealed = bytes_of(at->value());
        constexpr std::size_t kFirstSequenceAt = 8;
        std::uint64_t number = 0;
        if (sealed.size() < kBatchHeaderBytes) {
            return misplaced(at->key().ToStringView());
        }
        std::memcpy(&number, sealed.data() + kFirstSequenceAt, sizeof number);
        if (at->key() != slice(key_of(number))) {
            return misplaced(at->key().ToStringView());
        }
        TRY_VOID(visit(sealed));
    }
    return check(at->status());
}

Result<std::optional<base::Buffer>> Store::last_batch() {
    const Iterator at(database_->NewIterator(checked_read_options(), families_[kBatches]));
    at->SeekToLast();
    TRY_VOID(check(at->status()));
    if (!at->Valid()) {
        return std::nullopt;
    }
    TRY([[maybe_unused]] const Batch batch, open_at(*at));
    const auto sealed = bytes_of(at->value());
    return base::Buffer(sealed.begin(), sealed.end());
}

Result<std::optional<std::string>> Store::get(std::size_t family, const rocksdb::Slice& key) {
    std::string value;
    const rocksdb::Status status =
        database_->Get(checked_read_options(), families_[family], key, &value);
    if (status.IsNotFound()) {
        return std::nullopt;
    }
    TRY_VOID(check(status));
    return value;
}

Result<std::optional<std::string>> Store::meta(std::string_view name) {
    return get(kMeta, rocksdb::Slice(name));
}

Result<std::optional<std::string>> Store::private_text(base::Digest128 digest) {
    return get(kPrivate, slice(digest));
}

Result<void> Store::each_private_text(const PrivateTextVisitor& visit) {
    const Iterator at(database_->NewIterator(checked_read_options(), families_[kPrivate]));
    for (at->SeekToFirst(); at->Valid(); at->Next()) {
        base::Digest128 digest;
        if (at->key().size() != sizeof digest) {
            return misplaced(at->key().ToStringView());
        }
        std::memcpy(&digest, at->key().data(), sizeof digest);
        TRY_VOID(visit({digest, at->value().ToStringView()}));
    }
    return check(at->status());
}

// A deletion alone hides a text but leaves it in the log and in table files. The flush retires the
// log and puts the deletion into a table file; the compaction then rewrites every table file with
// the key in it.
Result<void> Store::erase_private(std::span<const base::Digest128> digests) {
    const std::scoped_lock lock(erasing_);
    rocksdb::WriteBatch batch;
    for (const base::Digest128& digest : digests) {
        TRY_VOID(check(batch.Delete(families_[kPrivate], slice(digest))));
    }
    TRY_VOID(write(batch));
    rocksdb::FlushOptions flush;
    flush.wait = true;
    flush.allow_write_stall = false;
    TRY_VOID(check(database_->Flush(flush, families_)));
    rocksdb::CompactRangeOptions compact;
    compact.exclusive_manual_compaction = false;
    compact.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
    for (const base::Digest128& digest : digests) {
        const rocksdb::Slice key = slice(digest);
        TRY_VOID(check(database_->CompactRange(compact, families_[kPrivate], &key, &key)));
    }
    return drop_old_files();
}

// Retired files are deleted by background threads some time later. Pausing waits for these to
// finish; enabling deletions again deletes, here and now, whatever is still left.
Result<void> Store::drop_old_files() {
    TRY_VOID(check(database_->PauseBackgroundWork()));
    TRY_VOID(check(database_->ContinueBackgroundWork()));
    TRY_VOID(check(database_->DisableFileDeletions()));
    return check(database_->EnableFileDeletions(/*force=*/false));
}

}  // namespace

Result<std::unique_ptr<RocksdbStore>> open_rocksdb_store(const std::string& directory,
                                                         StoreMode mode) {
    try {
        auto store = std::make_unique<Store>(directory);
        TRY_VOID(store->open(mode));
        return store;
    } catch (const std::exception& thrown) {
        return thrown_failure(thrown, "RocksDB", directory);
    }
}

}  // namespace holdfast::ledger
