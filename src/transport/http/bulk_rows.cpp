#include "transport/http/bulk_rows.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "api/commands.hpp"
#include "transport/http/field_reader.hpp"
#include "transport/http/json_document.hpp"
#include "transport/http/request_fields.hpp"
#include "transport/http/stock_fields.hpp"

namespace holdfast::transport::http {
namespace {

using model::Operation;

constexpr std::size_t kErrorsMax = 20;
constexpr std::string_view kKinds =
    "Must be \"receipt\", \"adjustment\", \"count\", \"safety\", \"sku\", \"hold\" or "
    "\"open_order\".";

std::string in_line(std::size_t line, std::string_view detail) {
    return "Line " + std::to_string(line) + ": " + std::string(detail);
}

// The problem of one line among those of the others; pointers begin with the line's index.
void add_errors(std::size_t line, const api::Problem& problem, api::Problem& out) {
    const std::string at = '/' + std::to_string(line - 1);
    if (problem.errors.empty() && out.errors.size() < kErrorsMax) {
        out.errors.push_back({.detail = in_line(line, problem.detail), .pointer = at});
    }
    for (const auto& error : problem.errors) {
        if (out.errors.size() < kErrorsMax) {
            out.errors.push_back(
                {.detail = in_line(line, error.detail), .pointer = at + error.pointer});
        }
    }
}

// What a row has whatever its kind.
struct Head {
    std::string kind;
    std::string source;
    std::int64_t row = 0;
};

std::optional<JsonValue> member(JsonValue object, std::string_view name) {
    for (const JsonValue child : object.children()) {
        if (child.name() == name) {
            return child;
        }
    }
    return std::nullopt;
}

Head read_head(JsonValue row, Findings& findings) {
    Head out;
    if (row.kind() != JsonKind::object) {
        findings.in_body("", "Must be an object.");
        return out;
    }
    const auto text = [&](std::string_view name, std::string& into) {
        const auto found = member(row, name);
        if (!found || found->kind() != JsonKind::text || found->text().empty()) {
            findings.in_body('/' + std::string(name), "Is required: a text.");
        } else {
            into = found->text();
        }
    };
    text("kind", out.kind);
    text("source", out.source);
    const auto number = member(row, "row");
    if (!number || number->kind() != JsonKind::integer || number->integer() < 0) {
        findings.in_body("/row", "Is required: the number of the row in its source.");
    } else {
        out.row = number->integer();
    }
    for (const auto name : {"idempotency_key", "source_sequence"}) {
        if (member(row, name)) {
            findings.in_body('/' + std::string(name), "\"source\" and \"row\" are the key.");
        }
    }
    return out;
}

template <typename Request>
BulkRequest under(const Head& head, Request request) {
    request.attempt = {
        .header_key = {}, .body_key = {}, .source = head.source, .source_sequence = head.row};
    return request;
}

BulkRequest read_put_sku_row(JsonValue row, const Head& head, Findings& findings) {
    std::string sku;
    const auto found = member(row, "sku");
    if (!found || found->kind() != JsonKind::text) {
        findings.in_body("/sku", "Is required: a text.");
    } else {
        sku = found->text();
    }
    findings.pass_over({"kind", "row", "sku"});
    api::PutSkuRequest request = read_put_sku(row, findings);
    request.sku = std::move(sku);
    return under(head, std::move(request));
}

BulkRequest read_request(JsonValue row, const Head& head, Findings& findings) {
    findings.pass_over({"kind", "row"});
    if (head.kind == "receipt") {
        return under(head, read_movement(row, Operation::receive_stock, findings));
    }
    if (head.kind == "adjustment") {
        return under(head, read_movement(row, Operation::adjust_stock, findings));
    }
    if (head.kind == "count") {
        return under(head, read_count(row, findings));
    }
    if (head.kind == "safety") {
        return under(head, read_safety_stock(row, findings));
    }
    if (head.kind == "sku") {
        return read_put_sku_row(row, head, findings);
    }
    if (head.kind == "hold") {
        return under(head, read_create(row, findings));
    }
    if (head.kind == "open_order") {
        return under(head, read_sale(row, findings));
    }
    findings.in_body("/kind", std::string(kKinds));
    return {};
}

std::optional<api::Problem> judge(const api::Context& context, const api::Principal& principal,
                                  const BulkRequest& request) {
    return std::visit(
        [&](const auto& each) -> std::optional<api::Problem> {
            auto command = api::make_command(context, principal, each);
            return command ? std::nullopt : std::optional(std::move(command).error());
        },
        request);
}

// Reads line after line and collects what is wrong.
class Rows {
  public:
    Rows(const api::Context& context, const api::Principal& principal)
        : context_(context), principal_(principal) {}

    void add(std::size_t line, std::string_view text) {
        const auto document = JsonDocument::parse(text);
        if (!document) {
            api::Problem problem = api::make_problem(model::RefusalCode::malformed_request);
            problem.detail = document.error().detail;
            add_errors(line, problem, problem_);
            problem_.code = model::RefusalCode::malformed_request;
            return;
        }
        Findings findings;
        const Head head = read_head(document->root(), findings);
        BulkRow row{.line = line, .source = head.source, .row = head.row, .request = {}};
        if (findings.ok()) {
            row.request = read_request(document->root(), head, findings);
        }
        if (!findings.ok()) {
            add_errors(line, findings.take(), problem_);
            return;
        }
        note_key(row);
        if (const auto problem = judge(context_, principal_, row.request)) {
            add_errors(line, *problem, problem_);
        }
        rows_.push_back(std::move(row));
    }

    [[nodiscard]] std::expected<std::vector<BulkRow>, api::Problem> take() {
        if (!problem_.errors.empty()) {
            return std::unexpected(std::move(problem_));
        }
        return std::move(rows_);
    }

  private:
    void note_key(const BulkRow& row) {
        const auto [first, added] = seen_.try_emplace({row.source, row.row}, row.line);
        if (!added) {
            api::Problem twice = api::invalid_body(
                "/row", "Is that of line " + std::to_string(first->second) + " too.");
            add_errors(row.line, twice, problem_);
        }
    }

    const api::Context& context_;
    const api::Principal& principal_;
    std::vector<BulkRow> rows_;
    std::map<std::pair<std::string, std::int64_t>, std::size_t> seen_;
    api::Problem problem_ = api::make_problem(model::RefusalCode::validation_failed);
};

}  // namespace

std::expected<std::vector<BulkRow>, api::Problem> read_rows(const api::Context& context,
                                                            const api::Principal& principal,
                                                            std::string_view body) {
    const auto lines = static_cast<std::size_t>(std::ranges::count(body, '\n')) + 1;
    if (lines > kBulkRowsMax + 1) {
        return std::unexpected(api::invalid_body("", "Must have at most " +
                                                         std::to_string(kBulkRowsMax) +
                                                         " lines; send the rest in "
                                                         "further requests."));
    }
    Rows rows(context, principal);
    std::size_t line = 0;
    std::size_t count = 0;
    while (!body.empty()) {
        const auto end = std::min(body.find('\n'), body.size());
        std::string_view text = body.substr(0, end);
        body.remove_prefix(std::min(end + 1, body.size()));
        ++line;
        if (text.ends_with('\r')) {
            text.remove_suffix(1);
        }
        if (text.find_first_not_of(" \t") != std::string_view::npos) {
            rows.add(line, text);
            ++count;
        }
    }
    if (count == 0 || count > kBulkRowsMax) {
        return std::unexpected(
            api::invalid_body("", "Must have 1 to " + std::to_string(kBulkRowsMax) + " lines."));
    }
    return rows.take();
}

}  // namespace holdfast::transport::http
