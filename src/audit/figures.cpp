#include "audit/figures.hpp"

#include <algorithm>

namespace holdfast::audit {

using model::CellImage;
using model::SkuClass;

namespace {

// Never offered: what the cell keeps, what the class keeps, and its share of what is there.
__int128 kept_back(const CellImage& units, const SkuClass& policy) {
    const __int128 there = std::max<std::int64_t>(units.on_hand, 0);
    const __int128 share = (there * policy.safety_permille + 999) / 1000;
    return std::max<__int128>({units.safety_stock, policy.safety_units, share});
}

__int128 unpromised(const CellImage& units, const SkuClass& policy) {
    return static_cast<__int128>(units.on_hand) - units.unavailable - units.committed - units.held -
           kept_back(units, policy);
}

}  // namespace

__int128 firm_room(const CellImage& units, const SkuClass& policy) {
    return unpromised(units, policy) + policy.backorder_max;
}

__int128 soft_room(const CellImage& units, const SkuClass& policy) {
    const __int128 free = std::max<__int128>(unpromised(units, policy), 0);
    return free * policy.hold_permille / 1000 - units.soft_held;
}

__int128 missing(const CellImage& units, const SkuClass& policy) {
    return static_cast<__int128>(units.committed) + units.held + units.unavailable - units.on_hand -
           policy.backorder_max;
}

std::uint32_t Figures::find(model::SkuId sku, model::PoolId pool) const {
    std::uint32_t at = first_of(sku);
    while (at != kNone && cells_[at].pool != pool) {
        at = cells_[at].next;
    }
    return at;
}

std::uint32_t Figures::find_or_add(model::SkuId sku, model::PoolId pool) {
    if (const std::uint32_t known = find(sku, pool); known != kNone) {
        return known;
    }
    if (sku.value() >= first_.size()) {
        first_.resize(sku.value() + 1, kNone);
    }
    const auto index = static_cast<std::uint32_t>(cells_.add());
    CellRecord& cell = cells_[index];
    cell.sku = sku;
    cell.pool = pool;
    cell.next = first_[sku.value()];
    first_[sku.value()] = index;
    return index;
}

bool Figures::add_unavailable(std::uint32_t cell, model::Reason reason, std::int64_t delta) {
    cells_[cell].units.unavailable += delta;
    return delta == 0 || (unavailable_[{cell, reason}] += delta) >= 0;
}

}  // namespace holdfast::audit
