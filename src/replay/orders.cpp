#include "replay/orders.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <set>
#include <sstream>
#include <utility>

#include "model/limits.hpp"
#include "replay/csv.hpp"

namespace holdfast::replay {
namespace {

using base::ErrorCode;

constexpr std::string_view kHeader =
    "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country";

enum Column : std::size_t {
    invoice_no,
    stock_code,
    description,
    quantity,
    invoice_date,
    unit_price,
    customer_id,
    country,
    column_count,
};

std::string join(const std::vector<std::string>& fields) {
    std::string out;
    for (const std::string& field : fields) {
        out += (out.empty() ? "" : ",") + field;
    }
    return out;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Goods have a number of five digits, perhaps with letters behind it, or one of a second range.
bool is_stock(std::string_view code) {
    constexpr std::string_view kSecondRange = "DCGS";
    if (code.starts_with(kSecondRange)) {
        code.remove_prefix(kSecondRange.size());
        return !code.empty() && std::ranges::all_of(code, is_digit);
    }
    return code.size() >= 5 && std::ranges::all_of(code.substr(0, 5), is_digit);
}

std::string upper_case(std::string text) {
    for (char& c : text) {
        c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    return text;
}

std::optional<std::int64_t> parse_whole(std::string_view text) {
    std::int64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, value);
    return error == std::errc() && rest == end ? std::optional(value) : std::nullopt;
}

// Idempotency keys are made of it.
bool is_visible_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F; });
}

bool has_control_character(std::string_view text) {
    return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

// What is wrong with a row; "" if nothing is.
std::string judge(const CsvRow& row) {
    if (!row.problem.empty()) {
        return row.problem;
    }
    if (row.fields.size() != column_count) {
        return std::to_string(row.fields.size()) + " fields instead of " +
               std::to_string(column_count);
    }
    const std::string& invoice = row.fields[invoice_no];
    const std::string& code = row.fields[stock_code];
    if (invoice.empty() || invoice.size() > model::kReferenceBytesMax / 2 ||
        !is_visible_ascii(invoice)) {
        return "no usable invoice number";
    }
    if (code.empty() || code.size() > model::kSkuBytesMax || has_control_character(code)) {
        return "no usable stock code";
    }
    const auto units = parse_whole(row.fields[quantity]);
    if (!units || *units == 0 || *units > model::kLineQuantityMax ||
        *units < -model::kLineQuantityMax) {
        return '\'' + row.fields[quantity] + "' is no quantity";
    }
    if (*units > 0 && invoice.starts_with('C')) {
        return "a cancellation with a positive quantity";
    }
    if (!parse_order_time(row.fields[invoice_date])) {
        return '\'' + row.fields[invoice_date] + "' is no time such as 2010-12-01T08:26:00Z";
    }
    return {};
}

OrderLine to_line(CsvRow row) {
    return {.line = row.line,
            .invoice = std::move(row.fields[invoice_no]),
            .sku = upper_case(std::move(row.fields[stock_code])),
            .description = std::move(row.fields[description]),
            .quantity = *parse_whole(row.fields[quantity]),
            .at = *parse_order_time(row.fields[invoice_date]),
            .customer = std::move(row.fields[customer_id])};
}

base::Result<void> check_header(CsvReader& reader) {
    const auto row = reader.next();
    const std::string found = row ? join(row->fields) : std::string();
    if (found != kHeader) {
        return base::failure(ErrorCode::invalid_input, "the header is '" + found.substr(0, 200) +
                                                           "', expected '" + std::string(kHeader) +
                                                           '\'');
    }
    return {};
}

}  // namespace

std::optional<base::Time> parse_order_time(std::string_view text) {
    constexpr std::string_view kForm = "0000-00-00T00:00:00Z";
    if (text.size() != kForm.size()) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < kForm.size(); ++i) {
        if (kForm[i] == '0' ? !is_digit(text[i]) : text[i] != kForm[i]) {
            return std::nullopt;
        }
    }
    const auto part = [&](std::size_t at, std::size_t size) {
        return static_cast<unsigned>(*parse_whole(text.substr(at, size)));
    };
    const std::chrono::year_month_day day{std::chrono::year(static_cast<int>(part(0, 4))),
                                          std::chrono::month(part(5, 2)),
                                          std::chrono::day(part(8, 2))};
    if (!day.ok() || part(11, 2) > 23 || part(14, 2) > 59 || part(17, 2) > 59) {
        return std::nullopt;
    }
    return std::chrono::sys_days(day) + std::chrono::hours(part(11, 2)) +
           std::chrono::minutes(part(14, 2)) + std::chrono::seconds(part(17, 2));
}

base::Result<std::string> read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) {
        const int error = errno;
        return base::failure(error == ENOENT ? ErrorCode::not_found : ErrorCode::permission_denied,
                             "cannot read " + path + ": " + std::strerror(error));
    }
    std::ostringstream text;
    text << in.rdbuf();
    return std::move(text).str();
}

base::Result<Orders> read_orders(std::string_view text, std::uint64_t invoices_max) {
    CsvReader reader(text);
    TRY_VOID(check_header(reader));
    Orders orders;
    std::set<std::string> invoices;
    while (auto row = reader.next()) {
        ++orders.rows;
        if (std::string problem = judge(*row); !problem.empty()) {
            orders.malformed.push_back({.line = row->line, .reason = std::move(problem)});
            continue;
        }
        OrderLine line = to_line(*std::move(row));
        if (!is_stock(line.sku)) {
            NotStock& entry = orders.not_stock[line.sku];
            entry.description = entry.lines++ == 0 ? line.description : entry.description;
            continue;
        }
        if (invoices_max != 0 && invoices.size() == invoices_max &&
            !invoices.contains(line.invoice)) {
            break;
        }
        invoices.insert(line.invoice);
        orders.lines.push_back(std::move(line));
    }
    orders.invoices = invoices.size();
    return orders;
}

}  // namespace holdfast::replay
