#include "base/suggest.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace holdfast::base {
namespace {

constexpr std::array<std::string_view, 3> kNames = {"sku", "quantity", "reference"};

TEST(Closest, FindsTheNameThatASlipMissed) {
    EXPECT_EQ(closest("quantty", kNames), "quantity");
    EXPECT_EQ(closest("skus", kNames), "sku");
    EXPECT_EQ(closest("refrence_", kNames), "reference");
}

TEST(Closest, SaysNothingWhereNothingIsNear) {
    EXPECT_EQ(closest("price", kNames), "");
    EXPECT_EQ(closest("", kNames), "");
    EXPECT_EQ(closest("quantity", {}), "");
}

TEST(Closest, DoesNotCompareLongNames) {
    EXPECT_EQ(closest(std::string(100'000, 'x'), kNames), "");
}

}  // namespace
}  // namespace holdfast::base
