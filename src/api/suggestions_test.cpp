// Which class would suit a SKU: rules of thumb that give their reason.
#include "api/suggestions.hpp"

#include <gtest/gtest.h>

namespace holdfast::api {
namespace {

projection::SkuFigures seen_for(int days) {
    projection::SkuFigures out;
    out.first_seen = base::time_from_ms(1'700'000'000'000);
    out.last_seen = out.first_seen + std::chrono::days(days);
    return out;
}

std::string_view suggested(const projection::SkuFigures& figures) {
    const auto suggestion = suggest_class(figures);
    return suggestion ? suggestion->sku_class : std::string_view();
}

TEST(Suggestions, SayNothingOfWhatIsNew) { EXPECT_EQ(suggested(seen_for(1)), ""); }

TEST(Suggestions, WhatSoldOutAtOnceIsADrop) {
    auto figures = seen_for(1);
    figures.received = 100;
    figures.holds = 100;
    figures.refused = 900;
    figures.peak_held_permille = 1'000;
    EXPECT_EQ(suggested(figures), "sneaker-drop");
    figures.refused = 10;
    EXPECT_EQ(suggested(figures), "") << "hardly anybody was refused";
}

TEST(Suggestions, ASingleUnitThatManyWantIsASeat) {
    auto figures = seen_for(1);
    figures.received = 1;
    figures.holds = 10;
    figures.refused = 30;
    figures.peak_held_permille = 1'000;
    EXPECT_EQ(suggested(figures), "concert-ticket");
}

TEST(Suggestions, WhatSellsEveryDayIsAGrocery) {
    auto figures = seen_for(30);
    figures.received = 10'000;
    figures.sold = 9'000;
    figures.sales = 3'000;
    EXPECT_EQ(suggested(figures), "grocery-basket");
}

TEST(Suggestions, WhatSellsNowAndThenIsAPart) {
    auto figures = seen_for(100);
    figures.sold = 3;
    figures.sales = 3;
    const auto suggestion = suggest_class(figures);
    ASSERT_TRUE(suggestion.has_value());
    EXPECT_EQ(suggestion->sku_class, "replacement-part");
    EXPECT_FALSE(suggestion->reason.empty());
}

}  // namespace
}  // namespace holdfast::api
