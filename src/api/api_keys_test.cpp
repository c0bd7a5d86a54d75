#include "api/api_keys.hpp"

#include <gtest/gtest.h>

namespace holdfast::api {
namespace {

constexpr Scopes kReadAndReserve{.bits = 3};
const std::string kHash(64, 'a');

TEST(Scopes, AreAListOfKnownWords) {
    EXPECT_EQ(parse_scopes("read,reserve"), kReadAndReserve);
    EXPECT_EQ(to_string(kReadAndReserve), "read,reserve");
    EXPECT_EQ(parse_scopes(to_string(kAllScopes)), kAllScopes);
    for (const auto* text : {"", "read,", ",read", "read,read", "write", "none", "read reserve"}) {
        EXPECT_EQ(parse_scopes(text), std::nullopt) << text;
    }
}

TEST(ApiKeys, AMadeKeyIsFoundByItsHashOnly) {
    const auto made = make_key("web", "shop", kReadAndReserve);
    ASSERT_TRUE(made);
    EXPECT_TRUE(made->key.starts_with("hf_"));
    EXPECT_EQ(made->line.find(made->key), std::string::npos);

    const auto keys = ApiKeys::parse("# keys\n\n  " + made->line + "\r\n");
    ASSERT_TRUE(keys) << keys.error().message;
    ASSERT_EQ(keys->size(), 1U);
    const Principal* found = keys->find(made->key);
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->tenant.text, "shop");
    EXPECT_EQ(found->tenant.digest, model::tenant_name("shop").digest);
    EXPECT_EQ(found->key_name, "web");
    EXPECT_EQ(found->scopes, kReadAndReserve);
    EXPECT_EQ(keys->find(made->key + "x"), nullptr);
    EXPECT_EQ(keys->find(""), nullptr);
}

TEST(ApiKeys, TwoMadeKeysDiffer) {
    EXPECT_NE(make_key("a", "b", kAllScopes)->key, make_key("a", "b", kAllScopes)->key);
}

TEST(ApiKeys, AKeyNeedsANameATenantAndAScope) {
    EXPECT_FALSE(make_key("", "shop", kAllScopes));
    EXPECT_FALSE(make_key("two words", "shop", kAllScopes));
    EXPECT_FALSE(make_key("#a", "shop", kAllScopes));
    EXPECT_FALSE(make_key("a", std::string(65, 't'), kAllScopes));
    EXPECT_FALSE(make_key("a", "shop", Scopes{}));
}

TEST(ApiKeys, AnErrorNamesItsLine) {
    const std::string good = "a default read " + kHash + "\n";
    const std::pair<std::string, std::string> cases[] = {
        {good + "b default read\n", "line 2: expected: name tenant scopes sha256"},
        {"b default read " + kHash + " more", "line 1: expected: name tenant scopes sha256"},
        {"b default write " + kHash, "line 1: scopes are"},
        {"b default read " + kHash.substr(1), "line 1: the hash is 64 hex digits"},
        {"b default read " + std::string(64, 'A'), "line 1: the hash is 64 hex digits"},
        {good + "\n" + good, "line 3: a key of that name or hash stands above"},
        {good + "b default read " + kHash, "line 2: a key of that name or hash stands above"},
        {"b t\x01t read " + kHash, "line 1: names and tenants"},
    };
    for (const auto& [file, message] : cases) {
        const auto keys = ApiKeys::parse(file);
        ASSERT_FALSE(keys) << file;
        EXPECT_EQ(keys.error().code, base::ErrorCode::invalid_input);
        EXPECT_TRUE(keys.error().message.starts_with(message)) << keys.error().message;
    }
}

TEST(Authenticator, WithoutKeysEverybodyIsTheDefaultTenant) {
    const Authenticator authenticator(std::nullopt);
    const auto principal = authenticator.authenticate(std::nullopt);
    ASSERT_TRUE(principal);
    EXPECT_EQ((*principal)->tenant.text, "default");
    EXPECT_EQ((*principal)->scopes, kAllScopes);
}

TEST(Authenticator, WithKeysOnlyABearerOfOneIsAdmitted) {
    const auto made = make_key("web", "shop", kReadAndReserve);
    auto keys = ApiKeys::parse(made->line);
    ASSERT_TRUE(keys);
    const Authenticator authenticator(std::move(*keys));
    for (const std::string& value : {"Bearer " + made->key, "bearer   " + made->key}) {
        const auto principal = authenticator.authenticate(value);
        ASSERT_TRUE(principal) << value;
        EXPECT_EQ((*principal)->key_name, "web");
    }
    EXPECT_FALSE(authenticator.authenticate(std::nullopt));
    for (const std::string& value :
         {std::string(), made->key, std::string("Bearer"), std::string("Bearer "),
          "Basic " + made->key, "Bearer " + made->key + " ", std::string("Bearer hf_no")}) {
        const auto principal = authenticator.authenticate(value);
        ASSERT_FALSE(principal) << value;
        EXPECT_EQ(principal.error().code, model::RefusalCode::unauthenticated);
    }
}

}  // namespace
}  // namespace holdfast::api
