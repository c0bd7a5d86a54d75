#include "base/metrics.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <thread>

namespace holdfast::base {
namespace {

// The lines of the text that are about one metric, in order.
std::string lines_about(const Metrics& metrics, const std::string& name) {
    std::string out;
    const auto text = metrics.expose();
    for (std::size_t at = 0; at < text.size();) {
        const auto end = text.find('\n', at);
        const auto line = text.substr(at, end - at + 1);
        if (line.contains(name)) {
            out += line;
        }
        at = end + 1;
    }
    return out;
}

TEST(Metrics, CountersShowZeroBeforeTheFirstUpdateThenTheirSum) {
    Metrics metrics;
    auto& ok = metrics.counter({.name = "holdfast_holds_total",
                                .help = "Holds by outcome.",
                                .labels = {{"outcome", "ok"}}});
    std::ignore = metrics.counter({.name = "holdfast_holds_total",
                                   .help = "Holds by outcome.",
                                   .labels = {{"outcome", "refused"}}});
    ok.add();
    ok.add(2);
    EXPECT_EQ(lines_about(metrics, "holdfast_holds_total"),
              "# HELP holdfast_holds_total Holds by outcome.\n"
              "# TYPE holdfast_holds_total counter\n"
              "holdfast_holds_total{outcome=\"ok\"} 3\n"
              "holdfast_holds_total{outcome=\"refused\"} 0\n");
}

TEST(Metrics, GaugesGoUpAndDown) {
    Metrics metrics;
    auto& gauge = metrics.gauge({.name = "holdfast_active_holds", .help = "Holds that live."});
    gauge.set(5);
    gauge.add(-1.5);
    EXPECT_EQ(lines_about(metrics, "holdfast_active_holds"),
              "# HELP holdfast_active_holds Holds that live.\n"
              "# TYPE holdfast_active_holds gauge\n"
              "holdfast_active_holds 3.5\n");
}

TEST(Metrics, HistogramBucketsAreCumulativeAndInclusive) {
    Metrics metrics;
    auto& histogram = metrics.histogram({.name = "holdfast_fsync_seconds", .help = "Flushes."},
                                        std::vector{0.5, 1.0});
    histogram.observe(0.25);
    histogram.observe(0.5);
    histogram.observe(1);
    histogram.observe(8);
    EXPECT_EQ(lines_about(metrics, "holdfast_fsync_seconds"),
              "# HELP holdfast_fsync_seconds Flushes.\n"
              "# TYPE holdfast_fsync_seconds histogram\n"
              "holdfast_fsync_seconds_count 4\n"
              "holdfast_fsync_seconds_sum 9.75\n"
              "holdfast_fsync_seconds_bucket{le=\"0.5\"} 2\n"
              "holdfast_fsync_seconds_bucket{le=\"1\"} 3\n"
              "holdfast_fsync_seconds_bucket{le=\"+Inf\"} 4\n");
}

TEST(Metrics, ANotANumberSampleDoesNotSpoilTheSum) {
    Histogram histogram(std::vector{1.0});
    histogram.observe(std::numeric_limits<double>::quiet_NaN());
    histogram.observe(0.5);
    const auto snapshot = histogram.snapshot();
    EXPECT_EQ(snapshot.counts, (std::vector<std::uint64_t>{1, 1}));
    EXPECT_EQ(snapshot.sum, 0.5);
}

TEST(Metrics, TheSameNameAndLabelsInAnyOrderAreTheSameHandle) {
    Metrics metrics;
    auto& first = metrics.counter(
        {.name = "holdfast_x_total", .help = "X.", .labels = {{"a", "1"}, {"b", "2"}}});
    auto& again = metrics.counter(
        {.name = "holdfast_x_total", .help = "X.", .labels = {{"b", "2"}, {"a", "1"}}});
    auto& other = metrics.counter(
        {.name = "holdfast_x_total", .help = "X.", .labels = {{"a", "1"}, {"b", "3"}}});
    EXPECT_EQ(&first, &again);
    EXPECT_NE(&first, &other);
}

TEST(Metrics, LabelValuesAreEscaped) {
    Metrics metrics;
    std::ignore = metrics.gauge(
        {.name = "holdfast_info", .help = "I.", .labels = {{"version", "a\"b\\c\nd"}}});
    EXPECT_TRUE(metrics.expose().contains(R"(holdfast_info{version="a\"b\\c\nd"} 0)"))
        << metrics.expose();
}

TEST(MetricsDeathTest, MisuseIsABug) {
    Metrics metrics;
    std::ignore = metrics.counter({.name = "holdfast_x_total", .help = "X."});
    EXPECT_DEATH(std::ignore = metrics.gauge({.name = "holdfast_x_total", .help = "X."}), "CHECK");
    EXPECT_DEATH(std::ignore = metrics.counter({.name = "holdfast x", .help = "X."}), "CHECK");
    EXPECT_DEATH(Histogram(std::vector{1.0, 1.0}), "CHECK");
}

TEST(Metrics, UpdatesFromManyThreadsAllCount) {
    constexpr int kThreads = 4;
    constexpr int kEach = 10'000;
    Metrics metrics;
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
        threads.emplace_back([&metrics] {
            auto& counter = metrics.counter({.name = "holdfast_x_total", .help = "X."});
            auto& histogram = metrics.histogram({.name = "holdfast_y", .help = "Y."}, kDiskSeconds);
            for (int update = 0; update < kEach; ++update) {
                counter.add();
                histogram.observe(1);
            }
        });
    }
    std::ignore = metrics.expose();
    threads.clear();
    const auto text = metrics.expose();
    EXPECT_TRUE(text.contains("holdfast_x_total 40000\n"));
    EXPECT_TRUE(text.contains("holdfast_y_count 40000\n"));
    EXPECT_TRUE(text.contains("holdfast_y_sum 40000\n"));
}

TEST(Metrics, ExposeTheProcessItself) {
    const auto text = Metrics().expose();
    for (const auto* name : {"process_cpu_seconds_total", "process_open_fds", "process_max_fds",
                             "process_resident_memory_bytes", "process_virtual_memory_bytes",
                             "process_start_time_seconds", "process_threads"}) {
        EXPECT_TRUE(text.contains(std::string("\n") + name + " ")) << name;
    }
}

}  // namespace
}  // namespace holdfast::base
