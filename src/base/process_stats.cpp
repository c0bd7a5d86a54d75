#include "base/process_stats.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>

namespace holdfast::base {
namespace {

// The fields of /proc/self/stat from the third on, see proc(5): the second is the program's name in
// parentheses, which may itself contain blanks and parentheses.
constexpr std::size_t kUserTicks = 14;
constexpr std::size_t kSystemTicks = 15;
constexpr std::size_t kThreads = 20;
constexpr std::size_t kStartTicks = 22;
constexpr std::size_t kVirtualBytes = 23;
constexpr std::size_t kResidentPages = 24;

using StatFields = std::array<std::uint64_t, kResidentPages + 1>;

StatFields read_stat() {
    StatFields fields{};
    std::ifstream file("/proc/self/stat");
    std::string line;
    if (!std::getline(file, line) || line.rfind(')') == std::string::npos) {
        return fields;
    }
    std::istringstream rest(line.substr(line.rfind(')') + 1));
    std::string word;
    for (std::size_t field = 3; field < fields.size() && rest >> word; ++field) {
        fields[field] = std::strtoull(word.c_str(), nullptr, 10);
    }
    return fields;
}

double read_boot_time_seconds() {
    std::ifstream file("/proc/stat");
    for (std::string line; std::getline(file, line);) {
        constexpr std::string_view kKey = "btime ";
        if (line.starts_with(kKey)) {
            return static_cast<double>(std::strtoull(line.c_str() + kKey.size(), nullptr, 10));
        }
    }
    return 0;
}

std::uint64_t count_open_fds() {
    std::error_code error;
    std::uint64_t count = 0;
    for (std::filesystem::directory_iterator entry("/proc/self/fd", error), end;
         !error && entry != end; entry.increment(error)) {
        ++count;
    }
    return count > 0 ? count - 1 : 0;  // the one that reads the folder
}

}  // namespace

ProcessStats read_process_stats() {
    const auto stat = read_stat();
    const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
    const auto page_bytes = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    rlimit fds{};
    getrlimit(RLIMIT_NOFILE, &fds);
    return {
        .cpu_seconds = static_cast<double>(stat[kUserTicks] + stat[kSystemTicks]) / ticks,
        .start_time_seconds =
            read_boot_time_seconds() + static_cast<double>(stat[kStartTicks]) / ticks,
        .open_fds = count_open_fds(),
        .max_fds = fds.rlim_cur,
        .resident_memory_bytes = stat[kResidentPages] * page_bytes,
        .virtual_memory_bytes = stat[kVirtualBytes],
        .threads = stat[kThreads],
    };
}

}  // namespace holdfast::base
