// The commands that repair or end promises: reallocate, close-short, release-matching.
#include <CLI/CLI.hpp>

#include "cli/command_tree.hpp"
#include "cli/units.hpp"
#include "model/limits.hpp"

namespace holdfast::cli {
namespace {

using client::Json;

// SKU=QUANTITY and --line LINE=QUANTITY as "lines" of the body; none: all units.
void add_parts(BodyCommand& command, Parsing& parsing) {
    struct Parts {
        std::vector<std::string> skus;
        std::vector<std::string> lines;
    };
    auto parts = std::make_shared<Parts>();
    command.app->add_option("SKU=QUANTITY", parts->skus, "Only these units (SKU alone: 1 unit)");
    command.app->add_option("--line", parts->lines, "Only these, by line id: LINE=QUANTITY");
    command.app->callback([command, parts, &parsing] {
        Json::Array out;
        const auto add = [&](const char* member, const std::string& text) {
            const auto [name, quantity] =
                text.contains('=') ? name_and_number(text) : std::pair(text, std::int64_t{1});
            out.push_back(Json::Object{{member, name}, {"quantity", quantity}});
        };
        for (const std::string& text : parts->skus) {
            add("sku", text);
        }
        for (const std::string& text : parts->lines) {
            add("line_id", text);
        }
        if (!out.empty()) {
            command.body->set("lines", std::move(out));
        }
        command.call->request.body = *command.body;
        parsing.chosen = *command.call;
    });
}

void add_reallocate(CLI::App& reservation, Parsing& parsing) {
    BodyCommand command = add_body_call(
        reservation, parsing,
        {"reallocate", "Serve promised units from another pool, in one step",
         "holdfast reservation reallocate rsv_0123456789abc --to berlin\n"
         "holdfast reservation reallocate rsv_0123456789abc mug=1 --from hamburg --to berlin"},
        KeyUse::required, {.method = "POST", .path = "/reservations/", .view = reservation_view()});
    command.in_path("ID", "/reallocate", "The reservation, rsv_...");
    add_parts(command, parsing);
    command.text("--from", "from", "Only units that are served from this pool");
    command.text("--to", "to", "The pool that shall serve them")->required();
}

void add_close_short(CLI::App& reservation, Parsing& parsing) {
    BodyCommand command = add_body_call(
        reservation, parsing,
        {"close-short", "End a promise whose units are not there",
         "holdfast reservation close-short rsv_0123456789abc --reason refunded\n"
         "holdfast reservation close-short rsv_0123456789abc mug=1 --reason substituted"},
        KeyUse::required, {.method = "POST", .path = "/reservations/", .view = reservation_view()});
    command.in_path("ID", "/close-short", "The reservation, rsv_...");
    add_parts(command, parsing);
    command.text("--reason", "reason", "refunded, replaced, substituted or other")->required();
    command.text("--note", "note", "Needed with the reason other");
}

std::string shown_release(const Json& document, bool dry_run) {
    std::string out = dry_run ? "would release " : "released ";
    out += document["matched"].display() + " reservation(s) with " + document["units"].display() +
           " unit(s)\n";
    for (const Json& id : document["released"].items()) {
        out += "  " + id.display() + '\n';
    }
    if (document["more"].flag()) {
        out += dry_run ? "  and more\n" : "  and more; run it again for the rest\n";
    }
    return out;
}

void add_release_matching(CLI::App& reservation, Parsing& parsing) {
    BodyCommand command = add_body_call(
        reservation, parsing,
        {"release-matching", "Give back everything held that fits all filters",
         "holdfast reservation release-matching --sku mug --dry-run\n"
         "holdfast reservation release-matching --agent bot-7 --reason fraud\n"
         "holdfast reservation release-matching --channel app --older-than 2026-05-04T10:00:00Z"},
        KeyUse::none, {.method = "POST", .path = "/reservations/release-matching"});
    command.text("--sku", "sku", "Reservations with this SKU");
    command.text("--class", "sku_class", "Reservations with a SKU of this class");
    command.text("--channel", "channel", "Of this channel");
    command.text("--agent", "agent_id", "Of this agent");
    command.text("--older-than", "older_than", "Created before this time");
    command.on("--include-payment", "include_payment", "Also those that wait for a payment");
    command.on("--dry-run", "dry_run", "Only say what would be released");
    command.text("--reason", "reason", "Why, for the ledger");
    command.app->callback([command, &parsing] {
        const Json& body = *command.body;
        bool filtered = false;
        for (const char* filter : {"sku", "sku_class", "channel", "agent_id", "older_than"}) {
            filtered = filtered || !body[filter].is_null();
        }
        if (!filtered) {
            throw CLI::RequiredError("--sku, --class, --channel, --agent or --older-than");
        }
        command.call->request.body = body;
        command.call->request.repeatable = true;  // what is released is released
        command.call->show = [dry_run = body["dry_run"].flag()](const Json& document, bool) {
            return shown_release(document, dry_run);
        };
        parsing.chosen = *command.call;
    });
}

}  // namespace

void add_promise_commands(CLI::App& reservation, Parsing& parsing) {
    add_reallocate(reservation, parsing);
    add_close_short(reservation, parsing);
    add_release_matching(reservation, parsing);
}

}  // namespace holdfast::cli
