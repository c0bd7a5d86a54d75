// JSON objects into the API's requests. The one place that knows the wire's field names of
// requests.
//
// Types only; what is wrong goes to `findings`, pointers being relative to the object.
// Thread rule: free functions.
#pragma once

#include "api/requests.hpp"
#include "model/event.hpp"
#include "transport/http/field_reader.hpp"
#include "transport/http/json_document.hpp"

namespace holdfast::transport::http {

[[nodiscard]] api::CreateRequest read_create(JsonValue body, Findings& findings);
[[nodiscard]] api::ChangeRequest read_change(JsonValue body, model::Operation operation,
                                             Findings& findings);
[[nodiscard]] api::ReleaseByNameRequest read_release_by_name(JsonValue body, Findings& findings);
[[nodiscard]] api::MovementRequest read_movement(JsonValue body, model::Operation operation,
                                                 Findings& findings);
[[nodiscard]] api::SafetyStockRequest read_safety_stock(JsonValue body, Findings& findings);
[[nodiscard]] api::PutSkuRequest read_put_sku(JsonValue body, Findings& findings);

}  // namespace holdfast::transport::http
