// Messages about stock into requests.
#include <utility>

#include "transport/grpc/fields_internal.hpp"
#include "transport/grpc/requests_internal.hpp"

namespace holdfast::transport::grpc {
namespace {

using model::Operation;

template <typename Message>
api::MovementRequest read_movement(Operation operation, const Message& from) {
    api::MovementRequest out;
    out.operation = operation;
    out.attempt = read_attempt(from);
    out.sku = field(from.has_sku(), from.sku());
    out.pool = field(from.has_pool(), from.pool());
    if constexpr (requires { from.delta(); }) {
        out.delta = field<std::int64_t>(from.has_delta(), from.delta());
        out.reason = word_text(from.reason());
        out.note = field(from.has_note(), from.note());
    } else {
        out.quantity = field<std::int64_t>(from.has_quantity(), from.quantity());
    }
    out.reference = field(from.has_reference(), from.reference());
    out.occurred_at = read_occurred(from);
    return out;
}

template <typename Message>
api::SettleTransferRequest read_settle(bool lost, const Message& from) {
    api::SettleTransferRequest out;
    out.attempt = read_attempt(from);
    out.transfer = from.transfer();
    out.lost = lost;
    out.quantity = field<std::int64_t>(from.has_quantity(), from.quantity());
    out.occurred_at = read_occurred(from);
    return out;
}

}  // namespace

api::MovementRequest to_request(const v1::ReceiveRequest& from) {
    return read_movement(Operation::receive_stock, from);
}

api::MovementRequest to_request(const v1::AdjustRequest& from) {
    auto out = read_movement(Operation::adjust_stock, from);
    out.from_unavailable = word_text(from.from_unavailable());
    out.undoes = field(from.has_undoes(), from.undoes());
    return out;
}

api::MovementRequest to_request(const v1::MarkUnavailableRequest& from) {
    return read_movement(Operation::mark_unavailable, from);
}

api::SafetyStockRequest to_request(const v1::SetSafetyStockRequest& from) {
    return {.attempt = read_attempt(from),
            .sku = field(from.has_sku(), from.sku()),
            .pool = field(from.has_pool(), from.pool()),
            .quantity = field<std::int64_t>(from.has_quantity(), from.quantity())};
}

api::TransferRequest to_request(const v1::SendTransferRequest& from) {
    return {.attempt = read_attempt(from),
            .sku = field(from.has_sku(), from.sku()),
            .from = field(from.has_from(), from.from()),
            .to = field(from.has_to(), from.to()),
            .quantity = field<std::int64_t>(from.has_quantity(), from.quantity()),
            .instant = field(from.has_instant(), from.instant()),
            .reference = field(from.has_reference(), from.reference()),
            .occurred_at = read_occurred(from)};
}

api::SettleTransferRequest to_request(const v1::ArriveTransferRequest& from) {
    return read_settle(false, from);
}

api::SettleTransferRequest to_request(const v1::LoseTransferRequest& from) {
    auto out = read_settle(true, from);
    out.reason = word_text(from.reason());
    return out;
}

api::SaleRequest to_request(const v1::RecordSaleRequest& from) {
    api::SaleRequest out;
    out.attempt = read_attempt(from);
    for (const v1::SoldLine& line : from.lines()) {
        out.lines.push_back({.line_id = field(line.has_line_id(), line.line_id()),
                             .sku = field(line.has_sku(), line.sku()),
                             .quantity = field<std::int64_t>(line.has_quantity(), line.quantity()),
                             .pool = field(line.has_pool(), line.pool()),
                             .min_quantity = {},
                             .group = field(line.has_group(), line.group())});
    }
    out.channel = field(from.has_channel(), from.channel());
    out.reference = field(from.has_reference(), from.reference());
    out.customer_id = field(from.has_customer_id(), from.customer_id());
    out.shipped = field(from.has_shipped(), from.shipped());
    out.occurred_at = read_occurred(from);
    return out;
}

api::CountRequest to_request(const v1::RecordCountRequest& from) {
    api::CountRequest out;
    out.attempt = read_attempt(from);
    out.sku = field(from.has_sku(), from.sku());
    out.pool = field(from.has_pool(), from.pool());
    out.counted = field<std::int64_t>(from.has_counted(), from.counted());
    if (from.has_as_of()) {
        out.as_of = time_text(from.as_of());
    }
    if (from.has_includes()) {
        auto& includes = out.includes.emplace();
        if (from.includes().references_size() > 0) {
            includes.references.emplace(from.includes().references().begin(),
                                        from.includes().references().end());
        }
        for (const v1::Watermark& mark : from.includes().watermarks()) {
            includes.watermarks.push_back(
                {.source = field(mark.has_source(), mark.source()),
                 .sequence = field<std::int64_t>(mark.has_sequence(), mark.sequence())});
        }
    }
    out.by = field(from.has_by(), from.by());
    return out;
}

api::PutSkuRequest to_request(const v1::PutSkuRequest& from) {
    return {.attempt = read_attempt(from),
            .sku = from.sku(),
            .versions = read_version(from),
            .sku_class = field(from.has_sku_class(), from.sku_class())};
}

api::TransferListRequest to_request(const v1::ListTransfersRequest& from) {
    return {.sku = field(from.has_sku(), from.sku()), .page = read_page(from)};
}

api::StrandedRequest to_request(const v1::ListStrandedRequest& from) {
    return {.pool = field(from.has_pool(), from.pool()),
            .transit_days = field<std::int64_t>(from.has_transit_days(), from.transit_days()),
            .page = read_page(from)};
}

}  // namespace holdfast::transport::grpc
