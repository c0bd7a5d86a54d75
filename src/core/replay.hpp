// Replay: a batch of the ledger applied to a state.
//
// The other half of "replay equals live": recovery, checkpoints, standbys and offline verification
// feed batches here. Thread rule: one thread per state.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "base/result.hpp"
#include "core/state.hpp"
#include "model/ids.hpp"

namespace holdfast::core {

// Called after each event was applied.
using EventObserver = std::function<void(const model::Event&, model::Sequence)>;

// Brings back a reservation that memory has forgotten, as it was before `before`
// (core/forget.hpp). Errors end the replay.
using Thawer =
    std::function<base::Result<void>(State&, model::ReservationId, model::Sequence before)>;

// Decodes and applies every event of a payload whose first event is `first`. Where a state hash was
// logged it must be the state's. `thaw` is asked for what the state has forgotten and an event
// changes. Errors: corrupted (naming the sequence), newer_format, those of `thaw`.
[[nodiscard]] base::Result<void> replay(State& state, std::span<const std::byte> payload,
                                        model::Sequence first, base::Time time,
                                        const EventObserver& observe = {}, const Thawer& thaw = {});

}  // namespace holdfast::core
