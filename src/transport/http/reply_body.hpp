// Views of the API as JSON bodies. The one place that knows the wire's field names of replies.
//
// Thread rule: free functions.
#pragma once

#include <string>
#include <string_view>

#include "api/availability.hpp"
#include "api/operations_port.hpp"
#include "api/reply.hpp"
#include "api/reservation_lists.hpp"
#include "transport/http/json_writer.hpp"

namespace holdfast::transport::http {

// What a request needs beyond the problem itself.
struct ProblemContext {
    std::string_view request_id;
    std::string_view instance;  // the path, raw
};

// RFC 9457. A recorded "no" leaves the request's id out: a retry gets the very same bytes, and the
// id stands in a header anyway.
void write_problem(JsonWriter& json, const api::Problem& problem, const ProblemContext& context);

// `position` is left out if empty.
void write_reservation(JsonWriter& json, const api::ReservationView& view,
                       std::string_view position);
void write_parked(JsonWriter& json, const api::ParkedView& view, std::string_view position);
void write_released(JsonWriter& json, const api::ReleasedView& view, std::string_view position);
void write_stock(JsonWriter& json, const api::StockView& view, std::string_view position);
void write_sku(JsonWriter& json, const api::SkuSettingsView& view, std::string_view position);

// Any reply to a command.
void write_reply(JsonWriter& json, const api::Reply& reply, const ProblemContext& context);

void write_availability(JsonWriter& json, const api::SkuAvailability& sku,
                        const api::ViewFreshness& freshness);
void write_availabilities(JsonWriter& json, const api::AvailabilityView& view);
void write_list(JsonWriter& json, const api::ReservationList& list);
void write_status(JsonWriter& json, const api::ServiceStatus& status);

}  // namespace holdfast::transport::http
