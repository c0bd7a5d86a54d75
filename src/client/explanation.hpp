// Explanation: whether an answer of GET /stock/{sku}/explain adds up. Thread rule: free functions.
#pragma once

#include <string>
#include <vector>

#include "client/json.hpp"

namespace holdfast::client {

// One sentence for each figure of each pool that is not the sum of its terms, naming both. What the
// service says it could not take apart (`partial`) is not judged.
[[nodiscard]] std::vector<std::string> unexplained(const Json& explanation);

// What the promises of these kinds come to in one pool of an explanation.
[[nodiscard]] std::int64_t promised(const Json& pool, const std::vector<std::string_view>& kinds);

}  // namespace holdfast::client
