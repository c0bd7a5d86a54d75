// Offers: how many units of a cell, or of a SKU, are to be had.
//
//   firm  = on_hand - unavailable - committed - held - safety + backorder_max
//   safety = the largest of the cell's safety stock, the class's units and its share of on hand
//   soft  = (firm without backorder) * hold_permille / 1000 - soft_held, for classes whose holds
//           are soft
//
// Figures may be negative: the cell is short. Stops and fences are the caller's business, except
// in `sellable`. Thread rule: reads only.
#pragma once

#include <cstdint>

#include "base/time.hpp"
#include "core/state.hpp"
#include "model/event.hpp"
#include "model/sku_class.hpp"

namespace holdfast::core {

[[nodiscard]] std::int64_t safety_of(const model::CellImage& units, const model::SkuClass& policy);
// What may be sold for good: guards commits, sales and firm holds.
[[nodiscard]] std::int64_t firm_offer(const model::CellImage& units, const model::SkuClass& policy);
// What a new hold may get.
[[nodiscard]] std::int64_t hold_offer(const model::CellImage& units, const model::SkuClass& policy);
[[nodiscard]] inline bool holds_softly(const model::SkuClass& policy) {
    return policy.hold_permille > model::kPermille;
}
// Promised units that are not there; 0: none.
[[nodiscard]] std::int64_t shortage_of(const model::CellImage& units,
                                       const model::SkuClass& policy);

[[nodiscard]] std::int64_t offer(const State& state, std::uint32_t cell);
// What one reservation without channel or region could get of the SKU: over the pools that serve
// everybody, together or the best of them as the class says. Zero while selling is stopped for
// everything, the SKU or its class; pools that are stopped do not count.
[[nodiscard]] std::int64_t sellable(const State& state, model::SkuId sku, base::Time now);

// The stop in force for this scope and name, if there is one.
[[nodiscard]] const model::Stop* find_stop(const Tenant& tenant, model::StopScope scope,
                                           std::string_view name, base::Time now);

}  // namespace holdfast::core
