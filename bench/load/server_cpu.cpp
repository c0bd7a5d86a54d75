#include "bench/load/server_cpu.hpp"

#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <unordered_map>
#include <vector>

namespace holdfast::bench {
namespace {

struct Process {
    int parent = 0;
    double ticks = 0;
};

// Fields of /proc/PID/stat after the name, which may contain anything: 4 is the parent, 14 to 17
// are user and system time, own and of ended children.
bool read_stat(const std::filesystem::path& path, Process& out) {
    std::ifstream file(path);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto name_end = text.rfind(')');
    if (name_end == std::string::npos) {
        return false;
    }
    std::istringstream fields(text.substr(name_end + 1));
    std::string word;
    for (int field = 3; fields >> word && field <= 17; ++field) {
        if (field == 4) {
            out.parent = std::stoi(word);
        } else if (field >= 14) {
            out.ticks += std::stod(word);
        }
    }
    return true;
}

}  // namespace

double cpu_seconds_of_tree(int pid) {
    if (pid <= 0) {
        return 0;
    }
    std::unordered_map<int, Process> all;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
        const std::string name = entry.path().filename();
        int id = 0;
        if (std::from_chars(name.data(), name.data() + name.size(), id).ec == std::errc{}) {
            Process process;
            if (read_stat(entry.path() / "stat", process)) {
                all[id] = process;
            }
        }
    }
    const auto belongs = [&](int id) {
        for (int depth = 0; id > 1 && depth < 16; ++depth) {
            if (id == pid) {
                return true;
            }
            const auto found = all.find(id);
            id = found == all.end() ? 0 : found->second.parent;
        }
        return false;
    };
    double ticks = 0;
    for (const auto& [id, process] : all) {
        ticks += belongs(id) ? process.ticks : 0;
    }
    return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace holdfast::bench
