#include "core/forget.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/check.hpp"
#include "core/apply_internal.hpp"
#include "core/state_hash.hpp"

namespace holdfast::core {

using namespace model;

namespace {

bool has_case(const State& state, ReservationId id) {
    const auto about = state.cases_about.lower_bound({id, CaseKind{}, CaseId{}});
    return about != state.cases_about.end() && std::get<0>(*about) == id;
}

bool is_resting(const State& state, const Reservation& reservation) {
    const LineQuantities units = state.units_of(reservation);
    return units.held == 0 && units.committed == 0 &&
           reservation.waiting != ReservationState::queued && !has_case(state, reservation.id);
}

void free_lines(State& state, std::uint32_t first) {
    for (std::uint32_t line = first; line != kNoIndex;) {
        const std::uint32_t next = state.lines[line].next;
        if (state.lines[line].is == LineIs::mixed) {
            state.free_line_details.push_back(
                static_cast<std::uint32_t>(state.lines[line].units()));
        }
        state.lines[line] = Line{};
        state.lines[line].next = std::exchange(state.free_slots.line, line);
        line = next;
    }
}

void free_reservation(State& state, std::uint32_t index) {
    Reservation& place = state.reservations[index];
    DCHECK(!place.in_deadlines.linked() && !state.side_of(place).in_reference_chain);
    state.reservations_by_id.erase(place.id);
    free_lines(state, place.first_line);
    if (place.side != kNoIndex) {
        state.sides[place.side] = {};
        state.free_sides.push_back(place.side);
    }
    place = Reservation{};
    place.first_line = std::exchange(state.free_slots.reservation, index);
}

}  // namespace

bool is_at_rest(const ReservationImage& image) {
    return image.waiting != ReservationState::queued &&
           std::ranges::all_of(image.lines, [](const LineImage& line) {
               return line.units.held == 0 && line.units.committed == 0;
           });
}

KeyUse lasting_key(const Event& event) {
    return std::visit(
        [](const auto& e) -> KeyUse {
            if constexpr (!std::is_same_v<decltype(e), const RefusalRecorded&> &&
                          requires { e.key; }) {
                return e.key;
            } else {
                return {};
            }
        },
        event);
}

ReservationId changes(const Event& event, Sequence sequence) {
    ReservationId out;
    if (const auto* const changed = std::get_if<ReservationChanged>(&event)) {
        out = changed->image.id;
    } else if (const auto* const parked = std::get_if<FactParked>(&event)) {
        out = parked->image.id;
    } else if (const auto* const opened = std::get_if<CaseOpened>(&event)) {
        out = opened->image.reservation;
    }
    return out.value() < sequence.value() ? out : ReservationId{};
}

bool forget(State& state, const Resting& resting) {
    const auto* const found = state.reservations_by_id.find(resting.id);
    if (found == nullptr || state.reservations[*found].version != resting.version ||
        !is_resting(state, state.reservations[*found])) {
        return false;
    }
    // Notes are indices: who works them off does so before anything is forgotten.
    CHECK(state.attention.reservations.empty(), "a reservation with work to do was forgotten");
    const std::uint32_t index = *found;
    state.archived.hash += hash_of(state, state.reservations[index]);
    free_reservation(state, index);
    ++state.archived.reservations;
    state.archived.reach = std::max(state.archived.reach, resting.since);
    return true;
}

bool forget_key(State& state, base::Digest128 key, Sequence up_to) {
    const KeyRecord* const record = state.keys.find(key);
    if (record == nullptr || record->refusal || record->event > up_to) {
        return false;
    }
    state.archived.hash += hash_of(key, *record);
    state.archived.reach = std::max(state.archived.reach, record->event);
    ++state.archived.keys;
    state.keys.erase(key);
    return true;
}

void thaw(State& state, const ReservationImage& image) {
    if (state.find_reservation(image.id) != nullptr) {
        return;
    }
    const std::uint64_t hash = state.hash;
    restore_reservation(state, image);
    state.archived.hash -= std::exchange(state.hash, hash) - hash;
    --state.archived.reservations;
}

void thaw_key(State& state, base::Digest128 key, const KeyRecord& record) {
    if (state.keys.find(key) != nullptr) {
        return;
    }
    state.keys.put(key, record);
    state.archived.hash -= hash_of(key, record);
    --state.archived.keys;
}

std::uint32_t take_reservation(State& state) {
    const std::uint32_t index = state.free_slots.reservation;
    if (index == kNoIndex) {
        return state.reservations.add();
    }
    state.free_slots.reservation = std::exchange(state.reservations[index].first_line, kNoIndex);
    return index;
}

std::uint32_t take_line(State& state) {
    const std::uint32_t index = state.free_slots.line;
    if (index == kNoIndex) {
        return state.lines.add();
    }
    state.free_slots.line = std::exchange(state.lines[index].next, kNoIndex);
    return index;
}

void write_archived(base::ByteWriter& writer, const Archived& archived) {
    writer.fixed(archived.hash);
    writer.varint(archived.reservations);
    writer.varint(archived.keys);
    writer.varint(archived.reach.value());
    writer.varint(archived.offered.value());
}

Archived read_archived(base::ByteReader& reader) {
    Archived out;
    out.hash = reader.fixed<std::uint64_t>();
    out.reservations = reader.varint();
    out.keys = reader.varint();
    out.reach = Sequence(reader.varint());
    out.offered = Sequence(reader.varint());
    return out;
}

std::vector<std::uint32_t> in_order_of_ids(const State& state) {
    std::vector<std::uint32_t> out;
    for (std::uint32_t r = 0; r < state.reservations.size(); ++r) {
        if (!is_free(state.reservations[r])) {
            out.push_back(r);
        }
    }
    const auto id = [&](std::uint32_t r) { return state.reservations[r].id; };
    if (!std::ranges::is_sorted(out, {}, id)) {
        std::ranges::sort(out, {}, id);
    }
    return out;
}

}  // namespace holdfast::core
