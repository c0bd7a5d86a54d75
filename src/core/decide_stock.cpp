// Stock movements are facts: they are recorded, never refused for lack of stock.
#include <utility>

#include "core/decide_internal.hpp"
#include "model/limits.hpp"

namespace holdfast::core {

using namespace model;

namespace {

bool is_default_pool(const std::optional<Name>& pool) { return !pool || pool->text == "default"; }

Event register_sku(const Asked& asked, TenantId tenant, const Name& sku, ClassId sku_class) {
    return SkuRegistered{.tenant = tenant,
                         .sku = SkuId(asked.state.skus.size()),
                         .sku_class = sku_class,
                         .name = sku.text};
}

bool beyond_cell_limit(std::int64_t value) {
    return value > kCellQuantityMax || value < -kCellQuantityMax;
}

Decision refuse_cell_limit(const Asked& asked) {
    Refusal refusal;
    refusal.code = RefusalCode::limit_exceeded;
    refusal.limit = kCellQuantityMax;
    return refused(asked, std::move(refusal));
}

}  // namespace

Decision decide_movement(const Asked& asked, const MoveStock& request) {
    const bool receipt = asked.command.operation == Operation::receive_stock;
    const auto known = asked.state.find_sku(request.sku.digest);
    if (!known && !receipt) {
        return refused(asked, RefusalCode::unknown_sku);
    }
    if (!is_default_pool(request.pool)) {
        return refused(asked, RefusalCode::unknown_pool);
    }
    CellImage cell = known ? asked.state.cell_of(*known).units : CellImage{};
    // Shipments are facts that may take a cell as far as -2^63, so the sum itself may overflow.
    const bool overflow = __builtin_add_overflow(cell.on_hand, request.quantity, &cell.on_hand);
    if (overflow || beyond_cell_limit(cell.on_hand)) {
        return refuse_cell_limit(asked);
    }
    std::vector<Event> events;
    const TenantId tenant = ensure_tenant(asked, events);
    if (!known) {
        events.emplace_back(register_sku(asked, tenant, request.sku, kDefaultClass));
    }
    events.emplace_back(StockMoved{.tenant = tenant,
                                   .sku = known.value_or(SkuId(asked.state.skus.size())),
                                   .pool = kDefaultPool,
                                   .movement = receipt ? Movement::receipt : Movement::adjustment,
                                   .reason = request.reason,
                                   .sku_registered = !known,
                                   .delta = request.quantity,
                                   .occurred_at = request.occurred_at.value_or(base::Time{}),
                                   .cell = cell,
                                   .note = request.note.digest,
                                   .reference = request.reference,
                                   .key = key_use(asked.command)});
    return applied(std::move(events));
}

Decision decide_safety_stock(const Asked& asked, const SetSafetyStock& request) {
    const auto sku = asked.state.find_sku(request.sku.digest);
    if (!sku) {
        return refused(asked, RefusalCode::unknown_sku);
    }
    if (!is_default_pool(request.pool)) {
        return refused(asked, RefusalCode::unknown_pool);
    }
    if (beyond_cell_limit(request.units)) {
        return refuse_cell_limit(asked);
    }
    SafetyStockSet event{.tenant = *asked.tenant,
                         .sku = *sku,
                         .pool = kDefaultPool,
                         .cell = asked.state.cell_of(*sku).units,
                         .key = key_use(asked.command)};
    const bool same = event.cell.safety_stock == request.units;
    event.cell.safety_stock = request.units;
    if (same && event.key.empty()) {
        return shown(event);
    }
    std::vector<Event> events;
    events.emplace_back(event);
    return applied(std::move(events));
}

Decision decide_put_sku(const Asked& asked, const PutSku& request) {
    ClassId sku_class = kDefaultClass;
    if (request.sku_class) {
        const auto found = asked.tenant
                               ? asked.state.find_class(*asked.tenant, request.sku_class->digest)
                           : request.sku_class->text == "default" ? std::optional(kDefaultClass)
                                                                  : std::nullopt;
        if (!found) {
            return refused(asked, RefusalCode::unknown_class);
        }
        sku_class = *found;
    }
    std::vector<Event> events;
    const TenantId tenant = ensure_tenant(asked, events);
    const auto known = asked.state.find_sku(request.sku.digest);
    if (!known) {
        events.emplace_back(register_sku(asked, tenant, request.sku, sku_class));
        events.emplace_back(SkuUpdated{.tenant = tenant,
                                       .sku = SkuId(asked.state.skus.size()),
                                       .sku_class = sku_class,
                                       .version = 1,
                                       .registered = true,
                                       .key = key_use(asked.command)});
        return applied(std::move(events));
    }
    const Sku& sku = asked.state.sku(*known);
    const bool same = !request.sku_class || sku.sku_class == sku_class;
    SkuUpdated event{.tenant = tenant,
                     .sku = *known,
                     .sku_class = request.sku_class ? sku_class : sku.sku_class,
                     .version = same ? sku.version : sku.version + 1,
                     .registered = false,
                     .key = key_use(asked.command)};
    if (same && event.key.empty()) {
        return shown(event);
    }
    events.emplace_back(event);
    return applied(std::move(events));
}

}  // namespace holdfast::core
