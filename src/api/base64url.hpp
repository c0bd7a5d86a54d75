// base64url without padding (RFC 4648 section 5): bytes inside URLs, headers and keys.
//
// Thread rule: free functions.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace holdfast::api {

[[nodiscard]] std::string to_base64url(std::span<const std::byte> bytes);

// Nothing if it is not exactly what `to_base64url` writes: no padding, no stray bits.
[[nodiscard]] std::optional<base::Buffer> from_base64url(std::string_view text);

}  // namespace holdfast::api
