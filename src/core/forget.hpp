// Forget and thaw: reservations and keys that leave memory for the archive, and come back.
//
// Forgetting changes where a record is kept and nothing else: the hash of a forgotten record stays
// in `State::hash` (as part of `Archived::hash`), and thawing puts back exactly what was forgotten,
// so a state that forgets, one that does not and one that replays agree at every position. Who
// calls `forget` must know that the archive has the record, durably. A decision needs in memory
// what core/missing.hpp names; an event needs the reservation that `changes` names.
//
// Only what is at rest can be forgotten: no unit held or committed, nothing waited for, no open
// case. What is at rest is reached through its id alone, so its places are free for others.
// Thread rule: one thread per state.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.hpp"
#include "core/state.hpp"
#include "model/event.hpp"

namespace holdfast::core {

// A reservation as an event left it: at rest. The event's image is the whole of it.
struct Resting {
    model::ReservationId id;
    std::uint32_t version = 0;
    model::Sequence since{};  // the event

    bool operator==(const Resting&) const = default;
};

// Whether an event leaves its reservation at rest.
[[nodiscard]] bool is_at_rest(const model::ReservationImage& image);

// The key that an event was recorded under and that never expires; empty: it has none. Keys of
// refusals are bounded and stay in memory.
[[nodiscard]] model::KeyUse lasting_key(const model::Event& event);

// The reservation that must be in memory for the event to be applied; 0: none, or it makes it.
[[nodiscard]] model::ReservationId changes(const model::Event& event, model::Sequence sequence);

// False: it is not in memory, changed since, or somebody still counts on it.
bool forget(State& state, const Resting& resting);
// False: it is not in memory, or newer than `up_to`.
bool forget_key(State& state, base::Digest128 key, model::Sequence up_to);

// Puts back what was forgotten; nothing happens if it is in memory.
void thaw(State& state, const model::ReservationImage& image);
void thaw_key(State& state, base::Digest128 key, const KeyRecord& record);

// For `apply`: places for new records, used ones first.
[[nodiscard]] std::uint32_t take_reservation(State& state);
[[nodiscard]] std::uint32_t take_line(State& state);
// Whether the place belongs to no reservation.
[[nodiscard]] inline bool is_free(const Reservation& place) { return place.id.value() == 0; }
// The places that are in use, ascending by id: places are used again, so their order is another.
[[nodiscard]] std::vector<std::uint32_t> in_order_of_ids(const State& state);
// For snapshots.
void write_archived(base::ByteWriter& writer, const Archived& archived);
[[nodiscard]] Archived read_archived(base::ByteReader& reader);

}  // namespace holdfast::core
