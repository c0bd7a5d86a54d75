// Which class each SKU of a replay belongs to. Thread rule: free functions.
#pragma once

#include <cstdint>
#include <string_view>

#include "client/rest_client.hpp"
#include "replay/options.hpp"

namespace holdfast::replay {

// Empty: none is assigned. The same for the same seed, rules and SKU.
[[nodiscard]] std::string_view class_of(const ReplayOptions& options, std::string_view sku);

// How many units beyond the stock the SKU's class may promise.
[[nodiscard]] std::int64_t backorder_of(const ReplayOptions& options, std::string_view sku);

[[nodiscard]] client::RestRequest define_request(const ClassDefinition& definition);
[[nodiscard]] client::RestRequest assign_request(std::string_view sku, std::string_view sku_class);

}  // namespace holdfast::replay
