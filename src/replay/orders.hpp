// Orders: the lines of a shop's order file that are about stock.
//
// The file has the columns of the Online Retail data set. SKUs are the stock codes in upper case,
// because the file writes one code in both cases. A code that neither begins with five digits nor
// is DCGS and digits (so POST, D, M, BANK CHARGES, gift vouchers) is no stock: its lines are
// counted and left out. A line that makes no sense is reported with its number and left out. Thread
// rule: free functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace holdfast::replay {

struct OrderLine {
    std::size_t line = 0;  // in the file, from 1
    std::string invoice;
    std::string sku;
    std::string description;
    std::int64_t quantity = 0;  // negative: taken back or written off
    base::Time at{};
    std::string customer;  // empty: not known

    // On a cancellation invoice: units of an earlier sale.
    [[nodiscard]] bool is_reversal() const { return quantity < 0 && invoice.starts_with('C'); }
    // Units that were lost or damaged.
    [[nodiscard]] bool is_write_off() const { return quantity < 0 && !is_reversal(); }
};

struct SkippedLine {
    std::size_t line = 0;
    std::string reason;
};

struct NotStock {
    std::size_t lines = 0;
    std::string description;  // of the first line
};

struct Orders {
    std::vector<OrderLine> lines;  // in the order of the file
    std::vector<SkippedLine> malformed;
    std::map<std::string, NotStock> not_stock;  // by code
    std::size_t rows = 0;                       // without the header
    std::size_t invoices = 0;                   // that have a line left
};

// Reads the first `invoices_max` invoices; 0: all. Errors: invalid_input (the header, naming what
// it is and should be).
[[nodiscard]] base::Result<Orders> read_orders(std::string_view text, std::uint64_t invoices_max);

// A file's bytes. Errors: not_found, permission_denied.
[[nodiscard]] base::Result<std::string> read_file(const std::string& path);

// "2010-12-01T08:26:00Z"; nothing if it is not a time of that form.
[[nodiscard]] std::optional<base::Time> parse_order_time(std::string_view text);

}  // namespace holdfast::replay
