#include <algorithm>
#include <tuple>

#include "base/check.hpp"
#include "core/apply_internal.hpp"
#include "core/extras.hpp"
#include "core/forget.hpp"
#include "core/owners.hpp"
#include "model/command.hpp"

namespace holdfast::core {
namespace {

using model::Disposition;
using model::ReservationChanged;
using model::ReservationImage;
using model::Verb;

// Places a line in its cell once the image says where. Waiters without a wish are nowhere.
void place(State& state, Line& line, const model::LineImage& to) {
    if (!line.untracked && !line.placed && to.pool != model::kAnyPool) {
        line.place_in(ensure_cell(state, to.sku, to.pool));
    }
}

std::uint32_t new_line(State& state, std::uint32_t owner, const model::LineImage& from) {
    const std::uint32_t index = take_line(state);
    Line& line = state.lines[index];
    line.at = from.sku.value();
    line.reservation = owner;
    line.untracked = from.untracked;
    line.continues = from.continues;
    place(state, line, from);
    return index;
}

// Whether the record is the one that the image's entry speaks of.
bool is_same_entry(const State& state, const Line& line, const model::LineImage& to) {
    const bool in_place = !line.placed || state.cells[line.at].pool == to.pool;
    return state.sku_of(line) == to.sku && line.continues == to.continues && in_place;
}

// Entries are only ever added: a line's part in a pool that it had nothing in before.
void match_lines(State& state, std::uint32_t owner, const ReservationImage& image) {
    Reservation& reservation = state.reservations[owner];
    std::uint32_t previous = kNoIndex;
    std::uint32_t at = reservation.first_line;
    for (const auto& to : image.lines) {
        if (at != kNoIndex && is_same_entry(state, state.lines[at], to)) {
            place(state, state.lines[at], to);
            previous = at;
            at = state.lines[at].next;
            continue;
        }
        const std::uint32_t fresh = new_line(state, owner, to);
        state.lines[fresh].next = at;
        (previous == kNoIndex ? reservation.first_line : state.lines[previous].next) = fresh;
        previous = fresh;
    }
    CHECK(at == kNoIndex, "a reservation lost a line");
}

std::uint32_t new_reservation(State& state, const ReservationImage& image) {
    const std::uint32_t index = take_reservation(state);
    Reservation& reservation = state.reservations[index];
    reservation.id = image.id;
    reservation.tenant = image.tenant;
    reservation.created_ms = base::to_ms(image.created_at);
    if (!image.texts.reference.empty()) {
        state.ensure_side(reservation).reference =
            model::reference_name(state.tenant(image.tenant).name, image.texts.reference).digest;
    }
    state.reservations_by_id.add(image.id, index);
    return index;
}

// Units move between the line's quantities; the cell follows by the difference.
void apply_line(State& state, Line& line, const model::LineImage& to, Disposition disposition,
                const Happened& when) {
    CHECK(to.sku == state.sku_of(line) && to.units.balanced(),
          "a line does not fit its reservation");
    const model::LineQuantities from = state.units_of(line);
    if (line.placed) {
        const std::uint32_t index = line.at;
        Cell& cell = state.cells[index];
        const std::int64_t came_back = to.units.returned - from.returned;
        const std::int64_t on_hand = came_back - (to.units.shipped - from.shipped);
        CellFacts& facts = state.cell_facts[index];
        const bool moves = on_hand != 0 || came_back != 0;
        state.hash -= moves ? hash_of(cell, facts) : hash_of(cell);
        (line.soft ? cell.units.soft_held : cell.units.held) -= from.held;
        (to.soft ? cell.units.soft_held : cell.units.held) += to.units.held;
        cell.units.committed += to.units.committed - from.committed;
        cell.units.on_hand += on_hand;
        CHECK(cell.units.held >= 0 && cell.units.committed >= 0 && cell.units.soft_held >= 0,
              "a cell went below zero");
        if (came_back != 0 && disposition == Disposition::damaged) {
            change_unavailable(state, index, model::Reason::damage, came_back);
        }
        if (on_hand != 0) {
            note_move(state, index, when, on_hand);
        }
        state.hash += moves ? hash_of(cell, facts) : hash_of(cell);
        note_cell(state, index);
    }
    state.set_units(line, to.units, to.requested);
    line.soft = to.soft;
}

// The heaps hold exactly what holds units until a deadline. Keys must not change while linked.
void unlink_deadlines(State& state, std::uint32_t index) {
    Reservation& reservation = state.reservations[index];
    if (!reservation.in_deadlines.linked()) {
        return;
    }
    leave_owners(state, index);
    for (std::uint32_t i = reservation.first_line; i != kNoIndex; i = state.lines[i].next) {
        if (state.lines[i].in_cell.linked()) {
            DeadlineHeap(LineDeadlines{state}, state.cells[state.lines[i].at].deadlines).remove(i);
        }
    }
    DeadlineHeap(ReservationDeadlines{state}, state.deadlines).remove(index);
}

void link_deadlines(State& state, std::uint32_t index, bool open) {
    Reservation& reservation = state.reservations[index];
    if (!open || reservation.deadline_ms == INT64_MAX) {
        return;
    }
    for (std::uint32_t i = reservation.first_line; i != kNoIndex; i = state.lines[i].next) {
        const Line& line = state.lines[i];
        if (line.placed && state.held_of(line) > 0) {
            DeadlineHeap(LineDeadlines{state}, state.cells[line.at].deadlines).insert(i);
        }
    }
    DeadlineHeap(ReservationDeadlines{state}, state.deadlines).insert(index);
    join_owners(state, index);
}

void join_reference_chain(State& state, std::uint32_t index, ReservationSide& side) {
    if (const auto* const newest = state.holding_by_reference.find(side.reference)) {
        side.older = *newest;
        state.sides[state.reservations[*newest].side].newer = index;
    }
    state.holding_by_reference.put(side.reference, index);
    side.in_reference_chain = true;
}

void leave_reference_chain(State& state, ReservationSide& side) {
    if (side.older != kNoIndex) {
        state.sides[state.reservations[side.older].side].newer = side.newer;
    }
    if (side.newer != kNoIndex) {
        state.sides[state.reservations[side.newer].side].older = side.older;
    } else if (side.older != kNoIndex) {
        state.holding_by_reference.put(side.reference, side.older);
    } else {
        state.holding_by_reference.erase(side.reference);
    }
    side.older = kNoIndex;
    side.newer = kNoIndex;
    side.in_reference_chain = false;
}

void follow_reference_chain(State& state, std::uint32_t index, bool open) {
    const std::uint32_t at = state.reservations[index].side;
    if (at == kNoIndex) {
        return;
    }
    ReservationSide& side = state.sides[at];
    if (!side.reference.empty() && open != side.in_reference_chain) {
        open ? join_reference_chain(state, index, side) : leave_reference_chain(state, side);
    }
}

void set_fields(State& state, Reservation& reservation, const ReservationImage& image) {
    const std::int64_t first_created_ms = base::to_ms(image.first_created_at);
    if (first_created_ms != state.first_created_ms(reservation)) {
        state.ensure_side(reservation).first_created_ms = first_created_ms;
    }
    reservation.version = image.version;
    reservation.deadline_ms = base::to_ms(image.expires_at);
    reservation.waiting = image.waiting;
    reservation.ended_as = image.ended_as;
    if (image.extensions != 0 || has_extras(image)) {
        static_cast<void>(state.ensure_side(reservation));
    }
    if (reservation.side != kNoIndex) {
        ReservationSide& side = state.sides[reservation.side];
        side.extensions = image.extensions;
        pack_extras(image, side.extras);
    }
}

void set_waited_for(State& state, model::SkuId sku, bool waited_for) {
    for (std::uint32_t c = state.sku(sku).cell; c != kNoIndex; c = state.next_cell(c)) {
        state.cells[c].waited_for = waited_for;
    }
}

void join_queue(State& state, std::uint32_t index) {
    const Reservation& reservation = state.reservations[index];
    const Line& line = state.lines[reservation.first_line];
    const model::SkuId id = state.sku_of(line);
    Sku& sku = state.skus[id.value()];
    if (sku.queue == kNoIndex) {
        sku.queue = state.queues.add();
    }
    WaitQueue& queue = state.queues[sku.queue];
    queue.add({.id = reservation.id, .reservation = index, .quantity = state.requested_of(line)});
    ++state.totals.waiters;
    if (queue.size() == 1) {
        set_waited_for(state, id, true);
    }
}

void leave_queue(State& state, std::uint32_t index) {
    const Reservation& reservation = state.reservations[index];
    const model::SkuId sku = state.sku_of(state.lines[reservation.first_line]);
    WaitQueue& queue = state.queues[state.sku(sku).queue];
    queue.remove(reservation.id);
    --state.totals.waiters;
    if (queue.empty()) {
        set_waited_for(state, sku, false);
    }
}

// Everything that finds open reservations.
void link(State& state, std::uint32_t index) {
    const bool open = state.is_open(state.reservations[index]);
    link_deadlines(state, index, open);
    follow_reference_chain(state, index, open);
}

bool has_case(const State& state, model::ReservationId id) {
    const auto about = state.cases_about.lower_bound({id, model::CaseKind{}, model::CaseId{}});
    return about != state.cases_about.end() && std::get<0>(*about) == id;
}

// Once, with the newest shipment of those since it was last looked at.
void note(State& state, std::uint32_t index, const ReservationChanged& event,
          const Happened& when) {
    auto& all = state.attention.reservations;
    auto known = std::ranges::find(all, index, &Attention::Noted::reservation);
    if (known == all.end()) {
        known = all.insert(known, {.reservation = index});
    }
    if (event.verb == Verb::ship) {
        known->shipped = when;
    }
}

// Its case may be due, over, or about to settle; before it that of what it replaces, whose facts
// came first.
void note_reservation(State& state, std::uint32_t index, const ReservationChanged& event,
                      const Happened& when) {
    if (event.image.replaces.value() != 0 && has_case(state, event.image.replaces)) {
        const auto* const replaced = state.reservations_by_id.find(event.image.replaces);
        CHECK(replaced != nullptr, "a reservation with a case is not in memory");
        note(state, *replaced, event, when);
    }
    if (event.verb == Verb::time_out_payment || has_case(state, event.image.id)) {
        note(state, index, event, when);
    }
}

}  // namespace

void apply_reservation(State& state, const ReservationChanged& event, model::Sequence sequence,
                       base::Time time) {
    const ReservationImage& image = event.image;
    const auto* const known = state.reservations_by_id.find(image.id);
    const bool created = known == nullptr;
    const std::uint32_t index = created ? new_reservation(state, image) : *known;
    Reservation& reservation = state.reservations[index];
    const std::int64_t units_before = created ? 0 : state.held_of(reservation);
    const bool counted_before = state.side_of(reservation).first_ownership != kNoIndex;
    const bool queued_before = !created && reservation.waiting == model::ReservationState::queued;
    if (!created) {
        state.hash -= hash_of(state, reservation);
        unlink_deadlines(state, index);
    }
    if (queued_before) {
        leave_queue(state, index);
    }
    match_lines(state, index, image);
    set_fields(state, reservation, image);
    const Happened when = happened(sequence, event.occurred_at, time);
    std::uint32_t line = reservation.first_line;
    for (const auto& to : image.lines) {
        apply_line(state, state.lines[line], to, event.disposition, when);
        line = state.lines[line].next;
    }
    if (image.waiting == model::ReservationState::queued) {
        join_queue(state, index);
    }
    link(state, index);
    const std::int64_t units_now = state.held_of(reservation);
    state.totals.live_holds +=
        static_cast<std::uint64_t>(units_now > 0) - static_cast<std::uint64_t>(units_before > 0);
    state.attention.owners |= counted_before;  // it may hold less, or for less time
    state.totals.late_commits += static_cast<std::uint64_t>(event.verb == Verb::retake);
    state.hash += hash_of(state, reservation);
    note_reservation(state, index, event, when);
}

void restore_reservation(State& state, const ReservationImage& image) {
    const std::uint32_t index = new_reservation(state, image);
    Reservation& reservation = state.reservations[index];
    match_lines(state, index, image);
    set_fields(state, reservation, image);
    std::uint32_t line = reservation.first_line;
    for (const auto& to : image.lines) {
        state.set_units(state.lines[line], to.units, to.requested);
        state.lines[line].soft = to.soft;
        line = state.lines[line].next;
    }
    if (image.waiting == model::ReservationState::queued) {
        join_queue(state, index);
    }
    link(state, index);
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
            const auto& sku_class = state.class_of(state.sku_of(state.lines[i]));
            const bool pays = reservation.waiting == model::ReservationState::payment_pending;
            grace = std::max(
                grace, pays ? sku_class.payment_downtime_grace : sku_class.held_downtime_grace);
        }
        const base::Duration moved = std::min(away, grace);
        if (moved.count() > 0) {
            state.hash -= hash_of(state, reservation);
            unlink_deadlines(state, index);
            reservation.deadline_ms = reservation.deadline_ms + moved.count();
            ++reservation.version;
            link_deadlines(state, index, true);
            state.hash += hash_of(state, reservation);
        }
    }
}

}  // namespace holdfast::core
