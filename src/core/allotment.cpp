#include "core/allotment.hpp"

#include <algorithm>
#include <optional>
#include <tuple>

#include "model/limits.hpp"

namespace holdfast::core {

using namespace model;

// -- Availability ------------------------------------------------------------------------------

CellImage Availability::units_of(std::uint32_t cell) const {
    CellImage units = state_.cells[cell].units;
    const auto found = std::ranges::lower_bound(taken_, cell, {}, &Taken::cell);
    if (found != taken_.end() && found->cell == cell) {
        units.held += found->firm;
        units.soft_held += found->soft;
    }
    return units;
}

Availability::Taken& Availability::taken_from(std::uint32_t cell) {
    const auto found = std::ranges::lower_bound(taken_, cell, {}, &Taken::cell);
    if (found != taken_.end() && found->cell == cell) {
        return *found;
    }
    return *taken_.insert(found, {.cell = cell});
}

std::int64_t Availability::left(std::uint32_t cell) const {
    if (for_good_) {
        return firm_left(cell);
    }
    return hold_offer(units_of(cell), state_.class_of(state_.cells[cell].sku));
}

std::int64_t Availability::firm_left(std::uint32_t cell) const {
    return firm_offer(units_of(cell), state_.class_of(state_.cells[cell].sku));
}

void Availability::take(std::uint32_t cell, std::int64_t units) {
    const bool soft = !for_good_ && holds_softly(state_.class_of(state_.cells[cell].sku));
    soft ? take_soft(cell, units) : take_firm(cell, units);
}

void Availability::take_firm(std::uint32_t cell, std::int64_t units) {
    taken_from(cell).firm += units;
}

void Availability::take_soft(std::uint32_t cell, std::int64_t units) {
    taken_from(cell).soft += units;
}

// -- pools -------------------------------------------------------------------------------------

namespace {

struct Place {
    std::uint32_t cell;
    const Pool* pool;
    int rank;  // fenced for the channel, open to everybody, overflow of a fenced one
};

constexpr int kFenced = 0;
constexpr int kOpen = 1;
constexpr int kOverflow = 2;
constexpr int kClosed = 3;

int rank_of(const Tenant& tenant, const Pool& pool, std::string_view channel) {
    if (pool.channels.empty()) {
        return kOpen;
    }
    if (channel.empty()) {
        return kClosed;
    }
    if (serves(pool, channel)) {
        return kFenced;
    }
    const bool takes_over = std::ranges::any_of(tenant.pools, [&](const Pool& fenced) {
        return fenced.overflow == pool.id && !fenced.channels.empty() && serves(fenced, channel);
    });
    return takes_over ? kOverflow : kClosed;
}

bool is_stopped(const Tenant& tenant, const Pool& pool, base::Time now) {
    return !tenant.stops.empty() && find_stop(tenant, StopScope::pool, pool.name, now) != nullptr;
}

// The only cell that the SKU could be served from, usable or not; nothing: there are several, or
// the named pool has none.
std::optional<std::uint32_t> sole_cell(const State& state, SkuId id, PoolId named) {
    const std::uint32_t first = state.sku(id).cell;
    if (state.next_cell(first) != kNoIndex) {
        return std::nullopt;
    }
    const bool fits = named == kAnyPool || state.cells[first].pool == named;
    return fits ? std::optional(first) : std::nullopt;
}

bool is_usable(const State& state, std::uint32_t cell, const Whereabouts& where) {
    const Pool& pool = where.tenant.pools[state.cells[cell].pool.value()];
    return rank_of(where.tenant, pool, where.channel) != kClosed &&
           !is_stopped(where.tenant, pool, where.now);
}

}  // namespace

base::PooledVector<std::uint32_t> usable_cells(const State& state, SkuId id, PoolId named,
                                               const Whereabouts& where) {
    base::PooledVector<std::uint32_t> out;
    const Sku& sku = state.sku(id);
    const auto sole = sole_cell(state, id, named);
    if (sole || named != kAnyPool) {  // most SKUs are in one pool: nothing to sort
        const std::uint32_t cell = sole ? *sole : state.find_cell(id, named);
        if (cell != kNoIndex && is_usable(state, cell, where)) {
            out.push_back(cell);
        }
        return out;
    }
    base::PooledVector<Place> places;
    for (std::uint32_t c = sku.cell; c != kNoIndex; c = state.next_cell(c)) {
        const Pool& pool = where.tenant.pools[state.cells[c].pool.value()];
        const int rank = rank_of(where.tenant, pool, where.channel);
        if (rank != kClosed && !is_stopped(where.tenant, pool, where.now)) {
            places.push_back({.cell = c, .pool = &pool, .rank = rank});
        }
    }
    const bool nearest =
        state.class_of(id).allocation == Allocation::nearest && !where.region.empty();
    std::ranges::sort(places, [&](const Place& a, const Place& b) {
        const bool a_far = nearest && a.pool->region != where.region;
        const bool b_far = nearest && b.pool->region != where.region;
        return std::tuple(a.rank, a_far, a.pool->priority, a.pool->id) <
               std::tuple(b.rank, b_far, b.pool->priority, b.pool->id);
    });
    out.reserve(places.size());
    for (const auto& place : places) {
        out.push_back(place.cell);
    }
    return out;
}

// -- allotment ---------------------------------------------------------------------------------

namespace {

struct Part {
    std::uint32_t cell;
    std::int64_t units;
};

struct Plan {
    base::PooledVector<std::uint32_t> cells;  // that may serve the line, in order
    base::PooledVector<Part> parts;
    std::int64_t given = 0;
};

void give(Plan& plan, Availability& available, std::uint32_t cell, std::int64_t units) {
    available.take(cell, units);
    plan.given += units;
    const auto known = std::ranges::find(plan.parts, cell, &Part::cell);
    if (known != plan.parts.end()) {
        known->units += units;
    } else {
        plan.parts.push_back({.cell = cell, .units = units});
    }
}

// As many of `units` as there are, in the order of the cells.
std::int64_t give_in_order(Plan& plan, Availability& available, std::int64_t units) {
    for (const std::uint32_t cell : plan.cells) {
        const std::int64_t part = std::clamp<std::int64_t>(available.left(cell), 0, units);
        if (part > 0) {
            give(plan, available, cell, part);
            units -= part;
        }
    }
    return units;
}

// Keeps only the cell that serves the line alone, where its class wants that.
void choose_single(const SkuClass& policy, const Wanted& wanted, const Availability& available,
                   Plan& plan) {
    if (plan.cells.size() < 2 || (policy.split && policy.allocation != Allocation::single)) {
        return;
    }
    const auto can = [&](std::int64_t units) {
        return std::ranges::find_if(
            plan.cells, [&](std::uint32_t cell) { return available.left(cell) >= units; });
    };
    auto chosen = can(wanted.line.requested);
    if (chosen == plan.cells.end() && !policy.split) {
        // Nobody can do all of it: the one with most, which does the minimum if anybody can.
        chosen = std::ranges::max_element(plan.cells, {}, [&](std::uint32_t cell) {
            return std::max<std::int64_t>(available.left(cell), 0);
        });
    }
    if (chosen != plan.cells.end()) {
        plan.cells = {*chosen};
    }
}

std::int64_t in_sight(const Plan& plan, const Availability& available) {
    __int128 sum = 0;
    for (const std::uint32_t cell : plan.cells) {
        sum += std::max<std::int64_t>(available.left(cell), 0);
    }
    return static_cast<std::int64_t>(std::min<__int128>(sum, kCellQuantityMax));
}

void write_entries(const State& state, const Wanted& wanted, const Plan& plan, bool soft,
                   Lines& out) {
    LineImage entry = wanted.line;
    entry.soft = soft;
    if (entry.untracked || plan.parts.empty()) {
        entry.units = {.accepted = plan.given, .held = plan.given};
        if (!entry.untracked && !plan.cells.empty()) {
            entry.pool = state.cells[plan.cells.front()].pool;
        } else if (entry.untracked || entry.pool == kAnyPool) {
            entry.pool = kDefaultPool;  // what is not counted is nowhere in particular
        }
        out.push_back(entry);
        return;
    }
    for (const auto& part : plan.parts) {
        entry.pool = state.cells[part.cell].pool;
        entry.units = {.accepted = part.units, .held = part.units};
        out.push_back(entry);
        entry.continues = true;
        entry.requested = 0;
        entry.line_id = {};
        entry.group = {};
    }
}

// A line alone, served by one cell: most requests. As below, without the order of others.
Allotment allot_alone(const State& state, const Wanted& wanted, std::uint32_t cell,
                      Availability& available) {
    const std::int64_t left = std::max<std::int64_t>(available.left(cell), 0);
    const bool fails = left < wanted.minimum;
    const std::int64_t given = fails ? wanted.minimum : std::min(left, wanted.line.requested);
    available.take(cell, given);
    Allotment out;
    LineImage& entry = out.lines.emplace_back(wanted.line);
    entry.soft = holds_softly(state.class_of(entry.sku));
    entry.pool = state.cells[cell].pool;
    entry.units = {.accepted = given, .held = given};
    if (fails) {
        out.failing.push_back({.line = 0,
                               .sku = entry.sku,
                               .requested = entry.requested,
                               .sellable = std::min(left, kCellQuantityMax)});
    }
    if (fails || given < entry.requested) {
        out.short_cells.push_back(cell);
    }
    return out;
}

}  // namespace

Allotment allot(const State& state, std::span<const Wanted> wanted, const Whereabouts& where,
                Availability& available) {
    if (wanted.size() == 1 && !wanted.front().line.untracked) {
        const LineImage& line = wanted.front().line;
        const auto sole = sole_cell(state, line.sku, line.pool);
        if (sole && is_usable(state, *sole, where)) {
            return allot_alone(state, wanted.front(), *sole, available);
        }
    }
    Allotment out;
    base::PooledVector<Plan> plans(wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const LineImage& line = wanted[i].line;
        Plan& plan = plans[i];
        if (line.untracked) {
            plan.given = line.requested;
            continue;
        }
        plan.cells = usable_cells(state, line.sku, line.pool, where);
        choose_single(state.class_of(line.sku), wanted[i], available, plan);
        const std::int64_t sellable = in_sight(plan, available);
        const std::int64_t missing = give_in_order(plan, available, wanted[i].minimum);
        if (missing > 0) {
            out.failing.push_back({.line = static_cast<std::uint32_t>(i),
                                   .sku = line.sku,
                                   .requested = line.requested,
                                   .sellable = sellable});
            if (!plan.cells.empty()) {
                give(plan, available, plan.cells.front(), missing);
            }
        }
    }
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const LineImage& line = wanted[i].line;
        Plan& plan = plans[i];
        if (out.failing.empty() && !line.untracked) {
            give_in_order(plan, available, line.requested - plan.given);
        }
        const bool fails = std::ranges::any_of(
            out.failing, [&](const FailingLine& failing) { return failing.line == i; });
        if (!line.untracked && (fails || plan.given < line.requested)) {
            out.short_cells.insert(out.short_cells.end(), plan.cells.begin(), plan.cells.end());
        }
        const bool soft = !line.untracked && holds_softly(state.class_of(line.sku));
        write_entries(state, wanted[i], plan, soft, out.lines);
    }
    return out;
}

}  // namespace holdfast::core
