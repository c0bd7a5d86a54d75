#include "cli/api_command.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include "cli/table.hpp"
#include "cli/talk.hpp"
#include "net/http_types.hpp"

namespace holdfast::cli {
namespace {

using base::ErrorCode;
using client::Json;

// [{"pool":"default","quantity":2}] -> "default 2"
std::string inline_text(const Json& value) {
    std::string out;
    for (const Json& item : value.items()) {
        out += out.empty() ? "" : ", ";
        if (!item.is_object()) {
            out += item.display();
            continue;
        }
        std::string words;
        for (const auto& member : item.members()) {
            words += (words.empty() ? "" : " ") + member.second.display();
        }
        out += words;
    }
    const bool is_array = std::holds_alternative<Json::Array>(value.value());
    return is_array ? out : value.display();
}

std::string table_of(const Json::Array& rows, const View& view, bool bold) {
    std::vector<std::string_view> columns = view.columns;
    // A column that no row has would only be noise.
    std::erase_if(columns, [&](std::string_view column) {
        return std::ranges::all_of(rows, [&](const Json& row) { return row[column].is_null(); });
    });
    Table table({columns.begin(), columns.end()});
    for (const Json& row : rows) {
        std::vector<std::string> cells;
        for (const std::string_view column : columns) {
            cells.push_back(inline_text(row[column]));
        }
        table.add(std::move(cells));
    }
    return table.text(bold);
}

std::string pairs_of(const Json& document, std::string_view without) {
    std::size_t width = 0;
    for (const auto& [name, value] : document.members()) {
        width = std::max(width, name.size());
    }
    std::string out;
    for (const auto& [name, value] : document.members()) {
        const std::string text = inline_text(value);
        if (name != without && !value.is_null() && !text.empty()) {
            out += name + std::string(width + 2 - name.size(), ' ') + harmless(text) + '\n';
        }
    }
    return out;
}

void print_json(client::RestAnswer answer, const std::string& key, const client::Console& console) {
    if (answer.document.is_object() && !key.empty()) {
        answer.document.set("idempotency_key", key);
    }
    console.out((answer.document.is_null() ? answer.body : answer.document.dump()) + '\n');
}

void print_human(const client::RestAnswer& answer, const ApiCall& call,
                 const client::Console& console) {
    if (answer.ok() && call.show) {
        console.out(call.show(answer.document, console.color));
    } else if (answer.ok()) {
        console.out(show_document(answer.document, call.view, console.color));
    } else {
        console.err(show_problem(answer.document, answer.status));
    }
    if (!call.request.key.empty()) {
        console.err("idempotency key: " + harmless(call.request.key) +
                    (answer.replayed() ? " (answered before: this is the first answer)\n" : "\n"));
    }
}

}  // namespace

base::Result<std::string> read_api_key(const std::string& path) {
    std::ifstream in(path);
    if (!in) {
        const int error = errno;
        return base::failure(error == ENOENT ? ErrorCode::not_found : ErrorCode::permission_denied,
                             "cannot read the API key file " + path + ": " + std::strerror(error));
    }
    std::string key;
    std::getline(in, key);
    key.erase(key.find_last_not_of(" \t\r") + 1);
    const bool visible = std::ranges::all_of(key, [](char c) { return c > ' ' && c < 0x7F; });
    if (key.empty() || !visible) {
        return base::failure(ErrorCode::invalid_input,
                             "the first line of " + path + " is not an API key");
    }
    return key;
}

std::string show_document(const Json& document, const View& view, bool bold) {
    const Json::Array& rows = document[view.list].items();
    std::string out = pairs_of(document, view.list);
    if (!rows.empty()) {
        out += (out.empty() ? "" : "\n") + table_of(rows, view, bold);
    }
    return out.empty() ? "nothing found\n" : out;
}

std::string show_problem(const Json& problem, int status) {
    const std::string_view title = problem["title"].text();
    const std::string_view code = problem["code"].text();
    std::string out = "holdfast: ";
    out += title.empty() ? net::status_text(status) : title;
    out += " (" + (code.empty() ? "HTTP " + std::to_string(status) : std::string(code)) + ")\n";
    out = harmless(out.substr(0, out.size() - 1)) + '\n';
    if (!problem["detail"].text().empty()) {
        out += "  " + harmless(problem["detail"].text()) + '\n';
    }
    for (const Json& error : problem["errors"].items()) {
        const std::string_view where = error["pointer"].text();
        out += "  " + harmless(where.empty() ? error["parameter"].text() : where) + "  " +
               harmless(error["detail"].text()) + '\n';
    }
    for (const Json& line : problem["lines"].items()) {
        out += "  " + harmless(line["sku"].text()) + ": requested " + line["requested"].display() +
               ", sellable " + line["sellable"].display() + '\n';
    }
    for (const char* member : {"reservation", "state", "next_expiry_at", "retry"}) {
        if (const std::string text = problem[member].display(); !text.empty()) {
            out += "  " + std::string(member) + ": " + harmless(text) + '\n';
        }
    }
    return out;
}

ExitCode run_api_call(ApiCall call, const client::Console& console) {
    if (call.needs_key && call.request.key.empty()) {
        call.request.key = client::random_key();
    }
    auto talk = Talk::begin(call.access, console);
    if (!talk) {
        return talk.error();
    }
    auto answer = talk->send(call.request);
    if (!answer) {
        if (!call.request.key.empty()) {
            console.err("idempotency key: " + harmless(call.request.key) +
                        " (send the same again with --key to learn the outcome)\n");
        }
        return answer.error();
    }
    ExitCode code = exit_code_of(answer->status, answer->code());
    if (code == ExitCode::ok && call.code) {
        code = call.code(answer->document);
    }
    if (call.raw && answer->ok()) {
        console.out(answer->body);
    } else if (call.json) {
        print_json(*std::move(answer), call.request.key, console);
    } else {
        print_human(*answer, call, console);
    }
    return code;
}

}  // namespace holdfast::cli
