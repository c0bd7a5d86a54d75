// Entity tags: the version of a reservation or SKU as a strong validator (RFC 9110, 8.8 and 13).
//
// Thread rule: free functions.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/problem.hpp"

namespace holdfast::transport::http {

[[nodiscard]] std::string to_etag(std::uint32_t version);

// The versions that `If-Match` accepts. Nothing: the header is absent or "*" (whatever exists). A
// weak tag, or one that is no version of ours, is well-formed and accepts nothing. Problems:
// malformed_request.
[[nodiscard]] std::expected<std::optional<std::vector<std::uint32_t>>, api::Problem> read_if_match(
    std::span<const std::string_view> values);

// Whether `If-None-Match` names this version, weakly compared. What is malformed names nothing.
[[nodiscard]] bool names_version(std::span<const std::string_view> if_none_match,
                                 std::uint32_t version);

}  // namespace holdfast::transport::http
