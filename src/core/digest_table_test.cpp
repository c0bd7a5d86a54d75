#include "core/digest_table.hpp"

#include <gtest/gtest.h>

#include <map>

#include "base/prng.hpp"

namespace holdfast::core {
namespace {

using base::Digest128;

TEST(DigestTable, FindsWhatWasPutAndNothingElse) {
    DigestTable<int> table;
    table.put({.high = 1, .low = 2}, 7);
    ASSERT_NE(table.find({.high = 1, .low = 2}), nullptr);
    EXPECT_EQ(*table.find({.high = 1, .low = 2}), 7);
    EXPECT_EQ(table.find({.high = 2, .low = 2}), nullptr);
    table.put({.high = 1, .low = 2}, 8);
    EXPECT_EQ(*table.find({.high = 1, .low = 2}), 8);
    EXPECT_EQ(table.size(), 1u);
    EXPECT_TRUE(table.erase({.high = 1, .low = 2}));
    EXPECT_FALSE(table.erase({.high = 1, .low = 2}));
    EXPECT_EQ(table.find({.high = 1, .low = 2}), nullptr);
    EXPECT_EQ(table.size(), 0u);
}

TEST(DigestTable, TheEmptyDigestIsNeverThere) {
    DigestTable<int> table;
    table.put({.high = 1, .low = 2}, 7);
    EXPECT_EQ(table.find({}), nullptr);
    EXPECT_FALSE(table.erase({}));
    EXPECT_EQ(table.size(), 1u);
}

TEST(DigestTable, KeysThatCollideInTheirSlotsStayApart) {
    DigestTable<std::uint64_t> table;
    for (std::uint64_t i = 1; i <= 300; ++i) {
        table.put({.high = i << 40, .low = 511}, i);  // one home slot, at the end: wraps around
    }
    for (std::uint64_t i = 1; i <= 300; i += 2) {
        EXPECT_TRUE(table.erase({.high = i << 40, .low = 511}));
    }
    for (std::uint64_t i = 1; i <= 300; ++i) {
        const auto* const found = table.find({.high = i << 40, .low = 511});
        EXPECT_EQ(found != nullptr, i % 2 == 0) << i;
    }
}

void expect_equal(const DigestTable<std::uint64_t>& table,
                  const std::map<Digest128, std::uint64_t>& expected) {
    EXPECT_EQ(table.size(), expected.size());
    for (const auto& [key, value] : expected) {
        const auto* const found = table.find(key);
        ASSERT_NE(found, nullptr);
        ASSERT_EQ(*found, value);
    }
    std::size_t visited = 0;
    table.for_each([&](Digest128 key, std::uint64_t value) {
        ++visited;
        const auto found = expected.find(key);
        ASSERT_NE(found, expected.end());
        ASSERT_EQ(found->second, value);
    });
    EXPECT_EQ(visited, expected.size());
}

TEST(DigestTable, BehavesLikeAMapThroughManySplits) {
    base::Prng dice(1);
    DigestTable<std::uint64_t> table;
    std::map<Digest128, std::uint64_t> expected;
    std::vector<Digest128> seen;
    for (int step = 0; step < 200'000; ++step) {
        // Growing first, then shrinking.
        const bool put = dice.chance(step < 120'000 ? 3 : 1, 4);
        const bool known = !seen.empty() && dice.chance(put ? 1 : 9, 10);
        const Digest128 key = known ? seen[dice.below(seen.size())]
                                    : Digest128{.high = dice.next(), .low = dice.next() | 1};
        if (put) {
            table.put(key, static_cast<std::uint64_t>(step));
            expected[key] = static_cast<std::uint64_t>(step);
            seen.push_back(key);
        } else {
            ASSERT_EQ(table.erase(key), expected.erase(key) == 1);
            ASSERT_EQ(table.find(key), nullptr);
        }
        if (step % 40'000 == 0) {
            expect_equal(table, expected);
        }
    }
    expect_equal(table, expected);
}

}  // namespace
}  // namespace holdfast::core
