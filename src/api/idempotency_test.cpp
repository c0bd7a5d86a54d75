#include "api/idempotency.hpp"

#include <gtest/gtest.h>

namespace holdfast::api {
namespace {

using model::Operation;
using model::RefusalCode;

std::expected<std::optional<std::string>, Problem> read_one(std::string_view value) {
    return read_key_header(std::vector{value});
}

std::expected<model::Key, Problem> resolve(const Attempt& attempt, bool required = true) {
    return resolve_attempt("shop", Operation::create, attempt, required);
}

TEST(KeyHeader, QuotedAndBareAreOneKey) {
    EXPECT_EQ(*read_one("abc-1"), "abc-1");
    EXPECT_EQ(*read_one("\"abc-1\""), "abc-1");
    EXPECT_EQ(*read_one(" \t\"abc-1\" "), "abc-1");
    EXPECT_EQ(*read_one(R"("a\"b\\c")"), R"(a"b\c)");
    EXPECT_EQ(*read_one(R"(a"b)"), R"(a"b)");
    EXPECT_EQ(*read_key_header({}), std::nullopt);
}

TEST(KeyHeader, MalformedOnesAreRefused) {
    const std::string longest(255, 'k');
    EXPECT_EQ(*read_one(longest), longest);
    for (const std::string& value :
         {std::string(), std::string("\"\""), std::string("\"abc"), std::string("\"a\"b"),
          std::string(R"("a\b")"), std::string("\"a\\"), std::string("a b"), std::string("\"a b\""),
          std::string("caf\xc3\xa9"), longest + "k"}) {
        const auto key = read_one(value);
        ASSERT_FALSE(key) << value;
        EXPECT_EQ(key.error().code, RefusalCode::malformed_request);
        EXPECT_EQ(key.error().errors.at(0).parameter, "Idempotency-Key");
    }
    EXPECT_FALSE(read_key_header(std::vector<std::string_view>{"a", "a"}));
}

TEST(Attempt, HeaderAndBodyNameTheSameKey) {
    const auto expected = model::key_digest("shop", Operation::create, "k");
    EXPECT_EQ(resolve({.header_key = "k"})->key, expected);
    EXPECT_EQ(resolve({.body_key = "k"})->key, expected);
    EXPECT_EQ(resolve({.header_key = "k", .body_key = "k"})->key, expected);
    EXPECT_EQ(resolve({.header_key = "k", .body_key = "other"}).error().code,
              RefusalCode::malformed_request);
    EXPECT_EQ(resolve({.body_key = "a b"}).error().errors.at(0).pointer, "/idempotency_key");
}

TEST(Attempt, ASourceAndItsSequenceStandForAKey) {
    const auto key = resolve({.source = "till-7", .source_sequence = 41});
    ASSERT_TRUE(key);
    EXPECT_EQ(key->key, model::source_digest("shop", "till-7", 41));
    EXPECT_EQ(key->source, "till-7");
    EXPECT_EQ(key->source_sequence, 41);
    EXPECT_EQ(resolve({.source = "till-7"}).error().errors.at(0).pointer, "/source_sequence");
    EXPECT_EQ(resolve({.source_sequence = 1}).error().errors.at(0).pointer, "/source");
    EXPECT_EQ(resolve({.source = "", .source_sequence = 1}).error().errors.at(0).pointer,
              "/source");
    EXPECT_EQ(resolve({.source = "a", .source_sequence = -1}).error().errors.at(0).pointer,
              "/source_sequence");
    EXPECT_EQ(resolve({.header_key = "k", .source = "till-7", .source_sequence = 41}).error().code,
              RefusalCode::malformed_request);
}

TEST(Attempt, WithoutANameItIsRefusedOnlyWhereRequired) {
    EXPECT_EQ(resolve({}).error().code, RefusalCode::idempotency_key_required);
    const auto key = resolve({}, false);
    ASSERT_TRUE(key);
    EXPECT_TRUE(key->empty());
}

}  // namespace
}  // namespace holdfast::api
