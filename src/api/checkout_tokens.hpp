// CheckoutTokens: keys that the service gives out, each good for one create.
//
// A shop hands one to each visitor who may check out; whoever has none cannot make up one. The
// token is the Idempotency-Key of one create: used again it is a retry of that, like every key.
// `cot_` and base64url of: 16 random bytes, when it expires, a keyed digest over both and the
// tenant. Nothing is stored. Thread rule: const methods, any thread.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "api/context.hpp"
#include "api/policy_requests.hpp"
#include "api/principal.hpp"
#include "api/problem.hpp"

namespace holdfast::api {

inline constexpr std::string_view kTokenPrefix = "cot_";

struct TokenView {
    std::string token;
    base::Time expires_at{};
};

enum class TokenState : std::uint8_t {
    none,     // the key is no token
    genuine,  // it may create
    expired,  // it may not create any more, but be the retry of a create
    forged,
};

class CheckoutTokens {
  public:
    explicit CheckoutTokens(const Context& context) : context_(context) {}

    // Problems: validation_failed.
    [[nodiscard]] std::expected<TokenView, Problem> issue(const Principal& principal,
                                                          const TokenRequest& request) const;
    [[nodiscard]] TokenState judge(const Principal& principal, std::string_view key) const;

  private:
    const Context& context_;
};

}  // namespace holdfast::api
