// What handlers of reports share: reading a query, and sending what comes later.
//
// Thread rule: free functions on the call's thread; the callbacks run on an executor's.
#pragma once

#include <expected>
#include <string>
#include <utility>

#include "transport/http/handler_support.hpp"
#include "transport/http/json_writer.hpp"

namespace holdfast::transport::http {

// The request that `read` makes of the query; nothing if it was answered with a problem.
template <typename Read>
[[nodiscard]] auto read_report(HttpCall& call, Read read)
    -> std::optional<decltype(read(std::declval<QueryFields&>()))> {
    auto parameters = read_query(call);
    if (!parameters) {
        call.send_problem(parameters.error());
        return std::nullopt;
    }
    Findings findings;
    QueryFields fields(std::move(*parameters), findings);
    auto request = read(fields);
    fields.finish();
    if (!findings.ok()) {
        call.send_problem(findings.take());
        return std::nullopt;
    }
    return request;
}

[[nodiscard]] inline api::PageRequest read_page(QueryFields& fields) {
    return {.limit = fields.integer("limit"), .cursor = fields.text("cursor")};
}

// Sends what comes, written by `write`.
template <typename T>
[[nodiscard]] auto report_to(CallPtr call, void (*write)(JsonWriter&, const T&)) {
    return [call = std::move(call), write](std::expected<T, api::Problem> found) {
        if (!found) {
            call->send_problem(found.error());
            return;
        }
        std::string body;
        JsonWriter json(body);
        write(json, *found);
        call->send_json(200, std::move(body));
    };
}

}  // namespace holdfast::transport::http
