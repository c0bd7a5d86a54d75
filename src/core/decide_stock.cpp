// Stock movements are facts: they are recorded, never refused for lack of stock.
#include <algorithm>
#include <optional>
#include <utility>

#include "core/decide_internal.hpp"
#include "model/limits.hpp"

namespace holdfast::core {

using namespace model;

namespace {

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
    return refuse_limit(asked, RefusalCode::limit_exceeded, kCellQuantityMax);
}

CellImage cell_image(const State& state, std::optional<SkuId> sku, PoolId pool) {
    const std::uint32_t cell = sku ? state.find_cell(*sku, pool) : kNoIndex;
    return cell != kNoIndex ? state.cells[cell].units : CellImage{};
}

// Units that are unavailable for a reason and may become available again. What a count that waits
// for approval disputes is the count's to give back.
std::int64_t unavailable_for(const State& state, SkuId sku, PoolId pool, Reason reason) {
    const std::uint32_t cell = state.find_cell(sku, pool);
    if (cell == kNoIndex) {
        return 0;
    }
    const CellFacts& facts = state.cell_facts[cell];
    const auto found =
        std::ranges::find(facts.unavailable, reason, &std::pair<Reason, std::int64_t>::first);
    if (found == facts.unavailable.end()) {
        return 0;
    }
    const Case* const pending =
        reason == Reason::disputed ? state.find_case(facts.pending_count) : nullptr;
    return found->second - (pending != nullptr ? pending->image.count.disputed : 0);
}

// How the cell's figures move: on hand, and what is unavailable for one reason.
struct Deltas {
    std::int64_t on_hand = 0;
    std::int64_t unavailable = 0;
    Reason reason = Reason::none;
};

Deltas deltas_of(Operation operation, const MoveStock& request) {
    if (operation == Operation::mark_unavailable) {
        return {.unavailable = request.quantity, .reason = request.reason};
    }
    if (request.from_unavailable != Reason::none) {
        return {.on_hand = request.quantity,
                .unavailable = request.quantity,
                .reason = request.from_unavailable};
    }
    return {.on_hand = request.quantity};
}

Movement movement_of(Operation operation) {
    switch (operation) {
        case Operation::receive_stock: return Movement::receipt;
        case Operation::mark_unavailable: return Movement::unavailable;
        default: return Movement::adjustment;
    }
}

// More than is unavailable for that reason cannot become available, or be written off from it.
std::optional<Decision> judge_unavailable(const Asked& asked, const Deltas& deltas, SkuId sku,
                                          PoolId pool) {
    if (deltas.unavailable >= 0) {
        return std::nullopt;
    }
    const std::int64_t there = unavailable_for(asked.state, sku, pool, deltas.reason);
    if (there >= -deltas.unavailable) {
        return std::nullopt;
    }
    Refusal refusal;
    refusal.code = RefusalCode::quantity_exceeded;
    refusal.lines.push_back(
        {.line = 0, .sku = sku, .requested = -deltas.unavailable, .sellable = there});
    return refused(asked, std::move(refusal));
}

}  // namespace

Decision decide_movement(const Asked& asked, const MoveStock& request) {
    const Operation operation = asked.command.operation;
    const bool receipt = operation == Operation::receive_stock;
    const auto known = asked.state.find_sku(request.sku.digest);
    if (!known && !receipt) {
        return refused(asked, RefusalCode::unknown_sku);
    }
    auto pool = resolve_pool(asked, request.pool);
    if (!pool) {
        return std::move(pool).error();
    }
    const Deltas deltas = deltas_of(operation, request);
    if (known) {
        if (auto no = judge_unavailable(asked, deltas, *known, *pool)) {
            return std::move(*no);
        }
    }
    CellImage cell = cell_image(asked.state, known, *pool);
    // Shipments are facts that may take a cell as far as -2^63, so the sum itself may overflow.
    const bool overflow =
        __builtin_add_overflow(cell.on_hand, deltas.on_hand, &cell.on_hand) ||
        __builtin_add_overflow(cell.unavailable, deltas.unavailable, &cell.unavailable);
    if (overflow || beyond_cell_limit(cell.on_hand) || beyond_cell_limit(cell.unavailable)) {
        return refuse_cell_limit(asked);
    }
    Events events;
    const TenantId tenant = ensure_tenant(asked, events);
    if (!known) {
        events.emplace_back(register_sku(asked, tenant, request.sku, kDefaultClass));
    }
    events.emplace_back(StockMoved{.tenant = tenant,
                                   .sku = known.value_or(SkuId(asked.state.skus.size())),
                                   .pool = *pool,
                                   .movement = movement_of(operation),
                                   .reason = request.reason,
                                   .sku_registered = !known,
                                   .delta = deltas.on_hand,
                                   .unavailable_delta = deltas.unavailable,
                                   .unavailable_reason = deltas.reason,
                                   .occurred_at = happened_at(asked, request.occurred_at),
                                   .undoes = request.undoes,
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
    auto pool = resolve_pool(asked, request.pool);
    if (!pool) {
        return std::move(pool).error();
    }
    if (request.units < 0 || beyond_cell_limit(request.units)) {
        return refuse_cell_limit(asked);
    }
    SafetyStockSet event{.tenant = *asked.tenant,
                         .sku = *sku,
                         .pool = *pool,
                         .cell = cell_image(asked.state, sku, *pool),
                         .key = key_use(asked.command)};
    const bool same = event.cell.safety_stock == request.units;
    event.cell.safety_stock = request.units;
    if (same && event.key.empty()) {
        return shown(event);
    }
    Events events;
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
    Events events;
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
