// Offers: what could be sold, from what is published or inspected.
//
// The same rules as the writer's (core/offer.hpp), over figures that were copied out of the state:
// they are judged at the reader's clock, because a stop may have ended since without any event.
// Thread rule: free functions.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/time.hpp"
#include "model/sku_class.hpp"
#include "partition/published.hpp"

namespace holdfast::api {

// Selling is stopped for everything, for the SKU or for its class.
[[nodiscard]] bool is_stopped(const partition::TenantPolicy& policy, std::string_view sku,
                              const model::SkuClass& sku_class, base::Time now);

// What a hold could get from one cell; never below 0. A pool that is stopped offers nothing.
[[nodiscard]] std::int64_t offer_of(const partition::CellView& cell,
                                    const partition::TenantPolicy& policy,
                                    const model::SkuClass& sku_class, base::Time now);

// What one reservation without channel could get of the SKU if it were of this class: over the
// pools that serve everybody, together or the best of them.
[[nodiscard]] std::int64_t sellable_of(const partition::SkuView& sku, std::string_view name,
                                       const partition::TenantPolicy& policy,
                                       const model::SkuClass& sku_class, base::Time now);

}  // namespace holdfast::api
