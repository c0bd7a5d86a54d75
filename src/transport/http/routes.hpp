// Routes: every address of the interface, with the scope it needs and what answers it.
//
// Thread rule: a constant table. A test compares it with openapi.json, both ways.
#pragma once

#include <span>
#include <string_view>

#include "api/principal.hpp"
#include "transport/http/http_call.hpp"

namespace holdfast::transport::http {

using Handler = void (*)(CallPtr call);

struct Route {
    std::string_view method;
    std::string_view path;
    api::Scope scope;  // none: open to everybody, no key is looked at
    Handler handler;
};

[[nodiscard]] std::span<const Route> routes();

}  // namespace holdfast::transport::http
