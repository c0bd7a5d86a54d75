// ProcessStats: what the operating system says about this process, for metrics and status.
//
// Thread rule: any thread. What the system does not tell (no /proc) is zero.
#pragma once

#include <cstdint>

namespace holdfast::base {

struct ProcessStats {
    double cpu_seconds = 0;         // user and system
    double start_time_seconds = 0;  // since 1970, to the second
    std::uint64_t open_fds = 0;
    std::uint64_t max_fds = 0;
    std::uint64_t resident_memory_bytes = 0;
    std::uint64_t virtual_memory_bytes = 0;
    std::uint64_t threads = 0;
};

[[nodiscard]] ProcessStats read_process_stats();

}  // namespace holdfast::base
