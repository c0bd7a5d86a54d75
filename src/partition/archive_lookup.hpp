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
    base::Buffer event;  // encoded; a ReservationChanged
};

// The reservation as it came to rest before the event `before`; nothing: the archive has no such
// rest. Errors: corrupted (also: the archive names an event that is not there), unavailable.
[[nodiscard]] base::Result<std::optional<FoundRest>> find_rest(Archive& archive,
                                                               ledger::Ledger& ledger,
                                                               model::ReservationId id,
                                                               model::Sequence before);

// Puts it back into memory. Errors: corrupted (the event is another's).
[[nodiscard]] base::Result<void> put_back(core::State& state, const FoundRest& found);

// For replaying: brings back what an event changes. The archive must have everything that the state
// ever forgot (State::archived.reach). Null archive: brings back nothing.
[[nodiscard]] core::Thawer make_thawer(Archive* archive, ledger::Ledger& ledger);

}  // namespace holdfast::partition
