// The body of a request as a JSON document. Thread rule: free functions.
#pragma once

#include <expected>

#include "api/problem.hpp"
#include "net/http_types.hpp"
#include "transport/http/json_document.hpp"

namespace holdfast::transport::http {

enum class BodyRule : std::uint8_t {
    required,
    optional,  // an empty one means {}
};

// Problems: unsupported_media_type (anything but application/json, if a type is named),
// malformed_request (empty, not JSON, duplicate names, too deep).
[[nodiscard]] std::expected<JsonDocument, api::Problem> read_body(const net::HttpRequest& request,
                                                                  BodyRule rule);

}  // namespace holdfast::transport::http
