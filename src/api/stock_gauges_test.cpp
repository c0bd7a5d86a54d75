// What is wrong with the stock is visible to whoever watches the service.
#include "api/stock_gauges.hpp"

#include <gtest/gtest.h>

#include "api/stock_facts_testing.hpp"

namespace holdfast::api {
namespace {

using namespace testing;
using model::Operation;

class Watched : public ::testing::Test {
  protected:
    double value(const std::string& series) {
        world.service->gauges.update();
        const std::string text = world.metrics.expose();
        const auto at = text.find('\n' + series + ' ');
        return at == std::string::npos ? -1 : std::stod(text.substr(at + series.size() + 2));
    }

    World world;
};

TEST_F(Watched, OpenCasesByKindAndTheAgeOfTheOldest) {
    EXPECT_EQ(value("holdfast_open_cases{kind=\"shortage\"}"), 0);
    world.receive("tea", 1);
    ASSERT_EQ(world.create(hold(world, "tea", 1)).problem(), nullptr);
    world.move(movement(world, Operation::adjust_stock, "tea", -1, "theft"));
    world.advance(base::Duration(30'000));
    EXPECT_EQ(value("holdfast_open_cases{kind=\"shortage\"}"), 1);
    EXPECT_EQ(value("holdfast_oldest_case_age_seconds{kind=\"shortage\"}"), 30);
    world.receive("tea", 1);
    EXPECT_EQ(value("holdfast_open_cases{kind=\"shortage\"}"), 0);
    EXPECT_EQ(value("holdfast_oldest_case_age_seconds{kind=\"shortage\"}"), 0);
}

TEST_F(Watched, AdjustmentsAndDriftBySourceAndReason) {
    world.receive("tea", 100);
    auto request = movement(world, Operation::adjust_stock, "tea", -3, "damage");
    request.attempt = {.source = "wms", .source_sequence = 1};
    ASSERT_EQ(world.move(request).problem(), nullptr);
    request = movement(world, Operation::adjust_stock, "tea", 1, "damage");
    request.attempt = {.source = "wms", .source_sequence = 2};
    ASSERT_EQ(world.move(request).problem(), nullptr);
    EXPECT_EQ(value("holdfast_adjusted_units{reason=\"damage\",source=\"wms\"}"), -2);
    EXPECT_EQ(value("holdfast_adjustment_volume_units{reason=\"damage\",source=\"wms\"}"), 4);
    world.advance(base::Duration(1'000));
    auto seen = counted(world, "tea", 96);
    seen.attempt = {.source = "scanner", .source_sequence = 1};
    ASSERT_EQ(count(world, seen).problem(), nullptr);
    EXPECT_EQ(value("holdfast_drift_units{reason=\"cycle_count\",source=\"scanner\"}"), -2);
    EXPECT_EQ(value("holdfast_counts"), 1);
    EXPECT_EQ(value("holdfast_pending_counts"), 0);
}

TEST_F(Watched, WhatExpiredKeptUnitsFromBeingSold) {
    world.receive("tea", 5);
    auto request = hold(world, "tea", 2);
    request.ttl_seconds = 60;
    ASSERT_EQ(world.create(request).problem(), nullptr);
    world.advance(base::Duration(60'000));
    EXPECT_EQ(value("holdfast_undersold_unit_seconds"), 120);
    EXPECT_EQ(value("holdfast_leaked_holds"), 0);
}

TEST_F(Watched, AWallClockThatJumpedMakesNoHoldOverdueAndNoCaseOld) {
    world.receive("tea", 1);
    ASSERT_EQ(world.create(hold(world, "tea", 1)).problem(), nullptr);
    world.move(movement(world, Operation::adjust_stock, "tea", -1, "theft"));
    world.clock.jump_wall(std::chrono::hours(48));
    world.settle();
    EXPECT_EQ(value("holdfast_leaked_holds"), 0);
    EXPECT_EQ(value("holdfast_oldest_case_age_seconds{kind=\"shortage\"}"), 0);
}

TEST_F(Watched, LooksAgainByItself) {
    world.service->gauges.start();
    world.receive("tea", 1);
    ASSERT_EQ(world.create(hold(world, "tea", 1)).problem(), nullptr);
    world.move(movement(world, Operation::adjust_stock, "tea", -1, "theft"));
    for (int i = 0; i < 2; ++i) {
        world.advance(base::Duration(5'000));
        const std::string text = world.metrics.expose();
        EXPECT_NE(text.find("holdfast_open_cases{kind=\"shortage\"} 1"), std::string::npos);
        EXPECT_NE(text.find("holdfast_oldest_case_age_seconds{kind=\"shortage\"} " +
                            std::to_string(5 * (i + 1))),
                  std::string::npos);
    }
}

}  // namespace
}  // namespace holdfast::api
