#include "net/http_types.hpp"

#include <gtest/gtest.h>

namespace holdfast::net {
namespace {

TEST(Headers, NamesCompareWithoutCaseAndOrderIsKept) {
    Headers headers;
    headers.add("Accept", "a");
    headers.add("X-Key", "one");
    headers.add("x-key", "two");
    EXPECT_EQ(headers.size(), 3U);
    EXPECT_EQ(headers.find("X-KEY"), "one");
    EXPECT_EQ(headers.count("x-KEY"), 2U);
    EXPECT_EQ(headers.find("absent"), std::nullopt);
    std::string names;
    for (const auto field : headers) {
        names.append(field.name).append("=").append(field.value).append(" ");
    }
    EXPECT_EQ(names, "Accept=a X-Key=one x-key=two ");
}

TEST(HttpRequest, TargetSplitsAtTheFirstQuestionMark) {
    HttpRequest request;
    request.target = "/a%2Fb?x=1?2";
    EXPECT_EQ(request.path(), "/a%2Fb");
    EXPECT_EQ(request.query(), "x=1?2");
    request.target = "/a";
    EXPECT_EQ(request.path(), "/a");
    EXPECT_EQ(request.query(), "");
}

TEST(PercentDecode, DecodesOnce) {
    EXPECT_EQ(percent_decode("a%2Fb%252F+"), "a/b%2F+");
    EXPECT_EQ(percent_decode("%c3%A9"), "\xc3\xa9");
    EXPECT_EQ(percent_decode("%00"), std::string(1, '\0'));
}

TEST(PercentDecode, RefusesBrokenEscapes) {
    for (const auto* text : {"%", "%4", "a%", "%g1", "%1g", "%%41", "% 1"}) {
        EXPECT_EQ(percent_decode(text), std::nullopt) << text;
    }
}

TEST(PercentEncode, IsUndoneByDecode) {
    std::string all;
    for (int byte = 0; byte < 256; ++byte) {
        all += static_cast<char>(byte);
    }
    EXPECT_EQ(percent_encode("a/b c~"), "a%2Fb%20c~");
    EXPECT_EQ(percent_decode(percent_encode(all)), all);
}

TEST(ParseQuery, KeepsOrderAndDuplicates) {
    const auto parameters = parse_query("sku=a%26b&sku=c+d&&empty=&flag&x=1=2");
    ASSERT_TRUE(parameters);
    std::string seen;
    for (const auto& [name, value] : *parameters) {
        seen.append(name).append("[").append(value).append("] ");
    }
    EXPECT_EQ(seen, "sku[a&b] sku[c d] empty[] flag[] x[1=2] ");
    EXPECT_TRUE(parse_query("")->empty());
}

TEST(ParseQuery, RefusesBrokenEscapes) {
    EXPECT_FALSE(parse_query("a=1&b=%zz"));
    EXPECT_FALSE(parse_query("%=1"));
}

TEST(HttpDate, IsTheFormOfRfc9110) {
    EXPECT_EQ(http_date(base::time_from_ms(784111777'123)), "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(http_date(base::time_from_ms(0)), "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST(ProblemResponse, CarriesStatusCodeAndDetail) {
    const auto response = problem_response({413, "body_too_large", "too much"});
    EXPECT_EQ(response.status, 413);
    EXPECT_EQ(response.headers.find("content-type"), "application/problem+json");
    EXPECT_EQ(response.body, R"({"type":"about:blank","title":"Content Too Large","status":413,)"
                             R"("code":"body_too_large","detail":"too much"})");
}

}  // namespace
}  // namespace holdfast::net
