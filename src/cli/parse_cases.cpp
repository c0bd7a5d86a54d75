// The commands of the worklist: cases list, show, resolve, export.
#include <CLI/CLI.hpp>

#include <array>

#include "cli/api_command.hpp"
#include "cli/command_tree.hpp"
#include "cli/table.hpp"

namespace holdfast::cli {
namespace {

using client::Json;

// 5025 -> "1 h 23 min"
std::string age_text(std::int64_t seconds) {
    constexpr std::int64_t kMinute = 60;
    constexpr std::int64_t kHour = 60 * kMinute;
    constexpr std::int64_t kDay = 24 * kHour;
    if (seconds < kMinute) {
        return std::to_string(seconds) + " s";
    }
    if (seconds < kHour) {
        return std::to_string(seconds / kMinute) + " min";
    }
    if (seconds < kDay) {
        return std::to_string(seconds / kHour) + " h " + std::to_string(seconds % kHour / kMinute) +
               " min";
    }
    return std::to_string(seconds / kDay) + " d " + std::to_string(seconds % kDay / kHour) + " h";
}

std::string list_text(const Json& document, bool bold) {
    Json::Array rows;
    for (Json row : document["cases"].items()) {
        row.set("age",
                age_text(row["age_seconds"].number()) + (row["overdue"].flag() ? ", overdue" : ""));
        row.set("drift", row["count"]["drift"]);
        rows.push_back(std::move(row));
    }
    if (rows.empty()) {
        return "no open cases\n";
    }
    const View view{.list = "cases",
                    .columns = {"id", "kind", "age", "sku", "pool", "units", "drift", "reservation",
                                "reference", "reason", "opened_by"}};
    std::string out = show_document(Json::Object{{"cases", std::move(rows)}}, view, bold);
    if (const auto next = document["next_cursor"].text(); !next.empty()) {
        out += "more: --cursor " + harmless(next) + '\n';
    }
    return out;
}

std::string case_text(const Json& document, bool bold) {
    Json shown = document;
    const Json count = document["count"];
    shown.erase("count");
    std::string out = show_document(
        shown, {.list = "at_risk", .columns = {"reservation", "line", "kind", "units"}}, bold);
    for (const auto& [name, value] : count.members()) {
        out += "count " + harmless(name) + "  " + harmless(value.display()) + '\n';
    }
    if (!count.is_null() && document["status"].text() != "resolved") {
        out += "decide: holdfast cases resolve " + harmless(document["id"].text()) +
               " approve|reject --plan " + harmless(count["plan"].text()) + '\n';
    }
    return out;
}

void add_resolve(CLI::App& group, Parsing& parsing) {
    BodyCommand command =
        add_body_call(group, parsing,
                      {"resolve", "Decide a case: approve or reject a count, acknowledge the rest",
                       "holdfast cases resolve cas_0123456789abc approve --plan 5f0c...\n"
                       "holdfast cases resolve cas_0123456789abc acknowledge --reason refunded"},
                      KeyUse::optional, {.method = "POST", .path = "/cases/"});
    command.in_path("ID", "/resolve", "The case, cas_...");
    command.text("RESOLUTION", "resolution", "approve, reject or acknowledge")
        ->check(CLI::IsMember({"approve", "reject", "acknowledge"}));
    command.text("--plan", "plan", "What you have seen and decide: 'cases show' prints it");
    command.text("--reason", "reason", "Why");
    command.text("--note", "note", "In your words");
    command.on("--override", "override", "Approve a count of one's own; needs --reason");
    command.text("--by", "by", "Who decides, where the service has no API keys");
    command.app->callback([command, &parsing] {
        const Json& body = *command.body;
        if (body["resolution"].text() == "approve" && body["plan"].is_null()) {
            throw CLI::RequiredError("--plan (holdfast cases show ID prints it)");
        }
        command.call->request.body = body;
        parsing.chosen = *command.call;
    });
}

}  // namespace

void add_case_commands(CLI::App& root, Parsing& parsing) {
    CLI::App* group = add_command(
        root, {"cases", "The worklist: shortages, late money, reviews, counts, odd facts", ""});
    BodyCommand list =
        add_body_call(*group, parsing,
                      {"list", "Open cases, most urgent first (also: holdfast cases)",
                       "holdfast cases\nholdfast cases list --kind count --sku mug"},
                      KeyUse::none, {.method = "GET", .path = "/cases"});
    list.call->show = list_text;
    list.parameter("--kind", "kind", "shortage, late_money, review, count or unexpected_fact");
    list.parameter("--sku", "sku", "Only of this item");
    list.parameter("--limit", "limit", "Rows of a page");
    list.parameter("--cursor", "cursor",
                   "Go on behind this page: next_cursor of the answer before");

    BodyCommand show = add_body_call(*group, parsing,
                                     {"show", "One case", "holdfast cases show cas_0123456789abc"},
                                     KeyUse::none, {.method = "GET", .path = "/cases/"});
    show.in_path("ID", "", "The case, cas_...");
    show.call->show = case_text;

    add_resolve(*group, parsing);

    BodyCommand csv = add_body_call(
        *group, parsing,
        {"export", "All open cases as CSV", "holdfast cases export --csv > cases.csv"},
        KeyUse::none, {.method = "GET", .path = "/cases.csv"});
    csv.app->add_flag_callback("--csv", [] {}, "The format; there is no other yet");
    csv.call->raw = true;
}

}  // namespace holdfast::cli
