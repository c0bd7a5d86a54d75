// Shrinking: the smallest run that still fails, from one that does.
//
// Tries with each kind of fault turned off, then with fewer commands. Any violation counts as the
// same one: a smaller run that fails differently is as good a start. Thread rule: free functions.
#pragma once

#include "sim/swarm_world.hpp"

namespace holdfast::sim {

struct Shrunk {
    SwarmOptions options;
    SwarmReport report;
};

// `failing` must have a violation.
[[nodiscard]] Shrunk shrink(const SwarmOptions& failing, const SwarmReport& report);

}  // namespace holdfast::sim
