// "Did you mean ...?" for a name that is none of ours. Thread rule: free functions.
#pragma once

#include <span>
#include <string_view>

namespace holdfast::transport::http {

// The candidate that differs least, if it is close enough to be a slip; else empty.
[[nodiscard]] std::string_view closest(std::string_view name,
                                       std::span<const std::string_view> candidates);

}  // namespace holdfast::transport::http
