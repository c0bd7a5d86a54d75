// The tree of commands, grown by one function per family. Internal to parsing.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/parse.hpp"

namespace CLI {
class App;
class Option;
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

// A command whose options become members of a body, or parameters of a query, where they are given.
// Unless a command sets a callback of its own, `call` goes out as it is with `body`, if it is not a
// GET, and with `query`.
struct BodyCommand {
    CLI::App* app = nullptr;
    std::shared_ptr<ApiCall> call;
    std::shared_ptr<client::Json> body;
    std::shared_ptr<std::string> query;  // "?a=b", escaped

    // Flags begin with "--"; anything else is an argument that must be given.
    CLI::Option* text(const std::string& flag, const std::string& member, const std::string& help);
    CLI::Option* number(const std::string& flag, const std::string& member,
                        const std::string& help);
    CLI::Option* on(const std::string& flag, const std::string& member, const std::string& help);
    CLI::Option* parameter(const std::string& flag, const std::string& name,
                           const std::string& help);
    // An argument that stands in the path between `call->request.path` as it is now and `behind`.
    CLI::Option* in_path(const std::string& name, const std::string& behind,
                         const std::string& help);
};

struct Route {
    std::string method;
    std::string path;
    View view{};
};

[[nodiscard]] BodyCommand add_body_call(CLI::App& parent, Parsing& parsing, const Words& words,
                                        KeyUse key, const Route& route);

// A command that is more than one request.
struct TaskCommand {
    CLI::App* app = nullptr;
    std::shared_ptr<ServiceAccess> access;
    std::shared_ptr<bool> json;
};
[[nodiscard]] TaskCommand add_task(CLI::App& parent, Parsing& parsing, const Words& words);

// "NAME=NUMBER"; the last '=' counts. Throws what the argument library understands.
[[nodiscard]] std::pair<std::string, std::int64_t> name_and_number(const std::string& text);

void add_serve_command(CLI::App& root, Parsing& parsing);
void add_reservation_commands(CLI::App& root, Parsing& parsing);
void add_promise_commands(CLI::App& reservation, Parsing& parsing);  // into that group
void add_stock_commands(CLI::App& root, Parsing& parsing);
void add_fact_commands(CLI::App& stock, Parsing& parsing);  // into that group
void add_policy_commands(CLI::App& root, Parsing& parsing);
void add_selling_commands(CLI::App& root, Parsing& parsing);
void add_count_commands(CLI::App& root, Parsing& parsing);
void add_case_commands(CLI::App& root, Parsing& parsing);
void add_history_commands(CLI::App& root, Parsing& parsing);
void add_moving_commands(CLI::App& root, Parsing& parsing);
void add_ledger_commands(CLI::App& root, Parsing& parsing);
void add_replay_command(CLI::App& root, Parsing& parsing);

// The view of one reservation.
[[nodiscard]] View reservation_view();

}  // namespace holdfast::cli
