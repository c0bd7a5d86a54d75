// Service: all use cases over one partition, wired together. A transport gets one of these.
//
//     Service service(context, metrics);
//     service.reservations.create(principal, request, [](Reply reply) { ... });
//
// It holds no logic. Thread rule: that of its parts.
#pragma once

#include <utility>

#include "api/api_metrics.hpp"
#include "api/availability.hpp"
#include "api/command_runner.hpp"
#include "api/context.hpp"
#include "api/reservation_lists.hpp"
#include "api/reservations.hpp"
#include "api/stock.hpp"

namespace holdfast::api {

struct Service {
    // Everything the context refers to, and `all_metrics`, outlive the service; the service
    // outlives every command in flight.
    Service(Context wired, base::Metrics& all_metrics)
        : context(std::move(wired)), metrics(all_metrics) {}
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;

    Context context;
    ApiMetrics metrics;
    CommandRunner runner{context, metrics};
    Reservations reservations{runner};
    Stock stock{runner};
    Availability availability{context};
    ReservationLists lists{context};
};

}  // namespace holdfast::api
