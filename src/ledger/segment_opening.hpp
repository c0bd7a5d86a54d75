// open_segments: everything that happens before a segment ledger serves or is read.
//
// Internal to this folder. Thread rule: a free function.
#pragma once

#include <memory>
#include <optional>

#include "ledger/ledger_directory.hpp"
#include "ledger/segment_recovery.hpp"
#include "ledger/segment_texts.hpp"
#include "ledger/tail_mark.hpp"

namespace holdfast::ledger {

struct OpenSegments {
    LedgerOptions options;
    LedgerInfo info{};
    std::optional<DirectoryLock> lock{};  // none if read-only
    std::optional<TailMark> mark{};       // none if read-only
    std::unique_ptr<SegmentFiles> files{};
    SegmentsEnd end{};             // with the epoch that owns the ledger now
    SegmentIndex index{};          // of the active segment
    UnmovedTexts texts{};          // none if read-only
    std::uint64_t unfinished = 1;  // the oldest segment that may still have to be finished
};

// Judges first, and only then changes anything: what may not be on the disk is written again, what
// a crash cut off is zeroed, and the next epoch is made durable.
[[nodiscard]] base::Result<OpenSegments> open_segments(const LedgerOptions& options);

[[nodiscard]] SegmentTexts::Place texts_place(const OpenSegments& opened);

}  // namespace holdfast::ledger
