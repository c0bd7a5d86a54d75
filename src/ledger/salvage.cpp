#include "ledger/salvage.hpp"

#include <limits>

#include "ledger/format.hpp"
#include "ledger/ledger_directory.hpp"
#include "ledger/posix_file.hpp"
#include "ledger/rocksdb_store.hpp"
#include "ledger/tail_mark.hpp"

namespace holdfast::ledger {
namespace {

using base::ErrorCode;
using base::Result;

constexpr model::Sequence kBegin(1);
constexpr model::Sequence kEnd(std::numeric_limits<std::uint64_t>::max());

// The partition is in every batch, so a damaged FORMAT does not matter.
Result<model::PartitionId> partition_of(const std::string& source, RocksdbStore& store) {
    if (const auto info = read_ledger_info(source); info) {
        return info->partition;
    } else if (info.error().code == ErrorCode::newer_format) {
        return std::unexpected(info.error());
    }
    std::optional<model::PartitionId> found;
    const auto look = [&](std::span<const std::byte> sealed) -> Result<void> {
        TRY(const Batch batch, open_sealed(sealed));
        found = batch.header.partition;
        return {};
    };
    TRY_VOID(store.read_batches(kBegin, kEnd, 1, look));
    if (!found) {
        return base::failure(ErrorCode::corrupted, "nothing can be read from " + source);
    }
    return *found;
}

// Reading ends at the first damage, which is what the report tells; writing must not fail.
class Copy {
  public:
    Copy(RocksdbStore& from, RocksdbStore& to, SalvageReport& report)
        : from_(from), to_(to), report_(report) {}

    Result<void> batches() {
        const auto read =
            from_.read_batches(kBegin, kEnd, std::numeric_limits<std::size_t>::max(),
                               [this](std::span<const std::byte> sealed) { return batch(sealed); });
        return judge(read);
    }

    Result<void> private_texts() {
        const auto read = from_.each_private_text([this](const PrivateText& text) -> Result<void> {
            TRY_VOID(written(to_.put_private(std::span(&text, 1))));
            ++report_.private_texts;
            return {};
        });
        return judge(read);
    }

  private:
    Result<void> batch(std::span<const std::byte> sealed) {
        TRY(const Batch opened, chain_.next(sealed));
        TRY_VOID(written(to_.put_batch({opened.header.first, sealed}, {})));
        report_.kept = {.last = opened.last(),
                        .hash = chain_.hash(),
                        .time = opened.header.time,
                        .epoch = opened.header.epoch,
                        .bytes = report_.kept.bytes + sealed.size()};
        ++report_.batches;
        return {};
    }

    Result<void> written(Result<void> result) {
        is_write_failure_ = !result;
        return result;
    }

    Result<void> judge(const Result<void>& read) {
        if (read || is_write_failure_) {
            return read;
        }
        report_.stopped += (report_.stopped.empty() ? "" : "; ") + read.error().message;
        return {};
    }

    RocksdbStore& from_;
    RocksdbStore& to_;
    SalvageReport& report_;
    ChainReader chain_{model::Sequence(0), base::Sha256{}};
    bool is_write_failure_ = false;
};

}  // namespace

Result<SalvageReport> salvage_rocksdb_ledger(const std::string& source, const std::string& target) {
    const LedgerPaths from_paths(source);
    const LedgerPaths to_paths(target);
    SalvageReport report;
    if (const auto mark = TailMark::open(from_paths.tail, PosixFile::Mode::read)) {
        report.marked = mark->newest().tail.last;
    }
    TRY(const auto from, open_rocksdb_store(from_paths.database, StoreMode::salvage));
    TRY(const auto partition, partition_of(source, *from));
    TRY(const LedgerInfo info, create_ledger_directory(target, partition));
    {
        TRY(const auto to, open_rocksdb_store(to_paths.database, StoreMode::create));
        Copy copy(*from, *to, report);
        TRY_VOID(copy.batches());
        TRY_VOID(copy.private_texts());
        TRY_VOID(to->put_meta(kIdentityName, info.id));
        TRY_VOID(to->put_meta(kEpochName, std::to_string(report.kept.epoch.value())));
    }
    TRY(auto mark, TailMark::open(to_paths.tail, PosixFile::Mode::overwrite));
    TRY_VOID(mark.write({.tail = report.kept, .manifest = {}}));
    TRY_VOID(mark.sync());
    if (report.marked && *report.marked > report.kept.last) {
        report.missing = report.marked->value() - report.kept.last.value();
    }
    return report;
}

}  // namespace holdfast::ledger
