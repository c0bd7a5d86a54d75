// The commands of selling and of principals: selling, owners.
#include <CLI/CLI.hpp>

#include "cli/command_tree.hpp"

namespace holdfast::cli {
namespace {

const std::vector<std::string> kScopes = {"everything", "sku", "pool", "class", "channel", "agent"};

BodyCommand add_switch(CLI::App& group, Parsing& parsing, const Words& words,
                       const std::string& path) {
    BodyCommand command =
        add_body_call(group, parsing, words, KeyUse::none, {.method = "POST", .path = path});
    command.text("SCOPE", "scope", "everything, sku, pool, class, channel or agent")
        ->check(CLI::IsMember(kScopes));
    command.text("NAME", "name", "Of the SKU, pool, class, channel or agent")->required(false);
    command.app->callback([command, &parsing] {
        const bool everything = (*command.body)["scope"].text() == "everything";
        const bool named = !(*command.body)["name"].is_null();
        if (everything && named) {
            throw CLI::ValidationError("NAME", "everything has no name");
        }
        if (!everything && !named) {
            throw CLI::RequiredError("NAME");
        }
        command.call->request.body = *command.body;
        command.call->request.repeatable = true;  // a switch: twice is once
        parsing.chosen = *command.call;
    });
    return command;
}

void add_owners(CLI::App& root, Parsing& parsing) {
    BodyCommand command = add_body_call(
        root, parsing,
        {"owners", "Who holds and does not buy, most wasted first",
         "holdfast owners\nholdfast owners --kind agent --limit 10"},
        KeyUse::none,
        {.method = "GET",
         .path = "/owners",
         .view = {.list = "owners",
                  .columns = {"kind", "name", "principal", "holds", "bought", "bought_permille",
                              "held_units", "committed_units", "released_units", "expired_units",
                              "wasted_unit_seconds", "last_seen"}}});
    command.parameter("--sort", "sort", "wasted (default)");
    command.parameter("--kind", "kind", "agent, operator or buyer");
    command.parameter("--limit", "limit", "Rows");
}

}  // namespace

void add_selling_commands(CLI::App& root, Parsing& parsing) {
    CLI::App* group =
        add_command(root, {"selling", "Stop and resume selling; promises made go on", ""});
    BodyCommand stop = add_switch(
        *group, parsing,
        {"stop", "Refuse new holds of a SKU, pool, class, channel, agent, or all",
         "holdfast selling stop sku mug --reason recall\n"
         "holdfast selling stop agent bot-7 --reason fraud --until 2026-05-05T00:00:00Z\n"
         "holdfast selling stop everything --reason incident"},
        "/selling/stop");
    stop.text("--reason", "reason", "demand, incident, recall, fraud, other, ...")->required();
    stop.text("--until", "until", "It ends by itself at this time");
    stop.text("--note", "note", "Needed with the reason other");
    stop.text("--by", "by", "Who decides, where the service has no API keys");
    BodyCommand resume =
        add_switch(*group, parsing, {"resume", "Sell again", "holdfast selling resume sku mug"},
                   "/selling/resume");
    resume.text("--by", "by", "Who decides, where the service has no API keys");
    static_cast<void>(add_body_call(
        *group, parsing, {"list", "What is stopped now, and why", "holdfast selling list"},
        KeyUse::none,
        {.method = "GET",
         .path = "/selling",
         .view = {.list = "stops",
                  .columns = {"scope", "name", "reason", "since", "until", "by", "note"}}}));
    add_owners(root, parsing);
}

}  // namespace holdfast::cli
