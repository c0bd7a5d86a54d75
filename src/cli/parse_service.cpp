// The commands that run on this machine's own files: serve, ledger, keys; and replay.
#include <CLI/CLI.hpp>

#include <algorithm>
#include <map>

#include "cli/command_tree.hpp"
#include "cli/replay_classes.hpp"
#include "cli/serve_settings.hpp"
#include "cli/units.hpp"

namespace holdfast::cli {
namespace {

struct ServeArguments {
    std::map<std::string, std::string> flags;
    std::string config;
    bool print_config = false;
};

Invocation merge(const ServeArguments& arguments, const Environment& environment) {
    ConfigFile file{.path = arguments.config, .entries = {}};
    if (!file.path.empty()) {
        auto entries = read_config(file.path);
        if (!entries) {
            return Printed{.text = "holdfast: " + entries.error().message + '\n',
                           .code = ExitCode::usage};
        }
        file.entries = *std::move(entries);
    }
    auto effective = merge_serve(file, environment, arguments.flags);
    if (!effective) {
        return Printed{.text = "holdfast: " + effective.error().message + '\n',
                       .code = ExitCode::usage};
    }
    if (arguments.print_config) {
        return Printed{.text = print_serve(*effective)};
    }
    return effective->options;
}

// DIR alone says no more than "ledger:DIR".
LedgerLocation ledger_location(const std::string& text) {
    return parse_ledger(text).value_or(LedgerLocation{.kind = LedgerKind::any, .path = text});
}

struct LedgerCommand {
    Words words;
    LedgerAction action;
    const char* target_help;  // null: it has none
};

void add_ledger_flags(CLI::App& app, LedgerOptions& options) {
    switch (options.action) {
        case LedgerAction::verify:
            app.add_option("--violations", options.violations, "How many of each check are shown")
                ->capture_default_str();
            break;
        case LedgerAction::backup:
            app.add_flag("--without-private", options.without_private,
                         "Leave out personal data and the key that finds it");
            app.add_flag("--no-verify", options.no_verify,
                         "Do not read the copy again and judge it");
            break;
        case LedgerAction::restore:
            app.add_option("--until", options.until,
                           "Only up to this position or time (RFC 3339), in whole batches")
                ->type_name("POSITION|TIME");
            app.add_option("--skip", options.skip,
                           "Positions after the backup's end that are not given out again")
                ->capture_default_str();
            break;
        case LedgerAction::salvage:
            app.add_option("--skip", options.skip,
                           "Positions after the newest known one that are not given out again")
                ->capture_default_str();
            break;
        default: break;
    }
}

void add_ledger_command(CLI::App& group, Parsing& parsing, const LedgerCommand& command) {
    CLI::App* app = add_command(group, command.words);
    auto options = std::make_shared<LedgerOptions>();
    options->action = command.action;
    app->add_option("SOURCE", options->source, "Its directory; KIND:DIR works, too")->required();
    if (command.target_help != nullptr) {
        app->add_option("TARGET", options->target, command.target_help)->required();
    }
    if (command.action == LedgerAction::tail) {
        app->add_option("-n,--count", options->count, "How many of the newest events")
            ->capture_default_str();
    }
    if (command.action == LedgerAction::stock) {
        app->add_option("--at", options->at, "As of this event; the newest if not given")
            ->type_name("EVENT");
    }
    add_ledger_flags(*app, *options);
    app->add_flag("--json", options->json, "Print JSON");
    app->callback([options, &parsing] {
        LedgerOptions chosen = *options;
        chosen.source = ledger_location(chosen.source).path;
        chosen.target_kind = ledger_location(chosen.target).kind;
        chosen.target = ledger_location(chosen.target).path;
        parsing.chosen = std::move(chosen);
    });
}

void add_keys(CLI::App& root, Parsing& parsing) {
    CLI::App* group = add_command(root, {"keys", "API keys of the service", ""});
    CLI::App* app =
        add_command(*group, {"new", "Make a key: shown once, only its hash goes into the key file",
                             "holdfast keys new webshop --file keys.txt\n"
                             "holdfast keys new wms --scopes read,stock --file keys.txt"});
    auto options = std::make_shared<KeysNewOptions>();
    app->add_option("NAME", options->name, "Whose key it is, one word")->required();
    app->add_option("--tenant", options->tenant, "The merchant it belongs to")
        ->capture_default_str();
    app->add_option("--scopes", options->scopes, "Of read, reserve, stock, admin")
        ->capture_default_str();
    app->add_option("--file", options->file, "Append the key's line to this file");
    app->add_flag("--json", options->json, "Print JSON");
    app->callback([options, &parsing] { parsing.chosen = *options; });
}

CLI::Option* add_share(CLI::App& app, const char* flag, double& share, const char* help) {
    return app.add_option(flag, share, help)->check(CLI::Range(0.0, 1.0))->capture_default_str();
}

void add_replay_options(CLI::App& app, replay::ReplayOptions& options) {
    app.add_option("FILE", options.file, "CSV: InvoiceNo,StockCode,Description,Quantity,...")
        ->required();
    app.add_option("--opening-stock", options.opening_stock,
                   "auto (enough for most SKUs, short for some), a number of units for every SKU, "
                   "or a CSV file with sku,quantity")
        ->capture_default_str();
    app.add_option("--write-offs", "adjustments, or counts of what is left")
        ->check(CLI::IsMember({"adjustments", "counts"}))
        ->default_str("adjustments")
        ->each(
            [&options](const std::string& word) { options.count_write_offs = word == "counts"; });
    app.add_option("--concurrency", options.concurrency, "Carts at a time")
        ->check(CLI::Range(1, 1024))
        ->capture_default_str();
    add_share(app, "--duplicates", options.duplicates, "Share of requests that are sent twice");
    add_share(app, "--delayed", options.delayed, "Share of carts with late or reordered requests");
    add_share(app, "--abandoned", options.abandoned, "Share of carts that are never paid");
    add_share(app, "--shipped", options.shipped, "Share of sold carts that are shipped");
    app.add_option("--ttl", options.ttl_seconds, "Seconds a hold lives")
        ->check(CLI::Range(1, 86'400))
        ->capture_default_str();
    app.add_option("--seed", options.seed, "Of everything that is chosen by chance")
        ->capture_default_str();
    app.add_option("--speed", options.speed,
                   "Times the pace of the file; 0 is as fast as the service answers")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    app.add_option("--limit", options.limit, "Only the first so many invoices; 0 is all")
        ->capture_default_str();
    app.add_option("--run-id", options.run_id, "Beginning of all keys; default: random");
    app.add_flag("--resume", options.resume, "Go on with a run id that was used before");
    app.add_flag("--json", options.json, "Print the report as JSON");
}

}  // namespace

void add_serve_command(CLI::App& root, Parsing& parsing) {
    CLI::App* app =
        add_command(root, {"serve", "Run the service",
                           "holdfast serve\n"
                           "holdfast serve --listen 127.0.0.1:0 --ledger memory: --demo\n"
                           "holdfast serve --listen 0.0.0.0:8080 --api-keys keys.txt\n"
                           "holdfast serve --config holdfast.toml --print-config"});
    auto arguments = std::make_shared<ServeArguments>();
    arguments->config = parsing.variable("HOLDFAST_CONFIG", "");
    const ServeOptions defaults;
    for (const ServeSetting& setting : serve_settings()) {
        std::string& text = arguments->flags[std::string(setting.name)];
        if (setting.value_name.empty()) {
            app->add_flag_callback(
                setting.flag(), [&text] { text = "true"; }, std::string(setting.help));
        } else {
            app->add_option(setting.flag(), text, std::string(setting.help))
                ->type_name(std::string(setting.value_name))
                ->default_str(setting.show(defaults));
        }
    }
    app->add_option("--config", arguments->config, "TOML file with these settings");
    app->add_flag("--print-config", arguments->print_config,
                  "Print the effective settings and where each comes from, and stop");
    app->callback([arguments, app, &parsing] {
        // A flag that was not given must not hide the environment or the file.
        std::erase_if(arguments->flags, [&](const auto& flag) {
            const auto settings = serve_settings();
            const auto setting =
                std::ranges::find(settings, std::string_view(flag.first), &ServeSetting::name);
            return app->count(setting->flag()) == 0;
        });
        parsing.chosen = merge(*arguments, parsing.environment);
    });
}

void add_ledger_commands(CLI::App& root, Parsing& parsing) {
    CLI::App* group =
        add_command(root, {"ledger", "Look into, audit, back up, restore or rescue a ledger", ""});
    add_ledger_command(*group, parsing,
                       {.words = {"tail", "Show the newest events",
                                  "holdfast ledger tail ./var/ledger -n 50 --json"},
                        .action = LedgerAction::tail,
                        .target_help = nullptr});
    add_ledger_command(
        *group, parsing,
        {.words = {"verify", "Audit every event: chain, rules, figures, state hashes",
                   "holdfast ledger verify ./var/ledger\n"
                   "holdfast ledger verify backup.ledger --json"},
         .action = LedgerAction::verify,
         .target_help = nullptr});
    add_ledger_command(*group, parsing,
                       {.words = {"stock", "List the figures of every stock cell as of an event",
                                  "holdfast ledger stock ./var/ledger\n"
                                  "holdfast ledger stock ./var/ledger --at 120000 --json"},
                        .action = LedgerAction::stock,
                        .target_help = nullptr});
    add_ledger_command(*group, parsing,
                       {.words = {"export", "Write all batches to one file",
                                  "holdfast ledger export ./var/ledger backup.ledger"},
                        .action = LedgerAction::export_batches,
                        .target_help = "File, or - for standard output"});
    add_ledger_command(*group, parsing,
                       {.words = {"salvage", "Copy what is intact of a damaged ledger",
                                  "holdfast ledger salvage ./var/ledger ./var/rescued"},
                        .action = LedgerAction::salvage,
                        .target_help = "A new directory"});
    add_ledger_command(*group, parsing,
                       {.words = {"backup", "Copy what is new into a backup, and verify it",
                                  "holdfast ledger backup ./var/ledger /backup/ledger\n"
                                  "holdfast ledger backup ./var/ledger ./b --without-private"},
                        .action = LedgerAction::backup,
                        .target_help = "A new directory, or an earlier backup of this ledger"});
    add_ledger_command(*group, parsing,
                       {.words = {"restore", "Make a new ledger from a backup",
                                  "holdfast ledger restore /backup/ledger ./var/restored\n"
                                  "holdfast ledger restore /backup/ledger ./var/restored "
                                  "--until 2026-05-04T10:00:00Z"},
                        .action = LedgerAction::restore,
                        .target_help = "A new directory"});
    add_keys(root, parsing);
}

void add_replay_command(CLI::App& root, Parsing& parsing) {
    CLI::App* app = add_command(
        root, {"replay", "Drive a running service with a shop's real orders, then audit it",
               "holdfast replay orders.csv --url http://127.0.0.1:8080\n"
               "holdfast replay orders.csv --duplicates 0.2 --abandoned 0.1 --json\n"
               "holdfast replay orders.csv --write-offs counts --classes classes.toml\n"
               "holdfast replay orders.csv --run-id december --resume"});
    auto command = std::make_shared<ReplayCommand>();
    auto classes = std::make_shared<std::string>();
    app->add_option("--classes", *classes, "TOML file: classes, and rules which SKUs get them");
    add_access(*app, parsing, command->access);
    add_replay_options(*app, command->options);
    app->add_option_function<std::string>(
           "--patience",
           [command](const std::string& text) {
               const auto patience = parse_duration(text);
               if (!patience) {
                   throw CLI::ValidationError("--patience", patience.error().message);
               }
               command->options.patience = *patience;
           },
           "How long a request is retried while the service is away")
        ->type_name("DURATION")
        ->default_str("60s");
    app->callback([command, classes, &parsing] {
        const auto read = classes->empty() ? base::Result<void>()
                                           : read_replay_classes(*classes, command->options);
        if (!read) {
            parsing.chosen = Printed{.text = "holdfast: " + read.error().message + '\n',
                                     .code = ExitCode::usage};
            return;
        }
        parsing.chosen = *command;
    });
}

}  // namespace holdfast::cli
