// Calls of holdfast.v1.Stock.
#include <array>
#include <vector>

#include "transport/grpc/methods_internal.hpp"
#include "transport/grpc/replies_internal.hpp"
#include "transport/grpc/requests_internal.hpp"
#include "transport/grpc/unary_internal.hpp"
#include "transport/grpc/words_internal.hpp"

namespace holdfast::transport::grpc {
namespace {

using api::Scope;

void write_units(const api::Quantities& units, v1::Cell& out) {
    out.set_sellable(units.sellable);
    out.set_on_hand(units.on_hand);
    out.set_committed(units.committed);
    out.set_held(units.held);
    out.set_soft_held(units.soft_held);
    out.set_unavailable(units.unavailable);
    out.set_safety_stock(units.safety_stock);
    out.set_deficit(units.deficit);
}

void write_available(const api::SkuAvailability& sku, v1::SkuAvailability& out) {
    out.mutable_sku()->assign(sku.sku);
    out.set_status(to_word<v1::StockStatus>(sku.status));
    if (sku.banded) {
        return;
    }
    write_units(sku.units, *out.mutable_units());
    out.set_untracked(sku.untracked);
    out.set_selling_stopped(sku.stopped);
    if (sku.next_expiry_at) {
        set_time(*out.mutable_next_expiry_at(), *sku.next_expiry_at);
    }
    for (const auto& pool : sku.pools) {
        auto& to = *out.add_pools();
        to.mutable_pool()->assign(pool.pool);
        write_units(pool.units, *to.mutable_units());
    }
}

void get_availability(RpcPtr rpc, const v1::GetAvailabilityRequest& message) {
    const std::vector<std::string> skus(message.skus().begin(), message.skus().end());
    const auto least =
        message.has_min_position() ? std::optional(message.min_position()) : std::nullopt;
    const auto view = rpc->service().availability.read(rpc->principal(), skus, least);
    if (!view) {
        rpc->fail(view.error());
        return;
    }
    v1::AvailabilityResponse out;
    for (const auto& sku : view->skus) {
        write_available(sku, *out.add_items());
    }
    for (const auto& sku : view->unknown) {
        out.add_unknown(sku);
    }
    out.set_position(view->freshness.position);
    set_time(*out.mutable_as_of(), view->freshness.as_of);
    out.set_staleness_ms(view->freshness.staleness.count());
    rpc->finish(out);
}

void get_sku(RpcPtr rpc, const v1::GetSkuRequest& message) {
    const auto view = rpc->service().stock.settings(rpc->principal(), message.sku());
    if (!view) {
        rpc->fail(view.error());
        return;
    }
    v1::SkuSettings out;
    write_sku(*view, out);
    rpc->finish(out);
}

void write_transfers(const api::TransferList& list, v1::ListTransfersResponse& out) {
    for (const auto& view : list.transfers) {
        write_transfer(view, *out.add_transfers());
    }
    out.set_next_page_token(list.next_cursor);
    out.set_position(list.position);
    set_time(*out.mutable_as_of(), list.as_of);
}

void list_transfers(RpcPtr rpc, const v1::ListTransfersRequest& message) {
    Rpc& call = *rpc;
    call.service().insights.transfers(call.principal(), to_request(message),
                                      answer_to(std::move(rpc), write_transfers));
}

void write_stranded(const api::StrandedList& list, v1::ListStrandedResponse& out) {
    for (const auto& row : list.stranded) {
        auto& to = *out.add_stranded();
        to.mutable_sku()->assign(row.sku);
        to.mutable_pool()->assign(row.pool);
        to.set_units(row.units);
        to.mutable_why()->assign(row.why);
        if (row.since) {
            set_time(*to.mutable_since(), *row.since);
        }
        to.set_transfer(row.transfer);
    }
    out.set_next_page_token(list.next_cursor);
    out.set_position(list.position);
    set_time(*out.mutable_as_of(), list.as_of);
}

void list_stranded(RpcPtr rpc, const v1::ListStrandedRequest& message) {
    Rpc& call = *rpc;
    call.service().insights.stranded(call.principal(), to_request(message),
                                     answer_to(std::move(rpc), write_stranded));
}

template <typename Message>
constexpr auto kCommand = unary<Message, command<Message>>;

constexpr std::array kMethods = {
    Method{"/holdfast.v1.Stock/GetAvailability", Scope::read,
           unary<v1::GetAvailabilityRequest, get_availability>},
    Method{"/holdfast.v1.Stock/Receive", Scope::stock, kCommand<v1::ReceiveRequest>},
    Method{"/holdfast.v1.Stock/Adjust", Scope::stock, kCommand<v1::AdjustRequest>},
    Method{"/holdfast.v1.Stock/MarkUnavailable", Scope::stock,
           kCommand<v1::MarkUnavailableRequest>},
    Method{"/holdfast.v1.Stock/SetSafetyStock", Scope::stock, kCommand<v1::SetSafetyStockRequest>},
    Method{"/holdfast.v1.Stock/SendTransfer", Scope::stock, kCommand<v1::SendTransferRequest>},
    Method{"/holdfast.v1.Stock/ArriveTransfer", Scope::stock, kCommand<v1::ArriveTransferRequest>},
    Method{"/holdfast.v1.Stock/LoseTransfer", Scope::stock, kCommand<v1::LoseTransferRequest>},
    Method{"/holdfast.v1.Stock/RecordSale", Scope::stock, kCommand<v1::RecordSaleRequest>},
    Method{"/holdfast.v1.Stock/RecordCount", Scope::stock, kCommand<v1::RecordCountRequest>},
    Method{"/holdfast.v1.Stock/PutSku", Scope::stock, kCommand<v1::PutSkuRequest>},
    Method{"/holdfast.v1.Stock/GetSku", Scope::read, unary<v1::GetSkuRequest, get_sku>},
    Method{"/holdfast.v1.Stock/ListTransfers", Scope::read,
           unary<v1::ListTransfersRequest, list_transfers>},
    Method{"/holdfast.v1.Stock/ListStranded", Scope::read,
           unary<v1::ListStrandedRequest, list_stranded>},
};

}  // namespace

std::span<const Method> stock_methods() { return kMethods; }

}  // namespace holdfast::transport::grpc
