#include "api/principal.hpp"

#include <array>

#include "base/check.hpp"

namespace holdfast::api {
namespace {

constexpr std::array kScopes = {Scope::read, Scope::reserve, Scope::stock, Scope::admin};

std::optional<Scope> parse_scope(std::string_view word) {
    for (const Scope scope : kScopes) {
        if (to_string(scope) == word) {
            return scope;
        }
    }
    return std::nullopt;
}

}  // namespace

std::string_view to_string(Scope scope) {
    switch (scope) {
        case Scope::none: return "none";
        case Scope::read: return "read";
        case Scope::reserve: return "reserve";
        case Scope::stock: return "stock";
        case Scope::admin: return "admin";
    }
    UNREACHABLE();
}

std::optional<Scopes> parse_scopes(std::string_view text) {
    Scopes out;
    while (true) {
        const auto comma = text.find(',');
        const auto scope = parse_scope(text.substr(0, comma));
        if (!scope || out.has(*scope)) {
            return std::nullopt;
        }
        out.bits |= static_cast<std::uint8_t>(*scope);
        if (comma == std::string_view::npos) {
            return out;
        }
        text.remove_prefix(comma + 1);
    }
}

std::string to_string(Scopes scopes) {
    std::string out;
    for (const Scope scope : kScopes) {
        if (scopes.has(scope)) {
            out += out.empty() ? "" : ",";
            out += to_string(scope);
        }
    }
    return out;
}

Principal unauthenticated_principal() {
    return {.tenant = model::tenant_name("default"), .key_name = "", .scopes = kAllScopes};
}

}  // namespace holdfast::api
