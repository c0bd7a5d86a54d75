#include "api/text.hpp"

#include <gtest/gtest.h>

#include "api/base64url.hpp"
#include "api/json_string.hpp"
#include "api/time_text.hpp"

namespace holdfast::api {
namespace {

using namespace std::string_view_literals;

TEST(Text, Utf8IsJudgedByTheStandard) {
    EXPECT_TRUE(is_utf8(""));
    EXPECT_TRUE(is_utf8("tea \xc3\xa9 \xe2\x82\xac \xf0\x9f\x8d\xb5"));
    EXPECT_FALSE(is_utf8("\xc3"));              // ends early
    EXPECT_FALSE(is_utf8("\xc3\x28"));          // no continuation
    EXPECT_FALSE(is_utf8("\x80"));              // continuation alone
    EXPECT_FALSE(is_utf8("\xc0\xaf"));          // overlong
    EXPECT_FALSE(is_utf8("\xe0\x80\xaf"));      // overlong
    EXPECT_FALSE(is_utf8("\xed\xa0\x80"));      // surrogate
    EXPECT_FALSE(is_utf8("\xf4\x90\x80\x80"));  // beyond U+10FFFF
    EXPECT_FALSE(is_utf8("\xff"));
}

TEST(Text, ControlCharactersAreSeen) {
    EXPECT_FALSE(has_control_characters("a b~\xc3\xa9"));
    EXPECT_TRUE(has_control_characters("a\0b"sv));
    EXPECT_TRUE(has_control_characters("a\n"));
    EXPECT_TRUE(has_control_characters("\x7f"));
}

TEST(TimeText, TimesAreWrittenInMillisecondsOfUtc) {
    EXPECT_EQ(format_time(base::time_from_ms(0)), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(format_time(base::time_from_ms(1'777'888'800'007)), "2026-05-04T10:00:00.007Z");
}

TEST(TimeText, Rfc3339IsReadWithOffsetsAndFractions) {
    const auto noon = base::time_from_ms(1'777'896'000'000);
    EXPECT_EQ(parse_time("2026-05-04T12:00:00Z"), noon);
    EXPECT_EQ(parse_time("2026-05-04t12:00:00z"), noon);
    EXPECT_EQ(parse_time("2026-05-04T14:30:00+02:30"), noon);
    EXPECT_EQ(parse_time("2026-05-04T07:00:00-05:00"), noon);
    EXPECT_EQ(parse_time("2026-05-04T12:00:00.1234567Z"), noon + base::Duration(123));
    EXPECT_EQ(parse_time("2024-02-29T00:00:00Z").has_value(), true);
}

TEST(TimeText, WhatIsNoTimeIsNotRead) {
    for (const auto* text :
         {"", "2026-05-04", "2026-05-04 12:00:00Z", "2026-05-04T12:00:00", "2026-13-04T12:00:00Z",
          "2026-02-30T12:00:00Z", "2026-05-04T24:00:00Z", "2026-05-04T12:00:60Z",
          "2026-05-04T12:00:00.Z", "2026-05-04T12:00:00Zx", "1969-12-31T23:59:59Z",
          "2026-05-04T12:00:00+2:00", "20x6-05-04T12:00:00Z", "-026-05-04T12:00:00Z"}) {
        EXPECT_EQ(parse_time(text), std::nullopt) << text;
    }
}

TEST(Base64Url, BytesSurviveAndOnlyOneFormIsRead) {
    for (const std::string_view text : {""sv, "a"sv, "ab"sv, "abc"sv, "\xff\xfe\x00"sv}) {
        const auto encoded = to_base64url(base::as_bytes(text));
        const auto decoded = from_base64url(encoded);
        ASSERT_TRUE(decoded) << encoded;
        EXPECT_EQ(base::as_text(*decoded), text);
    }
    EXPECT_EQ(to_base64url(base::as_bytes("\xfb\xff")), "-_8");
    for (const auto* text : {"YQ==", "Y", "YR", "Y Q", "+/8"}) {
        EXPECT_EQ(from_base64url(text), std::nullopt) << text;
    }
}

TEST(JsonString, EscapesWhatJsonDemands) {
    std::string out;
    append_json_string(out, "a\"b\\c\n\x01\xc3\xa9"sv);
    EXPECT_EQ(out, "\"a\\\"b\\\\c\\u000a\\u0001\xc3\xa9\"");
}

}  // namespace
}  // namespace holdfast::api
