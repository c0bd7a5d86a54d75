// The commands of policies: class, pool, caps.
#include <CLI/CLI.hpp>

#include "cli/command_tree.hpp"
#include "cli/policy_apply.hpp"

namespace holdfast::cli {
namespace {

using client::Json;

void add_apply(CLI::App& group, Parsing& parsing, const Words& words, PolicyKind kind) {
    const TaskCommand command = add_task(group, parsing, words);
    auto what = std::make_shared<PolicyApply>();
    what->kind = kind;
    command.app->add_option("FILE", what->file, "A TOML file")->required();
    command.app->add_flag("--dry-run", what->dry_run, "Only say what would change");
    command.app->callback([command, what, &parsing] {
        what->access = *command.access;
        what->json = *command.json;
        parsing.chosen = Task([what = *what](const client::Console& console) {
            return apply_policies(what, console);
        });
    });
}

void add_class(CLI::App& root, Parsing& parsing) {
    CLI::App* group = add_command(root, {"class", "SKU classes: named policies", ""});
    static_cast<void>(add_body_call(
        *group, parsing, {"list", "The classes there are", "holdfast class list"}, KeyUse::none,
        {.method = "GET",
         .path = "/classes",
         .view = {.list = "classes",
                  .columns = {"name", "version", "hold_ttl_seconds", "payment_ttl_seconds",
                              "late_commit", "tracking", "safety_units", "safety_share",
                              "backorder_max", "hold_factor", "wait_max_seconds", "allocation"}}}));
    BodyCommand show = add_body_call(
        *group, parsing, {"show", "All fields of a class", "holdfast class show concert-ticket"},
        KeyUse::none, {.method = "GET", .path = "/classes/"});
    show.in_path("NAME", "", "The class");
    add_apply(*group, parsing,
              {"apply", "Define classes from a TOML file, or say what that would change",
               "holdfast class apply presets/concert-ticket.toml --dry-run\n"
               "holdfast class apply presets/concert-ticket.toml"},
              PolicyKind::sku_class);
    BodyCommand suggest = add_body_call(
        *group, parsing,
        {"suggest", "Classes that the history of each SKU speaks for",
         "holdfast class suggest\nholdfast class suggest --json"},
        KeyUse::none,
        {.method = "GET",
         .path = "/classes/suggestions",
         .view = {.list = "suggestions", .columns = {"sku", "present_class", "class", "reason"}}});
    suggest.parameter("--limit", "limit", "Rows of a page");
    suggest.parameter("--cursor", "cursor", "Go on behind this page");
}

void add_pool(CLI::App& root, Parsing& parsing) {
    CLI::App* group = add_command(root, {"pool", "Pools: places stock is in and sold from", ""});
    static_cast<void>(add_body_call(
        *group, parsing, {"list", "The pools there are", "holdfast pool list"}, KeyUse::none,
        {.method = "GET",
         .path = "/pools",
         .view = {.list = "pools",
                  .columns = {"name", "version", "kind", "region", "priority", "channels",
                              "overflow"}}}));
    BodyCommand show =
        add_body_call(*group, parsing, {"show", "One pool", "holdfast pool show berlin"},
                      KeyUse::none, {.method = "GET", .path = "/pools/"});
    show.in_path("NAME", "", "The pool");
    add_apply(*group, parsing,
              {"apply", "Define pools from a TOML file, or say what that would change",
               "holdfast pool apply pools.toml --dry-run\nholdfast pool apply pools.toml"},
              PolicyKind::pool);
}

void add_caps(CLI::App& root, Parsing& parsing) {
    CLI::App* group =
        add_command(root, {"caps", "What one agent, operator or buyer may hold at a time", ""});
    static_cast<void>(add_body_call(*group, parsing,
                                    {"show", "The caps over all classes", "holdfast caps show"},
                                    KeyUse::none, {.method = "GET", .path = "/caps"}));
    const TaskCommand command =
        add_task(*group, parsing,
                 {"set", "Change caps over all classes; those that are not named stay",
                  "holdfast caps set --agent-units 50 --agent-holds 10\n"
                  "holdfast caps set --buyer-units 0"});
    auto change = std::make_shared<CapsChange>();
    change->caps = Json::Object{};
    for (const char* kind : {"agent", "operator", "buyer"}) {
        for (const char* measure : {"units", "holds", "unit_seconds"}) {
            std::string flag = std::string("--") + kind + '-' + measure;
            std::ranges::replace(flag, '_', '-');
            command.app
                ->add_option_function<std::int64_t>(
                    flag,
                    [change, kind, measure](std::int64_t most) {
                        Json of_kind = change->caps[kind];
                        of_kind.set(measure, most);
                        change->caps.set(kind, std::move(of_kind));
                    },
                    "At most so many at a time; 0: no cap")
                ->check(CLI::NonNegativeNumber);
        }
    }
    command.app->callback([command, change, &parsing] {
        if (change->caps.members().empty()) {
            throw CLI::RequiredError("--agent-units, --buyer-holds, or another cap");
        }
        change->access = *command.access;
        change->json = *command.json;
        parsing.chosen = Task([change = *change](const client::Console& console) {
            return change_caps(change, console);
        });
    });
}

}  // namespace

void add_policy_commands(CLI::App& root, Parsing& parsing) {
    add_class(root, parsing);
    add_pool(root, parsing);
    add_caps(root, parsing);
}

}  // namespace holdfast::cli
