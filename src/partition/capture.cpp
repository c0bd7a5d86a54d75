#include "partition/capture.hpp"

namespace holdfast::partition {

SkuCapture capture_sku(const core::State& state, model::SkuId id, std::vector<CellView>& cells) {
    const core::Sku& sku = state.sku(id);
    SkuCapture out{.sku = id, .sku_class = sku.sku_class, .version = sku.version};
    for (std::uint32_t c = sku.cell; c != core::kNoIndex; c = state.next_cell(c)) {
        const core::Cell& cell = state.cells[c];
        const core::Reservation* const due = state.first_due_in(cell);
        cells.push_back({.pool = cell.pool,
                         .units = cell.units,
                         .next_expiry_at =
                             due != nullptr ? base::time_from_ms(due->deadline_ms) : base::kNever});
        ++out.cells;
    }
    return out;
}

TenantPolicy policy_of(const core::State& state, model::TenantId id) {
    const core::Tenant& tenant = state.tenant(id);
    return {.classes = tenant.classes,
            .pools = tenant.pools,
            .caps = tenant.caps,
            .stops = tenant.stops};
}

}  // namespace holdfast::partition
