// The report of `holdfast ledger verify`: for people, and for programs.
//
// Thread rule: free functions.
#pragma once

#include <string>

#include "app/verify.hpp"

namespace holdfast::app {

// A table of the checks, the violations under it, and a last line that begins OK or DAMAGED.
[[nodiscard]] std::string report_text(const VerifyReport& report);
// One JSON object on one line; docs/cli.md lists its members.
[[nodiscard]] std::string report_json(const VerifyReport& report);

// Tells a person at a terminal (standard error) how far it is; silent anywhere else.
[[nodiscard]] std::function<void(const VerifyProgress&)> progress_on_terminal();

}  // namespace holdfast::app
