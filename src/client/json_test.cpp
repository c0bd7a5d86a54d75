#include "client/json.hpp"

#include <gtest/gtest.h>

namespace holdfast::client {
namespace {

TEST(Json, ReadsWhatItWrote) {
    Json lines = Json::Array{Json(Json::Object{{"sku", "MUG"}, {"quantity", 2}})};
    Json document;
    document.set("lines", lines);
    document.set("partial", true);
    EXPECT_EQ(document.dump(), R"({"lines":[{"sku":"MUG","quantity":2}],"partial":true})");
    EXPECT_EQ(*Json::parse(document.dump()), document);
}

TEST(Json, AMemberThatIsMissingOrOfAnotherTypeReadsAsEmpty) {
    const Json document = *Json::parse(R"({"a":"x","n":7,"list":[1]})");
    EXPECT_EQ(document["b"].text(), "");
    EXPECT_EQ(document["a"].number(), 0);
    EXPECT_EQ(document["n"].text(), "");
    EXPECT_EQ(document["a"]["deeper"].items().size(), 0U);
    EXPECT_EQ(document["list"].items().size(), 1U);
}

TEST(Json, SetReplacesAndEraseRemoves) {
    Json document = *Json::parse(R"({"a":1,"b":2})");
    document.set("a", "one");
    document.erase("b");
    EXPECT_EQ(document.dump(), R"({"a":"one"})");
}

TEST(Json, DisplaysScalarsAsAPersonReadsThem) {
    const Json document = *Json::parse(R"({"a":"x","n":-7,"t":true,"z":null})");
    EXPECT_EQ(document["a"].display(), "x");
    EXPECT_EQ(document["n"].display(), "-7");
    EXPECT_EQ(document["t"].display(), "true");
    EXPECT_EQ(document["z"].display(), "");
}

TEST(Json, WritesFractionsWithoutAnExponent) {
    const Json document = Json::Object{{"share", 0.05}, {"factor", 2.5}, {"big", 1e17}};
    EXPECT_EQ(document.dump(), R"({"share":0.05,"factor":2.5,"big":100000000000000000})");
}

TEST(Json, RefusesWhatIsNotJson) {
    EXPECT_FALSE(Json::parse("<html>").has_value());
    EXPECT_FALSE(Json::parse("").has_value());
    EXPECT_FALSE(Json::parse(R"({"a":1} x)").has_value());
}

}  // namespace
}  // namespace holdfast::client
