#include "base/strong_id.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <type_traits>
#include <unordered_set>

namespace holdfast::base {
namespace {

using SkuId = StrongId<struct SkuTag, std::uint32_t>;
using PoolId = StrongId<struct PoolTag, std::uint32_t>;

TEST(StrongId, IsOnlyMadeAndReadOnPurpose) {
    static_assert(!std::is_convertible_v<std::uint32_t, SkuId>);
    static_assert(!std::is_convertible_v<SkuId, std::uint32_t>);
    static_assert(!std::is_convertible_v<PoolId, SkuId>);
    static_assert(!std::is_constructible_v<SkuId, PoolId>);
    EXPECT_EQ(SkuId(7).value(), 7U);
    EXPECT_EQ(SkuId().value(), 0U);
}

TEST(StrongId, ComparesOrdersAndHashesByValue) {
    EXPECT_EQ(SkuId(1), SkuId(1));
    EXPECT_NE(SkuId(1), SkuId(2));
    EXPECT_LT(SkuId(1), SkuId(2));
    const std::unordered_set<SkuId> ids{SkuId(1), SkuId(2), SkuId(1)};
    EXPECT_EQ(ids.size(), 2U);
    EXPECT_TRUE(ids.contains(SkuId(2)));
}

}  // namespace
}  // namespace holdfast::base
