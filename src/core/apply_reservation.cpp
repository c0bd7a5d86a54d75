#include <algorithm>
#include <tuple>

#include "base/check.hpp"
#include "core/apply_internal.hpp"
#include "core/extras.hpp"
#include "model/command.hpp"

namespace holdfast::core {
namespace {

using model::Disposition;
using model::ReservationChanged;
using model::ReservationImage;
using model::Verb;

std::uint32_t new_lines(State& state, std::uint32_t owner, const ReservationImage& image) {
    std::uint32_t first = kNoIndex;
    std::uint32_t previous = kNoIndex;
    for (const auto& from : image.lines) {
        const std::uint32_t index = state.lines.add();
        Line& line = state.lines[index];
        line.sku = from.sku;
        line.requested = from.requested;
        line.reservation = owner;
        line.cell = from.untracked ? kNoIndex : state.sku(from.sku).cell;
        (previous == kNoIndex ? first : state.lines[previous].next) = index;
        previous = index;
    }
    return first;
}

std::uint32_t new_reservation(State& state, const ReservationImage& image) {
    const std::uint32_t index = state.reservations.add();
    Reservation& reservation = state.reservations[index];
    reservation.id = image.id;
    reservation.tenant = image.tenant;
    reservation.created_ms = base::to_ms(image.created_at);
    reservation.line_count = static_cast<std::uint32_t>(image.lines.size());
    reservation.first_line = new_lines(state, index, image);
    if (!image.texts.reference.empty()) {
        reservation.reference =
            model::reference_name(state.tenant(image.tenant).name, image.texts.reference).digest;
    }
    state.reservations_by_id.put(State::id_digest(image.id), index);
    return index;
}

// Units move between the line's quantities; the cell follows by the difference.
void apply_line(State& state, Line& line, const model::LineImage& to, Disposition disposition) {
    CHECK(to.sku == line.sku && to.units.balanced(), "a line does not fit its reservation");
    if (line.cell != kNoIndex) {
        Cell& cell = state.cells[line.cell];
        const Rehash rehash(state, cell);
        const std::int64_t came_back = to.units.returned - line.units.returned;
        cell.units.held += to.units.held - line.units.held;
        cell.units.committed += to.units.committed - line.units.committed;
        cell.units.on_hand += came_back - (to.units.shipped - line.units.shipped);
        cell.units.unavailable += disposition == Disposition::damaged ? came_back : 0;
        CHECK(cell.units.held >= 0 && cell.units.committed >= 0, "a cell went below zero");
    }
    line.units = to.units;
}

// The heaps hold exactly what holds units until a deadline. Keys must not change while linked.
void unlink_deadlines(State& state, std::uint32_t index) {
    Reservation& reservation = state.reservations[index];
    if (!reservation.in_deadlines.linked()) {
        return;
    }
    for (std::uint32_t i = reservation.first_line; i != kNoIndex; i = state.lines[i].next) {
        if (state.lines[i].in_cell.linked()) {
            DeadlineHeap(LineDeadlines{state}, state.cells[state.lines[i].cell].deadlines)
                .remove(i);
        }
    }
    DeadlineHeap(ReservationDeadlines{state}, state.deadlines).remove(index);
}

void link_deadlines(State& state, std::uint32_t index, bool holding) {
    Reservation& reservation = state.reservations[index];
    if (!holding || reservation.deadline_ms == INT64_MAX) {
        return;
    }
    for (std::uint32_t i = reservation.first_line; i != kNoIndex; i = state.lines[i].next) {
        const Line& line = state.lines[i];
        if (line.cell != kNoIndex && line.units.held > 0) {
            DeadlineHeap(LineDeadlines{state}, state.cells[line.cell].deadlines).insert(i);
        }
    }
    DeadlineHeap(ReservationDeadlines{state}, state.deadlines).insert(index);
}

void join_reference_chain(State& state, std::uint32_t index) {
    Reservation& reservation = state.reservations[index];
    if (const auto* const newest = state.holding_by_reference.find(reservation.reference)) {
        reservation.older = *newest;
        state.reservations[*newest].newer = index;
    }
    state.holding_by_reference.put(reservation.reference, index);
    reservation.in_reference_chain = true;
}

void leave_reference_chain(State& state, std::uint32_t index) {
    Reservation& reservation = state.reservations[index];
    if (reservation.older != kNoIndex) {
        state.reservations[reservation.older].newer = reservation.newer;
    }
    if (reservation.newer != kNoIndex) {
        state.reservations[reservation.newer].older = reservation.older;
    } else if (reservation.older != kNoIndex) {
        state.holding_by_reference.put(reservation.reference, reservation.older);
    } else {
        state.holding_by_reference.erase(reservation.reference);
    }
    reservation.older = kNoIndex;
    reservation.newer = kNoIndex;
    reservation.in_reference_chain = false;
}

void follow_reference_chain(State& state, std::uint32_t index, bool holding) {
    const Reservation& reservation = state.reservations[index];
    if (reservation.reference.empty() || holding == reservation.in_reference_chain) {
        return;
    }
    holding ? join_reference_chain(state, index) : leave_reference_chain(state, index);
}

void set_fields(Reservation& reservation, const ReservationImage& image) {
    reservation.version = image.version;
    reservation.first_created_ms = base::to_ms(image.first_created_at);
    reservation.deadline_ms = base::to_ms(image.expires_at);
    reservation.waiting = image.waiting;
    reservation.ended_as = image.ended_as;
    reservation.extensions = image.extensions;
    pack_extras(image, reservation.extras);
}

}  // namespace

void apply_reservation(State& state, const ReservationChanged& event) {
    const ReservationImage& image = event.image;
    const auto* const known = state.reservations_by_id.find(State::id_digest(image.id));
    const bool created = known == nullptr;
    const std::uint32_t index = created ? new_reservation(state, image) : *known;
    Reservation& reservation = state.reservations[index];
    CHECK(reservation.line_count == image.lines.size(), "a reservation lost a line");
    const bool held_before = state.units_of(reservation).held > 0;
    if (!created) {
        state.hash -= hash_of(state, reservation);
        unlink_deadlines(state, index);
    }
    set_fields(reservation, image);
    std::uint32_t line = reservation.first_line;
    for (const auto& to : image.lines) {
        apply_line(state, state.lines[line], to, event.disposition);
        line = state.lines[line].next;
    }
    const bool holding = state.units_of(reservation).held > 0;
    link_deadlines(state, index, holding);
    follow_reference_chain(state, index, holding);
    state.totals.live_holds +=
        static_cast<std::uint64_t>(holding) - static_cast<std::uint64_t>(held_before);
    state.totals.late_commits += static_cast<std::uint64_t>(event.verb == Verb::retake);
    state.hash += hash_of(state, reservation);
}

void restore_reservation(State& state, const ReservationImage& image) {
    const std::uint32_t index = new_reservation(state, image);
    Reservation& reservation = state.reservations[index];
    set_fields(reservation, image);
    std::uint32_t line = reservation.first_line;
    for (const auto& to : image.lines) {
        state.lines[line].units = to.units;
        line = state.lines[line].next;
    }
    const bool holding = state.units_of(reservation).held > 0;
    link_deadlines(state, index, holding);
    follow_reference_chain(state, index, holding);
    state.hash += hash_of(state, reservation);
}

// Only holds that were alive when the service stopped move, each by the downtime but at most by
// the most generous grace among its lines' classes: a grace is a promise, and the buyer gets the
// best one that was made.
void apply_downtime(State& state, const model::DowntimeRecorded& event) {
    const std::int64_t from_ms = base::to_ms(event.from);
    const base::Duration away = event.to - event.from;
    for (std::uint32_t index = 0; index < state.reservations.size(); ++index) {
        Reservation& reservation = state.reservations[index];
        if (!reservation.in_deadlines.linked() || reservation.deadline_ms <= from_ms) {
            continue;
        }
        base::Duration grace{};
        for (std::uint32_t i = reservation.first_line; i != kNoIndex; i = state.lines[i].next) {
            const auto& sku_class = state.class_of(state.lines[i].sku);
            grace = std::max(grace, reservation.waiting == model::ReservationState::held
                                        ? sku_class.held_downtime_grace
                                        : sku_class.payment_downtime_grace);
        }
        const base::Duration moved = std::min(away, grace);
        if (moved.count() > 0) {
            state.hash -= hash_of(state, reservation);
            unlink_deadlines(state, index);
            reservation.deadline_ms += moved.count();
            ++reservation.version;
            link_deadlines(state, index, true);
            state.hash += hash_of(state, reservation);
        }
    }
}

}  // namespace holdfast::core
