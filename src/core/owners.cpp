#include "core/owners.hpp"

#include <algorithm>
#include <string_view>

#include "base/check.hpp"

namespace holdfast::core {

using model::ClassId;
using model::OwnerCaps;
using model::PrincipalKind;
using model::ReservationImage;

namespace {

constexpr std::int64_t kMsPerSecond = 1000;
constexpr std::int64_t kUnitSecondsMax = INT64_MAX / 4;  // saturates here

base::Digest128 principal_digest(const Tenant& tenant, PrincipalKind kind,
                                 const ReservationImage& image) {
    switch (kind) {
        case PrincipalKind::agent:
            return image.texts.agent_id.empty()
                       ? base::Digest128{}
                       : base::digest128({"agent", tenant.name, image.texts.agent_id});
        case PrincipalKind::operator_:
            return image.texts.operator_id.empty()
                       ? base::Digest128{}
                       : base::digest128({"operator", tenant.name, image.texts.operator_id});
        case PrincipalKind::buyer: return image.customer;
    }
    UNREACHABLE();
}

// Digests are uniform: moving one by a multiple of an odd constant collides with no other.
base::Digest128 scoped(base::Digest128 principal, model::TenantId tenant, std::uint64_t scope) {
    constexpr std::uint64_t kSpread = 0x9e3779b97f4a7c15ULL;
    return {.high = principal.high + (scope * kSpread),
            .low = principal.low ^ (std::uint64_t{tenant.value()} * kSpread)};
}

std::int64_t saturating_product(std::int64_t units, std::int64_t seconds) {
    const __int128 exact = static_cast<__int128>(units) * seconds;
    return static_cast<std::int64_t>(std::min<__int128>(exact, kUnitSecondsMax));
}

// From creation to the deadline. Who waited in a queue begins with the grant, which is when its
// life was set to begin.
std::int64_t seconds_of(const ReservationImage& image) {
    const base::Time begin = std::max(image.created_at, image.first_created_at);
    const std::int64_t ms = (image.expires_at - begin).count();
    return (std::max<std::int64_t>(ms, 0) + kMsPerSecond - 1) / kMsPerSecond;
}

struct ClassUnits {
    ClassId sku_class;
    std::int64_t units = 0;
};

// Held units of counted lines, over all and by capped class.
std::int64_t held_units(const State& state, const Tenant& tenant, const ReservationImage& image,
                        std::vector<ClassUnits>& by_class) {
    std::int64_t total = 0;
    for (const auto& line : image.lines) {
        if (line.untracked || line.units.held == 0) {
            continue;
        }
        total += line.units.held;
        const ClassId id = state.sku(line.sku).sku_class;
        if (!model::any_caps(tenant.classes[id.value()].caps)) {
            continue;
        }
        const auto found = std::ranges::find(by_class, id, &ClassUnits::sku_class);
        if (found != by_class.end()) {
            found->units += line.units.held;
        } else {
            by_class.push_back({.sku_class = id, .units = line.units.held});
        }
    }
    return total;
}

std::uint32_t owner_at(State& state, base::Digest128 scope) {
    if (const auto* const known = state.owners_by_scope.find(scope)) {
        return *known;
    }
    std::uint32_t index = 0;
    if (state.free_owners.empty()) {
        index = state.owners.add();
    } else {
        index = state.free_owners.back();
        state.free_owners.pop_back();
    }
    state.owners[index] = {};
    state.owners[index].scope = scope;
    state.owners_by_scope.put(scope, index);
    return index;
}

void leave_owner(State& state, std::uint32_t ownership) {
    Ownership& record = state.ownerships[ownership];
    Owner& owner = state.owners[record.owner];
    DeadlineHeap(OwnershipDeadlines{state}, owner.deadlines).remove(ownership);
    owner.units -= record.units;
    owner.unit_seconds -= record.unit_seconds;
    --owner.holds;
    if (owner.holds == 0) {
        state.owners_by_scope.erase(owner.scope);
        state.free_owners.push_back(record.owner);
    }
    record = {};
    state.free_ownerships.push_back(ownership);
}

template <typename Visit>
void for_each_hold_of(State& state, model::SkuId sku, Visit&& visit) {
    std::vector<std::uint32_t> open;
    for (std::uint32_t c = state.sku(sku).cell; c != kNoIndex; c = state.next_cell(c)) {
        open.assign(1, state.cells[c].deadlines.first);
        while (!open.empty()) {
            const std::uint32_t line = open.back();
            open.pop_back();
            if (line != kNoIndex) {
                visit(state.lines[line].reservation);
                open.push_back(state.lines[line].in_cell.left);
                open.push_back(state.lines[line].in_cell.right);
            }
        }
    }
}

}  // namespace

std::vector<OwnerUse> owner_uses(const State& state, const ReservationImage& image) {
    const Tenant& tenant = state.tenant(image.tenant);
    std::vector<OwnerUse> out;
    if (!tenant.capped) {
        return out;
    }
    std::vector<ClassUnits> by_class;
    const std::int64_t total = held_units(state, tenant, image, by_class);
    const std::int64_t seconds = seconds_of(image);
    for (std::size_t k = 0; k < model::kPrincipalKinds; ++k) {
        const auto kind = static_cast<PrincipalKind>(k);
        const base::Digest128 principal =
            total > 0 ? principal_digest(tenant, kind, image) : base::Digest128{};
        if (principal.empty()) {
            continue;
        }
        const auto add = [&](std::uint64_t scope, const OwnerCaps& caps, std::int64_t units) {
            if (caps.any()) {
                out.push_back({.scope = scoped(principal, image.tenant, scope),
                               .kind = kind,
                               .caps = &caps,
                               .units = units,
                               .unit_seconds = saturating_product(units, seconds)});
            }
            return caps.any();
        };
        add(0, tenant.caps[k], total);
        for (const auto& part : by_class) {
            if (add(std::uint64_t{part.sku_class.value()} + 1,
                    tenant.classes[part.sku_class.value()].caps[k], part.units)) {
                out.back().by_class = true;
                out.back().sku_class = part.sku_class;
            }
        }
    }
    return out;
}

const Owner* find_owner(const State& state, base::Digest128 scope) {
    const auto* const found = state.owners_by_scope.find(scope);
    return found != nullptr ? &state.owners[*found] : nullptr;
}

const Ownership* find_ownership(const State& state, const Reservation& reservation,
                                base::Digest128 scope) {
    for (std::uint32_t i = state.side_of(reservation).first_ownership; i != kNoIndex;
         i = state.ownerships[i].next) {
        if (state.owners[state.ownerships[i].owner].scope == scope) {
            return &state.ownerships[i];
        }
    }
    return nullptr;
}

const Reservation* first_due_of(const State& state, const Owner& owner) {
    return &state.reservations[state.ownerships[owner.deadlines.first].reservation];
}

void join_owners(State& state, std::uint32_t index) {
    Reservation& reservation = state.reservations[index];
    if (!state.tenant(reservation.tenant).capped || !reservation.in_deadlines.linked() ||
        state.side_of(reservation).first_ownership != kNoIndex) {
        return;
    }
    for (const auto& use : owner_uses(state, state.image_of(reservation))) {
        ReservationSide& side = state.ensure_side(reservation);
        const std::uint32_t owner = owner_at(state, use.scope);
        std::uint32_t ownership = 0;
        if (state.free_ownerships.empty()) {
            ownership = state.ownerships.add();
        } else {
            ownership = state.free_ownerships.back();
            state.free_ownerships.pop_back();
        }
        state.ownerships[ownership] = {.owner = owner,
                                       .reservation = index,
                                       .next = side.first_ownership,
                                       .units = use.units,
                                       .unit_seconds = use.unit_seconds,
                                       .in_owner = {}};
        side.first_ownership = ownership;
        state.owners[owner].units += use.units;
        state.owners[owner].unit_seconds += use.unit_seconds;
        ++state.owners[owner].holds;
        DeadlineHeap(OwnershipDeadlines{state}, state.owners[owner].deadlines).insert(ownership);
    }
}

void leave_owners(State& state, std::uint32_t index) {
    const std::uint32_t side = state.reservations[index].side;
    if (side == kNoIndex) {
        return;
    }
    std::uint32_t i = std::exchange(state.sides[side].first_ownership, kNoIndex);
    while (i != kNoIndex) {
        leave_owner(state, std::exchange(i, state.ownerships[i].next));
    }
}

void recount_owners(State& state, model::TenantId tenant) {
    Tenant& record = state.tenants[tenant.value()];
    for (std::uint32_t i = 0; i < state.reservations.size(); ++i) {
        if (state.reservations[i].tenant == tenant) {
            leave_owners(state, i);
        }
    }
    record.capped = model::any_caps(record.caps) ||
                    std::ranges::any_of(record.classes, [](const model::SkuClass& c) {
                        return model::any_caps(c.caps);
                    });
    for (std::uint32_t i = 0; record.capped && i < state.reservations.size(); ++i) {
        if (state.reservations[i].tenant == tenant) {
            join_owners(state, i);
        }
    }
}

void leave_owners_of_sku(State& state, model::SkuId sku) {
    for_each_hold_of(state, sku, [&](std::uint32_t hold) { leave_owners(state, hold); });
}

void join_owners_of_sku(State& state, model::SkuId sku) {
    for_each_hold_of(state, sku, [&](std::uint32_t hold) { join_owners(state, hold); });
}

}  // namespace holdfast::core
