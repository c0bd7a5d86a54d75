// run_reconcile: a file of counts, one after another, with what became of each.
//
// First the plan: what the ledger had on hand as of each count, and the drift. Then, unless it is a
// dry run, each count is handed in: within its class's threshold it applies by itself, beyond it
// waits for somebody else's approval and the lower number is sold until then. The key of a count is
// a digest of all it says, so the same file twice counts nothing twice.
// Memory: the file's rows. Thread rule: one thread.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "cli/api_call.hpp"
#include "cli/exit_code.hpp"
#include "client/console.hpp"

namespace holdfast::cli {

struct ReconcileOptions {
    ServiceAccess access;
    std::string file;
    std::string source;
    std::string as_of;  // of rows that do not say; empty: each must
    std::string by;
    std::vector<std::pair<std::string, std::int64_t>> watermarks;
    bool dry_run = false;
    bool json = false;
};

// pending: at least one count waits for approval; refused: at least one was refused.
[[nodiscard]] ExitCode run_reconcile(const ReconcileOptions& options,
                                     const client::Console& console);

// {"references":[...],"watermarks":[{"source","sequence"}]}; null if there is neither.
[[nodiscard]] client::Json count_includes(
    const std::vector<std::string>& references,
    const std::vector<std::pair<std::string, std::int64_t>>& watermarks);

}  // namespace holdfast::cli
