#include "base/clock.hpp"

#include <ctime>

namespace holdfast::base {
namespace {

std::chrono::nanoseconds read_clock(clockid_t id) {
    timespec value{};
    clock_gettime(id, &value);
    return std::chrono::seconds(value.tv_sec) + std::chrono::nanoseconds(value.tv_nsec);
}

Duration in_milliseconds(std::chrono::nanoseconds reading) {
    return std::chrono::duration_cast<Duration>(reading);
}

}  // namespace

Instant SystemClock::now() const {
    return {.wall = Time(in_milliseconds(read_clock(CLOCK_REALTIME))),
            .boot = in_milliseconds(read_clock(CLOCK_BOOTTIME))};
}

std::int64_t elapsed_nanoseconds() { return read_clock(CLOCK_MONOTONIC).count(); }

}  // namespace holdfast::base
