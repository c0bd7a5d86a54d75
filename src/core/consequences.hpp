// Consequences: events that follow from others by themselves.
//
// `apply` notes in State::attention where something may have begun or ended; `next_consequences`
// says what that means as events, which the machine appends after the answer that caused them:
// a movement that a count had seen is taken back, a shortage case opens or is repaired, a review
// case opens or is settled, a parked fact meets its partner. Like `decide` a pure function of the
// state. One change of a class can ask for as many events as there are stock cells, so they come in
// as many batches as it takes; after a restart `note_consequences` finds what was not said yet.
// Thread rule: one thread.
#pragma once

#include <vector>

#include "core/stamp.hpp"
#include "core/state.hpp"
#include "model/event.hpp"

namespace holdfast::core {

// The events that the next note asks for; takes notes away until one asks for something. Empty:
// nothing is left. Apply them before asking again. `room`: whether the batch has room for what can
// wait. Always said at once, in the batch of their cause: what a count had seen, which the state
// does not know any more after a restart, and a hold that enters or leaves its review.
[[nodiscard]] model::Events next_consequences(State& state, Stamp stamp, bool room);

// Notes whatever may ask for an event: of a state that comes from a ledger or a snapshot.
void note_consequences(State& state);

}  // namespace holdfast::core
