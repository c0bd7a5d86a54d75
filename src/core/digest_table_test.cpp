#include "core/digest_table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

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

TEST(DigestTable, WhatEveryGroupWasPassedByIsStillFoundAfterManyLeft) {
    DigestTable<std::uint64_t> table;
    const auto key = [](std::uint64_t i) { return Digest128{.high = i << 40, .low = i << 8}; };
    for (std::uint64_t i = 1; i <= 900; ++i) {
        table.put(key(i), i);  // one home: more than a group can count went on from it
    }
    for (std::uint64_t i = 1; i < 900; ++i) {
        EXPECT_TRUE(table.erase(key(i)));
    }
    ASSERT_NE(table.find(key(900)), nullptr);
    EXPECT_EQ(*table.find(key(900)), 900u);
    EXPECT_EQ(table.find(key(1)), nullptr);
    table.put(key(1), 1);
    EXPECT_NE(table.find(key(1)), nullptr);
    EXPECT_EQ(table.size(), 2u);
}

TEST(DigestTable, IsThreeQuartersFullAtEverySize) {
    base::Prng dice(1);
    DigestTable<std::uint64_t> table;
    std::size_t next = 20'000;  // below, one segment's step shows
    while (table.size() < 200'000) {
        table.put({.high = dice.next(), .low = dice.next()}, 1);
        if (table.size() == next) {
            EXPECT_LE(table.capacity(), next * 4 / 3) << next;
            next += next / 16;
        }
    }
}

TEST(TagGroup, FindsFreeSlotsAndTagsInOrder) {
    TagGroup group;
    for (std::uint32_t slot = 0; slot < TagGroup::kSlots; ++slot) {
        EXPECT_EQ(group.first_free(), slot);
        EXPECT_FALSE(group.taken(slot));
        group.set(slot, slot % 2 == 0 ? 1 : 200);
    }
    EXPECT_EQ(group.first_free(), TagGroup::kSlots);
    EXPECT_EQ(group.matches(1), 0b101010101010101u);
    EXPECT_EQ(group.matches(200), 0b010101010101010u);
    EXPECT_EQ(group.matches(7), 0u);
    group.clear(11);
    EXPECT_EQ(group.first_free(), 11u);
}

TEST(TagGroup, CountsWhoWentOnAndNeverForgetsMany) {
    TagGroup group;
    EXPECT_FALSE(group.passed());
    group.one_went_on();
    group.one_went_on();
    group.one_came_back();
    EXPECT_TRUE(group.passed());
    group.one_came_back();
    EXPECT_FALSE(group.passed());
    for (int i = 0; i < 300; ++i) {
        group.one_went_on();
    }
    for (int i = 0; i < 300; ++i) {
        group.one_came_back();
    }
    EXPECT_TRUE(group.passed());
    EXPECT_EQ(group.first_free(), 0u);  // the count is no slot
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

// Anybody can compute keys whose digests begin alike, given time.
TEST(DigestTable, KeysThatBeginAlikeTakeNoMoreMemoryThanOthers) {
    constexpr int kKeys = 20'000;
    base::Prng dice(3);
    DigestTable<std::uint64_t> alike;
    DigestTable<std::uint64_t> others;
    for (int i = 0; i < kKeys; ++i) {
        const std::uint64_t bits = dice.next();
        alike.put({.high = (0xABCD'EF01ULL << 32) | (bits & UINT32_MAX), .low = 1}, 1);
        others.put({.high = bits, .low = 1}, 1);
    }
    EXPECT_LT(alike.bytes(), 2 * others.bytes());
}

TEST(DigestTable, WhichKeysShareASegmentIsTheSecretsBusinessAndNobodyElses) {
    const std::uint64_t before = table_secret();
    const auto order = [] {
        DigestTable<int> table;
        base::Prng dice(4);
        for (int i = 0; i < 5'000; ++i) {
            table.put({.high = dice.next(), .low = 1}, i);
        }
        std::vector<int> out;
        table.for_each([&](Digest128 /*key*/, int value) { out.push_back(value); });
        return out;
    };
    auto one = order();
    EXPECT_EQ(order(), one);
    use_table_secret(4'711);
    auto other = order();
    use_table_secret(before);
    EXPECT_NE(other, one);
    std::ranges::sort(one);
    std::ranges::sort(other);
    EXPECT_EQ(other, one);
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
