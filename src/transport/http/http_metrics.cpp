#include "transport/http/http_metrics.hpp"

#include <algorithm>
#include <string>

namespace holdfast::transport::http {
namespace {

constexpr std::array kClassNames = {"2xx", "3xx", "4xx", "5xx"};

}  // namespace

RouteMetrics::RouteMetrics(base::Metrics& metrics, std::string_view method, std::string_view route)
    : in_flight_(metrics.gauge({.name = "holdfast_http_requests_in_flight",
                                .help = "Requests being answered.",
                                .labels = {}})) {
    for (std::size_t i = 0; i < kClasses; ++i) {
        durations_[i] = &metrics.histogram({.name = "holdfast_http_request_duration_seconds",
                                            .help = "Time from a whole request to its answer.",
                                            .labels = {{"method", std::string(method)},
                                                       {"route", std::string(route)},
                                                       {"code", kClassNames[i]}}},
                                           base::kRequestSeconds);
    }
}

void RouteMetrics::end(int status, double seconds) {
    in_flight_.add(-1);
    if (status > 0) {
        const auto index = static_cast<std::size_t>(std::clamp(status / 100, 2, 5) - 2);
        durations_[index]->observe(seconds);
    }
}

}  // namespace holdfast::transport::http
