// Invariants: what is true of every state between two events.
//
// `check_invariants` recomputes everything from the reservations and compares; it costs as much as
// the state is large and is meant for tests, the simulator and offline verification. What can be
// checked in constant time is checked by `apply` always. Thread rule: reads only.
#pragma once

#include <optional>
#include <string>

#include "core/state.hpp"

namespace holdfast::core {

// The first violation found, in words, or nothing:
//  - every line is balanced; a reservation's parts belong to each other
//  - held and committed of a cell are the sums over lines (conservation)
//  - the deadline heaps hold exactly the reservations that are open until a deadline and their
//    lines that hold units, in heap order with correct ranks
//  - the reference chains hold exactly the reservations with a reference that hold units
//  - queues hold exactly the queued, owners exactly what caps count, cases and parked facts are
//    where they are looked up
//  - recorded refusals and tombstones stay within the tenant's bounds
//  - the state hash is the one recomputed from nothing
[[nodiscard]] std::optional<std::string> check_invariants(const State& state);

}  // namespace holdfast::core
