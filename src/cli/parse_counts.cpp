// The commands of counting: count, reconcile.
#include <CLI/CLI.hpp>

#include "cli/command_tree.hpp"
#include "cli/reconcile.hpp"
#include "cli/table_file.hpp"

namespace holdfast::cli {
namespace {

using client::Json;

void check_time(const char* flag, const std::string& text) {
    if (!is_time_text(text)) {
        throw CLI::ValidationError(flag, '\'' + text + "' is not a time: 2026-05-04T10:00:00Z");
    }
}

struct Includes {
    std::vector<std::string> references;
    std::vector<std::string> watermarks;

    [[nodiscard]] std::vector<std::pair<std::string, std::int64_t>> marks() const {
        std::vector<std::pair<std::string, std::int64_t>> out;
        for (const std::string& text : watermarks) {
            out.push_back(name_and_number(text));
        }
        return out;
    }
};

constexpr const char* kWatermarkHelp =
    "SOURCE=N: the count knows everything of that source up to number N";

void add_count(CLI::App& root, Parsing& parsing) {
    BodyCommand command = add_body_call(
        root, parsing,
        {"count", "Report what somebody counted, as of a time",
         "holdfast count mug 97 --as-of 2026-05-04T10:00:00Z --by anna\n"
         "holdfast count mug 97 --pool berlin --as-of 2026-05-04T10:00:00Z --includes parcel-771\n"
         "holdfast count mug 97 --as-of 2026-05-04T10:00:00Z --source wms --sequence 812"},
        KeyUse::required, {.method = "POST", .path = "/stock/counts"});
    CLI::App& app = *command.app;
    command.text("SKU", "sku", "The item");
    command.number("COUNTED", "counted", "Units that are there")->check(CLI::NonNegativeNumber);
    command.text("--pool", "pool", "The place; needed only if there are several");
    command.text("--as-of", "as_of", "When it was counted; without a fraction: end of that second")
        ->required();
    command.text("--by", "by", "Who counted, where the service has no API keys");
    CLI::Option* source = command.text("--source", "source", "Who reports it, with --sequence");
    CLI::Option* sequence = command.number("--sequence", "source_sequence",
                                           "Its number there: instead of an idempotency key");
    source->needs(sequence);
    sequence->needs(source)->excludes(app.get_option("--key"));
    auto includes = std::make_shared<Includes>();
    app.add_option("--includes", includes->references,
                   "References of movements that the count knows already");
    app.add_option("--watermark", includes->watermarks, kWatermarkHelp);
    app.callback([command, includes, sequence, &parsing] {
        check_time("--as-of", std::string((*command.body)["as_of"].text()));
        if (Json known = count_includes(includes->references, includes->marks());
            !known.is_null()) {
            command.body->set("includes", std::move(known));
        }
        command.call->request.body = *command.body;
        command.call->request.repeatable = sequence->count() > 0;
        command.call->needs_key = sequence->count() == 0;
        command.call->code = [](const Json& answer) {
            return answer["outcome"].text() == "pending" ? ExitCode::pending : ExitCode::ok;
        };
        parsing.chosen = *command.call;
    });
}

void add_reconcile(CLI::App& root, Parsing& parsing) {
    const TaskCommand command =
        add_task(root, parsing,
                 {"reconcile", "Hand in a file of counts; says what became of each",
                  "holdfast reconcile counts.csv --source wms --as-of 2026-05-04T06:00:00Z "
                  "--dry-run\n"
                  "holdfast reconcile counts.csv --source wms --as-of 2026-05-04T06:00:00Z "
                  "--watermark wms=81234"});
    auto options = std::make_shared<ReconcileOptions>();
    auto includes = std::make_shared<Includes>();
    CLI::App& app = *command.app;
    app.add_option("FILE", options->file, "CSV: sku,counted[,pool][,as_of][,references]")
        ->required();
    app.add_option("--source", options->source, "Whose counts they are")->required();
    app.add_option("--as-of", options->as_of, "When it was counted, of rows that do not say");
    app.add_option("--by", options->by, "Who counted, where the service has no API keys");
    app.add_option("--watermark", includes->watermarks, kWatermarkHelp);
    app.add_flag("--dry-run", options->dry_run, "Only the drift of each row; nothing is handed in");
    app.callback([command, options, includes, &parsing] {
        if (!options->as_of.empty()) {
            check_time("--as-of", options->as_of);
        }
        options->watermarks = includes->marks();
        options->access = *command.access;
        options->json = *command.json;
        parsing.chosen = Task([options = *options](const client::Console& console) {
            return run_reconcile(options, console);
        });
    });
}

}  // namespace

void add_count_commands(CLI::App& root, Parsing& parsing) {
    add_count(root, parsing);
    add_reconcile(root, parsing);
}

}  // namespace holdfast::cli
