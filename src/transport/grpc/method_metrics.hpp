// MethodMetrics: the calls of one gRPC method.
//
//   holdfast_grpc_requests_total{method,code}           code as gRPC names it
//   holdfast_grpc_request_duration_seconds{method}      unary calls, from arrival to answer
//   holdfast_grpc_requests_in_flight                    over all methods
//
// Thread rule: any thread.
#pragma once

#include <array>
#include <atomic>
#include <string>

#include "base/metrics.hpp"

namespace holdfast::transport::grpc {

class MethodMetrics {
  public:
    // `method`: "holdfast.v1.Reservations/Create".
    MethodMetrics(base::Metrics& metrics, std::string method);

    void begin() { in_flight_.add(1); }
    // `code`: gRPC's number.
    void end(int code);
    void observe(double seconds) { duration_.observe(seconds); }

  private:
    static constexpr std::size_t kCodes = 17;

    [[nodiscard]] base::Counter& counter(std::size_t code);

    base::Metrics& metrics_;
    std::string method_;
    base::Gauge& in_flight_;
    base::Histogram& duration_;
    // Those but OK appear with their first call: most of 60 times 17 never happen.
    std::array<std::atomic<base::Counter*>, kCodes> counters_{};
};

}  // namespace holdfast::transport::grpc
