#include "api/checkout_tokens.hpp"

#include <array>

#include "api/base64url.hpp"
#include "api/validation.hpp"
#include "base/digest.hpp"

namespace holdfast::api {
namespace {

constexpr std::int64_t kTtlSecondsDefault = 15 * 60;
constexpr std::int64_t kTtlSecondsMax = 24 * 3600;
constexpr std::size_t kRandomBytes = 16;

base::Digest128 seal_of(const base::Buffer& key, std::string_view tenant,
                        std::span<const std::byte> random, std::int64_t expires_ms) {
    base::Buffer sealed;
    base::ByteWriter out(sealed);
    out.text("checkout token");
    out.text(tenant);
    out.bytes(random);
    out.fixed(expires_ms);
    return base::keyed_digest128(key, base::as_text(sealed));
}

}  // namespace

std::expected<TokenView, Problem> CheckoutTokens::issue(const Principal& principal,
                                                        const TokenRequest& request) const {
    Validator check;
    const std::int64_t ttl = check
                                 .optional_number(request.ttl_seconds, "/ttl_seconds",
                                                  {.least = 1, .most = kTtlSecondsMax})
                                 .value_or(kTtlSecondsDefault);
    if (!check.ok()) {
        return std::unexpected(check.take());
    }
    const base::Time expires_at = context_.clock.now().wall + std::chrono::seconds(ttl);
    std::array<std::byte, kRandomBytes> random{};
    base::fill_random(random);
    base::Buffer bytes;
    base::ByteWriter out(bytes);
    out.bytes(random);
    out.fixed(base::to_ms(expires_at));
    out.digest(
        seal_of(context_.private_key, principal.tenant.text, random, base::to_ms(expires_at)));
    return TokenView{.token = std::string(kTokenPrefix) + to_base64url(bytes),
                     .expires_at = expires_at};
}

TokenState CheckoutTokens::judge(const Principal& principal, std::string_view key) const {
    if (!key.starts_with(kTokenPrefix)) {
        return TokenState::none;
    }
    const auto bytes = from_base64url(key.substr(kTokenPrefix.size()));
    if (!bytes || bytes->size() != kRandomBytes + sizeof(std::int64_t) + sizeof(base::Digest128)) {
        return TokenState::forged;
    }
    base::ByteReader in{std::span<const std::byte>(*bytes).subspan(kRandomBytes)};
    const auto expires_ms = in.fixed<std::int64_t>();
    const auto seal = in.digest();
    const auto expected = seal_of(context_.private_key, principal.tenant.text,
                                  std::span(*bytes).first(kRandomBytes), expires_ms);
    if (!base::equal_constant_time(base::to_hex(seal), base::to_hex(expected))) {
        return TokenState::forged;
    }
    return context_.clock.now().wall < base::time_from_ms(expires_ms) ? TokenState::genuine
                                                                      : TokenState::expired;
}

}  // namespace holdfast::api
