#include "bench/load/workload.hpp"

#include <gtest/gtest.h>

#include <map>

namespace holdfast::bench {
namespace {

std::map<std::uint32_t, int> choose(Distribution distribution, int times) {
    const SkuChooser chooser(distribution, 1'000);
    base::Prng dice(1);
    std::map<std::uint32_t, int> out;
    for (int i = 0; i < times; ++i) {
        ++out[chooser.choose(dice)];
    }
    return out;
}

TEST(Workload, a_hot_sku_is_the_only_one) { EXPECT_EQ(choose(Distribution::hot, 100).size(), 1u); }

TEST(Workload, uniform_reaches_all_alike) {
    const auto counts = choose(Distribution::uniform, 100'000);
    EXPECT_EQ(counts.size(), 1'000u);
    EXPECT_NEAR(counts.at(0), 100, 60);
}

TEST(Workload, zipf_gives_the_first_twice_the_second_and_ten_times_the_tenth) {
    const auto counts = choose(Distribution::zipf, 1'000'000);
    // The sum of 1/n up to 1,000 is 7.485.
    EXPECT_NEAR(counts.at(0), 133'600, 2'000);
    EXPECT_NEAR(counts.at(1), 66'800, 1'500);
    EXPECT_NEAR(counts.at(9), 13'360, 700);
}

TEST(Workload, the_same_seed_asks_the_same) {
    Workload one(Distribution::zipf, 100, true, 9);
    Workload two(Distribution::zipf, 100, true, 9);
    for (int i = 0; i < 100; ++i) {
        Operation a;
        Operation b;
        one.fill_reserve(a);
        two.fill_reserve(b);
        EXPECT_EQ(a.sku, b.sku);
        EXPECT_EQ(a.key.uuid(), b.key.uuid());
        EXPECT_EQ(one.turn_into_end(a), two.turn_into_end(b));
    }
}

}  // namespace
}  // namespace holdfast::bench
