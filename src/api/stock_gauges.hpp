// StockGauges: figures about stock truth for whoever watches the service.
//
//   holdfast_open_cases{kind}, holdfast_oldest_case_age_seconds{kind}
//   holdfast_leaked_holds                              past their deadline and not yet ended
//   holdfast_adjusted_units{source,reason}             net, of all adjustments
//   holdfast_adjustment_volume_units{source,reason}    sum of sizes
//   holdfast_drift_units{source,reason}, holdfast_drift_volume_units{source,reason}   of counts
//   holdfast_undersold_unit_seconds                    held by what then expired
//   holdfast_counts, holdfast_pending_counts           judged; of those beyond their threshold
//
// Over all tenants, from the replayed state and the history, anew every few seconds on the executor
// for reports; so a restart loses nothing. Sources are bounded (projection::kVolumesMax).
// Thread rule: construct and destroy on one thread; the context's timers are stopped before.
#pragma once

#include <array>
#include <map>
#include <string>
#include <utility>

#include "api/context.hpp"
#include "base/metrics.hpp"
#include "model/case.hpp"
#include "model/reason.hpp"
#include "projection/history.hpp"

namespace holdfast::api {

class StockGauges {
  public:
    StockGauges(const Context& context, base::Metrics& metrics);
    StockGauges(const StockGauges&) = delete;
    StockGauges& operator=(const StockGauges&) = delete;

    // From now on every few seconds.
    void start();
    // What the timer does.
    void update();

  private:
    static constexpr std::size_t kKinds = static_cast<std::size_t>(model::kLastCaseKind) + 1;

    struct Looked;

    void add_history(model::TenantId tenant);
    void set(const char* name, const char* help, const projection::Volume& volume, double value);

    const Context& context_;
    base::Metrics& metrics_;
    std::array<base::Gauge*, kKinds> open_{};
    std::array<base::Gauge*, kKinds> oldest_{};
    base::Gauge& leaked_;
    base::Gauge& undersold_;
    base::Gauge& counts_;
    base::Gauge& pending_;
    std::map<std::pair<const char*, std::pair<std::string, model::Reason>>, double> sums_;
    std::int64_t undersold_sum_ = 0;
    std::uint64_t counts_sum_ = 0;
    std::uint64_t pending_sum_ = 0;
};

}  // namespace holdfast::api
