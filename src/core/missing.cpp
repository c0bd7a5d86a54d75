#include "core/missing.hpp"

namespace holdfast::core {

using namespace model;

namespace {

// Ids of the future and of nothing need no looking up.
bool may_be_archived(const State& state, ReservationId id) {
    return id.value() != 0 && id.value() <= state.archived.reach.value();
}

void need(const State& state, ReservationId id, Missing& out) {
    if (may_be_archived(state, id) && state.find_reservation(id) == nullptr) {
        out.add(id);
    }
}

// Whoever commits what was replaced is shown the successor, and what left or came back of it was
// the successor's.
void need_successor(const State& state, ReservationId id, Missing& out) {
    const Reservation* const found = state.find_reservation(id);
    if (found != nullptr) {
        need(state, state.successor_of(*found), out);
    }
}

}  // namespace

Missing missing_for(const State& state, const Command& command) {
    Missing out;
    const base::Digest128 key = command.key.key;
    if (!key.empty()) {
        if (state.keys.find(key) != nullptr) {
            return out;  // answered by its key: nothing else is looked at
        }
        out.add(key);
    }
    if (const auto* const change = std::get_if<ChangeReservation>(&command.request)) {
        need(state, change->reservation, out);
        if (command.operation == Operation::commit || command.operation == Operation::ship ||
            command.operation == Operation::return_units) {
            need_successor(state, change->reservation, out);
        }
    } else if (const auto* const read = std::get_if<ReadReservation>(&command.request)) {
        need(state, read->reservation, out);
    } else if (const auto* const create = std::get_if<CreateReservation>(&command.request)) {
        need(state, create->supersedes.value_or(ReservationId{}), out);
    } else if (const auto* const release = std::get_if<ReleaseByName>(&command.request)) {
        // Only that it was used matters: what was archived holds nothing.
        const base::Digest128 created = release->create_key;
        if (!created.empty() && state.keys.find(created) == nullptr) {
            out.add(created);
        }
    }
    return out;
}

}  // namespace holdfast::core
