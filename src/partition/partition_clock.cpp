#include "partition/partition_clock.hpp"

#include <algorithm>

namespace holdfast::partition {

using base::Duration;
using base::Time;

namespace {

Time start_time(Time ledger_time, Time wall, Duration jump_max) {
    // An empty ledger has no time of its own to compare with.
    const bool believable = ledger_time == Time{} || wall - ledger_time <= jump_max;
    return believable ? std::max(ledger_time, wall) : ledger_time;
}

}  // namespace

PartitionClock::PartitionClock(Time ledger_time, base::Instant start, Duration jump_max)
    : last_(start_time(ledger_time, start.wall, jump_max)),
      anchor_(last_),
      anchor_boot_(start.boot),
      jump_max_(jump_max) {}

Time PartitionClock::now(base::Instant instant) {
    const Duration elapsed = std::max(instant.boot - anchor_boot_, Duration(0));
    Time time = anchor_ + elapsed;
    Duration ahead = instant.wall - time;
    if (confirmed_.exchange(false, std::memory_order_relaxed) && ahead > Duration(0)) {
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
