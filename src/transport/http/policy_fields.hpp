// JSON objects into the API's requests about policies: classes, pools, caps, stops, bulk release.
//
// Types only, as request_fields.hpp. The fields of a class are those of api/class_fields.hpp.
// Thread rule: free functions.
#pragma once

#include "api/policy_requests.hpp"
#include "transport/http/field_reader.hpp"
#include "transport/http/json_document.hpp"

namespace holdfast::transport::http {

// Key, source and sequence of any request.
[[nodiscard]] api::Attempt read_attempt(JsonFields& fields);

[[nodiscard]] api::PutClassRequest read_put_class(JsonValue body, Findings& findings);
[[nodiscard]] api::PutPoolRequest read_put_pool(JsonValue body, Findings& findings);
[[nodiscard]] api::PutCapsRequest read_put_caps(JsonValue body, Findings& findings);
[[nodiscard]] api::SellingRequest read_selling(JsonValue body, bool stop, Findings& findings);
[[nodiscard]] api::ReleaseMatchingRequest read_release_matching(JsonValue body, Findings& findings);
[[nodiscard]] api::TokenRequest read_token(JsonValue body, Findings& findings);

}  // namespace holdfast::transport::http
