#include "transport/http/http_call.hpp"

#include <utility>

#include "api/idempotency.hpp"
#include "base/clock.hpp"
#include "transport/http/etag.hpp"

namespace holdfast::transport::http {
namespace {

constexpr double kNanosecondsPerSecond = 1e9;

// Where the thing that the reply shows can be read, and its version.
struct Resource {
    std::string path;
    std::uint32_t version = 0;
};

Resource resource_of(const api::Reply& reply) {
    if (const auto* view = std::get_if<api::ReservationView>(&reply.body);
        view != nullptr && !view->id.empty()) {
        return {.path = "/inventory/v1/reservations/" + view->id, .version = view->version};
    }
    if (const auto* sku = std::get_if<api::SkuSettingsView>(&reply.body)) {
        return {.path = "/inventory/v1/skus/" + net::percent_encode(sku->sku),
                .version = sku->version};
    }
    if (const auto* sku_class = std::get_if<api::ClassView>(&reply.body)) {
        return {.path = "/inventory/v1/classes/" + net::percent_encode(sku_class->policy.name),
                .version = sku_class->policy.version};
    }
    if (const auto* pool = std::get_if<api::PoolView>(&reply.body)) {
        return {.path = "/inventory/v1/pools/" + net::percent_encode(pool->pool.name),
                .version = pool->pool.version};
    }
    return {};
}

void add_resource_headers(const api::Reply& reply, net::HttpResponse& response) {
    const Resource resource = resource_of(reply);
    if (!resource.path.empty()) {
        const std::uint32_t version = reply.present ? reply.present->version : resource.version;
        response.headers.add("ETag", to_etag(version));
    }
    if (reply.created && !resource.path.empty()) {
        response.headers.add("Location", resource.path);
    }
    if (reply.replayed) {
        response.headers.add("Idempotent-Replayed", "true");
    }
    if (reply.present) {
        response.headers.add("Reservation-State", model::to_string(reply.present->state));
    }
}

}  // namespace

int status_of(const api::Reply& reply) {
    if (const auto* problem = reply.problem()) {
        return model::entry_of(problem->code).http;
    }
    if (std::holds_alternative<api::ParkedView>(reply.body)) {
        return 202;
    }
    const auto* const view = std::get_if<api::ReservationView>(&reply.body);
    if (reply.created && view != nullptr && view->queue) {
        return 202;  // nothing is held yet
    }
    return reply.created ? 201 : 200;
}

net::HttpResponse to_response(const api::Problem& problem, const ProblemContext& context) {
    net::HttpResponse response;
    response.status = model::entry_of(problem.code).http;
    response.headers.add("Content-Type", kProblemType);
    if (response.status == 503 && problem.retry_after) {
        const auto seconds = std::chrono::ceil<std::chrono::seconds>(*problem.retry_after);
        response.headers.add("Retry-After", std::to_string(seconds.count()));
    }
    if (problem.code == model::RefusalCode::unauthenticated) {
        response.headers.add("WWW-Authenticate", "Bearer");
    }
    JsonWriter json(response.body);
    write_problem(json, problem, context);
    return response;
}

HttpCall::HttpCall(std::shared_ptr<net::Exchange> exchange, const HttpContext& context,
                   std::string request_id, RouteMetrics& metrics)
    : exchange_(std::move(exchange)),
      context_(context),
      request_id_(std::move(request_id)),
      metrics_(metrics),
      started_ns_(base::elapsed_nanoseconds()) {
    metrics_.begin();
}

HttpCall::~HttpCall() {
    if (exchange_ != nullptr) {
        metrics_.end(0, 0);
    }
}

std::vector<std::string_view> HttpCall::header(std::string_view name) const {
    std::vector<std::string_view> out;
    for (const auto field : request().headers) {
        if (net::equal_ignoring_case(field.name, name)) {
            out.push_back(field.value);
        }
    }
    return out;
}

ProblemContext HttpCall::problem_context() const {
    return {.request_id = request_id_, .instance = request().path()};
}

void HttpCall::send(net::HttpResponse response) {
    response.headers.add("X-Request-Id", request_id_);
    response.headers.add("Cache-Control", "no-store");
    if (const auto key = request().headers.find(api::kKeyHeader)) {
        response.headers.add(api::kKeyHeader, *key);
    }
    const auto elapsed = static_cast<double>(base::elapsed_nanoseconds() - started_ns_);
    metrics_.end(response.status, elapsed / kNanosecondsPerSecond);
    std::exchange(exchange_, nullptr)->respond(std::move(response));
}

void HttpCall::send_json(int status, std::string body) {
    net::HttpResponse response;
    response.status = status;
    response.headers.add("Content-Type", kJsonType);
    response.body = std::move(body);
    send(std::move(response));
}

void HttpCall::send_problem(const api::Problem& problem) {
    service().metrics.count_refusal(problem.code);
    send(to_response(problem, problem_context()));
}

void HttpCall::send_reply(const api::Reply& reply) {
    net::HttpResponse response;
    if (const auto* problem = reply.problem()) {
        service().metrics.count_refusal(problem->code);
        response = to_response(*problem, problem_context());
    } else {
        response.status = status_of(reply);
        response.headers.add("Content-Type", kJsonType);
        JsonWriter json(response.body);
        write_reply(json, reply, problem_context());
    }
    add_resource_headers(reply, response);
    send(std::move(response));
}

}  // namespace holdfast::transport::http
