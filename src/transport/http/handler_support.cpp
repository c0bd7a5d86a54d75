#include "transport/http/handler_support.hpp"

#include <algorithm>

#include "api/idempotency.hpp"
#include "api/text.hpp"
#include "transport/http/etag.hpp"

namespace holdfast::transport::http {

OrProblem<std::vector<net::QueryParameter>> read_query(const HttpCall& call) {
    auto parameters = net::parse_query(call.request().query());
    const bool sound =
        parameters && std::ranges::all_of(*parameters, [](const net::QueryParameter& parameter) {
            return api::is_utf8(parameter.name) && api::is_utf8(parameter.value) &&
                   !api::has_control_characters(parameter.value);
        });
    if (!sound) {
        return std::unexpected(
            api::make_problem(model::RefusalCode::malformed_request,
                              "The query must be percent-encoded UTF-8 without control "
                              "characters."));
    }
    return std::move(*parameters);
}

OrProblem<std::optional<std::string>> read_key(const HttpCall& call) {
    return api::read_key_header(call.header(api::kKeyHeader));
}

OrProblem<std::optional<std::vector<std::uint32_t>>> read_precondition(const HttpCall& call,
                                                                       bool supported) {
    if (!call.header("If-None-Match").empty()) {
        return std::unexpected(
            api::malformed_parameter("If-None-Match", "Cannot be judged where things change."));
    }
    const auto values = call.header("If-Match");
    if (!supported && !values.empty()) {
        return std::unexpected(
            api::malformed_parameter("If-Match", "Cannot be judged at this address."));
    }
    return read_if_match(values);
}

std::optional<api::Problem> refuse_query(const HttpCall& call) {
    auto parameters = read_query(call);
    if (!parameters) {
        return std::move(parameters).error();
    }
    Findings findings;
    QueryFields(std::move(*parameters), findings).finish();
    return findings.ok() ? std::nullopt : std::optional(findings.take());
}

api::Callback reply_to(CallPtr call) {
    return [call = std::move(call)](const api::Reply& reply) { call->send_reply(reply); };
}

}  // namespace holdfast::transport::http
