#include "core/invariants.hpp"

#include <map>
#include <utility>
#include <vector>

#include "core/state_hash.hpp"

namespace holdfast::core {
namespace {

using Violation = std::optional<std::string>;

std::string name_of(const Reservation& reservation) {
    return "reservation " + std::to_string(reservation.id.value());
}

struct Promised {
    std::int64_t held = 0;
    std::int64_t committed = 0;
};

Violation check_lines(const State& state, std::vector<Promised>& promised) {
    for (std::uint32_t r = 0; r < state.reservations.size(); ++r) {
        const Reservation& reservation = state.reservations[r];
        std::uint32_t count = 0;
        for (std::uint32_t i = reservation.first_line; i != kNoIndex; i = state.lines[i].next) {
            const Line& line = state.lines[i];
            ++count;
            if (!line.units.balanced() || line.units.held < 0 || line.units.committed < 0) {
                return name_of(reservation) + ": a line is not balanced";
            }
            if (line.reservation != r) {
                return name_of(reservation) + ": a line belongs to another reservation";
            }
            if (line.cell != kNoIndex) {
                promised[line.cell].held += line.units.held;
                promised[line.cell].committed += line.units.committed;
            }
        }
        if (count != reservation.line_count || count == 0) {
            return name_of(reservation) + ": has lost lines";
        }
    }
    return std::nullopt;
}

Violation check_cells(const State& state, const std::vector<Promised>& promised) {
    for (std::uint32_t c = 0; c < state.cells.size(); ++c) {
        const Cell& cell = state.cells[c];
        if (cell.units.held != promised[c].held || cell.units.committed != promised[c].committed) {
            return "SKU " + state.sku(cell.sku).name + ": promises differ from its lines";
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
        const bool expected =
            state.units_of(reservation).held > 0 && reservation.deadline_ms != INT64_MAX;
        if (expected != reservation.in_deadlines.linked()) {
            return name_of(reservation) + (expected ? ": has no timer" : ": has a timer too many");
        }
        due += static_cast<std::size_t>(expected);
        for (std::uint32_t i = reservation.first_line; i != kNoIndex; i = state.lines[i].next) {
            const Line& line = state.lines[i];
            lines_due +=
                static_cast<std::size_t>(expected && line.units.held > 0 && line.cell != kNoIndex);
        }
    }
    if (due != in_heap || lines_due != lines_in_heaps) {
        return "the deadline heaps hold other holds than are waiting";
    }
    return std::nullopt;
}

Violation check_references(const State& state) {
    std::map<std::uint32_t, bool> reached;
    Violation out;
    state.holding_by_reference.for_each([&](base::Digest128 reference, std::uint32_t newest) {
        std::uint32_t newer = kNoIndex;
        for (std::uint32_t i = newest; i != kNoIndex; i = state.reservations[i].older) {
            const Reservation& reservation = state.reservations[i];
            if (reservation.reference != reference || reservation.newer != newer ||
                !reached.emplace(i, true).second) {
                out = name_of(reservation) + ": its reference chain is broken";
                return;
            }
            newer = i;
        }
    });
    for (std::uint32_t r = 0; !out && r < state.reservations.size(); ++r) {
        const Reservation& reservation = state.reservations[r];
        const bool expected =
            !reservation.reference.empty() && state.units_of(reservation).held > 0;
        if (expected != reached.contains(r)) {
            out = name_of(reservation) + ": is not where its reference is looked up";
        }
    }
    return out;
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
    if (auto violation = check_bounds(state)) {
        return violation;
    }
    if (recompute_hash(state) != state.hash) {
        return "the state hash differs from the records";
    }
    return std::nullopt;
}

}  // namespace holdfast::core
