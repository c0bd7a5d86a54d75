#include "cli/run.hpp"

#include <unistd.h>

#include <cstdio>

#include "base/check.hpp"
#include "cli/api_command.hpp"
#include "cli/parse.hpp"
#include "client/console.hpp"
#include "replay/replay.hpp"

namespace holdfast::cli {
namespace {

client::Console make_console(const Environment& environment) {
    const auto is_set = [&](const char* name) {
        const auto found = environment.find(name);
        return found != environment.end() && !found->second.empty();
    };
    const auto term = environment.find("TERM");
    const bool dumb = term != environment.end() && term->second == "dumb";
    const auto to = [](std::FILE* file) {
        return [file](std::string_view text) {
            std::fwrite(text.data(), 1, text.size(), file);
            std::fflush(file);
        };
    };
    const bool out_is_terminal = ::isatty(STDOUT_FILENO) == 1;
    return {.out = to(stdout),
            .err = to(stderr),
            .out_is_terminal = out_is_terminal,
            .err_is_terminal = ::isatty(STDERR_FILENO) == 1 && !dumb,
            .color = out_is_terminal && !dumb && !is_set("NO_COLOR")};
}

struct Execute {
    const AppCommands& commands;
    const client::Console& console;

    int operator()(const Printed& printed) const {
        (printed.to_err() ? console.err : console.out)(printed.text);
        return to_int(printed.code);
    }
    int operator()(const ApiCall& call) const { return to_int(run_api_call(call, console)); }
    int operator()(const Task& task) const { return to_int(task(console)); }
    int operator()(const ServeOptions& options) const { return commands.serve(options); }
    int operator()(const LedgerOptions& options) const { return commands.ledger(options); }
    int operator()(const KeysNewOptions& options) const { return commands.keys_new(options); }
    int operator()(ReplayCommand command) const {
        if (!command.access.api_key_file.empty()) {
            auto key = read_api_key(command.access.api_key_file);
            if (!key) {
                console.err("holdfast: " + key.error().message + '\n');
                return to_int(ExitCode::usage);
            }
            command.options.api_key = *std::move(key);
        }
        command.options.url = command.access.url;
        return run_replay(command.options);
    }
    int run_replay(const replay::ReplayOptions& options) const {
        switch (replay::run(options, console)) {
            case replay::Outcome::clean: return to_int(ExitCode::ok);
            case replay::Outcome::unclean: return to_int(ExitCode::failed);
            case replay::Outcome::bad_input: return to_int(ExitCode::usage);
            case replay::Outcome::not_found: return to_int(ExitCode::not_found);
            case replay::Outcome::unreachable: return to_int(ExitCode::unreachable);
            case replay::Outcome::unauthorised: return to_int(ExitCode::auth);
        }
        UNREACHABLE();
    }
};

}  // namespace

int run(std::span<const char* const> args, const Environment& environment,
        const AppCommands& commands) {
    const client::Console console = make_console(environment);
    return std::visit(Execute{commands, console}, parse(args, environment, commands.version));
}

}  // namespace holdfast::cli
