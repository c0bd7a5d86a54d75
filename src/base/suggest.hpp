// closest: the name that somebody probably meant. Thread rule: a free function.
#pragma once

#include <span>
#include <string_view>

namespace holdfast::base {

// The candidate that differs from `name` in the fewest letters, if so few that it was a slip (about
// a third of them); else empty. The first of several that are as near. A long name is no slip, and
// comparing it would cost more than it is worth.
[[nodiscard]] std::string_view closest(std::string_view name,
                                       std::span<const std::string_view> candidates);

}  // namespace holdfast::base
