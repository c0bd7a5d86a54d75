#include "api/stock_gauges.hpp"

#include <algorithm>
#include <string_view>

#include "api/reports.hpp"
#include "base/log.hpp"

namespace holdfast::api {
namespace {

using namespace model;

constexpr base::Duration kEvery{5'000};
// A hold ends within a batch or two of its deadline; this long after it nobody ends it.
constexpr base::Duration kLeakedAfter{60'000};

base::Gauge& plain(base::Metrics& metrics, std::string name, std::string help) {
    return metrics.gauge({.name = std::move(name), .help = std::move(help), .labels = {}});
}

base::Gauge& of_kind(base::Metrics& metrics, std::string name, std::string help, CaseKind kind) {
    return metrics.gauge({.name = std::move(name),
                          .help = std::move(help),
                          .labels = {{"kind", std::string(to_string(kind))}}});
}

double in_seconds(base::Duration age) {
    return std::max(std::chrono::duration<double>(age).count(), 0.0);
}

std::int64_t add_saturating(std::int64_t a, std::int64_t b) {
    std::int64_t out = 0;
    return __builtin_add_overflow(a, b, &out) ? INT64_MAX : out;
}

}  // namespace

// What a look at the state finds.
struct StockGauges::Looked {
    std::array<std::uint64_t, kKinds> open{};
    std::array<base::Time, kKinds> oldest{};
    std::uint64_t leaked = 0;
    std::size_t tenants = 0;
};

StockGauges::StockGauges(const Context& context, base::Metrics& metrics)
    : context_(context),
      metrics_(metrics),
      leaked_(plain(metrics, "holdfast_leaked_holds",
                    "1 if a hold is long past its deadline and nobody ended it.")),
      undersold_(plain(metrics, "holdfast_undersold_unit_seconds",
                       "Units times seconds that were held by what then expired.")),
      counts_(plain(metrics, "holdfast_counts", "Physical counts that were judged.")),
      pending_(plain(metrics, "holdfast_pending_counts",
                     "Counts that were beyond what their class lets pass.")) {
    for (std::size_t i = 0; i < kKinds; ++i) {
        const auto kind = static_cast<CaseKind>(i);
        open_[i] = &of_kind(metrics, "holdfast_open_cases", "Cases that wait for people.", kind);
        oldest_[i] = &of_kind(metrics, "holdfast_oldest_case_age_seconds",
                              "How long the oldest open case has waited.", kind);
    }
}

void StockGauges::start() {
    static_cast<void>(context_.timers.start(kEvery, [this] {
        if (context_.timers.hurried()) {
            return;
        }
        report(context_, [this] {
            update();
            start();
        });
    }));
}

void StockGauges::update() {
    const base::Time now = context_.time();
    Looked seen;
    const auto done = context_.inspector.inspect([&](const core::State& state, Sequence) {
        for (const auto& [id, each] : state.cases) {
            const auto kind = static_cast<std::size_t>(each.image.kind);
            if (seen.open[kind]++ == 0) {
                seen.oldest[kind] = each.image.opened_at;  // the oldest come first
            }
        }
        const auto* const due = state.first_due();
        const bool leaked = due != nullptr && due->deadline_ms < base::to_ms(now - kLeakedAfter);
        seen.leaked = leaked ? 1 : 0;
        seen.tenants = state.tenants.size();
    });
    if (!done) {
        return;
    }
    for (std::size_t i = 0; i < kKinds; ++i) {
        open_[i]->set(static_cast<double>(seen.open[i]));
        oldest_[i]->set(seen.open[i] == 0 ? 0 : in_seconds(now - seen.oldest[i]));
    }
    leaked_.set(static_cast<double>(seen.leaked));
    sums_.clear();
    undersold_sum_ = 0;
    counts_sum_ = 0;
    pending_sum_ = 0;
    for (std::size_t i = 0; i < seen.tenants; ++i) {
        add_history(TenantId(static_cast<std::uint32_t>(i)));
    }
    undersold_.set(static_cast<double>(undersold_sum_));
    counts_.set(static_cast<double>(counts_sum_));
    pending_.set(static_cast<double>(pending_sum_));
}

void StockGauges::add_history(TenantId tenant) {
    const auto totals = context_.history.totals(tenant);
    if (!totals) {
        base::log_warning("figures of the history cannot be read",
                          {{"why", std::string_view(totals.error().message)}});
        return;
    }
    undersold_sum_ = add_saturating(undersold_sum_, totals->expired_unit_seconds);
    counts_sum_ += totals->counts;
    pending_sum_ += totals->counts_pending;
    for (const auto& volume : totals->adjustments) {
        set("holdfast_adjusted_units", "Units by which adjustments changed on hand.", volume,
            static_cast<double>(volume.net));
        set("holdfast_adjustment_volume_units", "Sum of the sizes of adjustments.", volume,
            static_cast<double>(volume.volume));
    }
    for (const auto& volume : totals->drift) {
        set("holdfast_drift_units", "Counted minus what the ledger had.", volume,
            static_cast<double>(volume.net));
        set("holdfast_drift_volume_units", "Sum of the sizes of drifts.", volume,
            static_cast<double>(volume.volume));
    }
}

void StockGauges::set(const char* name, const char* help, const projection::Volume& volume,
                      double value) {
    double& sum = sums_[{name, {volume.source, volume.reason}}];
    sum += value;
    metrics_
        .gauge({.name = name,
                .help = help,
                .labels = {{"source", volume.source},
                           {"reason", std::string(to_string(volume.reason))}}})
        .set(sum);
}

}  // namespace holdfast::api
