// Metrics: counters, gauges and histograms that cost an atomic addition, and their text form.
//
// A handle is obtained once, at start, by name, help and fixed labels; the same name and labels
// give the same handle. Names follow Prometheus: `holdfast_` prefix, base units last (`_seconds`,
// `_bytes`), counters end in `_total`. Labels have few known values: never a SKU, a reservation or
// a customer. Every handle appears with zero before its first update.
//
//     Metrics metrics;
//     Counter& held = metrics.counter({.name = "holdfast_reservations_total",
//                                      .help = "Reservation commands by outcome.",
//                                      .labels = {{"op", "hold"}, {"outcome", "ok"}}});
//     held.add();
//
// Thread rule: everything from any thread. Handles live as long as their Metrics. A malformed name,
// or one name used for two kinds, is a bug and CHECKed.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::base {

class Counter {
  public:
    void add(std::uint64_t by = 1) { value_.fetch_add(by, std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

  private:
    std::atomic<std::uint64_t> value_{0};
};

class Gauge {
  public:
    void set(double value) { value_.store(value, std::memory_order_relaxed); }
    void add(double by) { value_.fetch_add(by, std::memory_order_relaxed); }
    [[nodiscard]] double value() const { return value_.load(std::memory_order_relaxed); }

  private:
    std::atomic<double> value_{0};
};

class Histogram {
  public:
    // `upper_bounds` are inclusive and increasing; what is above the last one is counted apart.
    explicit Histogram(std::span<const double> upper_bounds);

    // Two relaxed atomic additions. A sample that is not a number is counted as above all bounds,
    // and left out of the sum.
    void observe(double sample);

    // Taken while others observe, the sum may lag the counts by the samples in flight.
    struct Snapshot {
        std::vector<std::uint64_t> counts;  // per bucket, not cumulative; one more than bounds
        double sum = 0;
    };
    [[nodiscard]] Snapshot snapshot() const;
    [[nodiscard]] std::span<const double> upper_bounds() const { return upper_bounds_; }

  private:
    std::vector<double> upper_bounds_;
    std::unique_ptr<std::atomic<std::uint64_t>[]> counts_;
    std::atomic<double> sum_{0};
};

struct MetricName {
    std::string name;
    std::string help;
    std::vector<std::pair<std::string, std::string>> labels;
};

// Half a millisecond to ten seconds: answers to clients.
inline constexpr double kRequestSeconds[] = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                             0.1,    0.25,  0.5,    1,     2.5,  5,     10};
// Ten microseconds to five seconds: one write or flush of the disk.
inline constexpr double kDiskSeconds[] = {0.00001, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025,
                                          0.005,   0.01,    0.025,  0.05,    0.1,    0.5,   5};

class Metrics {
  public:
    Metrics();
    ~Metrics();
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;

    [[nodiscard]] Counter& counter(const MetricName& name);
    [[nodiscard]] Gauge& gauge(const MetricName& name);
    // The bounds of the first call for these labels hold.
    [[nodiscard]] Histogram& histogram(const MetricName& name,
                                       std::span<const double> upper_bounds);

    // Text format 0.0.4 (`text/plain; version=0.0.4; charset=utf-8`), families by name, with the
    // `process_*` metrics of this process as they are now.
    [[nodiscard]] std::string expose() const;

  private:
    struct Registry;
    std::unique_ptr<Registry> registry_;
};

}  // namespace holdfast::base
