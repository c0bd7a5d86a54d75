// parse: arguments, environment and configuration file into one thing to do. Prints nothing.
//
// Thread rule: a free function, one thread.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <variant>

#include "cli/api_call.hpp"
#include "cli/exit_code.hpp"
#include "cli/options.hpp"
#include "cli/run.hpp"
#include "client/console.hpp"
#include "replay/options.hpp"

namespace holdfast::cli {

// Help, a usage error, or another text that needs nobody's help to be answered.
struct Printed {
    std::string text;
    ExitCode code = ExitCode::ok;

    [[nodiscard]] bool to_err() const { return code != ExitCode::ok; }
};

struct ReplayCommand {
    ServiceAccess access;
    replay::ReplayOptions options;  // `url` and `api_key` are still to be filled in
};

// A command that is more than one request, with all it was given.
using Task = std::function<ExitCode(const client::Console&)>;

using Invocation = std::variant<Printed, ApiCall, Task, ServeOptions, LedgerOptions, KeysNewOptions,
                                ReplayCommand>;

// `args` are argv[0..argc).
[[nodiscard]] Invocation parse(std::span<const char* const> args, const Environment& environment,
                               const std::string& version);

}  // namespace holdfast::cli
