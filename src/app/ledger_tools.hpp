// `holdfast ledger tail|verify|stock|export|salvage`: offline tools on a ledger or a copy of one.
//
// They read only (salvage writes to a new directory). Exit codes: cli/exit_code.hpp.
// Thread rule: once, on the main thread.
#pragma once

#include "cli/options.hpp"

namespace holdfast::app {

[[nodiscard]] int run_ledger_tool(const cli::LedgerOptions& options);

}  // namespace holdfast::app
