#include "model/reason.hpp"

#include <gtest/gtest.h>

#include <set>

namespace holdfast::model {
namespace {

TEST(Reason, EveryReasonIsReadAsItIsPrinted) {
    std::set<std::string_view> names;
    for (std::uint8_t value = 1; value < kReasonCount; ++value) {
        const auto reason = static_cast<Reason>(value);
        EXPECT_EQ(parse_reason(to_string(reason)), reason) << to_string(reason);
        EXPECT_TRUE(names.insert(to_string(reason)).second) << to_string(reason);
    }
}

// A list of names beside a list of enumerators can slip by one; these are its ends and its middle.
TEST(Reason, NamesBelongToTheirEnumerators) {
    EXPECT_EQ(to_string(Reason::none), "none");
    EXPECT_EQ(to_string(Reason::cycle_count), "cycle_count");
    EXPECT_EQ(to_string(Reason::return_), "return");
    EXPECT_EQ(to_string(Reason::data_entry_error), "data_entry_error");
    EXPECT_EQ(to_string(Reason::quality_hold), "quality_hold");
    EXPECT_EQ(to_string(Reason::late_commit_shortfall), "late_commit_shortfall");
    EXPECT_EQ(to_string(Reason::fraud), "fraud");
    EXPECT_EQ(to_string(Reason::other), "other");
    EXPECT_EQ(to_string(Reason::disputed), "disputed");
    EXPECT_EQ(to_string(Reason::substituted), "substituted");
    EXPECT_EQ(to_string(Reason::recall), "recall");
}

TEST(Reason, NobodyCanAskForNone) {
    EXPECT_EQ(parse_reason("none"), std::nullopt);
    EXPECT_EQ(parse_reason(""), std::nullopt);
}

TEST(Reason, OnlyTheExactNameCounts) {
    EXPECT_EQ(parse_reason("Damage"), std::nullopt);
    EXPECT_EQ(parse_reason("damage "), std::nullopt);
    EXPECT_EQ(parse_reason("damages"), std::nullopt);
    EXPECT_EQ(parse_reason("return_"), std::nullopt);
}

}  // namespace
}  // namespace holdfast::model
