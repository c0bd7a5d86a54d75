#include "sim/shrink.hpp"

#include <algorithm>
#include <utility>

namespace holdfast::sim {

namespace {

bool keep_if_it_fails(Shrunk& best, SwarmOptions candidate) {
    SwarmReport report = run_swarm(candidate);
    if (!report.violation) {
        return false;
    }
    best = {.options = std::move(candidate), .report = std::move(report)};
    return true;
}

}  // namespace

Shrunk shrink(const SwarmOptions& failing, const SwarmReport& report) {
    Shrunk best{.options = failing, .report = report};
    for (std::size_t i = 0; i < kFaultKinds; ++i) {
        const auto kind = static_cast<FaultKind>(i);
        if (best.options.faults.on(kind)) {
            SwarmOptions without = best.options;
            without.faults.turn_off(kind);
            keep_if_it_fails(best, std::move(without));
        }
    }
    std::uint64_t step = best.options.commands / 2;
    while (step > 0) {
        SwarmOptions fewer = best.options;
        fewer.commands -= std::min(step, fewer.commands);
        if (fewer.commands == 0 || !keep_if_it_fails(best, std::move(fewer))) {
            step /= 2;
        }
    }
    return best;
}

}  // namespace holdfast::sim
