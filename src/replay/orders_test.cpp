#include "replay/orders.hpp"

#include <gtest/gtest.h>

#include "replay/orders_test.hpp"

namespace holdfast::replay {
namespace {

TEST(Orders, ALineIsASaleAReversalOrAWriteOff) {
    const Orders orders =
        orders_of(order_row("536365", "85123A", 6) + order_row("C536379", "85123A", -2) +
                  order_row("536589", "85123A", -10, "", ""));
    ASSERT_EQ(orders.lines.size(), 3U);
    EXPECT_FALSE(orders.lines[0].is_reversal() || orders.lines[0].is_write_off());
    EXPECT_TRUE(orders.lines[1].is_reversal());
    EXPECT_TRUE(orders.lines[2].is_write_off());
    EXPECT_EQ(orders.invoices, 3U);
    EXPECT_EQ(orders.lines[0].line, 2U);
}

TEST(Orders, OneCodeInBothCasesIsOneSku) {
    const Orders orders = orders_of(order_row("1", "85123a", 1) + order_row("2", "85123A", 1));
    EXPECT_EQ(orders.lines[0].sku, orders.lines[1].sku);
}

TEST(Orders, CodesThatAreNoStockAreNamedAndLeftOut) {
    const Orders orders = orders_of(order_row("1", "POST", 1) + order_row("1", "BANK CHARGES", 1) +
                                    order_row("1", "gift_0001_40", 1) + order_row("2", "post", 1));
    EXPECT_TRUE(orders.lines.empty());
    EXPECT_EQ(orders.not_stock.at("POST").lines, 2U);
    EXPECT_TRUE(orders.not_stock.contains("BANK CHARGES"));
    EXPECT_TRUE(orders.not_stock.contains("GIFT_0001_40"));
}

TEST(Orders, GoodsHaveOneOfTwoRangesOfNumbers) {
    const Orders orders = orders_of(order_row("1", "10001", 1) + order_row("1", "15056BL", 1) +
                                    order_row("1", "DCGS0003", 1) + order_row("1", "DCGSLBOY", 1));
    EXPECT_EQ(orders.lines.size(), 3U);
    EXPECT_TRUE(orders.not_stock.contains("DCGSLBOY"));
}

TEST(Orders, MalformedLinesAreReportedWithTheirNumberAndSkipped) {
    const Orders orders = orders_of("too,few\n" + order_row("1", "10001", 0) +
                                    order_row("", "10001", 1) + order_row("C5", "10001", 3) +
                                    "7,10001,X,1.5,2010-12-01T08:26:00Z,1,,UK\n"
                                    "7,10001,X,1,01/12/2010,1,,UK\n"
                                    "7,10001,X,1,2010-13-01T08:26:00Z,1,,UK\n" +
                                    order_row("8", "10001", 4));
    ASSERT_EQ(orders.malformed.size(), 7U);
    EXPECT_EQ(orders.malformed[0].line, 2U);
    EXPECT_EQ(orders.malformed[0].reason, "2 fields instead of 8");
    EXPECT_EQ(orders.malformed[6].line, 8U);
    ASSERT_EQ(orders.lines.size(), 1U);
    EXPECT_EQ(orders.lines[0].quantity, 4);
    EXPECT_EQ(orders.rows, 8U);
}

TEST(Orders, AWrongHeaderIsRefusedNamingIt) {
    const auto orders = read_orders("Invoice,Code\n1,2\n", 0);
    ASSERT_FALSE(orders.has_value());
    EXPECT_NE(orders.error().message.find("'Invoice,Code'"), std::string::npos);
    EXPECT_FALSE(read_orders("", 0).has_value());
}

TEST(Orders, ReadsOnlyTheFirstInvoicesIfAsked) {
    const std::string rows = order_row("1", "10001", 1) + order_row("2", "10001", 1) +
                             order_row("2", "10002", 1) + order_row("3", "10001", 1);
    const auto orders = read_orders(kOrderHeader + rows, 2);
    EXPECT_EQ(orders->lines.size(), 3U);
    EXPECT_EQ(orders->invoices, 2U);
}

TEST(ParseOrderTime, KnowsTheCalendar) {
    EXPECT_EQ(base::to_ms(*parse_order_time("1970-01-02T00:00:01Z")), 86'401'000);
    EXPECT_FALSE(parse_order_time("2010-02-30T00:00:00Z").has_value());
    EXPECT_FALSE(parse_order_time("2010-12-01 08:26:00Z").has_value());
    EXPECT_FALSE(parse_order_time("2010-12-01T24:00:00Z").has_value());
}

}  // namespace
}  // namespace holdfast::replay
