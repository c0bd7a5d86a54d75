// Clock: the only door to the operating system's time.
//
// Nothing below `app/` asks what time it is: `step(Instant)` hands it in, so that a simulator may
// invent it. Two readings are needed: `wall` can be set and may jump; `boot` (CLOCK_BOOTTIME)
// only runs forward, through suspends too, and measures what has elapsed.
// Thread rule: implementations are safe from any thread.
#pragma once

#include <cstdint>

#include "base/time.hpp"

namespace holdfast::base {

struct Instant {
    Time wall;      // UTC as the machine believes it
    Duration boot;  // since an arbitrary origin; never goes back
};

class Clock {
  public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual Instant now() const = 0;
};

// The machine's clocks.
class SystemClock final : public Clock {
  public:
    [[nodiscard]] Instant now() const override;
};

// Nanoseconds since an arbitrary origin: how long something took, for metrics. Never for deciding.
[[nodiscard]] std::int64_t elapsed_nanoseconds();

// A clock that stands still until told otherwise: tests and simulation. One thread.
class ManualClock final : public Clock {
  public:
    explicit ManualClock(Instant start) : now_(start) {}
    [[nodiscard]] Instant now() const override { return now_; }
    void advance(Duration by) {
        now_.wall += by;
        now_.boot += by;
    }
    void jump_wall(Duration by) { now_.wall += by; }

  private:
    Instant now_;
};

}  // namespace holdfast::base
