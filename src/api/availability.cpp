#include "api/availability.hpp"

#include <algorithm>

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

Quantities quantities_of(const model::CellImage& cell) {
    const std::int64_t sellable = cell.sellable();
    return {.sellable = std::max<std::int64_t>(sellable, 0),
            .on_hand = cell.on_hand,
            .committed = cell.committed,
            .held = cell.held,
            .unavailable = cell.unavailable,
            .safety_stock = cell.safety_stock,
            .deficit = std::max<std::int64_t>(-sellable, 0)};
}

void add(Quantities& sum, const Quantities& more) {
    for (const auto field :
         {&Quantities::sellable, &Quantities::on_hand, &Quantities::committed, &Quantities::held,
          &Quantities::unavailable, &Quantities::safety_stock, &Quantities::deficit}) {
        sum.*field = add_saturating(sum.*field, more.*field);
    }
}

StockStatus status_of(const Quantities& units) {
    if (units.sellable > kLowStockMax) {
        return StockStatus::in_stock;
    }
    if (units.sellable > 0) {
        return StockStatus::low;
    }
    return units.held > units.deficit ? StockStatus::all_held : StockStatus::out;
}

SkuAvailability view_of(const Names& names, const partition::SkuView& sku) {
    SkuAvailability out{.sku = names.sku(sku.sku), .units = {}, .next_expiry_at = {}, .pools = {}};
    base::Time next = base::kNever;
    for (const auto& cell : sku.cells) {
        out.pools.push_back({.pool = names.pool(cell.pool), .units = quantities_of(cell.units)});
        add(out.units, out.pools.back().units);
        next = std::min(next, cell.next_expiry_at);
    }
    if (next != base::kNever) {
        out.next_expiry_at = next;
    }
    out.status = status_of(out.units);
    return out;
}

}  // namespace

std::string_view to_string(StockStatus status) {
    switch (status) {
        case StockStatus::in_stock: return "in_stock";
        case StockStatus::low: return "low";
        case StockStatus::out: return "out";
        case StockStatus::all_held: return "all_held";
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
    const auto freshness = context_.published.freshness(context_.clock.now().wall);
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
    AvailabilityView out;
    for (const auto& sku : skus) {
        const auto id =
            context_.published.find_sku(model::sku_name(principal.tenant.text, sku).digest);
        if (id) {
            out.skus.push_back(view_of(context_.names, context_.published.read(*id)));
        } else {
            out.unknown.push_back(sku);
        }
    }
    out.freshness = {.position = context_.names.position(freshness.position),
                     .as_of = freshness.as_of,
                     .staleness = freshness.staleness};
    return out;
}

}  // namespace holdfast::api
