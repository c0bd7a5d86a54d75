#include "partition/partition_clock.hpp"

#include <algorithm>

namespace holdfast::partition {

using base::Duration;
using base::Time;

namespace {

Time start_time(Time ledger_time, const SignOfLife& alive, Time wall, Duration jump_max) {
    if (alive.time != Time{} && std::chrono::abs(wall - alive.wall) <= jump_max) {
        const Duration away = std::max(wall - alive.wall, Duration(0));
        return std::max(ledger_time, alive.time + away);
    }
    const Time reached = std::max(ledger_time, alive.time);
    // An empty ledger has no time of its own to compare with.
    const bool believable = reached == Time{} || wall - reached <= jump_max;
    return believable ? std::max(reached, wall) : reached;
}

}  // namespace

PartitionClock::PartitionClock(Time ledger_time, const SignOfLife& alive, base::Instant start,
                               Duration jump_max)
    : last_(start_time(ledger_time, alive, start.wall, jump_max)),
      anchor_(last_),
      anchor_boot_(start.boot),
      jump_max_(jump_max) {}

Time PartitionClock::now(base::Instant instant) {
    const Duration elapsed = std::max(instant.boot - anchor_boot_, Duration(0));
    Time time = anchor_ + elapsed;
    Duration ahead = instant.wall - time;
    if (confirmed_.exchange(false, std::memory_order_relaxed) && ahead > Duration(0)) {
        step_ = {.from = last_, .to = instant.wall};
        time = instant.wall;
        ahead = Duration(0);
    }
    const bool far = ahead > jump_max_ || ahead < -jump_max_;
    suspended_.store(far, std::memory_order_relaxed);
    ahead_ms_.store(ahead.count(), std::memory_order_relaxed);
    // Re-anchoring at every reading would lose the slew to rounding: wait until it is worth 1 ms.
    const Duration slew = elapsed / kSlewPart;
    if (!far && slew > Duration(0)) {
        time += std::clamp(ahead, -slew, slew);
    }
    if (slew > Duration(0) || time != anchor_ + elapsed) {
        anchor_ = time;
        anchor_boot_ = std::max(instant.boot, anchor_boot_);
    }
    last_ = std::max(last_, time);
    return last_;
}

}  // namespace holdfast::partition
