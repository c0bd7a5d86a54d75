// ApiKeys: the keys that may ask, from a file that holds their hashes only.
//
// One key per line, four words: name, tenant, scopes (comma-separated), SHA-256 of the key in hex.
// Empty lines and lines that start with '#' are skipped.
//
//     # made by `holdfast keys new`
//     webshop  default  read,reserve        6d1f...
//     wms      default  read,stock          03ab...
//
// The key itself is shown once, when it is made; it is 256 random bits, so a plain hash is enough.
// Thread rule: const methods from any thread.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/principal.hpp"
#include "api/problem.hpp"
#include "base/result.hpp"

namespace holdfast::api {

class ApiKeys {
  public:
    // Errors: invalid_input, naming the line.
    [[nodiscard]] static base::Result<ApiKeys> parse(std::string_view file);

    // The principal of a key, nothing if it is unknown. Compares with every key, each in constant
    // time.
    [[nodiscard]] const Principal* find(std::string_view key) const;
    [[nodiscard]] std::size_t size() const { return entries_.size(); }

  private:
    struct Entry {
        std::string hash;  // hex
        Principal principal;
    };
    [[nodiscard]] base::Result<void> add_line(std::string_view line);

    std::vector<Entry> entries_;
};

struct NewKey {
    std::string key;   // "hf_..." to be handed to its user, kept nowhere
    std::string line;  // for the file, without a line end
};

// Errors: invalid_input (a name or tenant that is no single word of 1-64 visible ASCII characters,
// or no scope).
[[nodiscard]] base::Result<NewKey> make_key(std::string_view name, std::string_view tenant,
                                            Scopes scopes);

// Turns the value of an Authorization header into a principal.
class Authenticator {
  public:
    // No keys: everybody is `unauthenticated_principal()`.
    explicit Authenticator(std::optional<ApiKeys> keys);

    // The principal lives as long as the authenticator. Problems: unauthenticated.
    [[nodiscard]] std::expected<const Principal*, Problem> authenticate(
        std::optional<std::string_view> authorization) const;

  private:
    std::optional<ApiKeys> keys_;
    Principal everybody_;
};

}  // namespace holdfast::api
