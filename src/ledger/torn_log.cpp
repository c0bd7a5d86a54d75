#include "ledger/torn_log.hpp"

#include <algorithm>
#include <span>
#include <vector>

#include "ledger/posix_file.hpp"
#include "ledger/rocksdb_log_format.hpp"

namespace holdfast::ledger {
namespace {

using base::Result;

enum class End { whole, torn, damaged };

// Also at odd places: what is not whole may have a wrong length.
bool record_begins_behind(std::span<const std::byte> log, std::size_t at) {
    for (; at < log.size(); ++at) {
        const auto fragment = fragment_at(log, at);
        if (fragment && begins_record(fragment->type)) {
            return true;
        }
    }
    return false;
}

End end_of(std::span<const std::byte> log) {
    bool is_inside = false;
    std::size_t at = next_fragment_place(0);
    while (at < log.size()) {
        const auto fragment = fragment_at(log, at);
        if (!fragment || begins_record(fragment->type) == is_inside) {
            return record_begins_behind(log, at) ? End::damaged : End::torn;
        }
        is_inside = !ends_record(fragment->type);
        at = next_fragment_place(at + fragment->size);
    }
    return is_inside ? End::torn : End::whole;
}

// Names of fixed width, so sorted by age; empty ones say nothing.
Result<std::vector<End>> ends_of_logs(const std::string& database) {
    std::vector<End> ends;
    TRY(const auto names, list_directory(database));
    for (const std::string& name : names) {
        if (!name.ends_with(".log")) {
            continue;
        }
        TRY(const auto log, read_file(database + "/" + name));
        if (!log.empty()) {
            ends.push_back(end_of(log));
        }
    }
    return ends;
}

}  // namespace

Result<bool> ends_in_torn_write(const std::string& database) {
    TRY(const auto ends, ends_of_logs(database));
    return !ends.empty() && ends.back() == End::torn &&
           std::ranges::count(ends, End::whole) + 1 == std::ranges::ssize(ends);
}

}  // namespace holdfast::ledger
