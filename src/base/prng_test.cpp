#include "base/prng.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <set>
#include <vector>

namespace holdfast::base {
namespace {

// Persisted in every seed that somebody wrote down: these numbers never change.
TEST(Prng, TheSameSeedGivesTheSameNumbersForEver) {
    Prng dice(0);
    EXPECT_EQ(dice.next(), 11091344671253066420ULL);
    EXPECT_EQ(dice.next(), 13793997310169335082ULL);
    EXPECT_EQ(dice.next(), 1900383378846508768ULL);
    Prng a(42);
    Prng b(42);
    Prng c(43);
    bool differs = false;
    for (int round = 0; round < 1'000; ++round) {
        const auto number = a.next();
        ASSERT_EQ(number, b.next());
        differs |= number != c.next();
    }
    EXPECT_TRUE(differs);
}

TEST(Prng, BelowReachesEveryValueAndNoOther) {
    Prng dice(1);
    std::vector<int> seen(6);
    for (int round = 0; round < 6'000; ++round) {
        seen.at(dice.below(6)) += 1;
    }
    for (const int count : seen) {
        EXPECT_GT(count, 850);
        EXPECT_LT(count, 1'150);
    }
    EXPECT_EQ(dice.below(1), 0U);
}

TEST(Prng, BetweenIncludesBothEnds) {
    Prng dice(2);
    std::set<std::int64_t> seen;
    for (int round = 0; round < 200; ++round) {
        seen.insert(dice.between(-2, 1));
    }
    EXPECT_EQ(seen, (std::set<std::int64_t>{-2, -1, 0, 1}));
    EXPECT_EQ(dice.between(7, 7), 7);
}

TEST(Prng, BetweenCoversTheWholeRangeOfIntegers) {
    using Limits = std::numeric_limits<std::int64_t>;
    Prng dice(3);
    bool negative = false;
    bool positive = false;
    for (int round = 0; round < 100; ++round) {
        const auto number = dice.between(Limits::min(), Limits::max());
        negative |= number < 0;
        positive |= number > 0;
    }
    EXPECT_TRUE(negative);
    EXPECT_TRUE(positive);
}

TEST(Prng, ChanceIsAShareOfTheCases) {
    Prng dice(4);
    int hits = 0;
    for (int round = 0; round < 10'000; ++round) {
        hits += dice.chance(1, 10) ? 1 : 0;
        ASSERT_FALSE(dice.chance(0, 10));
        ASSERT_TRUE(dice.chance(10, 10));
    }
    EXPECT_GT(hits, 850);
    EXPECT_LT(hits, 1'150);
}

TEST(PrngDeathTest, EmptyRangesAreBugs) {
    Prng dice(5);
    EXPECT_DEATH(std::ignore = dice.below(0), "CHECK");
    EXPECT_DEATH(std::ignore = dice.between(1, 0), "CHECK");
}

}  // namespace
}  // namespace holdfast::base
