#include "base/clock.hpp"

#include <ctime>

namespace holdfast::base {
namespace {

Duration read_clock(clockid_t id) {
    timespec value{};
    clock_gettime(id, &value);
    return std::chrono::seconds(value.tv_sec) +
           std::chrono::duration_cast<Duration>(std::chrono::nanoseconds(value.tv_nsec));
}

}  // namespace

Instant SystemClock::now() const {
    return {.wall = Time(read_clock(CLOCK_REALTIME)), .boot = read_clock(CLOCK_BOOTTIME)};
}

}  // namespace holdfast::base
