// Captures: what readers outside the loop are shown, copied out of the state at the end of a batch.
//
// The state is ahead of what is durable; a copy waits in its batch until that is (published.hpp).
// Thread rule: on the thread of the state.
#pragma once

#include <memory>
#include <vector>

#include "core/state.hpp"
#include "model/ids.hpp"
#include "partition/published.hpp"

namespace holdfast::partition {

// Appends the SKU's cells, all pools, to `cells`.
[[nodiscard]] SkuCapture capture_sku(const core::State& state, model::SkuId id,
                                     std::vector<CellView>& cells);

[[nodiscard]] TenantPolicy policy_of(const core::State& state, model::TenantId tenant);

}  // namespace holdfast::partition
