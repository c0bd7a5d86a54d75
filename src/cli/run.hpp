// run: the whole command line of `holdfast`.
//
// Parses arguments, environment and configuration file, prints help and usage errors, and executes
// every command that is a client of the public REST interface. What needs the service's own parts
// is handed to the application through AppCommands.
// Thread rule: once, on the main thread.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>

#include "cli/options.hpp"

namespace holdfast::cli {

// Each gets options that are already judged and returns the process's exit code (exit_code.hpp).
struct AppCommands {
    std::function<int(const ServeOptions&)> serve;
    std::function<int(const LedgerOptions&)> ledger;
    std::function<int(const KeysNewOptions&)> keys_new;
    std::string version;  // "0.1.0"
};

// The environment of the process, name to value. Only HOLDFAST_*, NO_COLOR and TERM are looked at.
using Environment = std::map<std::string, std::string>;

// `args` are argv[0..argc). Returns the exit code.
[[nodiscard]] int run(std::span<const char* const> args, const Environment& environment,
                      const AppCommands& commands);

}  // namespace holdfast::cli
