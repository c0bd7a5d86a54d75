#include "core/invariants.hpp"

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "core/forget.hpp"
#include "core/owners.hpp"
#include "core/state_hash.hpp"

namespace holdfast::core {
namespace {

using Violation = std::optional<std::string>;

std::string name_of(const Reservation& reservation) {
    return "reservation " + std::to_string(reservation.id.value());
}

struct Promised {
    std::int64_t held = 0;
    std::int64_t soft_held = 0;
    std::int64_t committed = 0;
};

Violation check_lines(const State& state, std::vector<Promised>& promised) {
    for (const std::uint32_t r : in_order_of_ids(state)) {
        const Reservation& reservation = state.reservations[r];
        std::uint32_t count = 0;
        for (std::uint32_t i = reservation.first_line; i != kNoIndex; i = state.lines[i].next) {
            const Line& line = state.lines[i];
            const model::LineQuantities units = state.units_of(line);
            ++count;
            if (!units.balanced() || units.held < 0 || units.committed < 0) {
                return name_of(reservation) + ": a line is not balanced";
            }
            if (line.reservation != r) {
                return name_of(reservation) + ": a line belongs to another reservation";
            }
            if (line.placed) {
                (line.soft ? promised[line.at].soft_held : promised[line.at].held) += units.held;
                promised[line.at].committed += units.committed;
            }
        }
        if (count == 0) {
            return name_of(reservation) + ": has lost its lines";
        }
    }
    return std::nullopt;
}

Violation check_cells(const State& state, const std::vector<Promised>& promised) {
    for (std::uint32_t c = 0; c < state.cells.size(); ++c) {
        const Cell& cell = state.cells[c];
        if (cell.units.held != promised[c].held || cell.units.soft_held != promised[c].soft_held ||
            cell.units.committed != promised[c].committed) {
            return "SKU " + state.sku(cell.sku).name + ": promises differ from its lines";
        }
        std::int64_t unavailable = 0;
        for (const auto& [reason, units] : state.cell_facts[c].unavailable) {
            unavailable += units;
        }
        if (unavailable != cell.units.unavailable) {
            return "SKU " + state.sku(cell.sku).name + ": unavailable units without a reason";
        }
        if (state.find_cell(cell.sku, cell.pool) != c) {
            return "SKU " + state.sku(cell.sku).name + ": a cell is not where it is looked up";
        }
    }
    return std::nullopt;
}

// Heap order, ranks and parents below `node`; counts the nodes.
template <typename Records>
bool heap_is_sound(Records records, std::uint32_t root, std::size_t& nodes) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> open;  // node, parent
    if (root != kNoIndex) {
        open.emplace_back(root, kNoIndex);
    }
    const auto rank = [&](std::uint32_t node) {
        return node == kNoIndex ? 0 : records.links(node).rank;
    };
    while (!open.empty()) {
        const auto [node, parent] = open.back();
        open.pop_back();
        ++nodes;
        const HeapLinks links = records.links(node);
        const bool sound = links.parent == parent && rank(links.left) >= rank(links.right) &&
                           links.rank == rank(links.right) + 1 &&
                           (parent == kNoIndex || records.before(parent, node));
        if (!sound) {
            return false;
        }
        for (const std::uint32_t child : {links.left, links.right}) {
            if (child != kNoIndex) {
                open.emplace_back(child, node);
            }
        }
    }
    return true;
}

Violation check_deadlines(State& state) {
    std::size_t in_heap = 0;
    if (!heap_is_sound(ReservationDeadlines{state}, state.deadlines.first, in_heap)) {
        return "the deadlines are out of order";
    }
    std::size_t lines_in_heaps = 0;
    for (std::uint32_t c = 0; c < state.cells.size(); ++c) {
        if (!heap_is_sound(LineDeadlines{state}, state.cells[c].deadlines.first, lines_in_heaps)) {
            return "SKU " + state.sku(state.cells[c].sku).name + ": its deadlines are out of order";
        }
    }
    std::size_t due = 0;
    std::size_t lines_due = 0;
    for (std::uint32_t r = 0; r < state.reservations.size(); ++r) {
        const Reservation& reservation = state.reservations[r];
        const bool expected = state.is_open(reservation) && reservation.deadline_ms != INT64_MAX;
        if (expected != reservation.in_deadlines.linked()) {
            return name_of(reservation) + (expected ? ": has no timer" : ": has a timer too many");
        }
        due += static_cast<std::size_t>(expected);
        for (std::uint32_t i = reservation.first_line; i != kNoIndex; i = state.lines[i].next) {
            const Line& line = state.lines[i];
            lines_due +=
                static_cast<std::size_t>(expected && state.held_of(line) > 0 && line.placed);
        }
    }
    if (due != in_heap || lines_due != lines_in_heaps) {
        return "the deadline heaps hold other holds than are waiting";
    }
    return std::nullopt;
}

Violation check_references(const State& state) {
    std::set<std::uint32_t> reached;
    Violation out;
    state.holding_by_reference.for_each([&](base::Digest128 reference, std::uint32_t newest) {
        std::uint32_t newer = kNoIndex;
        for (std::uint32_t i = newest; i != kNoIndex;
             i = state.side_of(state.reservations[i]).older) {
            const Reservation& reservation = state.reservations[i];
            const ReservationSide& side = state.side_of(reservation);
            // No circle gets past this: its first member would have two neighbours on one side.
            if (side.reference != reference || side.newer != newer) {
                out = name_of(reservation) + ": its reference chain is broken";
                return;
            }
            reached.insert(i);
            newer = i;
        }
    });
    for (std::uint32_t r = 0; !out && r < state.reservations.size(); ++r) {
        const Reservation& reservation = state.reservations[r];
        const bool expected =
            !state.side_of(reservation).reference.empty() && state.is_open(reservation);
        if (expected != reached.contains(r)) {
            out = name_of(reservation) + ": is not where its reference is looked up";
        }
    }
    return out;
}

Violation check_queues(const State& state) {
    std::map<std::uint32_t, model::SkuId> waiting;  // reservations by where they wait
    for (std::uint32_t s = 0; s < state.skus.size(); ++s) {
        const model::SkuId sku(s);
        const WaitQueue* const queue = state.queue_of(sku);
        for (std::uint32_t c = state.sku(sku).cell; c != kNoIndex; c = state.next_cell(c)) {
            if (state.cells[c].waited_for != (queue != nullptr)) {
                return "SKU " + state.sku(sku).name + ": a cell does not know who waits";
            }
        }
        if (queue != nullptr) {
            queue->for_each([&](const Waiter& w) { waiting.emplace(w.reservation, sku); });
        }
    }
    std::size_t queued = 0;
    for (std::uint32_t r = 0; r < state.reservations.size(); ++r) {
        const Reservation& reservation = state.reservations[r];
        if (reservation.waiting != model::ReservationState::queued) {
            continue;
        }
        ++queued;
        const auto found = waiting.find(r);
        const Line& line = state.lines[reservation.first_line];
        if (found == waiting.end() || found->second != state.sku_of(line) ||
            state.units_of(reservation).accepted != 0) {
            return name_of(reservation) + ": does not wait where it says";
        }
    }
    if (queued != waiting.size() || queued != state.totals.waiters) {
        return "the queues hold others than wait";
    }
    return std::nullopt;
}

Violation check_owners(const State& state) {
    struct Sum {
        std::int64_t holds = 0;
        __int128 units = 0, unit_seconds = 0;
    };
    std::map<base::Digest128, Sum> sums;
    for (std::uint32_t r = 0; r < state.reservations.size(); ++r) {
        const Reservation& reservation = state.reservations[r];
        if (!reservation.in_deadlines.linked()) {
            if (state.side_of(reservation).first_ownership != kNoIndex) {
                return name_of(reservation) + ": counts for an owner that it is done with";
            }
            continue;
        }
        for (const auto& use : owner_uses(state, state.image_of(reservation))) {
            Sum& sum = sums[use.scope];
            sum.units += use.units;
            sum.unit_seconds += use.unit_seconds;
            ++sum.holds;
            if (find_ownership(state, reservation, use.scope) == nullptr) {
                return name_of(reservation) + ": does not count for its owner";
            }
        }
    }
    for (const auto& [scope, sum] : sums) {
        const Owner* const owner = find_owner(state, scope);
        if (owner == nullptr || owner->units != sum.units || owner->holds != sum.holds ||
            owner->unit_seconds != sum.unit_seconds) {
            return "an owner's sums differ from its holds";
        }
    }
    return sums.size() == state.owners_by_scope.size()
               ? std::nullopt
               : Violation("an owner is kept that holds nothing");
}

Violation check_cases(const State& state) {
    std::size_t facts = 0;
    for (const auto& [id, record] : state.cases) {
        const auto& image = record.image;
        facts += static_cast<std::size_t>(image.kind == model::CaseKind::unexpected_fact);
        if (image.kind == model::CaseKind::unexpected_fact && !state.parked.contains(image.fact)) {
            return "case " + std::to_string(id.value()) + ": its fact was lost";
        }
        if (image.kind == model::CaseKind::shortage || image.kind == model::CaseKind::count) {
            const std::uint32_t cell = state.find_cell(image.sku, image.pool);
            const CellFacts& at = state.cell_facts[cell];
            if ((image.kind == model::CaseKind::shortage ? at.shortage : at.pending_count) != id) {
                return "case " + std::to_string(id.value()) + ": its cell does not know it";
            }
        }
    }
    if (facts != state.parked.size() || state.parked.size() != state.totals.parked_facts) {
        return "a parked fact has no case";
    }
    for (std::uint32_t c = 0; c < state.cells.size(); ++c) {
        const CellFacts& at = state.cell_facts[c];
        for (const auto id : {at.shortage, at.pending_count}) {
            if (id.value() != 0 && !state.cases.contains(id)) {
                return "SKU " + state.sku(state.cells[c].sku).name + ": its case was lost";
            }
        }
        if (state.cells[c].short_case != (at.shortage.value() != 0)) {
            return "SKU " + state.sku(state.cells[c].sku).name + ": a shortage without its mark";
        }
    }
    return std::nullopt;
}

Violation check_bounds(const State& state) {
    for (std::uint32_t t = 0; t < state.tenants.size(); ++t) {
        const Tenant& tenant = state.tenants[t];
        if (tenant.recorded_refusals.size() > tenant.recorded_refusals_max ||
            tenant.tombstones.size() > tenant.tombstones_max) {
            return "tenant " + tenant.name + ": a bounded table is beyond its bound";
        }
    }
    return std::nullopt;
}

Violation check_live_holds(const State& state) {
    std::uint64_t live = 0;
    for (std::uint32_t r = 0; r < state.reservations.size(); ++r) {
        const Reservation& place = state.reservations[r];
        live += static_cast<std::uint64_t>(!is_free(place) && state.held_of(place) > 0);
    }
    return live == state.totals.live_holds ? std::nullopt
                                           : Violation("the count of live holds is wrong");
}

}  // namespace

Violation check_invariants(const State& state) {
    std::vector<Promised> promised(state.cells.size());
    if (auto violation = check_lines(state, promised)) {
        return violation;
    }
    if (auto violation = check_cells(state, promised)) {
        return violation;
    }
    // The heap accessors hand out mutable links; nothing here changes one.
    if (auto violation = check_deadlines(const_cast<State&>(state))) {
        return violation;
    }
    if (auto violation = check_references(state)) {
        return violation;
    }
    for (const auto check :
         {check_queues, check_owners, check_cases, check_bounds, check_live_holds}) {
        if (auto violation = check(state)) {
            return violation;
        }
    }
    if (recompute_hash(state) != state.hash) {
        return "the state hash differs from the records";
    }
    return std::nullopt;
}

}  // namespace holdfast::core
