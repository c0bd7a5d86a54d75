// The commands of moving in: import, compare.
#include <CLI/CLI.hpp>

#include "cli/command_tree.hpp"
#include "cli/compare.hpp"
#include "cli/import.hpp"

namespace holdfast::cli {
namespace {

void add_import(CLI::App& group, Parsing& parsing, const Words& words, ImportKind kind) {
    const TaskCommand command = add_task(group, parsing, words);
    auto options = std::make_shared<ImportOptions>();
    options->basis.kind = kind;
    CLI::App& app = *command.app;
    std::string columns;
    for (const Column& column : import_columns(kind)) {
        columns += columns.empty() ? "" : ",";
        columns +=
            column.required ? std::string(column.name) : '[' + std::string(column.name) + ']';
    }
    app.add_option("FILE", options->file, "CSV, UTF-8, with the columns " + columns)->required();
    app.add_option("--source", options->basis.source,
                   "The system it comes from; with the row, the key of a row")
        ->required();
    app.add_option("--as-of", options->basis.as_of, "When the file was true, 2026-05-04T10:00:00Z")
        ->required();
    app.add_option("--chunk", options->chunk_rows, "Rows in one request")
        ->check(CLI::Range(1, 2'500))
        ->capture_default_str();
    app.add_flag("--dry-run", options->dry_run, "Judge the whole file and send nothing");
    app.callback([command, options, &parsing] {
        if (!is_time_text(options->basis.as_of)) {
            throw CLI::ValidationError(
                "--as-of", '\'' + options->basis.as_of + "' is not a time: 2026-05-04T10:00:00Z");
        }
        options->access = *command.access;
        options->json = *command.json;
        parsing.chosen = Task([options = *options](const client::Console& console) {
            return run_import(options, console);
        });
    });
}

void add_imports(CLI::App& root, Parsing& parsing) {
    CLI::App* group =
        add_command(root, {"import", "Move another system's tables into the ledger", ""});
    add_import(*group, parsing,
               {"stock", "What is on hand, with safety stock and classes",
                "holdfast import stock stock.csv --source medusa --as-of 2026-05-04T03:00:00Z "
                "--dry-run\n"
                "holdfast import stock stock.csv --source medusa --as-of 2026-05-04T03:00:00Z"},
               ImportKind::stock);
    add_import(*group, parsing,
               {"open-orders", "What is sold and has not left yet",
                "holdfast import open-orders orders.csv --source spree --as-of "
                "2026-05-04T03:00:00Z"},
               ImportKind::open_orders);
    add_import(*group, parsing,
               {"holds", "What carts and checkouts hold",
                "holdfast import holds carts.csv --source shop --as-of 2026-05-04T03:00:00Z"},
               ImportKind::holds);
}

void add_compare(CLI::App& root, Parsing& parsing) {
    const TaskCommand command =
        add_task(root, parsing,
                 {"compare", "Drift of every SKU against another system's figures",
                  "holdfast compare figures.csv\n"
                  "holdfast compare figures.csv --tolerance 2 --top 0 --json"});
    auto options = std::make_shared<CompareOptions>();
    CLI::App& app = *command.app;
    app.add_option("FILE", options->file,
                   "CSV: sku[,pool] and on_hand, sellable, committed, held, unavailable or "
                   "safety_stock")
        ->required();
    app.add_option("--tolerance", options->tolerance, "A difference of so many units is none")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    app.add_option("--top", options->top, "Rows shown, the largest drift first; 0: all")
        ->capture_default_str();
    app.callback([command, options, &parsing] {
        options->access = *command.access;
        options->json = *command.json;
        parsing.chosen = Task([options = *options](const client::Console& console) {
            return run_compare(options, console);
        });
    });
}

}  // namespace

void add_moving_commands(CLI::App& root, Parsing& parsing) {
    add_imports(root, parsing);
    add_compare(root, parsing);
}

}  // namespace holdfast::cli
