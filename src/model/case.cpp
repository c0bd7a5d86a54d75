#include "model/case.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "base/check.hpp"

namespace holdfast::model {
namespace {

constexpr std::array<std::string_view, 5> kKinds = {"shortage", "late_money", "review", "count",
                                                    "unexpected_fact"};
static_assert(kKinds.size() == static_cast<std::size_t>(kLastCaseKind) + 1);

}  // namespace

std::string_view to_string(CaseKind kind) {
    CHECK(static_cast<std::size_t>(kind) < kKinds.size());
    return kKinds[static_cast<std::size_t>(kind)];
}

std::optional<CaseKind> parse_case_kind(std::string_view text) {
    const auto* const found = std::ranges::find(kKinds, text);
    if (found == kKinds.end()) {
        return std::nullopt;
    }
    return static_cast<CaseKind>(std::distance(kKinds.begin(), found));
}

std::string_view to_string(Resolution resolution) {
    switch (resolution) {
        case Resolution::repaired: return "repaired";
        case Resolution::settled: return "settled";
        case Resolution::approved: return "approved";
        case Resolution::rejected: return "rejected";
        case Resolution::acknowledged: return "acknowledged";
        case Resolution::replaced: return "replaced";
    }
    UNREACHABLE();
}

}  // namespace holdfast::model
