// ClassRehearsal: what would change if a class were put: nothing is written.
//
// It compares the class as it is with the class as asked, over all SKUs that belong to it and all
// holds of those. Thread rule: free functions; `rehearse_class` reads a state that stands still.
#pragma once

#include "api/policy_views.hpp"
#include "core/state.hpp"
#include "model/command.hpp"

namespace holdfast::api {

// Only the fields that differ; of a class that does not exist yet, all.
[[nodiscard]] std::vector<ClassChange> compare_classes(const model::SkuClass* before,
                                                       const model::SkuClass& after);

// All but the position.
[[nodiscard]] ClassRehearsal rehearse_class(const core::State& state, const model::Name& tenant,
                                            const model::SkuClass& asked, base::Time now);

}  // namespace holdfast::api
