// tail_events: the ledger's events as they come. Thread rule: one thread.
#pragma once

#include <cstdint>
#include <string>

#include "cli/api_call.hpp"
#include "cli/exit_code.hpp"
#include "client/console.hpp"

namespace holdfast::cli {

struct TailOptions {
    ServiceAccess access;
    std::string after;        // a position; empty: now
    bool from_start = false;  // the first event there is
    bool follow = true;       // wait for more; else end at the head
    std::uint64_t count = 0;  // end after so many; 0: never
    bool json = false;        // each event as it came, a line each
};

[[nodiscard]] ExitCode tail_events(const TailOptions& options, const client::Console& console);

}  // namespace holdfast::cli
