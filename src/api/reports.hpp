// Reports: answers that need a look at the whole state (partition/inspection.hpp).
//
// They may take a while and wait for the replayer, so they run on an executor of their own and
// never on the one that answers commands. Thread rule: `report` on any thread.
#pragma once

#include <expected>
#include <functional>
#include <utility>

#include "api/context.hpp"
#include "api/problem.hpp"
#include "partition/inspection.hpp"

namespace holdfast::api {

// Runs `look` over a state that has everything this service had published when it was called.
// Blocks; only on the executor for reports. Problems: unavailable (the service stops).
[[nodiscard]] std::expected<void, Problem> look_at_state(const Context& context,
                                                         const partition::Look& look);

// `work` on the executor for reports.
inline void report(const Context& context, std::move_only_function<void()> work) {
    post(context.reports, std::move(work));
}

}  // namespace holdfast::api
