#include "ledger/salvage_source.hpp"

#include <limits>

#include "ledger/format.hpp"
#include "ledger/posix_file.hpp"
#include "ledger/segment_files.hpp"
#include "ledger/segment_reader.hpp"

namespace holdfast::ledger {
namespace {

using base::ErrorCode;
using base::failure;
using base::Result;

class RocksdbSource final : public SalvageSource {
  public:
    explicit RocksdbSource(std::unique_ptr<RocksdbStore> store) : store_(std::move(store)) {}

    [[nodiscard]] LedgerKind kind() const override { return LedgerKind::rocksdb; }
    Result<void> batches(const BytesVisitor& visit) override {
        constexpr model::Sequence kEnd(std::numeric_limits<std::uint64_t>::max());
        return store_->read_batches(model::Sequence(1), kEnd,
                                    std::numeric_limits<std::size_t>::max(), visit);
    }
    Result<void> texts(const PrivateTextVisitor& visit) override {
        return store_->each_private_text(visit);
    }

  private:
    std::unique_ptr<RocksdbStore> store_;
};

class SegmentSource final : public SalvageSource {
  public:
    SegmentSource(const std::string& directory, const LedgerId& id)
        : paths_(directory), files_(paths_.segments, id) {}

    [[nodiscard]] LedgerKind kind() const override { return LedgerKind::segments; }

    // A segment ends where no frame follows; whether that is damage, the chain tells.
    Result<void> batches(const BytesVisitor& visit) override {
        return each([&](std::uint64_t number, const Frame& frame) -> Result<void> {
            const auto batch = open_sealed(frame.batch);
            if (!batch) {
                return failure(batch.error().code, batch.error().message + " (" +
                                                       files_.path(number) + ", byte " +
                                                       std::to_string(frame.offset) + ")");
            }
            return visit(frame.batch);
        });
    }

    Result<void> texts(const PrivateTextVisitor& visit) override {
        Result<void> damage;
        if (exists(paths_.texts)) {
            damage = stored(visit);
        }
        // What is still in the segments is newer.
        TRY_VOID(each([&](std::uint64_t number, const Frame& frame) -> Result<void> {
            if (frame.texts.empty() || texts_state(frame.texts) == kTextsGone) {
                return {};
            }
            if (!texts_are_intact(frame.texts)) {
                damage = failure(ErrorCode::corrupted, "damaged private texts at byte " +
                                                           std::to_string(frame.offset) + " of " +
                                                           files_.path(number));
                return {};
            }
            return each_text(frame.texts, visit);
        }));
        return damage;
    }

  private:
    Result<void> stored(const PrivateTextVisitor& visit) {
        TRY(const auto store, open_rocksdb_store(paths_.texts, StoreMode::salvage));
        return store->each_private_text(visit);
    }

    Result<void> each(const std::function<Result<void>(std::uint64_t, const Frame&)>& visit) {
        for (std::uint64_t number = 1; exists(files_.path(number)); ++number) {
            TRY(const auto file, PosixFile::open(files_.path(number), PosixFile::Mode::read));
            TRY(const auto status, file.status());
            FrameReader reader(file, files_.salt(number), kSegmentHeaderBytes,
                               std::max<std::uint64_t>(status.size, kSegmentHeaderBytes));
            while (true) {
                TRY(const auto frame, reader.next());
                if (!frame) {
                    break;
                }
                TRY_VOID(visit(number, *frame));
            }
        }
        return {};
    }

    LedgerPaths paths_;
    SegmentFiles files_;
};

// From FORMAT, or from the first segment with a header.
Result<LedgerId> find_id(const std::string& directory) {
    if (const auto info = read_ledger_info(directory)) {
        if (const auto id = parse_ledger_id(info->id)) {
            return *id;
        }
    }
    const SegmentFiles files(LedgerPaths(directory).segments, {});
    for (std::uint64_t number = 1; exists(files.path(number)); ++number) {
        TRY(const auto bytes, read_file(files.path(number)));
        TRY(const auto header, decode_segment_header(bytes));
        if (header) {
            return header->id;
        }
    }
    return failure(ErrorCode::corrupted, "nothing can be read from " + directory);
}

}  // namespace

Result<std::unique_ptr<SalvageSource>> open_salvage_source(const std::string& directory) {
    const LedgerPaths paths(directory);
    if (exists(paths.segments)) {
        TRY(const LedgerId id, find_id(directory));
        return std::make_unique<SegmentSource>(directory, id);
    }
    TRY(auto store, open_rocksdb_store(paths.database, StoreMode::salvage));
    return std::make_unique<RocksdbSource>(std::move(store));
}

}  // namespace holdfast::ledger
