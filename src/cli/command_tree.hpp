// The tree of commands, grown by one function per family. Internal to parsing.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/parse.hpp"

namespace CLI {
class App;
}  // namespace CLI

namespace holdfast::cli {

struct Parsing {
    const Environment& environment;
    std::optional<Invocation> chosen;  // set by the callback of the command that was given

    [[nodiscard]] std::string variable(const std::string& name, std::string otherwise) const {
        const auto found = environment.find(name);
        return found == environment.end() ? std::move(otherwise) : found->second;
    }
};

// What a command is called and how it is explained.
struct Words {
    std::string name;
    std::string help;
    std::string examples;  // lines, shown under "Examples:"
};

enum class KeyUse : std::uint8_t { none, optional, required };

// A command that is one request to the service: `call` is filled in by its callback.
struct CallCommand {
    CLI::App* app = nullptr;
    std::shared_ptr<ApiCall> call;
};

[[nodiscard]] CLI::App* add_command(CLI::App& parent, const Words& words);
// With --url, --api-key-file, --json, and --key where a key can be used.
[[nodiscard]] CallCommand add_call(CLI::App& parent, Parsing& parsing, const Words& words,
                                   KeyUse key);
// --url and --api-key-file.
void add_access(CLI::App& app, const Parsing& parsing, ServiceAccess& access);

void add_serve_command(CLI::App& root, Parsing& parsing);
void add_reservation_commands(CLI::App& root, Parsing& parsing);
void add_stock_commands(CLI::App& root, Parsing& parsing);
void add_ledger_commands(CLI::App& root, Parsing& parsing);
void add_replay_command(CLI::App& root, Parsing& parsing);

// The view of one reservation.
[[nodiscard]] View reservation_view();

}  // namespace holdfast::cli
