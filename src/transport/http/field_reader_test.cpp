#include "transport/http/field_reader.hpp"

#include <gtest/gtest.h>

#include <array>

#include "transport/http/suggest.hpp"

namespace holdfast::transport::http {
namespace {

class FieldReaderTest : public ::testing::Test {
  protected:
    // What was found, "pointer: detail" each.
    std::vector<std::string> found() {
        std::vector<std::string> out;
        if (!findings_.ok()) {
            for (const auto& error : findings_.take().errors) {
                out.push_back(error.pointer + error.parameter + ": " + error.detail);
            }
        }
        return out;
    }
    JsonDocument document(std::string_view text) { return *JsonDocument::parse(text); }

    Findings findings_;
};

using Lines = std::vector<std::string>;

TEST_F(FieldReaderTest, TakesEachKind) {
    const auto json = document(R"({"t":"x","i":5,"b":true,"a":[1],"o":{"k":"v"}})");
    JsonFields fields(json.root(), "", findings_);
    EXPECT_EQ(fields.text("t"), "x");
    EXPECT_EQ(fields.integer("i"), 5);
    EXPECT_EQ(fields.boolean("b"), true);
    EXPECT_EQ(fields.array("a")->size(), 1U);
    EXPECT_EQ(fields.texts("o")->front(), (std::pair<std::string, std::string>("k", "v")));
    EXPECT_EQ(fields.text("absent"), std::nullopt);
    fields.finish();
    EXPECT_EQ(found(), Lines{});
}

TEST_F(FieldReaderTest, WrongKindsAreNamedWithTheirPlace) {
    const auto json = document(R"({"t":1,"i":"5","f":1.0,"n":9223372036854775808,"z":null,)"
                               R"("b":"yes","a":{},"o":{"k":1}})");
    JsonFields fields(json.root(), "/x/0", findings_);
    EXPECT_EQ(fields.text("t"), std::nullopt);
    EXPECT_EQ(fields.integer("i"), std::nullopt);
    EXPECT_EQ(fields.integer("f"), std::nullopt);
    EXPECT_EQ(fields.integer("n"), std::nullopt);
    EXPECT_EQ(fields.text("z"), std::nullopt);
    EXPECT_EQ(fields.boolean("b"), std::nullopt);
    EXPECT_EQ(fields.array("a"), std::nullopt);
    EXPECT_TRUE(fields.texts("o")->empty());
    fields.finish();
    EXPECT_EQ(found(),
              (Lines{"/x/0/t: Must be a string.", "/x/0/i: Must be a whole number.",
                     "/x/0/f: Must be a whole number, written without a fraction or an exponent.",
                     "/x/0/n: Is too large: numbers end at 9223372036854775807.",
                     "/x/0/z: Must be a string. Leave the field out instead of sending null.",
                     "/x/0/b: Must be true or false.", "/x/0/a: Must be an array.",
                     "/x/0/o/k: Must be a string."}));
}

TEST_F(FieldReaderTest, UnknownFieldsAreRefusedWithASuggestion) {
    const auto json = document(R"({"ttl_second":1,"quantitiy":1,"zebra":1})");
    JsonFields fields(json.root(), "", findings_);
    EXPECT_EQ(fields.integer("ttl_seconds"), std::nullopt);
    EXPECT_EQ(fields.integer("quantity"), std::nullopt);
    fields.finish();
    EXPECT_EQ(found(), (Lines{"/ttl_second: Is not a known field. Did you mean \"ttl_seconds\"?",
                              "/quantitiy: Is not a known field. Did you mean \"quantity\"?",
                              "/zebra: Is not a known field."}));
}

TEST_F(FieldReaderTest, WhatIsNoObjectHasNoFields) {
    const auto json = document("[1]");
    JsonFields fields(json.root(), "", findings_);
    EXPECT_EQ(fields.text("a"), std::nullopt);
    fields.finish();
    EXPECT_EQ(found(), Lines{": Must be an object."});
}

TEST_F(FieldReaderTest, AtMostTwentyFindingsAreKept) {
    for (int i = 0; i < 50; ++i) {
        findings_.in_body("/x", "wrong");
    }
    EXPECT_EQ(found().size(), 20U);
}

TEST_F(FieldReaderTest, QueriesAreReadLikeBodies) {
    QueryFields fields({{"sku", "a"}, {"limit", "5"}, {"sku", "b"}, {"page", "2"}, {"limt", "1"}},
                       findings_);
    EXPECT_EQ(fields.texts("sku"), (Lines{"a", "b"}));
    EXPECT_EQ(fields.integer("limit"), 5);
    EXPECT_EQ(fields.text("cursor"), std::nullopt);
    fields.finish();
    EXPECT_EQ(found(), (Lines{"page: Is not a known parameter.",
                              "limt: Is not a known parameter. Did you mean \"limit\"?"}));
}

TEST_F(FieldReaderTest, ARepeatedOrMistypedParameterIsRefused) {
    QueryFields fields({{"a", "1"}, {"a", "1"}, {"n", "1.5"}, {"m", ""}, {"o", "1x"}}, findings_);
    EXPECT_EQ(fields.text("a"), "1");
    EXPECT_EQ(fields.integer("n"), std::nullopt);
    EXPECT_EQ(fields.integer("m"), std::nullopt);
    EXPECT_EQ(fields.integer("o"), std::nullopt);
    fields.finish();
    EXPECT_EQ(found(), (Lines{"a: Was given more than once.", "n: Must be a whole number.",
                              "m: Must be a whole number.", "o: Must be a whole number."}));
}

TEST(Closest, OnlySlipsAreSuggested) {
    constexpr std::array<std::string_view, 3> kNames = {"sku", "quantity", "reference"};
    EXPECT_EQ(closest("quantty", kNames), "quantity");
    EXPECT_EQ(closest("skus", kNames), "sku");
    EXPECT_EQ(closest("refrence_", kNames), "reference");
    EXPECT_EQ(closest("price", kNames), "");
    EXPECT_EQ(closest(std::string(100'000, 'x'), kNames), "");
    EXPECT_EQ(closest("", kNames), "");
}

}  // namespace
}  // namespace holdfast::transport::http
