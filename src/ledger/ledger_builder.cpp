#include "ledger/ledger_builder.hpp"

#include <sys/stat.h>

#include <optional>
#include <vector>

#include "ledger/posix_file.hpp"
#include "ledger/rocksdb_store.hpp"
#include "ledger/segment_files.hpp"
#include "ledger/segment_ledger.hpp"
#include "ledger/tail_mark.hpp"

namespace holdfast::ledger {
namespace {

using base::Result;

constexpr std::size_t kBytesAtOnce = std::size_t{4} << 20;

// Into both slots: damage to one must not bring back what the ledger was before.
Result<void> write_mark(const std::string& path, const Mark& mark) {
    TRY(auto tail, TailMark::open(path, PosixFile::Mode::overwrite));
    for (int slot = 0; slot < 2; ++slot) {
        TRY_VOID(tail.write(mark));
        TRY_VOID(tail.sync());
    }
    return {};
}

class RocksdbBuilder final : public LedgerBuilder {
  public:
    RocksdbBuilder(LedgerInfo info, const std::string& directory,
                   std::unique_ptr<RocksdbStore> store)
        : LedgerBuilder(std::move(info)), paths_(directory), store_(std::move(store)) {}

    Result<void> put_batch(const Batch& batch, std::span<const std::byte> sealed,
                           const base::Sha256& hash) override {
        move_tail(batch, sealed, hash);
        kept_.emplace_back(sealed.begin(), sealed.end());
        firsts_.push_back(batch.header.first);
        waiting_ += sealed.size();
        return waiting_ >= kBytesAtOnce ? flush() : Result<void>();
    }

    Result<void> put_texts(std::span<const PrivateText> texts) override {
        return texts.empty() ? Result<void>() : store_->put_private(texts);
    }

    Result<void> finish(model::Epoch epoch) override {
        TRY_VOID(flush());
        TRY_VOID(store_->put_meta(kIdentityName, info().id));
        TRY_VOID(store_->put_meta(kEpochName, std::to_string(epoch.value())));
        store_.reset();
        return write_mark(paths_.tail, {.tail = tail(), .manifest = {}});
    }

  private:
    Result<void> flush() {
        std::vector<BatchRecord> records;
        for (std::size_t i = 0; i < kept_.size(); ++i) {
            records.push_back({.first = firsts_[i], .sealed = kept_[i]});
        }
        TRY_VOID(records.empty() ? Result<void>() : store_->put_batches(records));
        kept_.clear();
        firsts_.clear();
        waiting_ = 0;
        return {};
    }

    LedgerPaths paths_;
    std::unique_ptr<RocksdbStore> store_;
    std::vector<base::Buffer> kept_;
    std::vector<model::Sequence> firsts_;
    std::size_t waiting_ = 0;
};

class SegmentBuilder final : public LedgerBuilder {
  public:
    SegmentBuilder(LedgerInfo info, const std::string& directory, const LedgerId& id)
        : LedgerBuilder(std::move(info)), paths_(directory), files_(paths_.segments, id) {}

    Result<void> put_batch(const Batch& batch, std::span<const std::byte> sealed,
                           const base::Sha256& hash) override {
        const FrameSizes sizes{.batch = static_cast<std::uint32_t>(sealed.size()), .texts = 0};
        if (!file_ || end_ + sizes.total() > SegmentSizes{}.most) {
            TRY_VOID(begin_segment());
        }
        move_tail(batch, sealed, hash);
        index_.add(batch.header.first, end_);
        newest_ = {.segment = number_, .offset = end_};
        end_ += sizes.total();
        base::ByteWriter writer(waiting_);
        writer.bytes(encode_frame_header(sizes, files_.salt(number_)));
        writer.bytes(sealed);
        waiting_.resize(waiting_.size() + padded(sealed.size()) - sealed.size());
        return waiting_.size() >= kBytesAtOnce ? flush() : Result<void>();
    }

    Result<void> put_texts(std::span<const PrivateText> texts) override {
        if (texts.empty()) {
            return {};
        }
        if (!texts_) {
            TRY(texts_, open_rocksdb_store(paths_.texts, StoreMode::create));
            TRY_VOID(texts_->put_meta(kIdentityName, info().id));
        }
        return texts_->put_private(texts);
    }

    Result<void> finish(model::Epoch epoch) override {
        TRY_VOID(end_segment());
        TRY_VOID(sync_directory(paths_.segments));
        texts_.reset();
        Mark mark{.tail = tail(), .manifest = {}, .place = newest_};
        mark.tail.epoch = epoch;
        return write_mark(paths_.tail, mark);
    }

  private:
    Result<void> begin_segment() {
        const std::uint64_t previous_end = end_;
        TRY_VOID(end_segment());
        ++number_;
        TRY(file_, PosixFile::open(files_.path(number_), PosixFile::Mode::create));
        waiting_ = encode_segment_header({.partition = info().partition,
                                          .id = files_.id(),
                                          .number = number_,
                                          .first = model::Sequence(tail().last.value() + 1),
                                          .previous = tail().hash,
                                          .bytes_before = tail().bytes,
                                          .previous_end = previous_end,
                                          .texts_from = number_});
        end_ = kSegmentHeaderBytes;
        return {};
    }

    Result<void> flush() {
        TRY_VOID(file_->append(waiting_));
        waiting_.clear();
        return {};
    }

    Result<void> end_segment() {
        if (!file_) {
            return {};
        }
        TRY_VOID(flush());
        TRY_VOID(file_->sync());
        file_.reset();
        return replace_file(files_.index_path(number_), std::exchange(index_, {}).encode(number_));
    }

    LedgerPaths paths_;
    SegmentFiles files_;
    std::unique_ptr<RocksdbStore> texts_;
    std::optional<PosixFile> file_;
    std::uint64_t number_ = 0;
    std::uint64_t end_ = 0;
    RecordPlace newest_{};
    SegmentIndex index_;
    base::Buffer waiting_;
};

}  // namespace

void LedgerBuilder::move_tail(const Batch& batch, std::span<const std::byte> sealed,
                              const base::Sha256& hash) {
    tail_ = {.last = batch.last(),
             .hash = hash,
             .time = batch.header.time,
             .epoch = batch.header.epoch,
             .bytes = tail_.bytes + sealed.size()};
}

Result<void> write_private_key(const std::string& directory, std::span<const std::byte> key) {
    const std::string path = directory + "/private.key";
    TRY_VOID(replace_file(path, key));
    if (::chmod(path.c_str(), S_IRUSR | S_IWUSR) != 0) {
        return base::failure(base::ErrorCode::permission_denied,
                             "cannot make the private key private");
    }
    return {};
}

Result<std::unique_ptr<LedgerBuilder>> make_ledger_builder(const std::string& directory,
                                                           model::PartitionId partition,
                                                           LedgerKind kind) {
    TRY(LedgerInfo info, create_ledger_directory(directory, partition, kind));
    const LedgerPaths paths(directory);
    if (kind == LedgerKind::rocksdb) {
        TRY(auto store, open_rocksdb_store(paths.database, StoreMode::create));
        return std::make_unique<RocksdbBuilder>(std::move(info), directory, std::move(store));
    }
    TRY_VOID(make_directory(paths.segments));
    const LedgerId id = parse_ledger_id(info.id).value();
    return std::make_unique<SegmentBuilder>(std::move(info), directory, id);
}

}  // namespace holdfast::ledger
