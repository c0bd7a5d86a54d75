#include "ledger/salvage.hpp"

#include <algorithm>

#include "ledger/format.hpp"
#include "ledger/ledger_builder.hpp"
#include "ledger/posix_file.hpp"
#include "ledger/salvage_source.hpp"
#include "ledger/tail_mark.hpp"

namespace holdfast::ledger {
namespace {

using base::ErrorCode;
using base::Result;

// The partition is in every batch, so a damaged FORMAT does not matter.
Result<model::PartitionId> partition_of(const std::string& directory, SalvageSource& source) {
    if (const auto info = read_ledger_info(directory); info) {
        return info->partition;
    } else if (info.error().code == ErrorCode::newer_format) {
        return std::unexpected(info.error());
    }
    std::optional<model::PartitionId> found;
    const auto look = [&](std::span<const std::byte> sealed) -> Result<void> {
        TRY(const Batch batch, open_sealed(sealed));
        found = batch.header.partition;
        return base::failure(ErrorCode::unavailable, "one is enough");
    };
    const auto looked = source.batches(look);
    if (!found) {
        return base::failure(ErrorCode::corrupted, "nothing can be read from " + directory +
                                                       (looked ? "" : looked.error().message));
    }
    return *found;
}

// Reading ends at the first damage, which is what the report tells; writing must not fail.
class Copy {
  public:
    Copy(SalvageSource& from, LedgerBuilder& to, SalvageReport& report)
        : from_(from), to_(to), report_(report) {}

    Result<void> batches() {
        return judge(
            from_.batches([this](std::span<const std::byte> sealed) { return batch(sealed); }));
    }

    Result<void> private_texts() {
        return judge(from_.texts([this](const PrivateText& text) -> Result<void> {
            TRY_VOID(written(to_.put_texts(std::span(&text, 1))));
            ++report_.private_texts;
            return {};
        }));
    }

  private:
    Result<void> batch(std::span<const std::byte> sealed) {
        TRY(const Batch opened, chain_.next(sealed));
        TRY_VOID(written(to_.put_batch(opened, sealed, chain_.hash())));
        report_.kept = to_.tail();
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

    SalvageSource& from_;
    LedgerBuilder& to_;
    SalvageReport& report_;
    ChainReader chain_{model::Sequence(0), base::Sha256{}};
    bool is_write_failure_ = false;
};

// A key that is damaged is copied too: the service says so when it starts.
Result<bool> copy_private_key(const std::string& source, const std::string& target) {
    const auto key = read_file(source + "/private.key");
    if (!key && key.error().code == ErrorCode::not_found) {
        return false;
    }
    if (!key) {
        return std::unexpected(key.error());
    }
    TRY_VOID(write_private_key(target, *key));
    return true;
}

}  // namespace

Result<SalvageReport> salvage_ledger(const std::string& source, const std::string& target) {
    SalvageReport report;
    model::Epoch newest_epoch{};
    if (const auto mark = TailMark::open(LedgerPaths(source).tail, PosixFile::Mode::read)) {
        report.marked = mark->newest().tail.last;
        newest_epoch = mark->newest().tail.epoch;
    }
    TRY(const auto from, open_salvage_source(source));
    TRY(const auto partition, partition_of(source, *from));
    TRY(const auto to, make_ledger_builder(target, partition, from->kind()));
    Copy copy(*from, *to, report);
    TRY_VOID(copy.batches());
    TRY_VOID(copy.private_texts());
    newest_epoch = std::max(newest_epoch, report.kept.epoch);
    TRY_VOID(to->finish(model::Epoch(newest_epoch.value() + kEpochsBetween)));
    TRY(report.has_key, copy_private_key(source, target));
    if (report.marked && *report.marked > report.kept.last) {
        report.missing = report.marked->value() - report.kept.last.value();
    }
    return report;
}

}  // namespace holdfast::ledger
