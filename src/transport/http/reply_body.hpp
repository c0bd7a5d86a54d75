// Views of the API as JSON bodies. The one place that knows the wire's field names of replies.
//
// Thread rule: free functions.
#pragma once

#include <string>
#include <string_view>

#include "api/availability.hpp"
#include "api/bulk_release.hpp"
#include "api/checkout_tokens.hpp"
#include "api/operations_port.hpp"
#include "api/policies.hpp"
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

// policy_body.cpp
void write_class(JsonWriter& json, const api::ClassView& view, std::string_view position);
void write_classes(JsonWriter& json, const api::ClassList& list);
void write_rehearsal(JsonWriter& json, const api::ClassRehearsal& view);
void write_pool(JsonWriter& json, const api::PoolView& view, std::string_view position);
void write_pools(JsonWriter& json, const api::PoolList& list);
void write_caps(JsonWriter& json, const api::CapsView& view, std::string_view position);
void write_selling(JsonWriter& json, const api::SellingView& view, std::string_view position);
void write_stops(JsonWriter& json, const api::StopList& list);
void write_bulk_release(JsonWriter& json, const api::BulkReleaseView& view);
void write_token(JsonWriter& json, const api::TokenView& view);

// Any reply to a command.
void write_reply(JsonWriter& json, const api::Reply& reply, const ProblemContext& context);

void write_availability(JsonWriter& json, const api::SkuAvailability& sku,
                        const api::ViewFreshness& freshness);
void write_availabilities(JsonWriter& json, const api::AvailabilityView& view);
void write_list(JsonWriter& json, const api::ReservationList& list);
void write_status(JsonWriter& json, const api::ServiceStatus& status);

}  // namespace holdfast::transport::http
