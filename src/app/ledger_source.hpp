// What the offline tools read: the directory of a ledger, an exported file, or a backup.
//
// Thread rule: free functions, on the main thread.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "app/verify.hpp"
#include "base/result.hpp"
#include "cli/options.hpp"
#include "ledger/ledger.hpp"
#include "ledger/ledger_directory.hpp"

namespace holdfast::app {

// Opened to read only; also beside a service that has it open.
[[nodiscard]] base::Result<std::unique_ptr<ledger::Ledger>> open_source(const std::string& source);

// Nothing for `any`.
[[nodiscard]] std::optional<ledger::LedgerKind> wanted_kind(cli::LedgerKind kind);

// How `verify` treats it: where its checkpoints are, and progress for a person.
[[nodiscard]] VerifyOptions verify_options(const std::string& source);

// Says on standard error what went wrong; the exit code for it.
[[nodiscard]] int complain(const base::Error& error);

}  // namespace holdfast::app
