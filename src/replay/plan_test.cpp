#include "replay/plan.hpp"

#include <gtest/gtest.h>

#include "replay/orders_test.hpp"

namespace holdfast::replay {
namespace {

// Everything is bought at once and shipped.
ReplayOptions plain() {
    ReplayOptions options;
    options.delayed = 0;
    options.abandoned = 0;
    options.shipped = 1;
    return options;
}

TEST(Plan, AnInvoiceIsACartWithItsLinesAsSent) {
    const Plan plan = make_plan(orders_of(order_row("1", "10001", 6) + order_row("2", "10002", 1) +
                                          order_row("1", "10001", 4)),
                                plain());
    ASSERT_EQ(plan.carts.size(), 2U);
    ASSERT_EQ(plan.carts[0].lines.size(), 2U);
    EXPECT_EQ(plan.carts[0].lines[0].quantity, 6);
    EXPECT_EQ(plan.carts[0].lines[1].quantity, 4);
    EXPECT_EQ(plan.carts[0].lines[1].line, 4U);
    EXPECT_EQ(plan.steps.size(), 2U);
}

TEST(Plan, ACancellationBelongsToTheNewestEarlierSaleOfItsCustomer) {
    const Plan plan = make_plan(
        orders_of(order_row("1", "10001", 5, "anna") + order_row("2", "10001", 5, "bert") +
                  order_row("C3", "10001", -2, "anna") + order_row("4", "10001", 5, "anna")),
        plain());
    ASSERT_EQ(plan.reversals.size(), 1U);
    EXPECT_EQ(plan.reversals[0].cart, 0U);
    EXPECT_EQ(plan.reversals[0].cart_line, 2U);
    EXPECT_EQ(plan.reversals[0].units, 2);
}

TEST(Plan, ACancellationWithoutACustomerBelongsToTheNewestSaleOfAnybody) {
    const Plan plan =
        make_plan(orders_of(order_row("1", "10001", 5, "anna") +
                            order_row("2", "10001", 5, "bert") + order_row("C3", "10001", -2, "")),
                  plain());
    EXPECT_EQ(plan.reversals.at(0).cart, 1U);
}

TEST(Plan, ACancellationIsSpreadOverSalesAndNeverTakesMoreThanWasSold) {
    const Plan plan =
        make_plan(orders_of(order_row("1", "10001", 5) + order_row("2", "10001", 3) +
                            order_row("C3", "10001", -6) + order_row("C4", "10001", -4)),
                  plain());
    ASSERT_EQ(plan.reversals.size(), 4U);
    EXPECT_EQ(plan.reversals[0].cart, 1U);
    EXPECT_EQ(plan.reversals[0].units, 3);
    EXPECT_EQ(plan.reversals[1].cart, 0U);
    EXPECT_EQ(plan.reversals[1].units, 3);
    EXPECT_EQ(plan.reversals[1].part, 1U);
    EXPECT_EQ(plan.reversals[2].units, 2);
    EXPECT_FALSE(plan.reversals[3].cart.has_value());
    EXPECT_EQ(plan.reversals[3].units, 2);
}

TEST(Plan, ACancellationOfWhatNobodyBoughtHasNoSale) {
    ReplayOptions options = plain();
    options.abandoned = 1;
    const Plan plan =
        make_plan(orders_of(order_row("1", "10001", 5) + order_row("C2", "10001", -5)), options);
    EXPECT_FALSE(plan.carts[0].is_bought());
    EXPECT_FALSE(plan.reversals.at(0).cart.has_value());
}

TEST(Plan, AWriteOffTellsItsReasonFromItsDescription) {
    const Plan plan = make_plan(orders_of(order_row("1", "10001", -3, "", "damages") +
                                          order_row("2", "10001", -4, "", "?")),
                                plain());
    ASSERT_EQ(plan.write_offs.size(), 2U);
    EXPECT_EQ(plan.write_offs[0].reason, model::Reason::damage);
    EXPECT_EQ(plan.write_offs[1].reason, model::Reason::shrinkage);
    EXPECT_EQ(plan.write_offs[1].units, 4);
}

TEST(Plan, TheSameSeedDrawsTheSameFates) {
    std::string rows;
    for (int i = 0; i < 400; ++i) {
        rows += order_row(std::to_string(500'000 + i), "10001", 1);
    }
    ReplayOptions options;
    options.abandoned = 0.25;
    const Orders orders = orders_of(rows);
    const Plan first = make_plan(orders, options);
    const Plan again = make_plan(orders, options);
    options.seed = 2;
    const Plan other = make_plan(orders, options);
    std::size_t abandoned = 0;
    std::size_t changed = 0;
    for (std::size_t i = 0; i < first.carts.size(); ++i) {
        EXPECT_EQ(first.carts[i].payment, again.carts[i].payment);
        abandoned += first.carts[i].is_bought() ? 0 : 1;
        changed += first.carts[i].payment == other.carts[i].payment ? 0 : 1;
    }
    EXPECT_GT(abandoned, 60U);
    EXPECT_LT(abandoned, 140U);
    EXPECT_GT(changed, 0U);
}

TEST(Plan, TheBusiestSkusAreThoseOfMostLines) {
    const Plan plan = make_plan(orders_of(order_row("1", "10003", 1) + order_row("2", "10002", 9) +
                                          order_row("3", "10003", 1) + order_row("4", "10001", 1)),
                                plain());
    EXPECT_EQ(busiest(plan, 2), (std::vector<std::string>{"10003", "10001"}));
    EXPECT_EQ(busiest(plan, 10).size(), 3U);
}

}  // namespace
}  // namespace holdfast::replay
