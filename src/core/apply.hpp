// apply: the only way the state ever changes.
//
// Total: an event that was decided (or read from an intact ledger) always applies; what does not
// fit is a bug and a CHECK. Events carry images after the change, so applying is setting and the
// cells follow by difference. Live decisions, recovery, checkpoints and standbys run this code.
// Thread rule: one thread per state.
#pragma once

#include "base/time.hpp"
#include "core/state.hpp"
#include "model/event.hpp"
#include "model/ids.hpp"

namespace holdfast::core {

// `sequence` is the event's own, `time` its batch's.
void apply(State& state, const model::Event& event, model::Sequence sequence, base::Time time);

}  // namespace holdfast::core
