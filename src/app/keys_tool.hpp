// `holdfast keys new`: makes an API key, prints it once, and its line for the key file.
// Exit codes: cli/exit_code.hpp. Thread rule: once, on the main thread.
#pragma once

#include "cli/options.hpp"

namespace holdfast::app {

[[nodiscard]] int run_keys_new(const cli::KeysNewOptions& options);

}  // namespace holdfast::app
