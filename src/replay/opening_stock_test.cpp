#include "replay/opening_stock.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "replay/orders_test.hpp"

namespace holdfast::replay {
namespace {

TEST(OpeningStock, AutoIsEnoughForMostSkusAndShortForSome) {
    std::string rows;
    for (int i = 0; i < 1'000; ++i) {
        rows += order_row("1", std::to_string(10'000 + i), 100);
    }
    const ReplayOptions options;
    const OpeningStock stock = *make_opening_stock(make_plan(orders_of(rows), options), options);
    std::size_t is_short = 0;
    for (const auto& [sku, units] : stock) {
        EXPECT_GE(units, 40);
        EXPECT_LE(units, 100);
        is_short += units < 100 ? 1 : 0;
    }
    EXPECT_GT(is_short, 0U);
    EXPECT_LT(is_short, 50U);
    EXPECT_EQ(*make_opening_stock(make_plan(orders_of(rows), options), options), stock);
}

TEST(OpeningStock, AutoCoversWriteOffsAndKnowsSkusThatOnlyComeBack) {
    const ReplayOptions options;
    const Plan plan =
        make_plan(orders_of(order_row("1", "10001", 5) + order_row("2", "10001", -3, "", "") +
                            order_row("C3", "10002", -1)),
                  options);
    const OpeningStock stock = *make_opening_stock(plan, options);
    EXPECT_EQ(stock.at("10001"), 8);
    EXPECT_EQ(stock.at("10002"), 1);
}

TEST(OpeningStock, ANumberIsForEverySku) {
    ReplayOptions options;
    options.opening_stock = "7";
    const Plan plan =
        make_plan(orders_of(order_row("1", "10001", 50) + order_row("1", "10002", 1)), options);
    EXPECT_EQ(*make_opening_stock(plan, options), (OpeningStock{{"10001", 7}, {"10002", 7}}));
}

TEST(OpeningStock, AFileListsItAndTheRestGetsOneUnit) {
    const std::string path =
        testing::TempDir() + "holdfast_opening_stock_" + std::to_string(::getpid());
    std::ofstream(path) << "sku,quantity\n10001,12\n";
    ReplayOptions options;
    options.opening_stock = path;
    const Plan plan =
        make_plan(orders_of(order_row("1", "10001", 50) + order_row("1", "10002", 5)), options);
    EXPECT_EQ(*make_opening_stock(plan, options), (OpeningStock{{"10001", 12}, {"10002", 1}}));
    std::ofstream(path) << "sku,quantity\n10001,many\n";
    EXPECT_NE(make_opening_stock(plan, options).error().message.find("line 2"), std::string::npos);
    std::remove(path.c_str());
    EXPECT_EQ(make_opening_stock(plan, options).error().code, base::ErrorCode::not_found);
}

}  // namespace
}  // namespace holdfast::replay
