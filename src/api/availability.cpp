#include "api/availability.hpp"

#include <algorithm>

#include "api/offers.hpp"
#include "base/check.hpp"
#include "model/command.hpp"
#include "model/limits.hpp"

namespace holdfast::api {
namespace {

std::int64_t add_saturating(std::int64_t a, std::int64_t b) {
    std::int64_t out = 0;
    return __builtin_add_overflow(a, b, &out) ? (b < 0 ? std::numeric_limits<std::int64_t>::min()
                                                       : std::numeric_limits<std::int64_t>::max())
                                              : out;
}

Quantities quantities_of(const model::CellImage& cell, std::int64_t offer) {
    return {.sellable = offer,
            .on_hand = cell.on_hand,
            .committed = cell.committed,
            .held = cell.held,
            .soft_held = cell.soft_held,
            .unavailable = cell.unavailable,
            .safety_stock = cell.safety_stock,
            .deficit = std::max<std::int64_t>(-cell.sellable(), 0)};
}

void add(Quantities& sum, const Quantities& more) {
    for (const auto field : {&Quantities::sellable, &Quantities::on_hand, &Quantities::committed,
                             &Quantities::held, &Quantities::soft_held, &Quantities::unavailable,
                             &Quantities::safety_stock, &Quantities::deficit}) {
        sum.*field = add_saturating(sum.*field, more.*field);
    }
}

// Everything that judges one SKU.
struct Judge {
    const Names& names;
    const partition::TenantPolicy& policy;
    model::TenantId tenant;
    base::Time now;

    [[nodiscard]] SkuAvailability view_of(const partition::SkuView& sku) const {
        const SkuClass& sku_class = policy.sku_class(sku.sku_class);
        SkuAvailability out{.sku = names.sku(sku.sku),
                            .untracked = sku_class.tracking == model::Tracking::none,
                            .stopped = is_stopped(policy, names.sku(sku.sku), sku_class, now),
                            .units = {},
                            .next_expiry_at = {},
                            .pools = {}};
        base::Time next = base::kNever;
        for (const auto& cell : sku.cells) {
            const std::int64_t offer = out.stopped ? 0 : offer_of(cell, policy, sku_class, now);
            out.pools.push_back(
                {.pool = names.pool(tenant, cell.pool), .units = quantities_of(cell.units, offer)});
            add(out.units, out.pools.back().units);
            next = std::min(next, cell.next_expiry_at);
        }
        if (next != base::kNever) {
            out.next_expiry_at = next;
        }
        out.units.sellable = sellable_of(sku, out.sku, policy, sku_class, now);
        out.status = status_of(sku, out, sku_class);
        return out;
    }

  private:
    using SkuClass = model::SkuClass;

    [[nodiscard]] bool only_by_backorder(const partition::SkuView& sku, std::string_view name,
                                         SkuClass sku_class) const {
        if (sku_class.backorder_max == 0) {
            return false;
        }
        sku_class.backorder_max = 0;
        return sellable_of(sku, name, policy, sku_class, now) == 0;
    }

    [[nodiscard]] StockStatus status_of(const partition::SkuView& sku, const SkuAvailability& shown,
                                        const SkuClass& sku_class) const {
        const Quantities& units = shown.units;
        if (shown.stopped) {
            return StockStatus::out;
        }
        if (shown.untracked) {
            return StockStatus::in_stock;
        }
        if (units.sellable > 0) {
            if (only_by_backorder(sku, shown.sku, sku_class)) {
                return StockStatus::backorder;
            }
            return units.sellable > sku_class.low_units ? StockStatus::in_stock : StockStatus::low;
        }
        return add_saturating(units.held, units.soft_held) > units.deficit ? StockStatus::all_held
                                                                           : StockStatus::out;
    }
};

// All that a caller who may not see figures is told.
SkuAvailability band_of(const SkuAvailability& full) {
    SkuAvailability out{
        .sku = full.sku, .banded = true, .units = {}, .next_expiry_at = {}, .pools = {}};
    switch (full.status) {
        case StockStatus::in_stock:
        case StockStatus::backorder: out.status = StockStatus::in_stock; break;
        case StockStatus::low: out.status = StockStatus::low; break;
        case StockStatus::out:
        case StockStatus::all_held: out.status = StockStatus::out; break;
    }
    return out;
}

}  // namespace

std::string_view to_string(StockStatus status) {
    switch (status) {
        case StockStatus::in_stock: return "in_stock";
        case StockStatus::low: return "low";
        case StockStatus::out: return "out";
        case StockStatus::all_held: return "all_held";
        case StockStatus::backorder: return "backorder";
    }
    UNREACHABLE();
}

std::expected<AvailabilityView, Problem> Availability::read(
    const Principal& principal, std::span<const std::string> skus,
    const std::optional<std::string>& min_position) const {
    if (skus.empty() || skus.size() > model::kSkusPerQueryMax) {
        return std::unexpected(invalid_parameter(
            "sku", "Must be given 1 to " + std::to_string(model::kSkusPerQueryMax) + " times."));
    }
    // Read before the cells, so that the cells are at least as new as the position says.
    const base::Time now = context_.time();
    const auto freshness = context_.published.freshness(now);
    if (min_position) {
        const auto wanted = model::decode_position(*min_position);
        if (!wanted) {
            return std::unexpected(
                invalid_parameter("min_position", "Must be a position that an answer named."));
        }
        if (!context_.names.is_here(wanted->first) || wanted->second > freshness.position) {
            return std::unexpected(make_problem(model::RefusalCode::unavailable,
                                                "This service has not seen that position."));
        }
    }
    AvailabilityView out = views_of(principal, skus, now);
    out.freshness = {.position = context_.names.position(freshness.position),
                     .as_of = freshness.as_of,
                     .staleness = freshness.staleness};
    return out;
}

AvailabilityView Availability::views_of(const Principal& principal,
                                        std::span<const std::string> skus, base::Time now) const {
    AvailabilityView out;
    const auto tenant = context_.published.find_tenant(principal.tenant.digest);
    if (!tenant) {
        out.unknown.assign(skus.begin(), skus.end());
        return out;
    }
    const bool sees_figures = principal.scopes.has(Scope::stock);
    for (const auto& sku : skus) {
        const auto id =
            context_.published.find_sku(model::sku_name(principal.tenant.text, sku).digest);
        if (!id) {
            out.unknown.push_back(sku);
            continue;
        }
        // The SKU before the policy: it never names a class or pool that the policy does not have.
        const auto view = context_.published.read(*id);
        const auto policy = context_.published.policy(*tenant);
        const Judge judge{
            .names = context_.names, .policy = *policy, .tenant = *tenant, .now = now};
        auto shown = judge.view_of(view);
        const bool banded = policy->sku_class(view.sku_class).banded && !sees_figures;
        out.skus.push_back(banded ? band_of(shown) : std::move(shown));
    }
    return out;
}

}  // namespace holdfast::api
