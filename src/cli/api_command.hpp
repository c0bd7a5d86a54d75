// run_api_call: sends the request of a command and shows the answer. Thread rule: one thread.
#pragma once

#include <string>

#include "base/result.hpp"
#include "cli/api_call.hpp"
#include "cli/exit_code.hpp"
#include "client/console.hpp"

namespace holdfast::cli {

// Data goes to `console.out`; the key that was used and every refusal are said on `console.err`.
// With --json the answer is printed as it came, whatever it is, plus the member `idempotency_key`.
[[nodiscard]] ExitCode run_api_call(ApiCall call, const client::Console& console);

// The key in an API key file: its first line. Errors: not_found, permission_denied, invalid_input.
[[nodiscard]] base::Result<std::string> read_api_key(const std::string& path);

// An answer as a person reads it (see View).
[[nodiscard]] std::string show_document(const client::Json& document, const View& view, bool bold);

// A problem as a person reads it, several lines.
[[nodiscard]] std::string show_problem(const client::Json& problem, int status);

}  // namespace holdfast::cli
