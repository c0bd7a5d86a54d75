#include "model/stop.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "base/check.hpp"

namespace holdfast::model {
namespace {

constexpr std::array<std::string_view, 6> kNames = {"everything", "sku",     "pool",
                                                    "class",      "channel", "agent"};
static_assert(kNames.size() == static_cast<std::size_t>(kLastStopScope) + 1);

}  // namespace

std::string_view to_string(StopScope scope) {
    CHECK(static_cast<std::size_t>(scope) < kNames.size());
    return kNames[static_cast<std::size_t>(scope)];
}

std::optional<StopScope> parse_stop_scope(std::string_view text) {
    const auto* const found = std::ranges::find(kNames, text);
    if (found == kNames.end()) {
        return std::nullopt;
    }
    return static_cast<StopScope>(std::distance(kNames.begin(), found));
}

}  // namespace holdfast::model
