// RouteMetrics: the requests of one route.
//
// holdfast_http_request_duration_seconds{method,route,code}, with the
// class of the status as code ("2xx"), and holdfast_http_requests_in_flight over all routes.
//
// Thread rule: any thread.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "base/metrics.hpp"

namespace holdfast::transport::http {

class RouteMetrics {
  public:
    RouteMetrics(base::Metrics& metrics, std::string_view method, std::string_view route);

    void begin() { in_flight_.add(1); }
    // Also of a request that was never answered: status 0.
    void end(int status, double seconds);

  private:
    static constexpr std::size_t kClasses = 4;  // 2xx to 5xx

    std::array<base::Histogram*, kClasses> durations_{};
    base::Gauge& in_flight_;
};

}  // namespace holdfast::transport::http
