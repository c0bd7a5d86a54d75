// recover_end: where the segments of a ledger end, judged against its tail mark.
//
// Beyond the mark the chain is followed as far as it goes. What comes after that is either nothing,
// or one append that a crash cut off and nobody acknowledged, or damage. It is damage if anything
// whole comes later: appends are made one at a time, so whatever lies before a whole one was
// durable. Internal to this folder. Thread rule: a free function; files are only read.
#pragma once

#include <string>

#include "ledger/segment_files.hpp"
#include "ledger/tail_mark.hpp"

namespace holdfast::ledger {

struct SegmentsEnd {
    Tail tail;                 // its epoch is that of the newest batch
    RecordPlace newest;        // of the newest batch
    std::uint64_t active = 0;  // the segment that goes on; 0: there is none yet
    SegmentHeader header;      // of the active one
    std::uint64_t end = 0;     // where in the active one the next frame begins
    std::uint64_t rest = 0;    // behind `end` in the active one: where what was cut off ends
    std::uint64_t files = 0;   // the highest number of a file; those beyond `active` hold nothing
};

// Errors: corrupted, if the ledger ends before its mark, has another batch there, or is damaged
// behind it; newer_format. Messages name `directory` and the place.
[[nodiscard]] base::Result<SegmentsEnd> recover_end(const std::string& directory,
                                                    const SegmentFiles& files,
                                                    model::PartitionId partition, const Mark& mark);

}  // namespace holdfast::ledger
