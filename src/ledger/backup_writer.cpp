// Taking a backup: what is new goes into new files, and the manifest names them last.
#include <sys/stat.h>

#include <algorithm>
#include <optional>
#include <set>

#include "ledger/backup.hpp"
#include "ledger/backup_manifest.hpp"
#include "ledger/backup_texts.hpp"
#include "ledger/format.hpp"
#include "ledger/ledger_directory.hpp"
#include "ledger/open_ledger.hpp"
#include "ledger/posix_file.hpp"

namespace holdfast::ledger {
namespace {

using base::ErrorCode;
using base::failure;
using base::Result;

// A restart of an interrupted run repeats at most so much, and no sync has more to write: a great
// sync would make the service's small ones wait.
constexpr std::size_t kSegmentBytes = std::size_t{32} << 20;
constexpr std::size_t kSyncBytes = std::size_t{4} << 20;
constexpr std::size_t kBatchesAtOnce = 64;

// Segment files, one after the other. Durable after close().
class SegmentWriter {
  public:
    SegmentWriter(const BackupPaths& paths, BackupManifest& manifest)
        : paths_(paths), manifest_(manifest) {}

    Result<void> add(const Batch& batch, std::span<const std::byte> sealed) {
        if (!file_) {
            TRY(file_,
                PosixFile::open(paths_.segment(batch.header.first), PosixFile::Mode::create));
            manifest_.segments.push_back({.first = batch.header.first, .last = {}, .bytes = 0});
            TRY_VOID(write(encode_segment_header(batch.header.first)));
        }
        base::ByteWriter(waiting_).fixed(static_cast<std::uint32_t>(sealed.size()));
        waiting_.insert(waiting_.end(), sealed.begin(), sealed.end());
        manifest_.segments.back().last = batch.last();
        if (waiting_.size() >= kSyncBytes) {
            TRY_VOID(flush());
        }
        return manifest_.segments.back().bytes >= kSegmentBytes ? close() : Result<void>();
    }

    Result<void> close() {
        if (file_) {
            TRY_VOID(flush());
            file_.reset();
        }
        return {};
    }

  private:
    Result<void> write(std::span<const std::byte> bytes) {
        manifest_.segments.back().bytes += bytes.size();
        return file_->append(bytes);
    }
    Result<void> flush() {
        TRY_VOID(write(waiting_));
        waiting_.clear();
        return file_->sync();
    }

    const BackupPaths& paths_;
    BackupManifest& manifest_;
    std::optional<PosixFile> file_;
    base::Buffer waiting_;
};

class Backup {
  public:
    explicit Backup(const BackupOptions& options) : options_(options), paths_(options.target) {}

    Result<BackupReport> run() {
        TRY_VOID(prepare_target());
        TRY_VOID(open_source());
        TRY_VOID(drop_leftovers());
        BackupManifest manifest = before_.value_or(BackupManifest{
            .id = info_.id, .partition = info_.partition, .tail = {}, .segments = {}, .texts = {}});
        const auto copied = copy(manifest);
        if (!copied) {
            static_cast<void>(drop_leftovers());  // gives the space back, if it can
            return std::unexpected(copied.error());
        }
        TRY_VOID(sync_directory(paths_.batches));
        TRY_VOID(sync_directory(options_.target));
        TRY_VOID(write_backup_manifest(options_.target, manifest));
        before_ = manifest;
        TRY_VOID(drop_leftovers());  // the private texts of the run before
        report_.id = info_.id;
        report_.tail = manifest.tail;
        report_.segments = manifest.segments.size();
        report_.private_texts = manifest.text_count;
        report_.has_private = !manifest.texts.empty();
        report_.has_key = manifest.has_key;
        return report_;
    }

  private:
    Result<void> prepare_target() {
        TRY_VOID(make_directory(options_.target));
        TRY(lock_, DirectoryLock::take(options_.target));
        auto manifest = read_backup_manifest(options_.target);
        if (!manifest && manifest.error().code != ErrorCode::not_found) {
            return std::unexpected(manifest.error());
        }
        TRY(const auto names, list_directory(options_.target));
        if (!manifest && !std::ranges::all_of(names, may_be_left)) {
            return failure(ErrorCode::invalid_input,
                           options_.target + " is neither empty nor a backup");
        }
        if (manifest) {
            before_ = std::move(*manifest);
        }
        // Private texts and their key are for the owner only.
        if (::chmod(options_.target.c_str(), S_IRWXU) != 0) {
            return failure(ErrorCode::permission_denied,
                           "cannot make " + options_.target + " private");
        }
        return make_directory(paths_.batches);
    }

    // What a first run that was interrupted may leave.
    static bool may_be_left(const std::string& name) {
        return name == "batches" || name == "BACKUP.tmp" || name.starts_with("texts.") ||
               name.starts_with("private.key") || name == "lost+found";
    }

    Result<void> open_source() {
        TRY(info_, read_ledger_info(options_.source));
        if (before_ && before_->id != info_.id) {
            return failure(ErrorCode::invalid_input,
                           options_.target + " is a backup of ledger " + before_->id + ", and " +
                               options_.source + " is ledger " + info_.id +
                               ": take a restored or another ledger's backup elsewhere");
        }
        TRY(source_, open_ledger_to_read(options_.source, [](const std::string&) {}));
        TRY(end_, source_->tail());
        return before_ ? expect_continuation() : Result<void>();
    }

    // The same ledger, and the same history up to where the backup ends.
    Result<void> expect_continuation() {
        const Tail& had = before_->tail;
        bool same = had.last.value() == 0;
        const auto look = [&](std::span<const std::byte> sealed) -> Result<void> {
            TRY(const Batch batch, open_sealed(sealed));
            same = batch.last() == had.last && base::sha256(sealed) == had.hash;
            return {};
        };
        if (!same && had.last <= end_.last) {
            TRY_VOID(source_->read_from(had.last, 1, look));
        }
        if (!same) {
            return failure(ErrorCode::invalid_input,
                           options_.source + " does not go on from event " +
                               std::to_string(had.last.value()) + ", where the backup " +
                               options_.target + " ends; take it into another directory");
        }
        return {};
    }

    // Files that the manifest does not name are of a run that did not finish.
    Result<void> drop_leftovers() {
        std::set<std::string> kept;
        for (const auto& segment : before_ ? before_->segments : std::vector<BackupSegment>{}) {
            kept.insert(paths_.segment(segment.first));
        }
        TRY(const auto batches, list_directory(paths_.batches));
        for (const std::string& name : batches) {
            if (!kept.contains(paths_.batches + "/" + name)) {
                TRY_VOID(remove_file(paths_.batches + "/" + name));
            }
        }
        TRY(const auto names, list_directory(options_.target));
        for (const std::string& name : names) {
            const bool old_texts =
                name.starts_with("texts.") && (!before_ || name != before_->texts);
            const bool old_key = name == "private.key" && before_ && !before_->has_key;
            if (old_texts || old_key) {
                TRY_VOID(remove_file(options_.target + "/" + name));
            }
        }
        return {};
    }

    Result<void> copy(BackupManifest& manifest) {
        TRY_VOID(copy_batches(manifest));
        manifest.texts.clear();
        manifest.text_count = 0;
        manifest.has_key = false;
        return options_.private_texts ? copy_private(manifest) : Result<void>();
    }

    Result<void> copy_batches(BackupManifest& manifest) {
        report_.from = manifest.tail.last;
        SegmentWriter writer(paths_, manifest);
        ChainReader chain(manifest.tail.last, manifest.tail.hash);
        const auto take = [&](std::span<const std::byte> sealed) -> Result<void> {
            TRY(const Batch batch, chain.next(sealed));
            ++report_.batches;
            report_.bytes += sealed.size();
            return writer.add(batch, sealed);
        };
        while (chain.last() < end_.last) {
            const model::Sequence at = chain.last();
            TRY_VOID(source_->read_from(model::Sequence(at.value() + 1), kBatchesAtOnce, take));
            if (chain.last() == at) {
                return failure(
                    ErrorCode::corrupted,
                    options_.source + " has no batch after event " + std::to_string(at.value()));
            }
            if (options_.progress) {
                options_.progress(chain.last(), end_.last);
            }
        }
        manifest.tail = end_;
        return writer.close();
    }

    // All of them: what was forgotten since the last run must leave the backup, too.
    Result<void> copy_private(BackupManifest& manifest) {
        const std::string in_use = before_ ? before_->texts : "";
        manifest.texts = in_use == "texts.a" ? "texts.b" : "texts.a";
        const auto each = [&](const PrivateTextVisitor& visit) {
            return each_private_text(options_.source, visit);
        };
        TRY_VOID(write_backup_texts(options_.target, each, manifest));
        const auto key = read_file(options_.source + "/private.key");
        if (!key && key.error().code == ErrorCode::not_found) {
            return {};  // a ledger that no service has opened yet
        }
        if (!key) {
            return std::unexpected(key.error());
        }
        manifest.has_key = true;
        return replace_file(paths_.key, *key);
    }

    const BackupOptions& options_;
    BackupPaths paths_;
    std::optional<DirectoryLock> lock_;
    std::optional<BackupManifest> before_;
    LedgerInfo info_;
    std::unique_ptr<Ledger> source_;
    Tail end_;
    BackupReport report_;
};

}  // namespace

Result<BackupReport> back_up(const BackupOptions& options) { return Backup(options).run(); }

}  // namespace holdfast::ledger
