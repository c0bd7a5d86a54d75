#include "base/suggest.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

namespace holdfast::base {
namespace {

// Longer names are no slips of ours, and would cost more than they are worth.
constexpr std::size_t kNameBytesMax = 40;

// Edits (insert, delete, replace) that lead from one to the other.
std::size_t edits_between(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
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

std::string_view closest(std::string_view name, std::span<const std::string_view> candidates) {
    if (name.size() > kNameBytesMax) {
        return {};
    }
    std::string_view best;
    std::size_t least = std::max<std::size_t>(name.size() / 3, 1) + 1;
    for (const auto candidate : candidates) {
        const std::size_t edits = edits_between(name, candidate);
        if (edits < least) {
            least = edits;
            best = candidate;
        }
    }
    return best;
}

}  // namespace holdfast::base
