// The commands of facts: what is unavailable, on its way, or was sold elsewhere.
#include <CLI/CLI.hpp>

#include "cli/command_tree.hpp"
#include "cli/units.hpp"
#include "model/limits.hpp"

namespace holdfast::cli {
namespace {

using client::Json;

constexpr const char* kPoolHelp = "The place; needed only if there are several";
constexpr const char* kWhenHelp = "When it happened, 2026-05-04T10:00:00Z";

void add_unavailable(CLI::App& stock, Parsing& parsing) {
    BodyCommand command = add_body_call(
        stock, parsing,
        {"unavailable", "Take units out of sale with a reason, or put them back",
         "holdfast stock unavailable mug 3 --reason quality_hold\n"
         "holdfast stock unavailable mug -3 --reason quality_hold --note 'inspected'"},
        KeyUse::required, {.method = "POST", .path = "/stock/unavailable"});
    command.text("SKU", "sku", "The item");
    command.number("DELTA", "delta", "Units that cannot be sold any more; negative: can again");
    command
        .text("--reason", "reason", "damage, quality_hold, recall, ...; balances are per reason")
        ->required();
    command.text("--pool", "pool", kPoolHelp);
    command.text("--note", "note", "Needed with the reason other");
    command.text("--reference", "reference", "Your document's number");
    command.text("--occurred-at", "occurred_at", kWhenHelp);
}

void add_transfer(CLI::App& stock, Parsing& parsing) {
    BodyCommand send = add_body_call(
        stock, parsing,
        {"transfer", "Send units from one pool to another",
         "holdfast stock transfer mug 20 --from hamburg --to berlin --reference truck-12\n"
         "holdfast stock transfer mug 20 --from shop --to web --instant"},
        KeyUse::required, {.method = "POST", .path = "/stock/transfers"});
    send.text("SKU", "sku", "The item");
    send.number("QUANTITY", "quantity", "Units that left");
    send.text("--from", "from", "The pool they left")->required();
    send.text("--to", "to", "The pool they are on the way to")->required();
    send.on("--instant", "instant", "They are there already");
    send.text("--reference", "reference", "Your document's number");
    send.text("--occurred-at", "occurred_at", kWhenHelp);

    BodyCommand list = add_body_call(
        stock, parsing,
        {"transfers", "Units on their way, newest first", "holdfast stock transfers --sku mug"},
        KeyUse::none,
        {.method = "GET",
         .path = "/stock/transfers",
         .view = {.list = "transfers",
                  .columns = {"id", "sku", "from", "to", "quantity", "in_transit", "sent_at",
                              "reference"}}});
    list.parameter("--sku", "sku", "Only of this item");
    list.parameter("--limit", "limit", "Rows of a page");
    list.parameter("--cursor", "cursor",
                   "Go on behind this page: next_cursor of the answer before");

    BodyCommand arrive =
        add_body_call(stock, parsing,
                      {"arrive", "Units of a transfer arrived",
                       "holdfast stock arrive trf_0123456789abc\n"
                       "holdfast stock arrive trf_0123456789abc --quantity 18"},
                      KeyUse::required, {.method = "POST", .path = "/stock/transfers/"});
    arrive.in_path("ID", "/arrive", "The transfer, trf_...");
    arrive.number("--quantity", "quantity", "Units that arrived (default: all still on the way)");
    arrive.text("--occurred-at", "occurred_at", kWhenHelp);

    BodyCommand lose =
        add_body_call(stock, parsing,
                      {"lose", "Units of a transfer will not arrive",
                       "holdfast stock lose trf_0123456789abc --quantity 2 --reason damage"},
                      KeyUse::required, {.method = "POST", .path = "/stock/transfers/"});
    lose.in_path("ID", "/lose", "The transfer, trf_...");
    lose.number("--quantity", "quantity", "Units that are lost (default: all still on the way)");
    lose.text("--reason", "reason", "damage, theft, missing, ...")->required();
    lose.text("--occurred-at", "occurred_at", kWhenHelp);
}

// "SKU=QUANTITY" or "SKU@POOL=QUANTITY" would be ambiguous: a SKU may hold any letter. One pool for
// all lines is what tills and marketplaces report.
Json sold_line(const std::string& text, const std::string& pool) {
    const auto [sku, quantity] =
        text.contains('=') ? name_and_number(text) : std::pair(text, std::int64_t{1});
    if (quantity < 1 || quantity > model::kLineQuantityMax) {
        throw CLI::ValidationError(text, "a sale is of at least one unit");
    }
    Json line = Json::Object{{"sku", sku}, {"quantity", quantity}};
    if (!pool.empty()) {
        line.set("pool", pool);
    }
    return line;
}

void add_sale(CLI::App& stock, Parsing& parsing) {
    BodyCommand command = add_body_call(
        stock, parsing,
        {"sale", "Record a sale that was made elsewhere, whatever the stock",
         "holdfast stock sale mug=2 tea=1 --channel till-3 --reference receipt-881 --shipped\n"
         "holdfast stock sale mug=1 --source amazon --sequence 5120"},
        KeyUse::required, {.method = "POST", .path = "/stock/sales", .view = reservation_view()});
    struct Arguments {
        std::vector<std::string> lines;
        std::string pool;
    };
    auto arguments = std::make_shared<Arguments>();
    CLI::App& app = *command.app;
    app.add_option("SKU=QUANTITY", arguments->lines, "What was sold (SKU alone: 1 unit)")
        ->required();
    app.add_option("--pool", arguments->pool, "The place it was sold from, of all lines");
    command.text("--channel", "channel", "Where it was sold");
    command.text("--reference", "reference", "The order's number there");
    command.text("--customer", "customer_id", "The buyer");
    CLI::Option* source = command.text("--source", "source", "Who reports it, with --sequence");
    CLI::Option* sequence = command.number("--sequence", "source_sequence",
                                           "Its number there: instead of an idempotency key");
    source->needs(sequence);
    sequence->needs(source)->excludes(app.get_option("--key"));
    command.on("--shipped", "shipped", "The buyer has it already");
    command.text("--occurred-at", "occurred_at", kWhenHelp);
    app.callback([command, arguments, sequence, &parsing] {
        Json::Array lines;
        for (const std::string& text : arguments->lines) {
            lines.push_back(sold_line(text, arguments->pool));
        }
        command.body->set("lines", std::move(lines));
        command.call->request.body = *command.body;
        command.call->request.repeatable = sequence->count() > 0;
        command.call->needs_key = sequence->count() == 0;
        parsing.chosen = *command.call;
    });
}

void add_looks(CLI::App& stock, Parsing& parsing) {
    BodyCommand stranded =
        add_body_call(stock, parsing,
                      {"stranded", "Units that nobody can buy where they are, and why",
                       "holdfast stock stranded"},
                      KeyUse::none, {.method = "GET", .path = "/stock/stranded"});
    stranded.parameter("--limit", "limit", "Rows of a page");
    stranded.parameter("--cursor", "cursor", "Go on behind this page");
    stranded.call->view = {.list = "stranded",
                           .columns = {"sku", "pool", "why", "units", "since", "transfer"}};

    BodyCommand show = add_body_call(
        stock, parsing,
        {"show", "A SKU's quantities, now or as they were",
         "holdfast stock show mug\nholdfast stock show mug --at 2026-05-04T10:00:00Z"},
        KeyUse::none,
        {.method = "GET",
         .path = "/stock/",
         .view = {.list = "pools",
                  .columns = {"pool", "sellable", "on_hand", "committed", "held", "soft_held",
                              "unavailable", "safety_stock", "in_transit", "deficit"}}});
    show.in_path("SKU", "", "The item");
    CLI::Option* at = show.parameter("--at", "at", "A time: as it was then");
    show.parameter("--position", "position", "A position of an earlier answer: as it was there")
        ->excludes(at);
}

}  // namespace

void add_fact_commands(CLI::App& stock, Parsing& parsing) {
    add_unavailable(stock, parsing);
    add_transfer(stock, parsing);
    add_sale(stock, parsing);
    add_looks(stock, parsing);
}

}  // namespace holdfast::cli
