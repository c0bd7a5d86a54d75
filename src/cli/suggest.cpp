#include "cli/suggest.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

namespace holdfast::cli {
namespace {

// How many letters have to be inserted, removed or replaced.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), 0);
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

}  // namespace

std::string suggest(std::string_view word, std::span<const std::string> known) {
    std::string best;
    std::size_t best_distance = word.size() / 3 + 2;
    for (const std::string& candidate : known) {
        const std::size_t found = distance(word, candidate);
        if (found < best_distance) {
            best = candidate;
            best_distance = found;
        }
    }
    return best;
}

std::string did_you_mean(std::string_view word, std::span<const std::string> known) {
    const std::string best = suggest(word, known);
    return best.empty() ? best : "; did you mean '" + best + "'?";
}

}  // namespace holdfast::cli
