// suggest: the word somebody probably meant. Thread rule: free functions.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace holdfast::cli {

// The nearest of `known` as base::closest judges it, or "".
[[nodiscard]] std::string suggest(std::string_view word, std::span<const std::string> known);

// "; did you mean 'NEAREST'?", or "" if nothing is near.
[[nodiscard]] std::string did_you_mean(std::string_view word, std::span<const std::string> known);

}  // namespace holdfast::cli
