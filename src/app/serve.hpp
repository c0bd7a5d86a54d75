// `holdfast serve`: the composition root. Names every concrete part and wires them together.
//
// Runs until SIGTERM or SIGINT, then drains: not ready, no new connections, everything taken is
// answered, exit code 0. A second signal ends it at once. Exit codes: cli/exit_code.hpp.
// Thread rule: once, on the main thread.
#pragma once

#include <string>

#include "cli/options.hpp"

namespace holdfast::app {

[[nodiscard]] int run_service(const cli::ServeOptions& options, const std::string& version);

}  // namespace holdfast::app
