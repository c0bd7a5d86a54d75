#include "core/offer.hpp"

#include <algorithm>

namespace holdfast::core {

using model::CellImage;
using model::SkuClass;

namespace {

constexpr __int128 kBound = static_cast<__int128>(1) << 62;

std::int64_t clamped(__int128 exact) {
    return static_cast<std::int64_t>(std::clamp(exact, -kBound, kBound));
}

// Without backorders.
__int128 free_units(const CellImage& units, const SkuClass& policy) {
    return static_cast<__int128>(units.on_hand) - units.unavailable - units.committed - units.held -
           safety_of(units, policy);
}

}  // namespace

std::int64_t safety_of(const CellImage& units, const SkuClass& policy) {
    std::int64_t safety = std::max(units.safety_stock, policy.safety_units);
    if (policy.safety_permille > 0 && units.on_hand > 0) {
        const __int128 share =
            (static_cast<__int128>(units.on_hand) * policy.safety_permille + model::kPermille - 1) /
            model::kPermille;
        safety = std::max(safety, clamped(share));
    }
    return safety;
}

std::int64_t firm_offer(const CellImage& units, const SkuClass& policy) {
    return clamped(free_units(units, policy) + policy.backorder_max);
}

std::int64_t hold_offer(const CellImage& units, const SkuClass& policy) {
    if (!holds_softly(policy)) {
        return firm_offer(units, policy);
    }
    const __int128 free = std::max<__int128>(free_units(units, policy), 0);
    return clamped(free * policy.hold_permille / model::kPermille - units.soft_held);
}

std::int64_t shortage_of(const CellImage& units, const SkuClass& policy) {
    const __int128 missing = static_cast<__int128>(units.committed) + units.held +
                             units.unavailable - units.on_hand - policy.backorder_max;
    return clamped(std::max<__int128>(missing, 0));
}

std::int64_t offer(const State& state, std::uint32_t cell) {
    const Cell& record = state.cells[cell];
    return hold_offer(record.units, state.class_of(record.sku));
}

const model::Stop* find_stop(const Tenant& tenant, model::StopScope scope, std::string_view name,
                             base::Time now) {
    for (const auto& stop : tenant.stops) {
        if (stop.scope == scope && stop.name == name && stop.covers(now)) {
            return &stop;
        }
    }
    return nullptr;
}

std::int64_t sellable(const State& state, model::SkuId id, base::Time now) {
    const Sku& sku = state.sku(id);
    const Tenant& tenant = state.tenant(sku.tenant);
    const SkuClass& policy = state.class_of(id);
    if (!tenant.stops.empty() &&
        (find_stop(tenant, model::StopScope::everything, {}, now) != nullptr ||
         find_stop(tenant, model::StopScope::sku, sku.name, now) != nullptr ||
         find_stop(tenant, model::StopScope::sku_class, policy.name, now) != nullptr)) {
        return 0;
    }
    __int128 sum = 0;
    std::int64_t best = 0;
    for (std::uint32_t c = sku.cell; c != kNoIndex; c = state.next_cell(c)) {
        const model::Pool& pool = tenant.pools[state.cells[c].pool.value()];
        if (!pool.channels.empty() ||
            find_stop(tenant, model::StopScope::pool, pool.name, now) != nullptr) {
            continue;
        }
        const std::int64_t units = std::max<std::int64_t>(offer(state, c), 0);
        sum += units;
        best = std::max(best, units);
    }
    const std::int64_t out = policy.split ? clamped(sum) : best;
    return policy.stop_selling_at > 0 && out <= policy.stop_selling_at ? 0 : out;
}

}  // namespace holdfast::core
