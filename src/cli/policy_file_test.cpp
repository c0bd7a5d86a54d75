#include "cli/policy_file.hpp"

#include <gtest/gtest.h>

#include "cli/testing.hpp"

namespace holdfast::cli {
namespace {

using testing::TemporaryFile;

base::Result<std::vector<Policy>> read(std::string_view text) {
    const TemporaryFile file("policies.toml", text);
    return read_policies(file.path());
}

std::string problem(std::string_view text) {
    const auto policies = read(text);
    if (policies) {
        return "";
    }
    const std::string& message = policies.error().message;
    return message.substr(message.find("line "));
}

TEST(PolicyFile, DefinesSeveralClassesAndPools) {
    const auto policies = *read(
        "[class.ticket]\n"
        "hold_ttl_seconds = 600\n"
        "safety_share = 0.05\n"
        "caps.buyer.units = 6\n"
        "[class.part.caps.agent]\n"
        "holds = 2\n"
        "[pool.berlin]\n"
        "channels = [\"web\", \"app\"]\n");
    ASSERT_EQ(policies.size(), 3U);
    EXPECT_EQ(policies[0].name, "ticket");
    EXPECT_EQ(policies[0].body.dump(),
              R"({"hold_ttl_seconds":600,"safety_share":0.05,"caps":{"buyer":{"units":6}}})");
    EXPECT_EQ(policies[1].body.dump(), R"({"caps":{"agent":{"holds":2}}})");
    EXPECT_EQ(policies[2].kind, PolicyKind::pool);
    EXPECT_EQ(policies[2].body.dump(), R"({"channels":["web","app"]})");
}

TEST(PolicyFile, AnEmptyTableIsAPolicyWithTheValuesOfANewOne) {
    const auto policies = *read("[class.plain]\n");
    ASSERT_EQ(policies.size(), 1U);
    EXPECT_EQ(policies[0].body.dump(), "{}");
}

TEST(PolicyFile, AnUnknownFieldIsNamedWithItsLineAndTheNearest) {
    EXPECT_EQ(problem("[class.ticket]\nhold_ttl_seconds = 5\nhold_tll_seconds = 600\n"),
              "line 3: class 'ticket': unknown field 'hold_tll_seconds'; did you mean "
              "'hold_ttl_seconds'?");
    EXPECT_EQ(problem("[class.ticket]\ncaps.byer.units = 1\n"),
              "line 2: class 'ticket': unknown field 'caps.byer.units'; did you mean "
              "'caps.buyer.units'?");
}

TEST(PolicyFile, AValueOfAnotherTypeIsNamedWithItsLine) {
    EXPECT_EQ(problem("[class.ticket]\nsplit = \"no\"\n"),
              "line 2: class 'ticket': split is true or false, not \"no\"");
    EXPECT_EQ(problem("[class.ticket]\nextensions_max = 1.5\n"),
              "line 2: class 'ticket': extensions_max is a whole number, not 1.5");
    EXPECT_EQ(problem("[pool.berlin]\nchannels = [1]\n"),
              "line 2: pool 'berlin': channels is an array of texts, not [1]");
}

TEST(PolicyFile, WhatIsNoPolicyIsRefused) {
    EXPECT_EQ(problem("hold_ttl_seconds = 5\n"),
              "line 1: 'hold_ttl_seconds' is neither [class.NAME] nor [pool.NAME]");
    EXPECT_EQ(problem("[clas.ticket]\nsplit = true\n"),
              "line 2: 'clas' is neither [class.NAME] nor [pool.NAME]; did you mean 'class'?");
    EXPECT_EQ(problem("[class]\nsplit = true\n"), "line 2: write [class.NAME], then its fields");
    EXPECT_NE(problem("[class.a]\nsplit = true\nsplit = false\n"), "");
    EXPECT_EQ(read_policies("/nowhere.toml").error().code, base::ErrorCode::not_found);
}

TEST(PolicyFile, FindsTheLineThatAPointerOfTheServiceMeans) {
    const auto policies = *read("[class.ticket]\nhold_ttl_seconds = 5\ncaps.buyer.units = 1\n");
    EXPECT_EQ(policies[0].line_of("/hold_ttl_seconds"), 2U);
    EXPECT_EQ(policies[0].line_of("/caps/buyer"), 3U);
    EXPECT_EQ(policies[0].line_of("/payment_ttl_seconds"), 2U);  // not written: where it begins
}

}  // namespace
}  // namespace holdfast::cli
