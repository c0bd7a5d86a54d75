// Suggestions: which preset class would suit a SKU, from what it has been through.
//
// Rules of thumb with their reasons, not a model: a person decides. Thread rule: free functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "projection/history.hpp"

namespace holdfast::api {

struct Suggestion {
    std::string_view sku_class;  // a preset's name
    std::string reason;
};

// Nothing: too little is known, or `default` suits it.
[[nodiscard]] std::optional<Suggestion> suggest_class(const projection::SkuFigures& figures);

}  // namespace holdfast::api
