// Archive lookup: forgotten reservations as they were, read from archive and ledger.
//
// Reads the disk; never call it on the writer's thread. Thread rule: any other thread.
#pragma once

#include <optional>

#include "base/bytes.hpp"
#include "core/replay.hpp"
#include "ledger/ledger.hpp"
#include "partition/archive.hpp"

namespace holdfast::partition {

struct FoundRest {
    core::Resting rest;
    // Encoded; a ReservationChanged. Errors: the ledger's, whose batch of long ago cannot be read.
    base::Result<base::Buffer> event;
};

// The reservation as it came to rest before the event `before`; nothing: the archive has no such
// rest. Errors: the archive's: corrupted (also: it names an event that is not there), unavailable.
[[nodiscard]] base::Result<std::optional<FoundRest>> find_rest(Archive& archive,
                                                               ledger::Ledger& ledger,
                                                               model::ReservationId id,
                                                               model::Sequence before);

// The reservation that came to rest. Errors: the ledger's; corrupted (the archive names another's
// event).
[[nodiscard]] base::Result<model::ReservationImage> image_of(const FoundRest& found);
// Puts it back into memory. Errors: the same.
[[nodiscard]] base::Result<void> put_back(core::State& state, const FoundRest& found);

// For replaying: brings back what an event changes. The archive must have everything that the state
// ever forgot (State::archived.reach). Null archive: brings back nothing.
[[nodiscard]] core::Thawer make_thawer(Archive* archive, ledger::Ledger& ledger);

}  // namespace holdfast::partition
