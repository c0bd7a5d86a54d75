#include "transport/http/router.hpp"

#include <gtest/gtest.h>

#include <array>

#include "transport/http/etag.hpp"

namespace holdfast::transport::http {
namespace {

using Kind = RouteMatch::Kind;

constexpr std::array<RoutePath, 6> kPaths = {{{"POST", "/v1/things"},
                                              {"GET", "/v1/things"},
                                              {"POST", "/v1/things/batch"},
                                              {"GET", "/v1/things/{id}"},
                                              {"DELETE", "/v1/things/{id}"},
                                              {"POST", "/v1/things/{id}/go"}}};

RouteMatch match(std::string_view method, std::string_view path) {
    return Router(kPaths).match(method, path);
}

TEST(Router, FindsByMethodAndPath) {
    EXPECT_EQ(match("POST", "/v1/things").route, 0U);
    EXPECT_EQ(match("GET", "/v1/things").route, 1U);
    EXPECT_EQ(match("POST", "/v1/things/batch").route, 2U);
    EXPECT_EQ(match("POST", "/v1/things/batch").parameters.size(), 0U);
    const auto one = match("GET", "/v1/things/batch");
    EXPECT_EQ(one.route, 3U);
    EXPECT_EQ(one.parameters, (std::vector<std::string>{"batch"}));
    EXPECT_EQ(match("POST", "/v1/things/7/go").route, 5U);
    EXPECT_EQ(match("HEAD", "/v1/things").route, 1U);
    EXPECT_EQ(match("HEAD", "/v1/things").kind, Kind::found);
}

TEST(Router, SegmentsAreDecodedOnceAndAfterSplitting) {
    EXPECT_EQ(match("GET", "/v1/things/a%2Fb").parameters.at(0), "a/b");
    EXPECT_EQ(match("GET", "/v1/things/a%252Fb").parameters.at(0), "a%2Fb");
    EXPECT_EQ(match("GET", "/v1/things/a+b%20c").parameters.at(0), "a+b c");
    EXPECT_EQ(match("GET", "/v1/things/%2e%2e").parameters.at(0), "..");
    EXPECT_EQ(match("GET", "/v1/th%69ngs").kind, Kind::found);
}

TEST(Router, BrokenSegmentsAreMalformed) {
    for (const auto* path : {"/v1/things/%", "/v1/things/%2", "/v1/things/%zz", "/v1/things/%00",
                             "/v1/things/%ff", "/v1/things/a%0ab"}) {
        EXPECT_EQ(match("GET", path).kind, Kind::malformed) << path;
    }
}

TEST(Router, NothingIsNormalised) {
    for (const auto* path : {"/", "", "/v1/things/", "/v1//things", "//v1/things", "/v1/things/7/",
                             "/v1/./things", "/v1/x/../things", "/V1/things", "/v1/things//go"}) {
        EXPECT_EQ(match("GET", path).kind, Kind::unknown_path) << path;
    }
}

TEST(Router, AKnownPathTellsItsMethods) {
    const auto one = match("PATCH", "/v1/things/7");
    EXPECT_EQ(one.kind, Kind::unknown_method);
    EXPECT_EQ(one.allow, "GET, HEAD, DELETE, OPTIONS");
    EXPECT_EQ(match("OPTIONS", "/v1/things").allow, "POST, GET, HEAD, OPTIONS");
    EXPECT_EQ(match("get", "/v1/things").kind, Kind::unknown_method);
    EXPECT_EQ(match("PUT", "/v1/things/batch").allow, "POST, GET, HEAD, DELETE, OPTIONS");
}

using Versions = std::vector<std::uint32_t>;

std::optional<Versions> if_match(std::vector<std::string_view> values) {
    const auto read = read_if_match(values);
    EXPECT_TRUE(read);
    return read ? *read : std::nullopt;
}

TEST(IfMatch, NamesVersions) {
    EXPECT_EQ(if_match({}), std::nullopt);
    EXPECT_EQ(if_match({"*"}), std::nullopt);
    EXPECT_EQ(if_match({"\"3\""}), Versions{3});
    EXPECT_EQ(if_match({" \"3\" , \"4\",, "}), (Versions{3, 4}));
    EXPECT_EQ(if_match({"\"3\"", "\"4\""}), (Versions{3, 4}));
}

TEST(IfMatch, WeakAndForeignTagsMatchNothing) {
    EXPECT_EQ(if_match({"W/\"3\""}), Versions{});
    EXPECT_EQ(if_match({"\"abc\", \"03\", \"-1\", \"\", \"99999999999\""}), Versions{});
    EXPECT_EQ(if_match({"W/\"3\", \"5\""}), Versions{5});
}

TEST(IfMatch, WhatIsNoTagIsMalformed) {
    for (const auto* value :
         {"3", "\"3", "\"3\" \"4\"", "w/\"3\"", "*, \"3\"", "", ",", "\"a\x01\""}) {
        const auto read = read_if_match(std::vector<std::string_view>{value});
        ASSERT_FALSE(read) << value;
        EXPECT_EQ(read.error().code, model::RefusalCode::malformed_request);
    }
}

TEST(IfNoneMatch, ComparesWeakly) {
    const auto names = [](std::string_view value) { return names_version(std::vector{value}, 3); };
    EXPECT_TRUE(names("\"3\""));
    EXPECT_TRUE(names("W/\"3\""));
    EXPECT_TRUE(names("\"1\", \"3\""));
    EXPECT_TRUE(names("*"));
    EXPECT_FALSE(names("\"4\""));
    EXPECT_FALSE(names("3"));
    EXPECT_FALSE(names_version({}, 3));
}

}  // namespace
}  // namespace holdfast::transport::http
