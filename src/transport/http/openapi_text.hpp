// The OpenAPI 3.1 description of this interface, as in openapi.json. Thread rule: constant.
#pragma once

#include <string_view>

namespace holdfast::transport::http {

[[nodiscard]] std::string_view openapi_text();

}  // namespace holdfast::transport::http
