#include "replay/replay.hpp"

#include <algorithm>

#include "client/rest_client.hpp"
#include "replay/orders.hpp"
#include "replay/session.hpp"

namespace holdfast::replay {
namespace {

constexpr std::size_t kRunIdMax = 64;
constexpr std::size_t kRandomRunId = 8;

bool is_run_id(std::string_view text) {
    const auto is_allowed = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               c == '.' || c == '_' || c == '-';
    };
    return !text.empty() && text.size() <= kRunIdMax && std::ranges::all_of(text, is_allowed);
}

void say_what_is_read(const Orders& orders, const Plan& plan, const client::Console& console) {
    for (const SkippedLine& line : orders.malformed) {
        console.err("line " + std::to_string(line.line) + ": " + line.reason + ", skipped\n");
    }
    std::string left_out;
    for (const auto& [code, entry] : orders.not_stock) {
        left_out += (left_out.empty() ? "" : ", ") + code + " (" + std::to_string(entry.lines) +
                    (entry.lines == 1 ? " line)" : " lines)");
    }
    if (!left_out.empty()) {
        console.err("no stock, left out: " + left_out + '\n');
    }
    console.err(std::to_string(plan.carts.size()) + " carts, " +
                std::to_string(plan.reversals.size()) + " cancelled or returned quantities, " +
                std::to_string(plan.write_offs.size()) + " write-offs\n");
}

Outcome fail(Outcome outcome, const std::string& message, const client::Console& console) {
    console.err("holdfast: " + message + '\n');
    return outcome;
}

}  // namespace

Outcome run(const ReplayOptions& asked, const client::Console& console) {
    ReplayOptions options = asked;
    if (options.resume && options.run_id.empty()) {
        return fail(Outcome::bad_input, "--resume needs the --run-id to go on with", console);
    }
    if (options.resume && options.count_write_offs) {
        return fail(Outcome::bad_input,
                    "a run whose write-offs are counts cannot be resumed: what is left is counted "
                    "anew each time",
                    console);
    }
    if (options.run_id.empty()) {
        options.run_id = client::random_key().substr(0, kRandomRunId);
    }
    if (!is_run_id(options.run_id)) {
        return fail(Outcome::bad_input, "a run id is 1 to 64 letters, digits, '.', '_' and '-'",
                    console);
    }
    const auto text = read_file(options.file);
    if (!text) {
        const bool is_missing = text.error().code == base::ErrorCode::not_found;
        return fail(is_missing ? Outcome::not_found : Outcome::bad_input, text.error().message,
                    console);
    }
    const auto orders = read_orders(*text, options.limit);
    if (!orders) {
        return fail(Outcome::bad_input, options.file + ": " + orders.error().message, console);
    }
    const Plan plan = make_plan(*orders, options);
    const auto stock = make_opening_stock(plan, options);
    if (!stock) {
        return fail(Outcome::bad_input, stock.error().message, console);
    }
    say_what_is_read(*orders, plan, console);
    console.err("run id: " + options.run_id + '\n');
    const auto report = Session(options, *orders, plan, *stock, console).run();
    if (!report) {
        return fail(report.error().outcome, report.error().message, console);
    }
    console.out(options.json ? to_json(*report).dump() + '\n' : to_text(*report));
    return report->clean() ? Outcome::clean : Outcome::unclean;
}

}  // namespace holdfast::replay
