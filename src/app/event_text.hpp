// Events in one line of words, for `holdfast ledger tail`. Thread rule: free functions.
#pragma once

#include <string>
#include <string_view>

#include "model/event.hpp"

namespace holdfast::app {

// SKUs and reservations by their numbers in the ledger.
[[nodiscard]] std::string describe_event(const model::Event& event);
// As a JSON string, quotes included.
[[nodiscard]] std::string json_text(std::string_view text);

}  // namespace holdfast::app
