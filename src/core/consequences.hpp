// Consequences: events that follow from others by themselves.
//
// `apply` notes in State::attention where something may have begun or ended; `next_consequences`
// says what that means as events, which the machine appends after the answer that caused them:
// a shortage case opens or is repaired, a review case opens or is settled, a parked fact meets its
// partner. Like `decide` a pure function of the state. Thread rule: one thread.
#pragma once

#include <vector>

#include "core/stamp.hpp"
#include "core/state.hpp"
#include "model/event.hpp"

namespace holdfast::core {

// The events that the oldest note asks for; takes notes away until one asks for something. Empty:
// nothing is left. Apply them before asking again.
[[nodiscard]] std::vector<model::Event> next_consequences(State& state, Stamp stamp);

}  // namespace holdfast::core
