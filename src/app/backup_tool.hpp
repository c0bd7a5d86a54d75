// `holdfast ledger backup|restore|salvage`. How to use them, and what they mean: docs/backup.md.
//
// Exit codes: cli/exit_code.hpp. Thread rule: once, on the main thread.
#pragma once

#include "cli/options.hpp"

namespace holdfast::app {

// Runs at the lowest priority the system has, because a service may be at work beside it.
[[nodiscard]] int run_backup(const cli::LedgerOptions& options);
[[nodiscard]] int run_restore(const cli::LedgerOptions& options);
[[nodiscard]] int run_salvage(const cli::LedgerOptions& options);

}  // namespace holdfast::app
