// Principal: who asks. A tenant, the API key's name, and what that key may do.
//
// Everything a principal sees or changes belongs to its tenant; no request names a tenant itself.
// Thread rule: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/command.hpp"

namespace holdfast::api {

// What a key may do. A route needs exactly one of them; none implies another.
enum class Scope : std::uint8_t {
    none = 0,     // open to everybody: probes, metrics, the interface's description
    read = 1,     // availability, reservations, SKUs
    reserve = 2,  // everything that changes a reservation
    stock = 4,    // receipts, adjustments, safety stock, SKU settings
    admin = 8,    // the service itself
};

struct Scopes {
    std::uint8_t bits = 0;

    [[nodiscard]] bool has(Scope scope) const {
        const auto wanted = static_cast<std::uint8_t>(scope);
        return (bits & wanted) == wanted;
    }
    bool operator==(const Scopes&) const = default;
};

inline constexpr Scopes kAllScopes{.bits = 15};

[[nodiscard]] std::string_view to_string(Scope scope);
// "read,reserve"; nothing if a word is unknown, repeated or missing.
[[nodiscard]] std::optional<Scopes> parse_scopes(std::string_view text);
[[nodiscard]] std::string to_string(Scopes scopes);

struct Principal {
    model::Name tenant{};
    std::string key_name{};
    Scopes scopes{};
};

// Who asks where no keys are configured: tenant `default`, everything allowed.
[[nodiscard]] Principal unauthenticated_principal();

}  // namespace holdfast::api
