// The names of what has names in requests and answers.
#include <gtest/gtest.h>

#include <set>

#include "model/case.hpp"
#include "model/event.hpp"
#include "model/owner_caps.hpp"
#include "model/pool.hpp"
#include "model/stop.hpp"

namespace holdfast::model {
namespace {

TEST(CaseKinds, AreReadAsTheyArePrinted) {
    std::set<std::string_view> names;
    for (int value = 0; value <= static_cast<int>(kLastCaseKind); ++value) {
        const auto kind = static_cast<CaseKind>(value);
        EXPECT_EQ(parse_case_kind(to_string(kind)), kind) << to_string(kind);
        EXPECT_TRUE(names.insert(to_string(kind)).second) << to_string(kind);
    }
}

// A list of names beside a list of enumerators can slip by one.
TEST(CaseKinds, NamesBelongToTheirEnumerators) {
    EXPECT_EQ(to_string(CaseKind::shortage), "shortage");
    EXPECT_EQ(to_string(CaseKind::late_money), "late_money");
    EXPECT_EQ(to_string(CaseKind::review), "review");
    EXPECT_EQ(to_string(CaseKind::count), "count");
    EXPECT_EQ(to_string(CaseKind::unexpected_fact), "unexpected_fact");
}

TEST(CaseKinds, OnlyTheExactNameCounts) {
    EXPECT_EQ(parse_case_kind(""), std::nullopt);
    EXPECT_EQ(parse_case_kind("Shortage"), std::nullopt);
    EXPECT_EQ(parse_case_kind("counts"), std::nullopt);
}

TEST(StopScopes, AreReadAsTheyArePrinted) {
    std::set<std::string_view> names;
    for (int value = 0; value <= static_cast<int>(kLastStopScope); ++value) {
        const auto scope = static_cast<StopScope>(value);
        EXPECT_EQ(parse_stop_scope(to_string(scope)), scope) << to_string(scope);
        EXPECT_TRUE(names.insert(to_string(scope)).second) << to_string(scope);
    }
}

TEST(StopScopes, NamesBelongToTheirEnumerators) {
    EXPECT_EQ(to_string(StopScope::everything), "everything");
    EXPECT_EQ(to_string(StopScope::sku), "sku");
    EXPECT_EQ(to_string(StopScope::pool), "pool");
    EXPECT_EQ(to_string(StopScope::sku_class), "class");
    EXPECT_EQ(to_string(StopScope::channel), "channel");
    EXPECT_EQ(to_string(StopScope::agent), "agent");
}

TEST(StopScopes, OnlyTheExactNameCounts) {
    EXPECT_EQ(parse_stop_scope(""), std::nullopt);
    EXPECT_EQ(parse_stop_scope("sku_class"), std::nullopt);
    EXPECT_EQ(parse_stop_scope("SKU"), std::nullopt);
}

TEST(Resolutions, HaveUniqueNames) {
    std::set<std::string_view> names;
    for (int value = 0; value <= static_cast<int>(kLastResolution); ++value) {
        EXPECT_TRUE(names.insert(to_string(static_cast<Resolution>(value))).second);
    }
    EXPECT_EQ(to_string(Resolution::acknowledged), "acknowledged");
}

TEST(Operations, HaveUniqueNames) {
    std::set<std::string_view> names;
    for (int value = 1; value <= static_cast<int>(Operation::resolve_case); ++value) {
        EXPECT_TRUE(names.insert(to_string(static_cast<Operation>(value))).second) << value;
    }
    EXPECT_TRUE(names.insert(to_string(Operation::read_reservation)).second);
    EXPECT_EQ(to_string(Operation::close_short), "close_short");
}

TEST(OwnerCaps, PrincipalsAndMeasuresHaveTheirNames) {
    EXPECT_EQ(to_string(PrincipalKind::agent), "agent");
    EXPECT_EQ(to_string(PrincipalKind::operator_), "operator");
    EXPECT_EQ(to_string(PrincipalKind::buyer), "buyer");
    EXPECT_EQ(to_string(CapMeasure::units), "units");
    EXPECT_EQ(to_string(CapMeasure::holds), "holds");
    EXPECT_EQ(to_string(CapMeasure::unit_seconds), "unit_seconds");
}

TEST(PoolKinds, HaveTheirNames) {
    EXPECT_EQ(to_string(PoolKind::physical), "physical");
    EXPECT_EQ(to_string(PoolKind::supplier), "supplier");
}

}  // namespace
}  // namespace holdfast::model
