#include "api/api_keys.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "api/base64url.hpp"
#include "base/bytes.hpp"
#include "base/digest.hpp"

namespace holdfast::api {
namespace {

constexpr std::size_t kWordBytesMax = 64;
constexpr std::size_t kHashDigits = 64;
constexpr std::string_view kKeyPrefix = "hf_";
constexpr std::string_view kSpaces = " \t\r";

std::string hash_of(std::string_view key) {
    const auto hash = base::sha256(base::as_bytes(key));
    return base::to_hex(std::span(hash));
}

bool is_word(std::string_view text) {
    return !text.empty() && text.size() <= kWordBytesMax && text.front() != '#' &&
           std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

bool is_hash(std::string_view text) {
    return text.size() == kHashDigits && std::ranges::all_of(text, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> out;
    while (true) {
        line.remove_prefix(std::min(line.find_first_not_of(kSpaces), line.size()));
        if (line.empty()) {
            return out;
        }
        const auto size = std::min(line.find_first_of(kSpaces), line.size());
        out.push_back(line.substr(0, size));
        line.remove_prefix(size);
    }
}

char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// The token of "Bearer TOKEN"; the scheme's case does not matter.
std::optional<std::string_view> bearer_token(std::string_view value) {
    constexpr std::string_view kScheme = "bearer";
    const bool bearer = value.size() > kScheme.size() && value[kScheme.size()] == ' ' &&
                        std::ranges::equal(value.substr(0, kScheme.size()), kScheme, {}, to_lower);
    if (!bearer) {
        return std::nullopt;
    }
    value.remove_prefix(std::min(value.find_first_not_of(' ', kScheme.size()), value.size()));
    return value;
}

}  // namespace

base::Result<void> ApiKeys::add_line(std::string_view line) {
    const auto words = words_of(line);
    if (words.empty() || words.front().front() == '#') {
        return {};
    }
    const auto fail = [](std::string message) {
        return base::failure(base::ErrorCode::invalid_input, std::move(message));
    };
    if (words.size() != 4) {
        return fail("expected: name tenant scopes sha256");
    }
    const auto scopes = parse_scopes(words[2]);
    if (!is_word(words[0]) || !is_word(words[1])) {
        return fail("names and tenants are 1-64 visible ASCII characters");
    }
    if (!scopes) {
        return fail("scopes are a comma-separated list of read, reserve, stock, admin");
    }
    if (!is_hash(words[3])) {
        return fail("the hash is 64 hex digits in lower case");
    }
    for (const auto& entry : entries_) {
        if (entry.principal.key_name == words[0] || entry.hash == words[3]) {
            return fail("a key of that name or hash stands above");
        }
    }
    entries_.push_back({.hash = std::string(words[3]),
                        .principal = {.tenant = model::tenant_name(words[1]),
                                      .key_name = std::string(words[0]),
                                      .scopes = *scopes}});
    return {};
}

base::Result<ApiKeys> ApiKeys::parse(std::string_view file) {
    ApiKeys out;
    for (std::size_t number = 1; !file.empty(); ++number) {
        const auto end = std::min(file.find('\n'), file.size());
        if (auto added = out.add_line(file.substr(0, end)); !added) {
            return base::failure(added.error().code,
                                 "line " + std::to_string(number) + ": " + added.error().message);
        }
        file.remove_prefix(std::min(end + 1, file.size()));
    }
    return out;
}

const Principal* ApiKeys::find(std::string_view key) const {
    const std::string hash = hash_of(key);
    const Principal* found = nullptr;
    for (const auto& entry : entries_) {
        if (base::equal_constant_time(entry.hash, hash)) {
            found = &entry.principal;
        }
    }
    return found;
}

base::Result<NewKey> make_key(std::string_view name, std::string_view tenant, Scopes scopes) {
    if (!is_word(name) || !is_word(tenant)) {
        return base::failure(base::ErrorCode::invalid_input,
                             "names and tenants are 1-64 visible ASCII characters");
    }
    if (scopes == Scopes{}) {
        return base::failure(base::ErrorCode::invalid_input, "a key needs at least one scope");
    }
    std::array<std::byte, 32> secret{};
    base::fill_random(secret);
    std::string key = std::string(kKeyPrefix) + to_base64url(secret);
    std::string line = std::string(name) + ' ' + std::string(tenant) + ' ' + to_string(scopes) +
                       ' ' + hash_of(key);
    return NewKey{.key = std::move(key), .line = std::move(line)};
}

Authenticator::Authenticator(std::optional<ApiKeys> keys)
    : keys_(std::move(keys)), everybody_(unauthenticated_principal()) {}

std::expected<const Principal*, Problem> Authenticator::authenticate(
    std::optional<std::string_view> authorization) const {
    if (!keys_) {
        return &everybody_;
    }
    const auto refuse = [](std::string detail) {
        return std::unexpected(
            make_problem(model::RefusalCode::unauthenticated, std::move(detail)));
    };
    if (!authorization) {
        return refuse("Send the header \"Authorization: Bearer hf_...\".");
    }
    const auto token = bearer_token(*authorization);
    if (!token) {
        return refuse("The Authorization header must have the form \"Bearer hf_...\".");
    }
    const Principal* const found = keys_->find(*token);
    if (found == nullptr) {
        return refuse("This API key is not known.");
    }
    return found;
}

}  // namespace holdfast::api
