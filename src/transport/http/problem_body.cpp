#include <chrono>

#include "transport/http/reply_body.hpp"

namespace holdfast::transport::http {
namespace {

void write_errors(JsonWriter& json, const api::Problem& problem) {
    if (problem.errors.empty()) {
        return;
    }
    json.begin_array("errors");
    for (const auto& error : problem.errors) {
        json.begin_object();
        json.text("detail", error.detail);
        if (error.in_body) {
            json.text("pointer", '#' + error.pointer);
        } else {
            json.text("parameter", error.parameter);
        }
        json.end_object();
    }
    json.end_array();
}

void write_lines(JsonWriter& json, const api::Problem& problem) {
    if (problem.lines.empty()) {
        return;
    }
    json.begin_array("lines");
    for (const auto& line : problem.lines) {
        json.begin_object();
        json.number("line", std::uint64_t{line.number});
        json.text("sku", line.sku);
        json.number("requested", line.requested);
        json.number("sellable", line.sellable);
        json.end_object();
    }
    json.end_array();
    if (problem.lines_omitted > 0) {
        json.number("lines_omitted", std::uint64_t{problem.lines_omitted});
    }
}

void write_alternatives(JsonWriter& json, const api::Problem& problem) {
    if (problem.alternatives.empty()) {
        return;
    }
    json.begin_array("alternatives");
    for (const auto& other : problem.alternatives) {
        json.begin_object();
        json.text("sku", other.sku);
        json.text("pool", other.pool);
        json.number("sellable", other.sellable);
        json.end_object();
    }
    json.end_array();
}

void write_stop(JsonWriter& json, const api::ProblemStop& stop) {
    json.text("scope", model::to_string(stop.scope));
    if (stop.reason != model::Reason::none) {  // a class stops by itself at its threshold
        json.text("reason", model::to_string(stop.reason));
    }
    if (stop.until) {
        json.time("until", *stop.until);
    }
}

void write_cap(JsonWriter& json, const api::Problem& problem) {
    const api::ProblemCap& cap = *problem.cap;
    json.text("principal", model::to_string(cap.kind));
    json.text("measure", model::to_string(cap.measure));
    json.text("scope", cap.sku_class.empty() ? "everything" : "class");
    json.text_unless_empty("sku_class", cap.sku_class);
    json.number("used", cap.used);
    if (problem.next_expiry_at) {
        json.time("frees_at", *problem.next_expiry_at);
    }
}

void write_facts(JsonWriter& json, const api::Problem& problem) {
    json.text_unless_empty("reservation", problem.reservation);
    if (problem.state) {
        json.text("state", model::to_string(*problem.state));
    }
    if (problem.limit) {
        json.number("limit", *problem.limit);
    }
    if (problem.version) {
        json.number("version", std::uint64_t{*problem.version});
    }
    write_lines(json, problem);
    write_alternatives(json, problem);
    if (problem.stop) {
        write_stop(json, *problem.stop);
    }
    if (problem.cap) {
        write_cap(json, problem);
    } else if (problem.next_expiry_at) {
        json.time("next_expiry_at", *problem.next_expiry_at);
    }
    if (problem.decided_at) {
        json.time("decided_at", *problem.decided_at);
    }
    if (problem.recorded) {
        json.flag("recorded", *problem.recorded);
    }
}

}  // namespace

void write_problem(JsonWriter& json, const api::Problem& problem, const ProblemContext& context) {
    const auto& entry = model::entry_of(problem.code);
    json.begin_object();
    json.text("type", "urn:holdfast:problem:" + std::string(entry.slug));
    json.text("title", entry.title);
    json.number("status", std::uint64_t{entry.http});
    json.text_unless_empty("detail", problem.detail);
    json.text_unless_empty("instance", context.instance);
    json.text("code", entry.slug);
    json.flag("retryable", entry.retry != model::Retry::never);
    json.text("retry", model::to_string(entry.retry));
    if (problem.retry_after) {
        json.number("retry_after_ms", std::int64_t{problem.retry_after->count()});
    }
    write_errors(json, problem);
    write_facts(json, problem);
    if (!problem.recorded.value_or(false)) {
        json.text_unless_empty("request_id", context.request_id);
    }
    json.end_object();
}

}  // namespace holdfast::transport::http
