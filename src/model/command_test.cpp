#include "model/command.hpp"

#include <gtest/gtest.h>

#include <set>

namespace holdfast::model {
namespace {

constexpr std::string_view kTenant = "acme";

TEST(KeyDigest, TheSameKeyInTheSameScopeIsTheSameAttempt) {
    EXPECT_EQ(key_digest(kTenant, Operation::create, "k1"),
              key_digest(kTenant, Operation::create, "k1"));
}

TEST(KeyDigest, IsScopedByTenantOperationAndKey) {
    const auto base = key_digest(kTenant, Operation::create, "k1");
    EXPECT_NE(base, key_digest("other", Operation::create, "k1"));
    EXPECT_NE(base, key_digest(kTenant, Operation::commit, "k1"));
    EXPECT_NE(base, key_digest(kTenant, Operation::create, "k2"));
}

TEST(KeyDigest, IsDifferentForEveryOperation) {
    std::set<base::Digest128> seen;
    for (int value = 1; value <= static_cast<int>(Operation::resolve_case); ++value) {
        seen.insert(key_digest(kTenant, static_cast<Operation>(value), "k1"));
    }
    EXPECT_EQ(seen.size(), static_cast<std::size_t>(Operation::resolve_case));
}

TEST(KeyDigest, TextThatMovesFromTenantToKeyIsAnotherKey) {
    EXPECT_NE(key_digest("ab", Operation::create, "c"), key_digest("a", Operation::create, "bc"));
}

TEST(SourceDigest, IsScopedByTenantSourceAndSequence) {
    const auto base = source_digest(kTenant, "till", 7);
    EXPECT_EQ(base, source_digest(kTenant, "till", 7));
    EXPECT_NE(base, source_digest("other", "till", 7));
    EXPECT_NE(base, source_digest(kTenant, "till2", 7));
    EXPECT_NE(base, source_digest(kTenant, "till", 8));
    EXPECT_NE(base, source_digest(kTenant, "till", -7));
}

TEST(SourceDigest, IsNeverThatOfAKey) {
    EXPECT_NE(source_digest(kTenant, "create", 7), key_digest(kTenant, Operation::create, "7"));
}

TEST(Names, AreScopedByTenantAndKind) {
    std::set<base::Digest128> seen;
    for (const auto* const tenant : {"acme", "other"}) {
        seen.insert(sku_name(tenant, "x").digest);
        seen.insert(pool_name(tenant, "x").digest);
        seen.insert(class_name(tenant, "x").digest);
        seen.insert(reference_name(tenant, "x").digest);
    }
    seen.insert(tenant_name("x").digest);
    EXPECT_EQ(seen.size(), 9u);
}

TEST(Names, KeepTheirTextAndCompareByteByByte) {
    EXPECT_EQ(sku_name(kTenant, "85123A").text, "85123A");
    EXPECT_EQ(sku_name(kTenant, "85123A").digest, sku_name(kTenant, "85123A").digest);
    EXPECT_NE(sku_name(kTenant, "85123A").digest, sku_name(kTenant, "85123a").digest);
    EXPECT_NE(sku_name(kTenant, "85123A").digest, sku_name(kTenant, "85123A ").digest);
    EXPECT_FALSE(sku_name(kTenant, "85123A").empty());
}

}  // namespace
}  // namespace holdfast::model
