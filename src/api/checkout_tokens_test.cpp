// Tokens that the service hands out to be used once: sealed, of one tenant, for a time.
#include "api/checkout_tokens.hpp"

#include "api/testing.hpp"

namespace holdfast::api {
namespace {

using testing::World;

Principal principal_of(std::string_view tenant) {
    Principal out = unauthenticated_principal();
    out.tenant = model::tenant_name(tenant);
    return out;
}

TEST(CheckoutTokens, AreGenuineUntilTheyAreOver) {
    World world;
    const CheckoutTokens& tokens = world.service->tokens;
    const Principal ann = principal_of("ann");
    const auto issued = tokens.issue(ann, {.attempt = {}, .ttl_seconds = 60});
    ASSERT_TRUE(issued.has_value());
    EXPECT_EQ(tokens.judge(ann, issued->token), TokenState::genuine);
    world.clock.advance(std::chrono::seconds(60) - base::Duration(1));
    EXPECT_EQ(tokens.judge(ann, issued->token), TokenState::genuine);
    world.clock.advance(base::Duration(1));
    EXPECT_EQ(tokens.judge(ann, issued->token), TokenState::expired);
}

TEST(CheckoutTokens, AreForgedOfAnotherTenantOrWithAnotherByte) {
    World world;
    const CheckoutTokens& tokens = world.service->tokens;
    auto token = tokens.issue(principal_of("ann"), {.attempt = {}, .ttl_seconds = 60})->token;
    EXPECT_EQ(tokens.judge(principal_of("bob"), token), TokenState::forged);
    token[kTokenPrefix.size()] = token[kTokenPrefix.size()] == 'A' ? 'B' : 'A';
    EXPECT_EQ(tokens.judge(principal_of("ann"), token), TokenState::forged);
    EXPECT_EQ(tokens.judge(principal_of("ann"), "order-7"), TokenState::none);
}

}  // namespace
}  // namespace holdfast::api
