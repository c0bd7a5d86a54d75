#include "base/result.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>

#include "base/check.hpp"

namespace holdfast::base {
namespace {

Result<std::unique_ptr<int>> positive(int value) {
    if (value <= 0) {
        return failure(ErrorCode::invalid_input, "not positive: " + std::to_string(value));
    }
    return std::make_unique<int>(value);
}

Result<int> sum(int a, int b) {
    TRY(const auto first, positive(a));
    TRY(const auto second, positive(b));
    return *first + *second;
}

Result<void> both_positive(int a, int b) {
    TRY_VOID(sum(a, b));
    return {};
}

TEST(Result, TryTakesTheValueOrReturnsTheError) {
    EXPECT_EQ(sum(1, 2).value(), 3);
    EXPECT_EQ(sum(-1, -2).error().message, "not positive: -1");
    EXPECT_EQ(sum(1, -2).error().message, "not positive: -2");
    EXPECT_EQ(sum(1, -2).error().code, ErrorCode::invalid_input);
}

TEST(Result, TryVoidPassesOnTheError) {
    EXPECT_TRUE(both_positive(1, 2).has_value());
    EXPECT_EQ(both_positive(1, 0).error().message, "not positive: 0");
}

TEST(Result, EveryCodeHasItsOwnName) {
    std::set<std::string_view> names;
    for (int code = 0; code <= static_cast<int>(ErrorCode::outcome_unknown); ++code) {
        names.insert(to_string(static_cast<ErrorCode>(code)));
    }
    EXPECT_EQ(names.size(), static_cast<std::size_t>(ErrorCode::outcome_unknown) + 1);
    EXPECT_EQ(to_string(ErrorCode::outcome_unknown), "outcome_unknown");
}

TEST(CheckDeathTest, NamesTheExpressionThePlaceAndTheMessage) {
    const int held = 3;
    EXPECT_DEATH(CHECK(held == 4), "result_test.cpp:.*CHECK failed: held == 4\n");
    EXPECT_DEATH(CHECK(held == 4, "held units"), "CHECK failed: held == 4: held units");
    EXPECT_DEATH(UNREACHABLE(), "result_test.cpp:.*unreachable");
    CHECK(held == 3, "does nothing when it holds");
}

}  // namespace
}  // namespace holdfast::base
