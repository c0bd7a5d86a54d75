// The commands of "what happened" and "why is it N?": explain, history, events.
#include <CLI/CLI.hpp>

#include "cli/command_tree.hpp"
#include "cli/events_tail.hpp"
#include "cli/explain_text.hpp"
#include "client/explanation.hpp"
#include "net/http_types.hpp"

namespace holdfast::cli {
namespace {

using client::Json;

void add_explain(CLI::App& root, Parsing& parsing) {
    BodyCommand command = add_body_call(
        root, parsing,
        {"explain", "Why a SKU has the figure it has: a tree that adds up",
         "holdfast explain mug\nholdfast explain mug --pool berlin --at 2026-05-04T10:00:00Z"},
        KeyUse::none, {.method = "GET", .path = "/stock/"});
    command.in_path("SKU", "/explain", "The item");
    command.parameter("--pool", "pool", "Only there");
    command.parameter("--at", "at", "A time: as it was then");
    command.call->show = explain_text;
    command.call->code = [](const Json& explanation) {
        return client::unexplained(explanation).empty() ? ExitCode::ok : ExitCode::failed;
    };
}

void add_history(CLI::App& root, Parsing& parsing) {
    BodyCommand command = add_body_call(
        root, parsing,
        {"history", "All events of a SKU, reservation, reference or principal, newest first",
         "holdfast history mug --limit 20\n"
         "holdfast history --reservation rsv_0123456789abc\n"
         "holdfast history --reference order-1001\nholdfast history --agent bot-7"},
        KeyUse::none, {.method = "GET", .path = ""});
    struct Subject {
        std::string sku;
        std::string reservation;
        std::string other;  // a query
        int named = 0;
    };
    auto subject = std::make_shared<Subject>();
    CLI::App& app = *command.app;
    CLI::Option* sku = app.add_option("SKU", subject->sku, "The item");
    CLI::Option* reservation =
        app.add_option("--reservation", subject->reservation, "A reservation, rsv_...");
    const auto other = [&](const char* flag, const char* name, const char* help) {
        app.add_option_function<std::string>(
            flag,
            [subject, name](const std::string& value) {
                subject->other = std::string(name) + '=' + net::percent_encode(value);
                ++subject->named;
            },
            help);
    };
    other("--reference", "reference", "Your order, cart or document number");
    other("--agent", "agent", "What an agent did");
    other("--operator", "operator", "What an operator's agents did");
    other("--customer", "customer_id", "What a buyer did");
    CLI::Option* pool = app.add_option_function<std::string>(
        "--pool",
        [command](const std::string& value) {
            *command.query +=
                (command.query->empty() ? "?" : "&") + ("pool=" + net::percent_encode(value));
        },
        "Of a SKU: only there; alone: all that happened there");
    command.parameter("--limit", "limit", "Rows of a page");
    command.parameter("--cursor", "cursor",
                      "Go on behind this page: next_cursor of the answer before");
    command.call->show = events_text;
    app.callback([command, subject, sku, reservation, pool, &parsing] {
        const bool by_sku = sku->count() > 0;
        const bool by_reservation = reservation->count() > 0;
        const int named = subject->named + (by_sku ? 1 : 0) + (by_reservation ? 1 : 0);
        if (named > 1 || (named == 0 && pool->count() == 0)) {
            throw CLI::RequiredError(
                "one of SKU, --reservation, --reference, --agent, --operator, --customer, --pool");
        }
        std::string& path = command.call->request.path;
        path = "/history";
        std::string query = *command.query;
        if (by_sku) {
            path = "/stock/" + net::percent_encode(subject->sku) + "/history";
        } else if (by_reservation) {
            path = "/reservations/" + net::percent_encode(subject->reservation) + "/history";
        } else if (!subject->other.empty()) {
            query += (query.empty() ? "?" : "&") + subject->other;
        }
        path += query;
        parsing.chosen = *command.call;
    });
}

void add_events(CLI::App& root, Parsing& parsing) {
    CLI::App* group = add_command(root, {"events", "The ledger's events", ""});
    const TaskCommand command =
        add_task(*group, parsing,
                 {"tail", "Print events as they come",
                  "holdfast events tail\nholdfast events tail --from-start --no-follow --json"});
    auto options = std::make_shared<TailOptions>();
    CLI::App& app = *command.app;
    CLI::Option* after = app.add_option("--after", options->after,
                                        "Behind this position of an earlier answer (default: now)");
    app.add_flag("--from-start", options->from_start, "From the first event there is")
        ->excludes(after);
    app.add_flag_callback(
        "--no-follow", [options] { options->follow = false; }, "End where the ledger ends");
    app.add_option("-n,--count", options->count, "End after so many events");
    app.callback([command, options, &parsing] {
        options->access = *command.access;
        options->json = *command.json;
        parsing.chosen = Task([options = *options](const client::Console& console) {
            return tail_events(options, console);
        });
    });
}

}  // namespace

void add_history_commands(CLI::App& root, Parsing& parsing) {
    add_explain(root, parsing);
    add_history(root, parsing);
    add_events(root, parsing);
}

}  // namespace holdfast::cli
