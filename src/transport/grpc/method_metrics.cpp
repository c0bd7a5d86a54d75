#include "transport/grpc/method_metrics.hpp"

#include "transport/grpc/replies_internal.hpp"

namespace holdfast::transport::grpc {

MethodMetrics::MethodMetrics(base::Metrics& metrics, std::string method)
    : metrics_(metrics),
      method_(std::move(method)),
      in_flight_(metrics.gauge({.name = "holdfast_grpc_requests_in_flight",
                                .help = "gRPC calls that are not over.",
                                .labels = {}})),
      duration_(metrics.histogram({.name = "holdfast_grpc_request_duration_seconds",
                                   .help = "Time from a unary call to its answer.",
                                   .labels = {{"method", method_}}},
                                  base::kRequestSeconds)) {
    static_cast<void>(counter(0));
}

void MethodMetrics::end(int code) {
    in_flight_.add(-1);
    counter(static_cast<std::size_t>(code)).add();
}

base::Counter& MethodMetrics::counter(std::size_t code) {
    base::Counter* found = counters_[code].load(std::memory_order_acquire);
    if (found == nullptr) {
        found = &metrics_.counter(
            {.name = "holdfast_grpc_requests_total",
             .help = "gRPC calls that are over, by status.",
             .labels = {{"method", method_},
                        {"code", std::string(status_name(static_cast<int>(code)))}}});
        counters_[code].store(found, std::memory_order_release);
    }
    return *found;
}

}  // namespace holdfast::transport::grpc
