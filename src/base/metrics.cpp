#include "base/metrics.hpp"

#include <prometheus/check_names.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <mutex>

#include "base/check.hpp"
#include "base/process_stats.hpp"

namespace holdfast::base {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

using Labels = std::vector<std::pair<std::string, std::string>>;

template <typename Handle>
using Handles = std::map<Labels, std::unique_ptr<Handle>>;

// One name; of the three maps only the one of its kind is used.
struct Family {
    std::string help;
    MetricType type;
    Handles<Counter> counters;
    Handles<Gauge> gauges;
    Handles<Histogram> histograms;
};

ClientMetric with_labels(const Labels& labels) {
    ClientMetric out;
    for (const auto& [name, value] : labels) {
        out.label.push_back({.name = name, .value = value});
    }
    return out;
}

void fill(ClientMetric& out, const Counter& counter) {
    out.counter.value = static_cast<double>(counter.value());
}

void fill(ClientMetric& out, const Gauge& gauge) { out.gauge.value = gauge.value(); }

void fill(ClientMetric& out, const Histogram& histogram) {
    const auto snapshot = histogram.snapshot();
    const auto bounds = histogram.upper_bounds();
    std::uint64_t cumulative = 0;
    for (std::size_t bucket = 0; bucket < snapshot.counts.size(); ++bucket) {
        cumulative += snapshot.counts[bucket];
        out.histogram.bucket.push_back(
            {.cumulative_count = cumulative,
             .upper_bound = bucket < bounds.size() ? bounds[bucket]
                                                   : std::numeric_limits<double>::infinity()});
    }
    out.histogram.sample_count = cumulative;
    out.histogram.sample_sum = snapshot.sum;
}

template <typename Handle>
void append(std::vector<ClientMetric>& out, const Handles<Handle>& handles) {
    for (const auto& [labels, handle] : handles) {
        fill(out.emplace_back(with_labels(labels)), *handle);
    }
}

MetricFamily process_gauge(std::string name, std::string help, double value) {
    ClientMetric metric;
    metric.gauge.value = value;
    return {std::move(name), std::move(help), MetricType::Gauge, {std::move(metric)}};
}

void append_process_metrics(std::vector<MetricFamily>& out) {
    const auto stats = read_process_stats();
    ClientMetric cpu;
    cpu.counter.value = stats.cpu_seconds;
    out.push_back({"process_cpu_seconds_total",
                   "User and system time spent.",
                   MetricType::Counter,
                   {std::move(cpu)}});
    const auto gauge = [&](const char* name, const char* help, auto value) {
        out.push_back(process_gauge(name, help, static_cast<double>(value)));
    };
    gauge("process_max_fds", "Limit of open file descriptors.", stats.max_fds);
    gauge("process_open_fds", "Open file descriptors.", stats.open_fds);
    gauge("process_resident_memory_bytes", "Memory in RAM.", stats.resident_memory_bytes);
    gauge("process_start_time_seconds", "Start, in seconds since 1970.", stats.start_time_seconds);
    gauge("process_threads", "Threads.", stats.threads);
    gauge("process_virtual_memory_bytes", "Address space in use.", stats.virtual_memory_bytes);
}

}  // namespace

Histogram::Histogram(std::span<const double> upper_bounds)
    : upper_bounds_(upper_bounds.begin(), upper_bounds.end()),
      counts_(std::make_unique<std::atomic<std::uint64_t>[]>(upper_bounds.size() + 1)) {
    CHECK(!upper_bounds_.empty());
    CHECK(std::ranges::adjacent_find(upper_bounds_, std::greater_equal()) == upper_bounds_.end());
}

void Histogram::observe(double sample) {
    if (std::isnan(sample)) {
        counts_[upper_bounds_.size()].fetch_add(1, std::memory_order_relaxed);
        return;
    }
    const auto bound = std::ranges::lower_bound(upper_bounds_, sample);
    const auto bucket = static_cast<std::size_t>(bound - upper_bounds_.begin());
    counts_[bucket].fetch_add(1, std::memory_order_relaxed);
    sum_.fetch_add(sample, std::memory_order_relaxed);
}

Histogram::Snapshot Histogram::snapshot() const {
    Snapshot out;
    for (std::size_t bucket = 0; bucket <= upper_bounds_.size(); ++bucket) {
        out.counts.push_back(counts_[bucket].load(std::memory_order_relaxed));
    }
    out.sum = sum_.load(std::memory_order_relaxed);
    return out;
}

struct Metrics::Registry {
    mutable std::mutex mutex;
    std::map<std::string, Family> families;

    Family& family(const MetricName& name, MetricType type) {
        CHECK(prometheus::CheckMetricName(name.name), name.name);
        for (const auto& label : name.labels) {
            CHECK(prometheus::CheckLabelName(label.first), label.first);
            CHECK(label.first != "le", "belongs to the histogram itself");
        }
        const auto [at, added] = families.try_emplace(name.name, Family{name.help, type});
        CHECK(at->second.type == type, name.name);
        return at->second;
    }

    template <typename Handle, typename... Arguments>
    static Handle& handle(Handles<Handle>& handles, Labels labels, Arguments... arguments) {
        std::ranges::sort(labels);
        auto& slot = handles[std::move(labels)];
        if (!slot) {
            slot = std::make_unique<Handle>(arguments...);
        }
        return *slot;
    }
};

Metrics::Metrics() : registry_(std::make_unique<Registry>()) {}
Metrics::~Metrics() = default;

Counter& Metrics::counter(const MetricName& name) {
    const std::lock_guard lock(registry_->mutex);
    auto& family = registry_->family(name, MetricType::Counter);
    return Registry::handle(family.counters, name.labels);
}

Gauge& Metrics::gauge(const MetricName& name) {
    const std::lock_guard lock(registry_->mutex);
    auto& family = registry_->family(name, MetricType::Gauge);
    return Registry::handle(family.gauges, name.labels);
}

Histogram& Metrics::histogram(const MetricName& name, std::span<const double> upper_bounds) {
    const std::lock_guard lock(registry_->mutex);
    auto& family = registry_->family(name, MetricType::Histogram);
    return Registry::handle(family.histograms, name.labels, upper_bounds);
}

std::string Metrics::expose() const {
    std::vector<MetricFamily> out;
    {
        const std::lock_guard lock(registry_->mutex);
        for (const auto& [name, family] : registry_->families) {
            auto& one = out.emplace_back(MetricFamily{name, family.help, family.type, {}});
            append(one.metric, family.counters);
            append(one.metric, family.gauges);
            append(one.metric, family.histograms);
        }
    }
    append_process_metrics(out);
    return prometheus::TextSerializer().Serialize(out);
}

}  // namespace holdfast::base
