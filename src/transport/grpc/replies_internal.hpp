// Views into messages: the other direction of requests_internal.hpp.
//
// Thread rule: free functions.
#pragma once

#include <holdfast/v1/commands.pb.h>
#include <holdfast/v1/replies.pb.h>

#include "api/cases.hpp"
#include "api/event_view.hpp"
#include "api/reply.hpp"
#include "api/reservation_lists.hpp"

namespace holdfast::transport::grpc {

// `out` is as new, or cleared. A Problem becomes the refusal.
void write_reply(const api::Reply& reply, v1::View view, v1::Reply& out);
void write_refusal(const api::Problem& problem, v1::Refusal& out);

void write_reservation(const api::ReservationView& view, v1::Reservation& out);
void write_list(const api::ReservationList& list, v1::ListResponse& out);
void write_cell(const model::CellImage& cell, v1::Cell& out);
void write_sku(const api::SkuSettingsView& view, v1::SkuSettings& out);
void write_class(const model::SkuClass& policy, v1::SkuClass& out);
void write_pool(const api::PoolView& view, v1::Pool& out);
void write_caps(const model::CapsByKind& caps, v1::Caps& out);
void write_selling(const api::SellingView& view, v1::SellingStop& out);
void write_transfer(const api::TransferView& view, v1::Transfer& out);
void write_case(const api::CaseView& view, v1::Case& out);
void write_event(const api::EventView& event, v1::Event& out);

// A refused unary call: what its status is made of.
struct StatusParts {
    int code = 0;         // gRPC's number
    std::string message;  // for developers
    std::string details;  // serialized google.rpc.Status, small enough for a trailer
};
[[nodiscard]] StatusParts to_status(const api::Problem& problem);
// "FAILED_PRECONDITION" -> 9. CHECKed: the refusal table names only codes that there are.
[[nodiscard]] int status_number(std::string_view name);
[[nodiscard]] std::string_view status_name(int number);

// "/lines/1/sku" -> "lines[1].sku", by the names of the messages.
[[nodiscard]] std::string field_path(const api::ErrorItem& error);

}  // namespace holdfast::transport::grpc
