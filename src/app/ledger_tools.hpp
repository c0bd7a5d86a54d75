// `holdfast ledger tail|verify|stock|export|salvage|backup|restore`: tools on a ledger or a copy.
//
// They read only (salvage, backup and restore write to a directory of their own). Exit codes:
// cli/exit_code.hpp. Thread rule: once, on the main thread.
#pragma once

#include "cli/options.hpp"

namespace holdfast::app {

[[nodiscard]] int run_ledger_tool(const cli::LedgerOptions& options);

}  // namespace holdfast::app
