// HttpCall: one request on its way to its answer, and everything every answer has in common.
//
// It owns the exchange and is moved along: from the router to a handler, from there into a
// callback, and is gone when `send*` returns. Each answer carries X-Request-Id, Cache-Control and
// the echoed Idempotency-Key, and is counted. Thread rule: one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/operations_port.hpp"
#include "api/principal.hpp"
#include "api/reply.hpp"
#include "api/service.hpp"
#include "net/http_server.hpp"
#include "net/http_types.hpp"
#include "transport/http/http_metrics.hpp"
#include "transport/http/reply_body.hpp"

namespace holdfast::transport::http {

inline constexpr std::string_view kJsonType = "application/json";
inline constexpr std::string_view kProblemType = "application/problem+json";

// What handlers work with; outlives every call.
struct HttpContext {
    api::Service& service;
    api::OperationsPort& operations;
};

class HttpCall {
  public:
    HttpCall(std::shared_ptr<net::Exchange> exchange, const HttpContext& context,
             std::string request_id, RouteMetrics& metrics);
    ~HttpCall();
    HttpCall(const HttpCall&) = delete;
    HttpCall& operator=(const HttpCall&) = delete;

    [[nodiscard]] const net::HttpRequest& request() const { return exchange_->request; }
    [[nodiscard]] api::Service& service() const { return context_.service; }
    [[nodiscard]] api::OperationsPort& operations() const { return context_.operations; }
    [[nodiscard]] const api::Principal& principal() const { return *principal_; }
    // Of the path, in order.
    [[nodiscard]] const std::string& parameter(std::size_t index) const {
        return parameters_[index];
    }
    // All values of a header, in order.
    [[nodiscard]] std::vector<std::string_view> header(std::string_view name) const;
    [[nodiscard]] ProblemContext problem_context() const;

    void admit(const api::Principal* principal) { principal_ = principal; }
    void set_parameters(std::vector<std::string> parameters) {
        parameters_ = std::move(parameters);
    }

    // Exactly one of these, once.
    void send(net::HttpResponse response);
    void send_json(int status, std::string body);
    void send_problem(const api::Problem& problem);
    void send_reply(const api::Reply& reply);

  private:
    std::shared_ptr<net::Exchange> exchange_;
    const HttpContext& context_;
    std::string request_id_;
    RouteMetrics& metrics_;
    std::int64_t started_ns_;
    const api::Principal* principal_ = nullptr;
    std::vector<std::string> parameters_;
};

using CallPtr = std::unique_ptr<HttpCall>;

// The HTTP status that a reply has.
[[nodiscard]] int status_of(const api::Reply& reply);

// The answer to a problem, without what every answer has in common.
[[nodiscard]] net::HttpResponse to_response(const api::Problem& problem,
                                            const ProblemContext& context);

}  // namespace holdfast::transport::http
