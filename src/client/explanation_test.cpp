#include "client/explanation.hpp"

#include <gtest/gtest.h>

namespace holdfast::client {
namespace {

Json explanation() {
    return *Json::parse(R"({"sku":"mug","pools":[{"pool":"default","sellable":2,"on_hand":10,
        "committed":3,"held":4,"soft_held":0,"unavailable":1,"safety_stock":0,"deficit":0,
        "on_hand_terms":[{"term":"receipts","units":12},{"term":"shipments","units":-2}],
        "unavailable_terms":[{"reason":"damage","units":1}],
        "promise_terms":[{"kind":"held","units":1},{"kind":"payment_pending","units":3},
                         {"kind":"committed","units":3}]}]})");
}

Json with(const char* figure, std::int64_t value) {
    Json document = explanation();
    Json pool = document["pools"].items().front();
    pool.set(figure, value);
    document.set("pools", Json::Array{pool});
    return document;
}

TEST(Unexplained, IsEmptyWhereEveryFigureIsTheSumOfItsTerms) {
    EXPECT_TRUE(unexplained(explanation()).empty());
}

TEST(Unexplained, NamesTheFigureThatIsNot) {
    EXPECT_EQ(unexplained(with("sellable", 3)).at(0),
              "pool default: sellable is 3, its terms come to 2");
    EXPECT_EQ(unexplained(with("on_hand", 11)).size(), 2U);  // and sellable with it
    EXPECT_EQ(unexplained(with("soft_held", 1)).at(0),
              "pool default: soft_held is 1, its terms come to 0");
}

TEST(Unexplained, ADeficitIsSellableBelowZero) {
    Json document = explanation();
    Json pool = document["pools"].items().front();
    pool.set("safety_stock", 5);
    pool.set("sellable", 0);
    pool.set("deficit", 3);
    document.set("pools", Json::Array{pool});
    EXPECT_TRUE(unexplained(document).empty());
}

TEST(Unexplained, WhatIsOnlyPartlyTakenApartIsNotJudged) {
    Json document = with("soft_held", 1);
    document.set("partial", true);
    EXPECT_TRUE(unexplained(document).empty());
}

TEST(Promised, AddsUpTheKindsThatAreAskedFor) {
    const Json document = explanation();
    EXPECT_EQ(promised(document["pools"].items().front(), {"held", "payment_pending"}), 4);
}

}  // namespace
}  // namespace holdfast::client
