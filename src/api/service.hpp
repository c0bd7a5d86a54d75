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
#include "api/bulk_release.hpp"
#include "api/cases.hpp"
#include "api/checkout_tokens.hpp"
#include "api/command_runner.hpp"
#include "api/context.hpp"
#include "api/counts.hpp"
#include "api/events_feed.hpp"
#include "api/histories.hpp"
#include "api/insights.hpp"
#include "api/policies.hpp"
#include "api/reservation_lists.hpp"
#include "api/reservations.hpp"
#include "api/stock.hpp"
#include "api/stock_gauges.hpp"
#include "api/waiters.hpp"

namespace holdfast::api {

struct Service {
    // Everything the context refers to, and `all_metrics`, outlive the service; the service
    // outlives every command in flight.
    Service(Context wired, base::Metrics& all_metrics)
        : context(std::move(wired)), metrics(all_metrics), gauges(context, all_metrics) {}
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;

    Context context;
    ApiMetrics metrics;
    CommandRunner runner{context, metrics};
    Reservations reservations{runner};
    Policies policies{runner};
    BulkRelease bulk_release{runner};
    CheckoutTokens tokens{context};
    Stock stock{runner};
    Availability availability{context};
    ReservationLists lists{context};
    Waiters waiters{context};
    Counts counts{runner, waiters};
    Cases cases{runner, waiters};
    Histories histories{context, waiters};
    EventsFeed events{context, waiters};
    Insights insights{context, waiters};
    StockGauges gauges;
};

}  // namespace holdfast::api
