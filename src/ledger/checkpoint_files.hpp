// CheckpointFiles: saved states as files of their own, the newest two.
//
// A checkpoint is written to a temporary file, synced and renamed, so a file with its final name
// is whole; each chunk has a CRC and the end a SHA-256 over all. They are files and no records of
// the database because they are large, written once and dropped whole: the database would write
// them three times. Format: docs/formats/ledger.md.
// Thread rule: one checkpoint in the making at a time; reading at the same time is fine.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/ledger.hpp"
#include "ledger/ledger_directory.hpp"

namespace holdfast::ledger {

inline constexpr std::size_t kCheckpointChunkBytesMax = std::size_t{4} << 20;

class CheckpointFiles {
  public:
    CheckpointFiles(std::string directory, model::PartitionId partition, Warn warn)
        : directory_(std::move(directory)), partition_(partition), warn_(std::move(warn)) {}

    // Makes the directory and drops what a crash left half written.
    [[nodiscard]] base::Result<void> prepare() const;
    [[nodiscard]] base::Result<std::unique_ptr<CheckpointWriter>> begin(model::Sequence at) const;
    // The newest intact one that is older than `before` and not ahead of `tail`; warns about those
    // it passes over.
    [[nodiscard]] base::Result<std::optional<model::Sequence>> read_newest(
        model::Sequence tail, model::Sequence before, const BytesVisitor& visit) const;
    // All that are there, newest first, and one of them; for whoever wants to see every one.
    [[nodiscard]] base::Result<std::vector<model::Sequence>> positions() const;
    [[nodiscard]] base::Result<void> read(model::Sequence at, const BytesVisitor& visit) const;

  private:
    std::string directory_;
    model::PartitionId partition_;
    Warn warn_;
};

}  // namespace holdfast::ledger
