// What handlers share: reading a request whole, and sending a reply later.
//
// Thread rule: free functions on the call's thread.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "api/command_runner.hpp"
#include "transport/http/body.hpp"
#include "transport/http/field_reader.hpp"
#include "transport/http/http_call.hpp"

namespace holdfast::transport::http {

template <typename T>
using OrProblem = std::expected<T, api::Problem>;

// Problems: malformed_request (a broken escape, or text that is not UTF-8).
[[nodiscard]] OrProblem<std::vector<net::QueryParameter>> read_query(const HttpCall& call);

[[nodiscard]] OrProblem<std::optional<std::string>> read_key(const HttpCall& call);

// The versions a precondition accepts, for a request that can have one. Where none can be judged
// a precondition must not be ignored: malformed_request.
[[nodiscard]] OrProblem<std::optional<std::vector<std::uint32_t>>> read_precondition(
    const HttpCall& call, bool supported);

// For addresses that take no parameters.
[[nodiscard]] std::optional<api::Problem> refuse_query(const HttpCall& call);

// Body, headers and query of a command. `read` makes the request of the body's value.
template <typename Read>
[[nodiscard]] auto read_request(const HttpCall& call, BodyRule rule, Read read)
    -> OrProblem<std::invoke_result_t<Read, JsonValue, Findings&>> {
    auto document = read_body(call.request(), rule);
    if (!document) {
        return std::unexpected(std::move(document).error());
    }
    Findings findings;
    auto request = read(document->root(), findings);
    if (!findings.ok()) {
        return std::unexpected(findings.take());
    }
    if (auto problem = refuse_query(call)) {
        return std::unexpected(std::move(*problem));
    }
    auto key = read_key(call);
    if (!key) {
        return std::unexpected(std::move(key).error());
    }
    request.attempt.header_key = std::move(*key);
    constexpr bool kHasVersions = requires { request.versions; };
    auto versions = read_precondition(call, kHasVersions);
    if (!versions) {
        return std::unexpected(std::move(versions).error());
    }
    if constexpr (kHasVersions) {
        request.versions = std::move(*versions);
    }
    return request;
}

// Sends the reply as it comes. The call stays where it is until then: take references to it before
// it is moved in here.
[[nodiscard]] api::Callback reply_to(CallPtr call);

}  // namespace holdfast::transport::http
