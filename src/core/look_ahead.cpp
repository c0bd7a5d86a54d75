#include "core/look_ahead.hpp"

#include <algorithm>
#include <array>
#include <variant>

#include "base/prefetch.hpp"

namespace holdfast::core {

using namespace model;

namespace {

// Where one command's, or event's, chain has got to.
struct Trail {
    base::Digest128 key{};
    base::Digest128 sku_name{};
    ReservationId id{};  // 0: a new one
    std::uint32_t sku = kNoIndex;
    std::uint32_t reservation = kNoIndex;
    std::uint32_t line = kNoIndex;
    std::uint32_t cell = kNoIndex;
};
using Trails = std::array<Trail, kLookAhead>;

void look_up(const State& state, std::span<Trail> trails) {
    for (const Trail& trail : trails) {
        if (!trail.key.empty()) {
            state.keys.prefetch(trail.key);
        }
        if (!trail.sku_name.empty()) {
            state.skus_by_name.prefetch(trail.sku_name);
        } else if (trail.id.value() != 0) {
            state.reservations_by_id.prefetch(trail.id);
        }
    }
}

void find_records(const State& state, std::span<Trail> trails) {
    for (Trail& trail : trails) {
        if (!trail.key.empty()) {
            state.keys.prefetch_entry(trail.key);
        }
        if (!trail.sku_name.empty()) {
            const auto* const sku = state.skus_by_name.find(trail.sku_name);
            trail.sku = sku != nullptr ? *sku : kNoIndex;
        }
        state.skus.prefetch(trail.sku);
        if (trail.id.value() != 0) {
            const auto* const found = state.reservations_by_id.find(trail.id);
            trail.reservation = found != nullptr ? *found : kNoIndex;
            state.reservations.prefetch(trail.reservation);
        }
    }
}

void find_cells(const State& state, std::span<Trail> trails) {
    for (Trail& trail : trails) {
        if (trail.sku < state.skus.size()) {
            trail.cell = state.skus[trail.sku].cell;
            state.cells.prefetch(trail.cell);
        }
        if (trail.reservation != kNoIndex) {
            const Reservation& reservation = state.reservations[trail.reservation];
            trail.line = reservation.first_line;
            state.lines.prefetch(trail.line);
            state.sides.prefetch(reservation.side);
            state.reservations.prefetch(reservation.in_deadlines.left);
            state.reservations.prefetch(reservation.in_deadlines.parent);
        }
    }
}

// The neighbours in a cell's heap: of a line that leaves it, or the one that a new line follows.
void find_neighbours(const State& state, std::span<Trail> trails) {
    for (Trail& trail : trails) {
        if (trail.line != kNoIndex) {
            const Line& line = state.lines[trail.line];
            state.cells.prefetch(line.cell());
            state.lines.prefetch(line.in_cell.left);
            state.lines.prefetch(line.in_cell.parent);
        } else if (trail.cell != kNoIndex) {
            trail.line = state.cells[trail.cell].deadlines.newest;
            state.lines.prefetch(trail.line);
        }
    }
}

void find_deadlines(const State& state, std::span<const Trail> trails) {
    for (const Trail& trail : trails) {
        if (trail.reservation == kNoIndex && trail.line != kNoIndex) {
            state.reservations.prefetch(state.lines[trail.line].reservation);
        }
    }
}

void follow(const State& state, std::span<Trail> trails) {
    look_up(state, trails);
    find_records(state, trails);
    find_cells(state, trails);
    find_neighbours(state, trails);
    find_deadlines(state, trails);
}

constexpr std::size_t kCacheLine = 64;

}  // namespace

void prefetch_commands(std::span<const Command* const> commands) {
    for (const Command* const command : commands) {
        const auto* const begin = reinterpret_cast<const std::byte*>(command);
        for (std::size_t at = 0; at < sizeof(Command); at += kCacheLine) {
            base::prefetch(begin + at);
        }
    }
}

void prefetch_records(const State& state, std::span<const Command* const> commands) {
    Trails trails;
    const std::size_t count = std::min(commands.size(), trails.size());
    for (std::size_t i = 0; i < count; ++i) {
        const Command& command = *commands[i];
        trails[i].key = command.key.key;
        if (const auto* const create = std::get_if<CreateReservation>(&command.request)) {
            trails[i].sku_name = create->lines.front().sku.digest;
        } else if (const auto* const change = std::get_if<ChangeReservation>(&command.request)) {
            trails[i].id = change->reservation;
        }
    }
    follow(state, std::span(trails).first(count));
}

// Holds that came in the order of their deadlines follow each other to the left
// (deadline_heap.hpp), and lie one behind the other in memory.
void prefetch_due(const State& state) {
    Trails trails;
    std::size_t count = 0;
    for (std::uint32_t i = state.deadlines.first; i != kNoIndex && count < trails.size();
         i = state.reservations[i].in_deadlines.left) {
        trails[count++].reservation = i;
    }
    const std::span due = std::span(trails).first(count);
    find_cells(state, due);
    find_neighbours(state, due);
}

void prefetch_cells(const State& state, std::span<const SkuId> skus) {
    std::array<std::uint32_t, kLookAhead> at{};
    const std::size_t count = std::min(skus.size(), at.size());
    for (std::size_t i = 0; i < count; ++i) {
        state.skus.prefetch(skus[i].value());
    }
    for (std::size_t i = 0; i < count; ++i) {
        at[i] = state.sku(skus[i]).cell;
        state.cells.prefetch(at[i]);
    }
    for (std::size_t i = 0; i < count; ++i) {
        at[i] = state.cells[at[i]].deadlines.first;
        state.lines.prefetch(at[i]);
    }
    for (std::size_t i = 0; i < count; ++i) {
        if (at[i] != kNoIndex) {
            state.reservations.prefetch(state.lines[at[i]].reservation);
        }
    }
}

void prefetch_records(const State& state, std::span<const Event> events) {
    Trails trails;
    const std::size_t count = std::min(events.size(), trails.size());
    for (std::size_t i = 0; i < count; ++i) {
        const auto* const changed = std::get_if<ReservationChanged>(&events[i]);
        if (changed != nullptr && !changed->image.lines.empty()) {
            trails[i].key = changed->key.key;
            trails[i].id = changed->image.id;
            trails[i].sku = changed->image.lines.front().sku.value();
        }
    }
    follow(state, std::span(trails).first(count));
}

}  // namespace holdfast::core
