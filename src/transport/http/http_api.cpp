#include "transport/http/http_api.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/digest.hpp"
#include "transport/http/routes.hpp"

namespace holdfast::transport::http {
namespace {

using model::RefusalCode;

constexpr std::string_view kRequestIdHeader = "X-Request-Id";
constexpr std::size_t kRequestIdBytesMax = 128;
constexpr int kFirstServerError = 500;

constexpr std::array<std::string_view, 8> kProtocolCodes = {
    "headers_too_large",    "target_too_long",
    "request_timeout",      "internal_error",
    "expectation_failed",   "unsupported_http_version",
    "too_many_connections", "unsupported_transfer_encoding"};

std::vector<RoutePath> paths() {
    std::vector<RoutePath> out;
    for (const auto& route : routes()) {
        out.push_back({.method = route.method, .path = route.path});
    }
    return out;
}

std::string random_prefix() {
    std::array<std::byte, 8> bytes{};
    base::fill_random(bytes);
    return base::to_hex(std::span<const std::byte>(bytes)) + '-';
}

bool is_request_id(std::string_view text) {
    return !text.empty() && text.size() <= kRequestIdBytesMax &&
           std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

void send_allow(HttpCall& call, const RouteMatch& match) {
    net::HttpResponse response;
    if (call.request().method == "OPTIONS") {
        response.status = 204;
    } else {
        call.service().metrics.count_refusal(RefusalCode::method_not_allowed);
        response = to_response(
            api::make_problem(RefusalCode::method_not_allowed, "It knows " + match.allow + "."),
            call.problem_context());
    }
    response.headers.add("Allow", match.allow);
    call.send(std::move(response));
}

api::Problem unknown_path(std::string_view path) {
    const bool slash = path.size() > 1 && path.ends_with('/');
    return api::make_problem(RefusalCode::not_found,
                             slash ? "No address ends in a slash; leave it out."
                                   : "See /openapi.json for all addresses.");
}

// A few bytes could become a body without end, so nothing is unpacked.
bool is_packed(const HttpCall& call) {
    return std::ranges::any_of(call.header("Content-Encoding"), [](std::string_view coding) {
        return !net::equal_ignoring_case(coding, "identity");
    });
}

}  // namespace

std::span<const std::string_view> protocol_codes() { return kProtocolCodes; }

HttpApi::HttpApi(api::Service& service, api::OperationsPort& operations,
                 const api::Authenticator& authenticator, base::Metrics& metrics)
    : context_{.service = service, .operations = operations},
      authenticator_(authenticator),
      router_(paths()),
      other_metrics_(metrics, "any", "other"),
      id_prefix_(random_prefix()) {
    for (const auto& route : routes()) {
        route_metrics_.push_back(std::make_unique<RouteMetrics>(metrics, route.method, route.path));
    }
}

// A client's own id is kept if it is fit for logs.
std::string HttpApi::request_id(const net::HttpRequest& request) {
    const auto sent = request.headers.find(kRequestIdHeader);
    return sent && is_request_id(*sent)
               ? std::string(*sent)
               : id_prefix_ + std::to_string(next_id_.fetch_add(1, std::memory_order_relaxed));
}

void HttpApi::handle(std::shared_ptr<net::Exchange> exchange) {
    std::string id = request_id(exchange->request);
    auto match = router_.match(exchange->request.method, exchange->request.path());
    const bool found = match.kind == RouteMatch::Kind::found;
    auto call = std::make_unique<HttpCall>(std::move(exchange), context_, std::move(id),
                                           found ? *route_metrics_[match.route] : other_metrics_);
    switch (match.kind) {
        case RouteMatch::Kind::malformed:
            call->send_problem(api::make_problem(
                RefusalCode::malformed_request,
                "The path must be percent-encoded UTF-8 without control characters."));
            return;
        case RouteMatch::Kind::unknown_path:
            call->send_problem(unknown_path(call->request().path()));
            return;
        case RouteMatch::Kind::unknown_method: send_allow(*call, match); return;
        case RouteMatch::Kind::found: break;
    }
    call->set_parameters(std::move(match.parameters));
    dispatch(std::move(call), match.route);
}

void HttpApi::dispatch(CallPtr call, std::size_t route) {
    if (const auto problem = admit(*call, route)) {
        call->send_problem(*problem);
        return;
    }
    if (is_packed(*call)) {
        call->send_problem(api::make_problem(RefusalCode::unsupported_media_type,
                                             "Send the body without Content-Encoding."));
        return;
    }
    routes()[route].handler(std::move(call));
}

std::optional<api::Problem> HttpApi::admit(HttpCall& call, std::size_t route) const {
    const api::Scope scope = routes()[route].scope;
    if (scope == api::Scope::none) {
        return std::nullopt;
    }
    const auto values = call.header("Authorization");
    if (values.size() > 1) {
        return api::malformed_parameter("Authorization", "Sent more than once.");
    }
    const auto principal =
        authenticator_.authenticate(values.empty() ? std::nullopt : std::optional(values.front()));
    if (!principal) {
        return principal.error();
    }
    if (!(*principal)->scopes.has(scope)) {
        return api::make_problem(
            RefusalCode::forbidden,
            "This needs a key with the scope \"" + std::string(api::to_string(scope)) + "\".");
    }
    call.admit(*principal);
    return std::nullopt;
}

// Same shape as every other problem; the status and code are the connection's.
net::HttpResponse HttpApi::protocol_error(const net::ProtocolError& error) {
    const std::string_view code = error.status == 413 ? "payload_too_large" : error.code;
    const bool retryable =
        error.status >= kFirstServerError && error.status != 501 && error.status != 505;
    const std::string id =
        id_prefix_ + std::to_string(next_id_.fetch_add(1, std::memory_order_relaxed));
    net::HttpResponse response;
    response.status = error.status;
    response.headers.add("Content-Type", kProblemType);
    response.headers.add(kRequestIdHeader, id);
    response.headers.add("Cache-Control", "no-store");
    if (error.status == 503) {
        response.headers.add("Retry-After", "1");
    }
    JsonWriter json(response.body);
    json.begin_object();
    json.text("type", "urn:holdfast:problem:" + std::string(code));
    json.text("title", net::status_text(error.status));
    json.number("status", std::int64_t{error.status});
    json.text("detail", error.detail);
    json.text("code", code);
    json.flag("retryable", retryable);
    json.text("retry", retryable ? "same_key" : "never");
    json.text("request_id", id);
    json.end_object();
    return response;
}

}  // namespace holdfast::transport::http
