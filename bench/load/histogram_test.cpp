#include "bench/load/histogram.hpp"

#include <gtest/gtest.h>

namespace holdfast::bench {
namespace {

TEST(Histogram, small_values_are_exact) {
    Histogram histogram;
    for (int value = 0; value < 64; ++value) {
        histogram.record(value);
    }
    EXPECT_EQ(histogram.quantile(0.5), 32);
    EXPECT_EQ(histogram.quantile(1.0), 63);
}

TEST(Histogram, a_quantile_is_never_below_the_truth_and_at_most_two_percent_above) {
    Histogram histogram;
    for (std::int64_t value = 1; value <= 1'000'000; ++value) {
        histogram.record(value * 1'000);
    }
    for (const double share : {0.01, 0.5, 0.9, 0.99, 0.999}) {
        const double truth = share * 1e9;
        const auto found = static_cast<double>(histogram.quantile(share));
        EXPECT_GE(found, truth);
        EXPECT_LE(found, truth * 1.02 + 1'000);
    }
    EXPECT_EQ(histogram.max(), 1'000'000'000);
    EXPECT_EQ(histogram.quantile(1.0), histogram.max());
}

TEST(Histogram, one_slow_answer_among_many_is_the_maximum) {
    Histogram histogram;
    for (int i = 0; i < 999; ++i) {
        histogram.record(1'000);
    }
    histogram.record(5'000'000'000);
    EXPECT_LT(histogram.quantile(0.99), 1'100);
    EXPECT_EQ(histogram.quantile(0.9995), 5'000'000'000);
}

TEST(Histogram, merging_is_recording_both) {
    Histogram one;
    Histogram two;
    Histogram both;
    for (int i = 0; i < 1'000; ++i) {
        (i % 2 == 0 ? one : two).record(i * i);
        both.record(i * i);
    }
    one.merge(two);
    EXPECT_EQ(one.count(), both.count());
    EXPECT_EQ(one.quantile(0.9), both.quantile(0.9));
    EXPECT_EQ(one.max(), both.max());
}

TEST(Histogram, an_empty_one_says_zero_and_a_negative_value_counts_as_zero) {
    Histogram histogram;
    EXPECT_EQ(histogram.quantile(0.99), 0);
    histogram.record(-5);
    EXPECT_EQ(histogram.quantile(0.99), 0);
    EXPECT_EQ(histogram.count(), 1u);
}

}  // namespace
}  // namespace holdfast::bench
