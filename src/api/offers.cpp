#include "api/offers.hpp"

#include <algorithm>

#include "core/offer.hpp"
#include "model/limits.hpp"
#include "model/stop.hpp"

namespace holdfast::api {
namespace {

using model::StopScope;
using partition::TenantPolicy;

bool has_stop(const TenantPolicy& policy, StopScope scope, std::string_view name, base::Time now) {
    return std::ranges::any_of(policy.stops, [&](const model::Stop& stop) {
        return stop.scope == scope && stop.name == name && stop.covers(now);
    });
}

}  // namespace

bool is_stopped(const TenantPolicy& policy, std::string_view sku, const model::SkuClass& sku_class,
                base::Time now) {
    return has_stop(policy, StopScope::everything, {}, now) ||
           has_stop(policy, StopScope::sku, sku, now) ||
           has_stop(policy, StopScope::sku_class, sku_class.name, now);
}

std::int64_t offer_of(const partition::CellView& cell, const TenantPolicy& policy,
                      const model::SkuClass& sku_class, base::Time now) {
    if (has_stop(policy, StopScope::pool, policy.pool(cell.pool).name, now)) {
        return 0;
    }
    return std::max<std::int64_t>(core::hold_offer(cell.units, sku_class), 0);
}

std::int64_t sellable_of(const partition::SkuView& sku, std::string_view name,
                         const TenantPolicy& policy, const model::SkuClass& sku_class,
                         base::Time now) {
    if (is_stopped(policy, name, sku_class, now)) {
        return 0;
    }
    __int128 sum = 0;
    std::int64_t best = 0;
    for (const auto& cell : sku.cells) {
        if (policy.pool(cell.pool).channels.empty()) {
            const std::int64_t units = offer_of(cell, policy, sku_class, now);
            sum += units;
            best = std::max(best, units);
        }
    }
    const auto all = static_cast<std::int64_t>(std::min<__int128>(sum, model::kCellQuantityMax));
    const std::int64_t out = sku_class.split ? all : best;
    return sku_class.stop_selling_at > 0 && out <= sku_class.stop_selling_at ? 0 : out;
}

}  // namespace holdfast::api
