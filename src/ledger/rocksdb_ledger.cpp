#include "ledger/rocksdb_ledger.hpp"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <limits>
#include <mutex>
#include <utility>

#include "base/check.hpp"
#include "ledger/append_check.hpp"
#include "ledger/free_space.hpp"
#include "ledger/posix_file.hpp"
#include "ledger/rocksdb_store.hpp"
#include "ledger/tail_mark.hpp"
#include "ledger/tail_recovery.hpp"

namespace holdfast::ledger {
namespace {

using base::ErrorCode;
using base::failure;
using base::Result;

// An append asks for the log, the later flush and the administration of both before it begins:
// only then is "nothing was written" certain. Running full in the middle is an unknown outcome.
constexpr std::uint64_t kFreeFactor = 4;
constexpr std::uint64_t kFreeFloor = std::uint64_t{8} << 20;

struct Parts {
    RocksdbOptions options;
    std::optional<DirectoryLock> lock;  // none if read-only; outlives the store
    std::unique_ptr<RocksdbStore> store;
    std::optional<TailMark> mark;           // none if read-only
    std::optional<ManifestWatch> manifest;  // none if read-only
    Tail tail;
};

Result<void> mark_and_sync(Parts& parts) {
    TRY(const auto manifest, parts.manifest->position());
    TRY_VOID(parts.mark->write({parts.tail, manifest}));
    return parts.mark->sync();
}

class RocksdbLedger final : public Ledger {
  public:
    explicit RocksdbLedger(Parts parts)
        : parts_(std::move(parts)),
          manifest_(parts_.mark ? parts_.mark->newest().manifest : ManifestPosition{}),
          checkpoints_(LedgerPaths(parts_.options.path).checkpoints, parts_.options.partition,
                       parts_.options.warn) {}

    ~RocksdbLedger() override {
        parts_.store.reset();  // the database has written its last
        if (!parts_.options.read_only && !is_wounded_) {
            if (const auto marked = mark_and_sync(parts_); !marked) {
                parts_.options.warn(marked.error().message);
            }
        }
    }

    Result<void> append(const Append& append) override;
    Result<void> forget(std::span<const base::Digest128> digests) override;
    Result<std::unique_ptr<CheckpointWriter>> begin_checkpoint(model::Sequence at) override;

    Result<void> read_from(model::Sequence first, std::size_t batches,
                           const BytesVisitor& visit) override {
        return parts_.store->read_batches(first, present().last, batches, visit);
    }
    Result<Tail> tail() override { return present(); }
    Result<std::optional<model::Sequence>> read_newest_checkpoint(
        model::Sequence before, const BytesVisitor& visit) override {
        return checkpoints_.read_newest(present().last, before, visit);
    }
    Result<std::optional<std::string>> private_text(base::Digest128 digest) override {
        return parts_.store->private_text(digest);
    }

  private:
    [[nodiscard]] Tail present() const {
        const std::scoped_lock lock(tail_mutex_);
        return parts_.tail;
    }
    [[nodiscard]] Result<void> writable() const;
    [[nodiscard]] Result<void> room_for(const Append& append);
    std::unexpected<base::Error> in_doubt(const base::Error& cause);
    Result<void> move_mark(const Tail& tail);

    Parts parts_;
    ManifestPosition manifest_;  // as of the append before
    CheckpointFiles checkpoints_;
    mutable std::mutex tail_mutex_;  // readers ask for the tail while the writer moves it
    std::atomic<bool> is_wounded_ = false;
};

Result<void> RocksdbLedger::writable() const {
    if (parts_.options.read_only) {
        return failure(ErrorCode::invalid_input,
                       "the ledger " + parts_.options.path + " was opened read-only");
    }
    if (is_wounded_) {
        return failure(ErrorCode::outcome_unknown, "an earlier write to the ledger " +
                                                       parts_.options.path +
                                                       " is in doubt: stop and open it again");
    }
    return {};
}

Result<void> RocksdbLedger::room_for(const Append& append) {
    std::uint64_t needed = append.batch.size();
    for (const PrivateText& text : append.private_texts) {
        needed += text.text.size();
    }
    needed = needed * kFreeFactor + kFreeFloor;
    const auto free = free_bytes(parts_.options.path);
    if (!free) {
        return in_doubt(free.error());
    }
    if (*free < needed) {
        return failure(ErrorCode::storage_full,
                       "the disk of " + parts_.options.path + " has " + std::to_string(*free) +
                           " bytes free, an append asks for " + std::to_string(needed));
    }
    return {};
}

std::unexpected<base::Error> RocksdbLedger::in_doubt(const base::Error& cause) {
    is_wounded_ = true;
    return failure(ErrorCode::outcome_unknown, cause.message);
}

Result<void> RocksdbLedger::append(const Append& append) {
    TRY_VOID(writable());
    // Only this thread moves the tail, so it may be read without the lock here.
    TRY(const Batch batch, check_append(append, parts_.tail, parts_.options.partition));
    TRY_VOID(room_for(append));
    const BatchRecord record{batch.header.first, append.batch};
    if (const auto put = parts_.store->put_batch(record, append.private_texts); !put) {
        return in_doubt(put.error());
    }
    const Tail tail = tail_after(append, batch, parts_.tail);
    // The batch is durable, but its disk does not answer as it should: stopping is the safe side.
    if (const auto marked = move_mark(tail); !marked) {
        return in_doubt(marked.error());
    }
    const std::scoped_lock lock(tail_mutex_);
    parts_.tail = tail;
    return {};
}

// The MANIFEST's size may lie inside a record that is just being written, so the mark names the
// size that was seen, and made durable, one append ago.
Result<void> RocksdbLedger::move_mark(const Tail& tail) {
    TRY_VOID(parts_.mark->write({tail, manifest_}));
    TRY(manifest_, parts_.manifest->position());
    return {};
}

Result<void> RocksdbLedger::forget(std::span<const base::Digest128> digests) {
    TRY_VOID(writable());
    return parts_.store->erase_private(digests);
}

Result<std::unique_ptr<CheckpointWriter>> RocksdbLedger::begin_checkpoint(model::Sequence at) {
    TRY_VOID(writable());
    if (at > present().last) {
        return failure(ErrorCode::invalid_input,
                       "a checkpoint at sequence " + std::to_string(at.value()) +
                           " would be ahead of the ledger " + parts_.options.path);
    }
    return checkpoints_.begin(at);
}

Result<std::uint64_t> read_epoch(RocksdbStore& store, const RocksdbOptions& options,
                                 const Tail& tail) {
    TRY(const auto text, store.meta(kEpochName));
    if (!text && tail.last.value() == 0) {
        return 0;
    }
    if (!text) {
        return failure(ErrorCode::corrupted, options.path + "/db has lost the ledger's epoch");
    }
    std::uint64_t epoch = 0;
    const auto parsed = std::from_chars(text->data(), text->data() + text->size(), epoch);
    if (parsed.ec != std::errc{} || parsed.ptr != text->data() + text->size()) {
        return failure(ErrorCode::corrupted,
                       "the epoch stored in " + options.path + "/db is not a number");
    }
    return epoch;
}

// FORMAT and database are one ledger, or somebody mixed the files of two.
Result<void> check_identity(RocksdbStore& store, const RocksdbOptions& options,
                            const LedgerInfo& info) {
    TRY(const auto identity, store.meta(kIdentityName));
    if (!identity || *identity == info.id) {
        return {};
    }
    return failure(ErrorCode::corrupted, LedgerPaths(options.path).database +
                                             " belongs to ledger " + *identity + ", but " +
                                             options.path + "/FORMAT to ledger " + info.id +
                                             "; nothing was changed");
}

// Opens without changing anything, and judges.
Result<Parts> look(const RocksdbOptions& options, const LedgerInfo& info) {
    const LedgerPaths paths(options.path);
    // First the mark, then the database: the other way round a ledger that is being served could
    // seem to end before its mark.
    TRY(const TailMark mark, TailMark::open(paths.tail, PosixFile::Mode::read));
    Parts parts{
        .options = options, .lock = {}, .store = {}, .mark = {}, .manifest = {}, .tail = {}};
    TRY_VOID(check_manifest(paths.database, mark.newest().manifest));
    TRY(parts.store, open_rocksdb_store(paths.database, StoreMode::read));
    TRY_VOID(check_identity(*parts.store, options, info));
    TRY(parts.tail, recover_tail(options.path, *parts.store, mark.newest().tail));
    TRY(const auto epoch, read_epoch(*parts.store, options, parts.tail));
    if (epoch < std::max(parts.tail.epoch, mark.newest().tail.epoch).value()) {
        return failure(ErrorCode::corrupted, "the epoch stored in " + paths.database +
                                                 " is older than its batches or its tail mark");
    }
    parts.tail.epoch = model::Epoch(epoch);
    return parts;
}

Result<Parts> open_to_read(const RocksdbOptions& options) {
    TRY(const LedgerInfo info, find_or_create_ledger(options, LedgerKind::rocksdb));
    // The owner of a served ledger may drop a file between its being listed and being opened.
    constexpr int kAttempts = 3;
    auto parts = look(options, info);
    for (int attempt = 1; !parts && attempt < kAttempts; ++attempt) {
        parts = look(options, info);
    }
    return parts;
}

// Opening puts what is in the log into new files, and RocksDB, out of space in the middle of that,
// ends the process without a word of what to do.
Result<void> room_to_open(const RocksdbOptions& options, const LedgerPaths& paths) {
    std::uint64_t needed = kFreeFloor;
    if (exists(paths.database)) {
        TRY(const auto names, list_directory(paths.database));
        for (const std::string& name : names) {
            if (name.ends_with(".log")) {
                TRY(const auto log,
                    PosixFile::open(paths.database + "/" + name, PosixFile::Mode::read));
                TRY(const auto status, log.status());
                needed += status.size;
            }
        }
    }
    TRY(const auto free, free_bytes(options.path));
    if (free < needed) {
        return failure(ErrorCode::storage_full,
                       "the disk of " + options.path + " has " + std::to_string(free) +
                           " bytes free, opening the ledger asks for " + std::to_string(needed) +
                           ": free space there and start again; nothing was changed");
    }
    return {};
}

Result<Parts> open_to_serve(const RocksdbOptions& options) {
    if (options.create_if_missing) {
        TRY_VOID(make_directory(options.path));
    }
    const LedgerPaths paths(options.path);
    Parts parts{
        .options = options, .lock = {}, .store = {}, .mark = {}, .manifest = {}, .tail = {}};
    TRY(parts.lock, DirectoryLock::take(options.path));
    TRY(const LedgerInfo info, find_or_create_ledger(options, LedgerKind::rocksdb));
    TRY(parts.mark, TailMark::open(paths.tail, PosixFile::Mode::overwrite));
    TRY_VOID(room_to_open(options, paths));
    // Before its first append a ledger may lack its database: creation was interrupted.
    const bool is_new = parts.mark->newest().tail.last.value() == 0;
    if (!is_new) {
        // RocksDB writes when it opens to write, so whatever is wrong has to be found before.
        TRY([[maybe_unused]] const Parts seen, look(options, info));
    }
    TRY(parts.store,
        open_rocksdb_store(paths.database, is_new ? StoreMode::create : StoreMode::write));
    TRY_VOID(check_identity(*parts.store, options, info));
    TRY(parts.tail, recover_tail(options.path, *parts.store, parts.mark->newest().tail));
    TRY(const auto epoch, read_epoch(*parts.store, options, parts.tail));
    // RocksDB has put what it recovered into new synced files; these synced writes prove that the
    // disk takes writes again, and fence whoever still believes in the old epoch.
    parts.tail.epoch = model::Epoch(epoch + 1);
    TRY_VOID(parts.store->put_meta(kIdentityName, info.id));
    TRY_VOID(parts.store->put_meta(kEpochName, std::to_string(epoch + 1)));
    TRY(parts.manifest, ManifestWatch::open(paths.database));
    TRY_VOID(mark_and_sync(parts));
    const CheckpointFiles checkpoints(paths.checkpoints, options.partition, options.warn);
    TRY_VOID(checkpoints.prepare());
    return parts;
}

}  // namespace

Result<std::unique_ptr<Ledger>> open_rocksdb_ledger(const RocksdbOptions& options) {
    TRY(auto parts, options.read_only ? open_to_read(options) : open_to_serve(options));
    return std::make_unique<RocksdbLedger>(std::move(parts));
}

}  // namespace holdfast::ledger
