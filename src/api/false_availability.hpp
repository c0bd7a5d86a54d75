// False availability: holds refused for lack of stock whose client had been told there was some.
//
// A create may say at which position its client saw availability (`seen_position`). When it is then
// refused, the stock of that position is looked up: only if it would have been enough for every
// failing line was the answer of then false by now. Classes and stops are judged as of now. It is a
// measurement: nobody waits for it, so what comes faster than it can be looked up, or has many
// failing lines, is counted as unchecked and dropped.
// Thread rule: any thread; the look-up runs on the executor for reports.
#pragma once

#include <string>

#include "api/api_metrics.hpp"
#include "api/context.hpp"
#include "api/problem.hpp"
#include "model/ids.hpp"

namespace holdfast::api {

void count_false_availability(const Context& context, ApiMetrics& metrics,
                              const std::string& tenant, model::Sequence seen,
                              const Problem& refusal);

}  // namespace holdfast::api
