// Time and Duration: UTC milliseconds, the resolution of every deadline.
//
// Values only. Who may ask what time it is: base/clock.hpp.
#pragma once

#include <chrono>
#include <cstdint>

namespace holdfast::base {

using Duration = std::chrono::milliseconds;
using Time = std::chrono::sys_time<Duration>;

[[nodiscard]] constexpr Time time_from_ms(std::int64_t ms) { return Time(Duration(ms)); }
[[nodiscard]] constexpr std::int64_t to_ms(Time time) { return time.time_since_epoch().count(); }

// Later than every real deadline: "no deadline".
inline constexpr Time kNever = Time::max();

}  // namespace holdfast::base
