#include "cli/suggest.hpp"

#include <vector>

#include "base/suggest.hpp"

namespace holdfast::cli {

std::string suggest(std::string_view word, std::span<const std::string> known) {
    const std::vector<std::string_view> names(known.begin(), known.end());
    return std::string(base::closest(word, names));
}

std::string did_you_mean(std::string_view word, std::span<const std::string> known) {
    const std::string best = suggest(word, known);
    return best.empty() ? best : "; did you mean '" + best + "'?";
}

}  // namespace holdfast::cli
