// A ledger made from a backup.
#include <algorithm>
#include <filesystem>

#include "ledger/backup.hpp"
#include "ledger/backup_manifest.hpp"
#include "ledger/backup_texts.hpp"
#include "ledger/format.hpp"
#include "ledger/ledger_builder.hpp"
#include "ledger/posix_file.hpp"

namespace holdfast::ledger {
namespace {

using base::ErrorCode;
using base::failure;
using base::Result;

constexpr std::size_t kBatchesAtOnce = 64;
constexpr std::size_t kTextsAtOnce = 256;

// Copies whole batches up to a position.
class BatchCopy {
  public:
    BatchCopy(Ledger& from, LedgerBuilder& to, const RestoreOptions& options, Tail end)
        : from_(from), to_(to), options_(options), end_(end) {}

    Result<Tail> run() {
        while (!done_ && chain_.last() < end_.last) {
            const model::Sequence at = chain_.last();
            TRY_VOID(
                from_.read_from(model::Sequence(at.value() + 1), kBatchesAtOnce,
                                [&](std::span<const std::byte> sealed) { return take(sealed); }));
            if (chain_.last() == at && !done_) {
                return failure(ErrorCode::corrupted,
                               "the backup has no batch after event " + std::to_string(at.value()));
            }
            if (options_.progress) {
                options_.progress(chain_.last(), std::min(end_.last, options_.until));
            }
        }
        if (chain_.last() == end_.last && chain_.hash() != end_.hash) {
            return failure(ErrorCode::corrupted, "the backup ends with another batch than it says");
        }
        return to_.tail();
    }

  private:
    Result<void> take(std::span<const std::byte> sealed) {
        TRY(const Batch opened, open_sealed(sealed));
        done_ = done_ || opened.last() > options_.until;
        if (done_) {
            return {};
        }
        TRY(const Batch batch, chain_.next(sealed));
        return to_.put_batch(batch, sealed, chain_.hash());
    }

    Ledger& from_;
    LedgerBuilder& to_;
    const RestoreOptions& options_;
    Tail end_;
    ChainReader chain_{model::Sequence(0), base::Sha256{}};
    bool done_ = false;
};

Result<void> copy_texts(const std::string& backup, const BackupManifest& manifest,
                        LedgerBuilder& to) {
    std::vector<std::pair<base::Digest128, std::string>> kept;
    const auto flush = [&]() -> Result<void> {
        std::vector<PrivateText> texts;
        for (const auto& [digest, text] : kept) {
            texts.push_back({.digest = digest, .text = text});
        }
        TRY_VOID(texts.empty() ? Result<void>() : to.put_texts(texts));
        kept.clear();
        return {};
    };
    TRY_VOID(each_backup_text(backup, manifest, [&](const PrivateText& text) -> Result<void> {
        kept.emplace_back(text.digest, text.text);
        return kept.size() >= kTextsAtOnce ? flush() : Result<void>();
    }));
    return flush();
}

Result<void> expect_new(const std::string& target) {
    std::error_code ignored;
    if (exists(target) && !std::filesystem::is_empty(target, ignored)) {
        return failure(ErrorCode::invalid_input,
                       target + " is there already: a restore never writes over anything");
    }
    return {};
}

}  // namespace

Result<RestoreReport> restore_backup(const RestoreOptions& options) {
    TRY_VOID(expect_new(options.target));
    TRY(const auto from, open_backup(options.backup));
    TRY(const BackupManifest manifest, read_backup_manifest(options.backup));
    TRY(const auto to, make_ledger_builder(options.target, manifest.partition, options.kind));
    RestoreReport report{.id = to->info().id,
                         .source_id = manifest.id,
                         .tail = {},
                         .backup_last = manifest.tail.last,
                         .private_texts = manifest.text_count,
                         .has_private = !manifest.texts.empty()};
    TRY(report.tail, BatchCopy(*from, *to, options, manifest.tail).run());
    TRY_VOID(copy_texts(options.backup, manifest, *to));
    TRY_VOID(to->finish(model::Epoch(manifest.tail.epoch.value() + kEpochsBetween)));
    if (manifest.has_key) {
        TRY(const auto key, read_file(BackupPaths(options.backup).key));
        TRY_VOID(write_private_key(options.target, key));
    }
    return report;
}

}  // namespace holdfast::ledger
