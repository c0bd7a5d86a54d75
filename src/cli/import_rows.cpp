#include "cli/import_rows.hpp"

#include <array>
#include <optional>
#include <utility>

#include "base/check.hpp"
#include "cli/units.hpp"
#include "model/limits.hpp"

namespace holdfast::cli {
namespace {

using client::Json;

constexpr auto kStockColumns = std::to_array<Column>({{"sku", true},
                                                      {"pool", false},
                                                      {"on_hand", true},
                                                      {"safety_stock", false},
                                                      {"sku_class", false}});
constexpr auto kOrderColumns = std::to_array<Column>({{"order_id", true},
                                                      {"line_id", true},
                                                      {"sku", true},
                                                      {"quantity", true},
                                                      {"pool", false},
                                                      {"channel", false},
                                                      {"customer_id", false},
                                                      {"ordered_at", false}});
constexpr auto kHoldColumns = std::to_array<Column>({{"reference", true},
                                                     {"line_id", false},
                                                     {"sku", true},
                                                     {"quantity", true},
                                                     {"ttl_seconds", false},
                                                     {"pool", false},
                                                     {"channel", false},
                                                     {"customer_id", false}});

std::int64_t whole(std::string_view text) {
    return parse_integer(text, 0, model::kCellQuantityMax).value_or(0);
}

void check_text(const TableRow& row, std::string_view column, std::size_t most, bool required,
                FileProblems& problems) {
    const std::string_view text = row.at(column);
    if (required && text.empty()) {
        problems.add(row.line, std::string(column) + " is empty");
    } else if (text.size() > most) {
        problems.add(row.line, std::string(column) + " has " + std::to_string(text.size()) +
                                   " bytes, at most " + std::to_string(most));
    }
}

void check_number(const TableRow& row, std::string_view column, std::int64_t least,
                  std::int64_t most, bool required, FileProblems& problems) {
    const std::string_view text = row.at(column);
    if (text.empty() && !required) {
        return;
    }
    if (const auto number = parse_integer(text, least, most); !number) {
        problems.add(row.line, std::string(column) + ": " + number.error().message);
    }
}

void check_time(const TableRow& row, std::string_view column, FileProblems& problems) {
    const std::string_view text = row.at(column);
    if (!text.empty() && !is_time_text(text)) {
        problems.add(row.line, std::string(column) + ": '" + std::string(text) +
                                   "' is not a time such as 2026-05-04T10:00:00Z");
    }
}

void set_text(Json& line, const char* member, std::string_view text) {
    if (!text.empty()) {
        line.set(member, text);
    }
}

// Keys are per source, so what one row of the file says of several things has a source for each.
Json start(const ImportBasis& basis, const TableRow& row, const char* kind,
           const std::string& part = {}) {
    // The service wants a number for a key. 63 bits of what the row is about: rows may be sorted
    // anew before a second run, and where two rows met by chance the service would refuse one.
    const std::uint64_t number = import_identity(basis.kind, row).low >> 1U;
    return Json::Object{{"kind", kind},
                        {"source", basis.source + part},
                        {"row", static_cast<std::int64_t>(number)}};
}

std::vector<Json> stock_lines(const ImportBasis& basis, const TableRow& row) {
    std::vector<Json> out;
    const std::int64_t on_hand = whole(row.at("on_hand"));
    const std::string_view sku_class = row.at("sku_class");
    if (!sku_class.empty() || on_hand == 0) {
        Json line = start(basis, row, "sku", "/sku");
        line.set("sku", row.at("sku"));
        set_text(line, "sku_class", sku_class);
        out.push_back(std::move(line));
    }
    if (on_hand > 0) {
        Json line = start(basis, row, "receipt");
        line.set("sku", row.at("sku"));
        set_text(line, "pool", row.at("pool"));
        line.set("quantity", on_hand);
        line.set("occurred_at", basis.as_of);
        out.push_back(std::move(line));
    }
    if (const std::int64_t safety = whole(row.at("safety_stock")); safety > 0) {
        Json line = start(basis, row, "safety", "/safety");
        line.set("sku", row.at("sku"));
        set_text(line, "pool", row.at("pool"));
        line.set("quantity", safety);
        out.push_back(std::move(line));
    }
    return out;
}

// The one line of an order or a hold.
Json promised_line(const TableRow& row) {
    Json line = Json::Object{{"sku", row.at("sku")}, {"quantity", whole(row.at("quantity"))}};
    set_text(line, "line_id", row.at("line_id"));
    set_text(line, "pool", row.at("pool"));
    return Json::Array{std::move(line)};
}

Json order_line(const ImportBasis& basis, const TableRow& row) {
    Json line = start(basis, row, "open_order", "/orders");
    line.set("reference", row.at("order_id"));
    set_text(line, "channel", row.at("channel"));
    set_text(line, "customer_id", row.at("customer_id"));
    const std::string_view ordered = row.at("ordered_at");
    line.set("occurred_at", ordered.empty() ? std::string_view(basis.as_of) : ordered);
    line.set("lines", promised_line(row));
    return line;
}

Json hold_line(const ImportBasis& basis, const TableRow& row) {
    Json line = start(basis, row, "hold", "/holds");
    line.set("reference", row.at("reference"));
    if (const std::int64_t ttl = whole(row.at("ttl_seconds")); ttl > 0) {
        line.set("ttl_seconds", ttl);
    }
    set_text(line, "channel", row.at("channel"));
    set_text(line, "customer_id", row.at("customer_id"));
    line.set("lines", promised_line(row));
    return line;
}

}  // namespace

std::span<const Column> import_columns(ImportKind kind) {
    switch (kind) {
        case ImportKind::stock: return kStockColumns;
        case ImportKind::open_orders: return kOrderColumns;
        case ImportKind::holds: return kHoldColumns;
    }
    UNREACHABLE();
}

base::Digest128 import_identity(ImportKind kind, const TableRow& row) {
    switch (kind) {
        case ImportKind::stock: return base::digest128({row.at("sku"), row.at("pool")});
        case ImportKind::open_orders:
            return base::digest128({row.at("order_id"), row.at("line_id")});
        case ImportKind::holds:
            return base::digest128({row.at("reference"), row.at("line_id"), row.at("sku")});
    }
    UNREACHABLE();
}

std::string_view import_identity_name(ImportKind kind) {
    switch (kind) {
        case ImportKind::stock: return "SKU and pool";
        case ImportKind::open_orders: return "order and line";
        case ImportKind::holds: return "reference, line and SKU";
    }
    UNREACHABLE();
}

void check_import_row(ImportKind kind, const TableRow& row, FileProblems& problems) {
    check_text(row, "sku", model::kSkuBytesMax, true, problems);
    check_text(row, "pool", model::kReferenceBytesMax, false, problems);
    if (kind == ImportKind::stock) {
        check_number(row, "on_hand", 0, model::kLineQuantityMax, true, problems);
        check_number(row, "safety_stock", 0, model::kLineQuantityMax, false, problems);
        return;
    }
    const bool order = kind == ImportKind::open_orders;
    check_text(row, order ? "order_id" : "reference", model::kReferenceBytesMax, true, problems);
    check_text(row, "line_id", model::kLineIdBytesMax, order, problems);
    check_text(row, "channel", model::kReferenceBytesMax, false, problems);
    check_text(row, "customer_id", model::kReferenceBytesMax, false, problems);
    check_number(row, "quantity", 1, model::kLineQuantityMax, true, problems);
    check_number(row, "ttl_seconds", 1, model::kTtlSecondsMax, false, problems);
    check_time(row, "ordered_at", problems);
}

std::vector<Json> import_lines(const ImportBasis& basis, const TableRow& row) {
    switch (basis.kind) {
        case ImportKind::stock: return stock_lines(basis, row);
        case ImportKind::open_orders: return {order_line(basis, row)};
        case ImportKind::holds: return {hold_line(basis, row)};
    }
    UNREACHABLE();
}

}  // namespace holdfast::cli
