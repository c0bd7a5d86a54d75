// Idempotency keys as clients send them: which attempt is this?
//
// A key arrives in the `Idempotency-Key` header, quoted (RFC 8941 String) or bare, both forms being
// the same key, or as `idempotency_key` in the body; instead of a key, `source` with
// `source_sequence` numbers the attempts of one sender. Thread rule: free functions.
#pragma once

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "api/problem.hpp"
#include "api/requests.hpp"
#include "model/command.hpp"

namespace holdfast::api {

inline constexpr std::string_view kKeyHeader = "Idempotency-Key";

// The key in the header lines of that name; nothing if there is none. Problems: malformed_request
// (several lines, a broken quoted string, not 1..255 visible ASCII characters).
[[nodiscard]] std::expected<std::optional<std::string>, Problem> read_key_header(
    std::span<const std::string_view> values);

// 1..255 visible ASCII characters.
[[nodiscard]] bool is_key(std::string_view key);

// The command's key, without its fingerprint; empty if the attempt is not named. Problems:
// malformed_request (header and body differ, or both a key and a source), validation_failed,
// idempotency_key_required.
[[nodiscard]] std::expected<model::Key, Problem> resolve_attempt(std::string_view tenant,
                                                                 model::Operation operation,
                                                                 const Attempt& attempt,
                                                                 bool required);

}  // namespace holdfast::api
