// import_rows: rows of a moving-in file as rows of POST /stock/bulk.
//
// One row of the file may be several of the request: what is on hand, its safety stock, its class.
// A row is known by its source and by what it is about (SKU and pool; order and line; cart, line
// and SKU), so a second run counts nothing twice, however the file is sorted then. Thread rule:
// free functions.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/table_file.hpp"
#include "client/json.hpp"

namespace holdfast::cli {

enum class ImportKind : std::uint8_t { stock, open_orders, holds };

struct ImportBasis {
    ImportKind kind = ImportKind::stock;
    std::string source;
    std::string as_of;  // for rows that do not say when
};

[[nodiscard]] std::span<const Column> import_columns(ImportKind kind);

// What makes two rows of a file the same thing, and what that thing is called.
[[nodiscard]] base::Digest128 import_identity(ImportKind kind, const TableRow& row);
[[nodiscard]] std::string_view import_identity_name(ImportKind kind);

// Judges a row: adds what is wrong with it, naming the column.
void check_import_row(ImportKind kind, const TableRow& row, FileProblems& problems);

// The lines of the request for a row that was found good.
[[nodiscard]] std::vector<client::Json> import_lines(const ImportBasis& basis, const TableRow& row);

}  // namespace holdfast::cli
