// HttpApi: the HTTP interface of the service, as the handler of a net::HttpServer.
//
// For each request: its id, the route, the key and its scope, then the route's handler. Without API
// keys everybody may do everything, which the app allows on loopback only.
// Thread rule: as net::RequestHandler; several io threads may call at once. Everything handed in
// outlives it, and it outlives its server.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/api_keys.hpp"
#include "api/operations_port.hpp"
#include "api/service.hpp"
#include "base/metrics.hpp"
#include "net/http_server.hpp"
#include "transport/http/http_call.hpp"
#include "transport/http/http_metrics.hpp"
#include "transport/http/router.hpp"

namespace holdfast::transport::http {

class HttpApi final : public net::RequestHandler {
  public:
    HttpApi(api::Service& service, api::OperationsPort& operations,
            const api::Authenticator& authenticator, base::Metrics& metrics);

    void handle(std::shared_ptr<net::Exchange> exchange) override;
    [[nodiscard]] net::HttpResponse protocol_error(const net::ProtocolError& error) override;

  private:
    void dispatch(CallPtr call, std::size_t route);
    // Nothing if the call may go on; else what it is refused with.
    [[nodiscard]] std::optional<api::Problem> admit(HttpCall& call, std::size_t route) const;
    [[nodiscard]] std::string request_id(const net::HttpRequest& request);

    HttpContext context_;
    const api::Authenticator& authenticator_;
    Router router_;
    std::vector<std::unique_ptr<RouteMetrics>> route_metrics_;  // like routes()
    RouteMetrics other_metrics_;
    std::string id_prefix_;  // random, of this process
    std::atomic<std::uint64_t> next_id_{1};
};

// Codes of answers to what never became a request; beside the refusal table's.
[[nodiscard]] std::span<const std::string_view> protocol_codes();

}  // namespace holdfast::transport::http
