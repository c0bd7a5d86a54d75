// PartitionClock: the time that decisions are stamped with.
//
// It never goes back: partition time is the larger of the last stamp and an anchor plus what
// CLOCK_BOOTTIME says has elapsed, slewed towards the wall clock by at most kSlewPart of the
// elapsed time. A wall clock further away than `jump_max` is not followed until an operator
// confirms it: a bad time server must neither release the shop nor hold it for ever. Until then
// partition time goes on by elapsed time alone, so holds still live exactly as long as promised.
//
// A start goes on from the last sign of life: what the wall clock says has passed since then is
// added, and a difference that was being slewed is slewed on. Without one, or if the wall clock has
// moved too far since, it is judged against the newest time that is known.
// Thread rule: `now` on the writer's thread; the rest on any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/clock.hpp"
#include "base/time.hpp"

namespace holdfast::partition {

inline constexpr std::int64_t kSlewPart = 200;  // 0.5 %

// A moment at which the service is known to have run, on both clocks. The epoch: not known.
struct SignOfLife {
    base::Time wall{};
    base::Time time{};  // of the partition
};

class PartitionClock {
  public:
    // From one moment of partition time to a later one.
    struct Step {
        base::Time from;
        base::Time to;
    };

    // `ledger_time`: of the newest batch; epoch for an empty ledger.
    PartitionClock(base::Time ledger_time, const SignOfLife& alive, base::Instant start,
                   base::Duration jump_max);

    [[nodiscard]] base::Time now(base::Instant instant);

    // True while the wall clock is too far away to be believed.
    [[nodiscard]] bool suspended() const { return suspended_.load(std::memory_order_relaxed); }
    // How far the wall clock was ahead of partition time at the last reading.
    [[nodiscard]] base::Duration wall_ahead() const {
        return base::Duration(ahead_ms_.load(std::memory_order_relaxed));
    }
    // An operator says that the wall clock is right: the next reading follows it (forwards only).
    void confirm_wall() { confirmed_.store(true, std::memory_order_relaxed); }
    // What a confirmation has moved it by since it was last asked. On the writer's thread.
    [[nodiscard]] std::optional<Step> take_step() { return std::exchange(step_, std::nullopt); }

  private:
    base::Time last_;    // newest stamp
    base::Time anchor_;  // partition time at `anchor_boot_`
    base::Duration anchor_boot_;
    base::Duration jump_max_;
    std::optional<Step> step_;
    std::atomic<bool> suspended_{false};
    std::atomic<bool> confirmed_{false};
    std::atomic<std::int64_t> ahead_ms_{0};
};

}  // namespace holdfast::partition
