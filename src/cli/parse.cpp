// The root of the command tree, and what CLI11 does not say as helpfully as it could.
#include "cli/parse.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <utility>

#include "cli/command_tree.hpp"
#include "cli/completion.hpp"
#include "cli/suggest.hpp"

namespace holdfast::cli {
namespace {

using Arguments = std::vector<std::string>;

constexpr const char* kDefaultUrl = "http://127.0.0.1:8080";

// Short for "reservation X".
constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kShortForms = {{
    {"hold", "create"},
    {"get", "get"},
    {"list", "list"},
    {"pay", "pay"},
    {"commit", "commit"},
    {"release", "release"},
    {"extend", "extend"},
    {"ship", "ship"},
    {"cancel", "cancel"},
    {"return", "return"},
}};

constexpr const char* kRootFooter =
    "Short forms: hold, get, list, pay, commit, release, extend, ship, cancel and return stand "
    "for\n"
    "'reservation create', 'reservation get', and so on.\n\n"
    "Exit codes: 0 done, 1 failed, 2 usage, 3 not found, 4 refused, 5 service not reachable,\n"
    "6 not authorised, 7 ledger damaged, 8 something waits for a person, 9 figures differ.\n\n"
    "Environment: HOLDFAST_URL, HOLDFAST_API_KEY_FILE, HOLDFAST_CONFIG, NO_COLOR, and\n"
    "HOLDFAST_<SETTING> for every setting of 'holdfast serve'.\n\n"
    "Examples:\n"
    "  holdfast serve --ledger memory: --demo\n"
    "  holdfast stock receive mug 100\n"
    "  holdfast hold mug=2 --ttl 600\n"
    "  holdfast availability mug";

void expand_short_form(Arguments& arguments) {
    if (arguments.empty()) {
        return;
    }
    const auto* const found = std::ranges::find(kShortForms, arguments.front(),
                                                &decltype(kShortForms)::value_type::first);
    if (found != kShortForms.end()) {
        arguments.front() = found->second;
        arguments.insert(arguments.begin(), "reservation");
    } else if (arguments.front() == "cases" &&
               (arguments.size() == 1 ||
                (arguments[1].starts_with('-') && arguments[1] != "--help"))) {
        arguments.insert(arguments.begin() + 1, "list");
    }
}

Arguments command_names(const CLI::App& app, bool with_short_forms) {
    Arguments names;
    for (const CLI::App* command : app.get_subcommands({})) {
        names.push_back(command->get_name());
    }
    if (with_short_forms) {
        for (const auto& [name, verb] : kShortForms) {
            names.emplace_back(name);
        }
    }
    return names;
}

Arguments option_names(const CLI::App& app) {
    Arguments names;
    for (const CLI::Option* option : app.get_options()) {
        for (const std::string& name : option->get_lnames()) {
            names.push_back("--" + name);
        }
    }
    return names;
}

Printed usage_error(const std::string& sentence, const std::string& command) {
    return {.text = "holdfast: " + sentence + "\nRun '" + command + " --help' for more.\n",
            .code = ExitCode::usage};
}

const CLI::App* find_command(const CLI::App& app, const std::string& word) {
    const auto commands = app.get_subcommands({});
    const auto found = std::ranges::find(commands, word, &CLI::App::get_name);
    return found == commands.end() ? nullptr : *found;
}

// Finds the command that is meant; says what is wrong with its name or the names of its options.
std::optional<Printed> check_names(const CLI::App& root, const Arguments& arguments) {
    const CLI::App* app = &root;
    std::string prefix;  // of `path`, without its last word
    std::string path = "holdfast";
    std::size_t at = 0;
    for (; !app->get_subcommands({}).empty(); ++at) {
        if (at == arguments.size()) {
            return Printed{.text = app->help(prefix), .code = ExitCode::usage};
        }
        const std::string& word = arguments[at];
        if (word.starts_with('-')) {
            break;
        }
        const CLI::App* next = find_command(*app, word);
        if (next == nullptr) {
            return usage_error("unknown command '" + word + '\'' +
                                   did_you_mean(word, command_names(*app, app == &root)),
                               path);
        }
        app = next;
        prefix = path;
        path += ' ' + word;
    }
    const Arguments known = option_names(*app);
    for (; at < arguments.size() && arguments[at] != "--"; ++at) {
        const std::string option = arguments[at].substr(0, arguments[at].find('='));
        if (option.starts_with("--") && std::ranges::find(known, option) == known.end()) {
            return usage_error("unknown option '" + option + '\'' + did_you_mean(option, known),
                               path);
        }
    }
    return std::nullopt;
}

CommandNode to_node(const CLI::App& app) {
    CommandNode node{.name = app.get_name(), .options = option_names(app), .children = {}};
    for (const CLI::App* child : app.get_subcommands({})) {
        node.children.push_back(to_node(*child));
    }
    return node;
}

void add_completion(CLI::App& root, Parsing& parsing) {
    CLI::App* app = add_command(
        root, {"completion", "Print the completion script of a shell",
               "holdfast completion bash > ~/.local/share/bash-completion/completions/holdfast"});
    auto shell = std::make_shared<std::string>();
    app->add_option("SHELL", *shell, "bash, zsh or fish")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
    app->callback([shell, &root, &parsing] {
        parsing.chosen = Printed{.text = completion_script(to_node(root), *shell).value_or("")};
    });
}

void add_version(CLI::App& root, Parsing& parsing, const std::string& version) {
    const Printed printed{.text = "holdfast " + version + '\n'};
    root.add_flag_callback(
        "--version", [&parsing, printed] { parsing.chosen = printed; }, "Print the version");
    add_command(root, {"version", "Print the version", ""})->callback([&parsing, printed] {
        parsing.chosen = printed;
    });
}

Invocation parse_tree(CLI::App& root, Parsing& parsing, Arguments arguments,
                      const std::string& command) {
    try {
        std::ranges::reverse(arguments);  // what CLI11 expects of a vector
        root.parse(std::move(arguments));
    } catch (const CLI::CallForHelp&) {
        return Printed{.text = root.help()};
    } catch (const CLI::ParseError& error) {
        return usage_error(error.what(), command);
    }
    return std::move(parsing.chosen)
        .value_or(Printed{.text = root.help(), .code = ExitCode::usage});
}

// "holdfast stock receive", as far as the words are commands.
std::string command_text(const CLI::App& root, const Arguments& arguments) {
    const CLI::App* app = &root;
    std::string path = "holdfast";
    for (const std::string& word : arguments) {
        app = find_command(*app, word);
        if (app == nullptr) {
            break;
        }
        path += ' ' + word;
    }
    return path;
}

}  // namespace

CLI::App* add_command(CLI::App& parent, const Words& words) {
    CLI::App* app = parent.add_subcommand(words.name, words.help);
    if (!words.examples.empty()) {
        std::string footer = "Examples:\n  ";
        for (const char c : words.examples) {
            footer += c;
            footer += c == '\n' ? "  " : "";
        }
        app->footer(footer);
    }
    return app;
}

void add_access(CLI::App& app, const Parsing& parsing, ServiceAccess& access) {
    access.url = parsing.variable("HOLDFAST_URL", kDefaultUrl);
    access.api_key_file = parsing.variable("HOLDFAST_API_KEY_FILE", "");
    app.add_option("--url", access.url, "The service (HOLDFAST_URL)")->capture_default_str();
    app.add_option("--api-key-file", access.api_key_file,
                   "File whose first line is the API key (HOLDFAST_API_KEY_FILE)");
}

CallCommand add_call(CLI::App& parent, Parsing& parsing, const Words& words, KeyUse key) {
    CallCommand command{.app = add_command(parent, words), .call = std::make_shared<ApiCall>()};
    add_access(*command.app, parsing, command.call->access);
    command.app->add_flag("--json", command.call->json, "Print the service's answer as JSON");
    if (key != KeyUse::none) {
        command.app->add_option("--key", command.call->request.key,
                                "Idempotency key: the same key has one effect (default: random)");
    }
    command.call->needs_key = key == KeyUse::required;
    return command;
}

Invocation parse(std::span<const char* const> args, const Environment& environment,
                 const std::string& version) {
    Arguments arguments;
    if (args.size() > 1) {
        arguments.assign(args.begin() + 1, args.end());
    }
    expand_short_form(arguments);
    Parsing parsing{.environment = environment, .chosen = {}};
    CLI::App root("Holdfast decides, exactly once, whether a unit of stock may be promised.",
                  "holdfast");
    root.footer(kRootFooter);
    add_serve_command(root, parsing);
    add_reservation_commands(root, parsing);
    add_stock_commands(root, parsing);
    add_policy_commands(root, parsing);
    add_selling_commands(root, parsing);
    add_count_commands(root, parsing);
    add_case_commands(root, parsing);
    add_history_commands(root, parsing);
    add_moving_commands(root, parsing);
    add_ledger_commands(root, parsing);
    add_replay_command(root, parsing);
    add_completion(root, parsing);
    add_version(root, parsing, version);
    if (auto printed = check_names(root, arguments)) {
        return *std::move(printed);
    }
    const std::string command = command_text(root, arguments);
    return parse_tree(root, parsing, std::move(arguments), command);
}

}  // namespace holdfast::cli
