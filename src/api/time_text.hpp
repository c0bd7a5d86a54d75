// Times on the wire: RFC 3339, UTC, milliseconds. Thread rule: free functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace holdfast::api {

// "2026-05-04T10:00:00.123Z".
[[nodiscard]] std::string format_time(base::Time time);

// Any RFC 3339 date-time from 1970 to 9999; finer fractions are cut to milliseconds, an offset is
// applied. Nothing for anything else, a leap second among it.
[[nodiscard]] std::optional<base::Time> parse_time(std::string_view text);

}  // namespace holdfast::api
