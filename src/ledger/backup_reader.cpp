// A backup as a ledger that is read-only.
#include <algorithm>
#include <map>
#include <mutex>

#include "ledger/backup.hpp"
#include "ledger/backup_manifest.hpp"
#include "ledger/backup_texts.hpp"
#include "ledger/format.hpp"
#include "ledger/posix_file.hpp"

namespace holdfast::ledger {
namespace {

using base::ErrorCode;
using base::failure;
using base::Result;

class BackupLedger final : public Ledger {
  public:
    BackupLedger(std::string directory, BackupManifest manifest)
        : directory_(std::move(directory)), manifest_(std::move(manifest)) {}

    Result<void> append(const Append& /*append*/) override { return read_only(); }
    Result<void> forget(std::span<const base::Digest128> /*digests*/) override {
        return read_only();
    }
    Result<std::unique_ptr<CheckpointWriter>> begin_checkpoint(model::Sequence /*at*/) override {
        return read_only();
    }
    Result<void> read_from(model::Sequence first, std::size_t batches,
                           const BytesVisitor& visit) override;
    Result<Tail> tail() override { return manifest_.tail; }
    Result<std::optional<model::Sequence>> read_newest_checkpoint(
        model::Sequence /*before*/, const BytesVisitor& /*visit*/) override {
        return std::nullopt;
    }
    Result<std::optional<std::string>> private_text(base::Digest128 digest) override;

  private:
    [[nodiscard]] std::unexpected<base::Error> read_only() const {
        return failure(ErrorCode::invalid_input, directory_ + " is a backup: read-only");
    }
    Result<void> load(const BackupSegment& segment);
    Result<void> seek(model::Sequence first);
    [[nodiscard]] Result<std::span<const std::byte>> at_offset() const;

    std::string directory_;
    BackupManifest manifest_;
    std::mutex mutex_;  // of what follows: the segment that is being read
    base::Buffer content_;
    model::Sequence loaded_{};  // its first sequence; 0: none
    std::size_t offset_ = 0;    // of the batch that begins at `next_`
    model::Sequence next_{};
};

Result<void> BackupLedger::load(const BackupSegment& segment) {
    if (loaded_ != segment.first) {
        loaded_ = {};
        TRY(content_, read_file(BackupPaths(directory_).segment(segment.first)));
        const base::Buffer header = encode_segment_header(segment.first);
        if (content_.size() != segment.bytes ||
            !std::ranges::equal(std::span(content_).first(std::min(header.size(), content_.size())),
                                header)) {
            return failure(ErrorCode::corrupted,
                           BackupPaths(directory_).segment(segment.first) + " is damaged");
        }
        loaded_ = segment.first;
    }
    offset_ = kSegmentHeaderBytes;
    next_ = segment.first;
    return {};
}

Result<std::span<const std::byte>> BackupLedger::at_offset() const {
    const auto rest = std::span(content_).subspan(offset_);
    base::ByteReader reader(rest);
    const auto size = reader.fixed<std::uint32_t>();
    const auto sealed = reader.take(size);
    if (reader.failed()) {
        return failure(ErrorCode::corrupted, BackupPaths(directory_).segment(loaded_) +
                                                 " is damaged at byte " + std::to_string(offset_));
    }
    return sealed;
}

// To the batch that contains `first`.
Result<void> BackupLedger::seek(model::Sequence first) {
    if (loaded_.value() != 0 && next_ == first && offset_ < content_.size()) {
        return {};
    }
    const auto segment =
        std::ranges::lower_bound(manifest_.segments, first, {}, &BackupSegment::last);
    TRY_VOID(load(*segment));
    while (offset_ < content_.size()) {
        TRY(const auto sealed, at_offset());
        TRY(const Batch batch, open_sealed(sealed));
        if (batch.last() >= first) {
            break;
        }
        next_ = model::Sequence(batch.last().value() + 1);
        offset_ += sizeof(std::uint32_t) + sealed.size();
    }
    return {};
}

Result<void> BackupLedger::read_from(model::Sequence first, std::size_t batches,
                                     const BytesVisitor& visit) {
    const std::scoped_lock lock(mutex_);
    for (std::size_t count = 0; count < batches && first <= manifest_.tail.last; ++count) {
        TRY_VOID(seek(first));
        if (offset_ >= content_.size()) {
            return failure(ErrorCode::corrupted,
                           BackupPaths(directory_).segment(loaded_) + " ends too early");
        }
        TRY(const auto sealed, at_offset());
        TRY(const Batch batch, open_sealed(sealed));
        TRY_VOID(visit(sealed));
        first = model::Sequence(batch.last().value() + 1);
        next_ = first;
        offset_ += sizeof(std::uint32_t) + sealed.size();
    }
    return {};
}

Result<std::optional<std::string>> BackupLedger::private_text(base::Digest128 digest) {
    std::optional<std::string> found;
    TRY_VOID(each_backup_text(directory_, manifest_, [&](const PrivateText& text) -> Result<void> {
        if (text.digest == digest) {
            found = std::string(text.text);
        }
        return {};
    }));
    return found;
}

Result<void> expect_size(const std::string& path, std::uint64_t size) {
    TRY(const PosixFile file, PosixFile::open(path, PosixFile::Mode::read));
    TRY(const auto status, file.status());
    if (status.size != size) {
        return failure(ErrorCode::corrupted, path + " has " + std::to_string(status.size) +
                                                 " bytes and should have " + std::to_string(size));
    }
    return {};
}

Result<void> expect_files(const std::string& directory, const BackupManifest& manifest) {
    const BackupPaths paths(directory);
    for (const BackupSegment& segment : manifest.segments) {
        TRY_VOID(expect_size(paths.segment(segment.first), segment.bytes));
    }
    if (manifest.has_key && !exists(paths.key)) {
        return failure(ErrorCode::corrupted, paths.key + " is missing");
    }
    return manifest.texts.empty()
               ? Result<void>()
               : expect_size(directory + "/" + manifest.texts, manifest.text_bytes);
}

}  // namespace

bool is_backup(const std::string& directory) { return exists(BackupPaths(directory).manifest); }

Result<std::unique_ptr<Ledger>> open_backup(const std::string& directory) {
    TRY(auto manifest, read_backup_manifest(directory));
    const auto complete = expect_files(directory, manifest);
    if (!complete && complete.error().code == ErrorCode::not_found) {
        return failure(ErrorCode::corrupted,
                       "the backup " + directory + " lost a file: " + complete.error().message);
    }
    TRY_VOID(complete);
    return std::make_unique<BackupLedger>(directory, std::move(manifest));
}

}  // namespace holdfast::ledger
