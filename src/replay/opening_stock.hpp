// Opening stock: how many units of each SKU are there before the first order.
//
// The order file knows no stock. `auto` gives each SKU what the file takes of it, so that nearly
// every cart can be served, and a share of the SKUs, drawn from the seed, clearly less, so that
// some cannot. Every SKU gets at least one unit, because the receipt makes it known to the service
// and its answer is where the audit starts from.
// Thread rule: free functions.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/result.hpp"
#include "replay/options.hpp"
#include "replay/plan.hpp"

namespace holdfast::replay {

using OpeningStock = std::map<std::string, std::int64_t>;  // by SKU

// The share of SKUs that are short under `auto`.
inline constexpr double kShortShare = 0.015;

// Errors: invalid_input, not_found, permission_denied (the file of `options.opening_stock`).
[[nodiscard]] base::Result<OpeningStock> make_opening_stock(const Plan& plan,
                                                            const ReplayOptions& options);

}  // namespace holdfast::replay
