// Transfers: units leave one pool and arrive in another. Both are facts.
#include <utility>

#include "core/decide_internal.hpp"
#include "model/limits.hpp"

namespace holdfast::core {

using namespace model;

namespace {

CellImage image_of_cell(const State& state, SkuId sku, PoolId pool) {
    const std::uint32_t cell = state.find_cell(sku, pool);
    return cell != kNoIndex ? state.cells[cell].units : CellImage{};
}

bool add_within_limit(std::int64_t& value, std::int64_t delta) {
    return !__builtin_add_overflow(value, delta, &value) && value <= kCellQuantityMax &&
           value >= -kCellQuantityMax;
}

}  // namespace

Decision decide_transfer(const Asked& asked, const TransferStock& request) {
    const auto sku = asked.state.find_sku(request.sku.digest);
    if (!sku) {
        return refused(asked, RefusalCode::unknown_sku);
    }
    auto from = resolve_pool(asked, request.from);
    if (!from) {
        return std::move(from).error();
    }
    auto to = resolve_pool(asked, request.to);
    if (!to) {
        return std::move(to).error();
    }
    if (*from == *to || request.quantity < 1 || request.quantity > kLineQuantityMax) {
        return refuse_limit(asked, RefusalCode::limit_exceeded, kLineQuantityMax);
    }
    TransferChanged event{
        .step = request.instant ? TransferStep::moved : TransferStep::sent,
        .units = request.quantity,
        .occurred_at = happened_at(asked, request.occurred_at),
        .transfer = {.id = TransferId(asked.stamp.next.value()),
                     .tenant = *asked.tenant,
                     .sku = *sku,
                     .from = *from,
                     .to = *to,
                     .quantity = request.quantity,
                     .arrived = request.instant ? request.quantity : 0,
                     .sent_at =
                         std::min(request.occurred_at.value_or(asked.stamp.time), asked.stamp.time),
                     .reference = request.reference},
        .from = image_of_cell(asked.state, *sku, *from),
        .to = image_of_cell(asked.state, *sku, *to),
        .key = key_use(asked.command)};
    const bool fits = add_within_limit(event.from.on_hand, -request.quantity) &&
                      (!request.instant || add_within_limit(event.to.on_hand, request.quantity));
    if (!fits) {
        return refuse_limit(asked, RefusalCode::limit_exceeded, kCellQuantityMax);
    }
    Events events;
    events.emplace_back(event);
    return applied(std::move(events));
}

Decision decide_settle_transfer(const Asked& asked, const SettleTransfer& request) {
    const auto found = asked.state.transfers.find(request.transfer);
    if (found == asked.state.transfers.end() || found->second.image.tenant != asked.tenant) {
        return refused(asked, RefusalCode::unknown_transfer);
    }
    TransferImage image = found->second.image;
    const std::int64_t units = request.quantity.value_or(image.in_transit());
    if (units < 1) {
        return refuse_limit(asked, RefusalCode::limit_exceeded, kLineQuantityMax);
    }
    if (units > image.in_transit()) {
        Refusal refusal;
        refusal.code = RefusalCode::quantity_exceeded;
        refusal.lines.push_back(
            {.line = 0, .sku = image.sku, .requested = units, .sellable = image.in_transit()});
        return refused(asked, std::move(refusal));
    }
    (request.lost ? image.lost : image.arrived) += units;
    TransferChanged event{.step = request.lost ? TransferStep::lost : TransferStep::arrived,
                          .units = units,
                          .reason = request.reason,
                          .occurred_at = happened_at(asked, request.occurred_at),
                          .transfer = image,
                          .from = image_of_cell(asked.state, image.sku, image.from),
                          .to = image_of_cell(asked.state, image.sku, image.to),
                          .key = key_use(asked.command)};
    if (!request.lost && !add_within_limit(event.to.on_hand, units)) {
        return refuse_limit(asked, RefusalCode::limit_exceeded, kCellQuantityMax);
    }
    Events events;
    events.emplace_back(event);
    return applied(std::move(events));
}

}  // namespace holdfast::core
