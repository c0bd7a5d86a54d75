#include "transport/http/json_document.hpp"

#include <gtest/gtest.h>

#include "transport/http/json_writer.hpp"

namespace holdfast::transport::http {
namespace {

using namespace std::string_literals;

// Kinds and values in order, names first: enough to see the whole document.
std::string outline(JsonValue value) {
    std::string out = value.name().empty() ? "" : std::string(value.name()) + "=";
    switch (value.kind()) {
        case JsonKind::null: return out + "null";
        case JsonKind::boolean: return out + (value.boolean() ? "true" : "false");
        case JsonKind::integer: return out + std::to_string(value.integer());
        case JsonKind::big_number: return out + "big";
        case JsonKind::fraction: return out + "fraction";
        case JsonKind::text: return out + "'" + std::string(value.text()) + "'";
        case JsonKind::array:
        case JsonKind::object: break;
    }
    out += value.kind() == JsonKind::array ? "[" : "{";
    for (const JsonValue child : value.children()) {
        out += outline(child) + ";";
    }
    return out + (value.kind() == JsonKind::array ? "]" : "}");
}

std::string read(std::string_view text) {
    const auto document = JsonDocument::parse(text);
    if (document) {
        return outline(document->root());
    }
    const auto& error = document.error();
    return "error: " + error.detail + (error.has_pointer ? " at " + error.pointer : "");
}

TEST(JsonDocument, KeepsNestingOrderAndNames) {
    EXPECT_EQ(read(R"({"a":[1,{"b":"x"},[]],"c":{},"d":null,"e":true})"),
              "{a=[1;{b='x';};[];];c={};d=null;e=true;}");
    EXPECT_EQ(read("[]"), "[]");
    EXPECT_EQ(read(" \n 7 "), "7");
}

TEST(JsonDocument, NumbersAreWholeOrMarked) {
    EXPECT_EQ(read("[0,-0,-5,9223372036854775807,-9223372036854775808]"),
              "[0;0;-5;9223372036854775807;-9223372036854775808;]");
    EXPECT_EQ(read("[9223372036854775808,18446744073709551616,-9223372036854775809]"),
              "[big;big;big;]");
    EXPECT_EQ(read("[1.0,1e3,1E3,0.5,-2.5e-1,100000000000000000000.5]"),
              "[fraction;fraction;fraction;fraction;fraction;fraction;]");
}

TEST(JsonDocument, EscapesAreResolved) {
    EXPECT_EQ(read(R"(["a\u00e9\n\"\ud83c\udf75"])"), "['a\xc3\xa9\n\"\xf0\x9f\x8d\xb5';]");
    EXPECT_EQ(read(R"({"\u0061":1})"), "{a=1;}");
    EXPECT_EQ(read("\"" + std::string(100'000, 'x') + "\"").size(), 100'002U);
}

TEST(JsonDocument, ANameTwiceIsPointedAt) {
    EXPECT_EQ(read(R"({"a":1,"a":2})"), "error: The name occurs twice. at /a");
    EXPECT_EQ(read(R"({"a":1,"\u0061":2})"), "error: The name occurs twice. at /a");
    EXPECT_EQ(read(R"({"x":[{"q":1},{"a/b":1,"c":{},"a/b":2}]})"),
              "error: The name occurs twice. at /x/1/a~1b");
    EXPECT_EQ(read(R"([[1,2],[{"d":{"e":1,"f":[],"e":2}}]])"),
              "error: The name occurs twice. at /1/0/d/e");
    EXPECT_EQ(read(R"({"a":{"a":1}})"), "{a={a=1;};}");
}

TEST(JsonDocument, WhatIsNoJsonIsRefused) {
    for (const auto& text : {""s,
                             " "s,
                             "{"s,
                             "[1,]"s,
                             "{\"a\"}"s,
                             "{a:1}"s,
                             "'a'"s,
                             "01"s,
                             "+1"s,
                             ".5"s,
                             "nul"s,
                             "NaN"s,
                             "\"\x01\""s,
                             "\"\xff\""s,
                             "\"\xc0\xaf\""s,
                             "\"\xed\xa0\x80\""s,
                             R"("\ud800")"s,
                             R"("\x41")"s,
                             "1 2"s,
                             "{} {}"s,
                             "[1]]"s,
                             "// x\n1"s,
                             "\xef\xbb\xbf{}"s,
                             "\"a\0b\""s}) {
        EXPECT_TRUE(read(text).starts_with("error: ")) << text;
    }
    EXPECT_EQ(read("{} x"), "error: Something follows the JSON value at byte 3.");
    EXPECT_EQ(read("[1"), "error: The JSON ends too early.");
}

TEST(JsonDocument, DepthAndSizesAreBounded) {
    const auto nested = [](std::size_t depth) {
        return std::string(depth, '[') + std::string(depth, ']');
    };
    EXPECT_FALSE(read(nested(kJsonDepthMax)).starts_with("error"));
    EXPECT_EQ(read(nested(kJsonDepthMax + 1)), "error: Nested deeper than 12 levels.");
    EXPECT_TRUE(read(std::string(1'000'000, '[')).starts_with("error"));

    std::string members = "{";
    for (std::size_t i = 0; i <= kJsonMembersMax; ++i) {
        members += (i > 0 ? ",\"" : "\"") + std::to_string(i) + "\":0";
    }
    EXPECT_EQ(read(members + "}"), "error: An object has more than 256 members.");

    std::string items = "[0";
    for (std::size_t i = 0; i < kJsonItemsMax; ++i) {
        items += ",0";
    }
    EXPECT_EQ(read(items + "]"), "error: An array has more than 8192 items.");
}

TEST(JsonDocument, TheNumberOfValuesIsBounded) {
    std::string row = "[0";
    for (int i = 1; i < 8000; ++i) {
        row += ",0";
    }
    row += "]";
    std::string text = "[" + row;
    for (int i = 0; i < 130; ++i) {
        text += "," + row;
    }
    EXPECT_EQ(read(text + "]"), "error: The document has too many values.");
}

TEST(JsonWriter, WritesWhatTheReaderReads) {
    std::string out;
    JsonWriter json(out);
    json.begin_object();
    json.text("a", "x\"y");
    json.text_unless_empty("none", "");
    json.begin_array("b");
    json.number({}, std::int64_t{-5});
    json.begin_object();
    json.end_object();
    json.end_array();
    json.flag("c", false);
    json.number("d", std::uint64_t{18446744073709551615ULL});
    json.time("e", base::time_from_ms(1));
    json.raw("f", "{\"g\":1}");
    json.end_object();
    EXPECT_EQ(out, R"({"a":"x\"y","b":[-5,{}],"c":false,"d":18446744073709551615,)"
                   R"("e":"1970-01-01T00:00:00.001Z","f":{"g":1}})");
}

}  // namespace
}  // namespace holdfast::transport::http
