// TableFile: a CSV file with a known header, read row by row.
//
// The file is UTF-8, a byte order mark is fine; anything else is an error that names the line and
// says what it looks like. Its first row names the columns, in any order; an unknown column, one
// named twice or a missing one is an error that names what was expected and what was found. Rows
// are as RFC 4180 writes them (quotes, commas and line ends in quotes). Memory is one row.
//
//     TRY(TableFile file, TableFile::open(path, columns));
//     for (;;) { TRY(auto row, file.next()); if (!row) break; row->at("sku"); }
//
// Thread rule: one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <istream>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.hpp"
#include "base/result.hpp"

namespace holdfast::cli {

struct Column {
    std::string_view name;
    bool required = false;
};

class TableFile;

// Views live until the next row is read.
struct TableRow {
    std::size_t line = 0;    // of the file, where it begins, from 1
    std::size_t number = 0;  // of the data rows, from 1
    std::vector<std::string> fields;
    const TableFile* file = nullptr;

    // "" if the file has no such column, or nothing in it.
    [[nodiscard]] std::string_view at(std::string_view column) const;
};

class TableFile {
  public:
    // Errors: not_found, permission_denied, invalid_input naming file and line.
    [[nodiscard]] static base::Result<TableFile> open(const std::string& path,
                                                      std::span<const Column> columns);
    // What is called `path` in errors is read from a stream.
    [[nodiscard]] static base::Result<TableFile> read(const std::string& path,
                                                      std::unique_ptr<std::istream> in,
                                                      std::span<const Column> columns);

    // Nothing at the end. Errors: invalid_input; reading can go on behind the row.
    [[nodiscard]] base::Result<std::optional<TableRow>> next();
    [[nodiscard]] bool has(std::string_view column) const;
    // Where it is in a row.
    [[nodiscard]] std::optional<std::size_t> place_of(std::string_view column) const;

  private:
    TableFile(std::string path, std::unique_ptr<std::istream> in)
        : path_(std::move(path)), in_(std::move(in)) {}

    [[nodiscard]] base::Result<void> read_head(std::span<const Column> columns);
    // One record, perhaps of several lines; nothing at the end.
    [[nodiscard]] base::Result<std::optional<TableRow>> read_record();
    [[nodiscard]] base::Result<void> check_text(std::string_view text, std::size_t line) const;
    [[nodiscard]] std::unexpected<base::Error> wrong(std::size_t line,
                                                     const std::string& sentence) const;

    std::string path_;
    std::unique_ptr<std::istream> in_;
    std::vector<std::string> names_;  // as in the file
    std::size_t line_ = 0;            // read so far
    std::size_t rows_ = 0;
};

// Finds rows that say the same thing twice: 24 bytes a row, so 24 MB for a million.
class Duplicates {
  public:
    void add(base::Digest128 key, std::size_t line) {
        seen_.push_back({key, static_cast<std::uint32_t>(line)});
    }
    struct Pair {
        std::size_t first;
        std::size_t again;
    };
    // By line; at most `most`. Only once, at the end.
    [[nodiscard]] std::vector<Pair> find(std::size_t most);

  private:
    struct Seen {
        base::Digest128 key;
        std::uint32_t line;
    };
    std::vector<Seen> seen_;
};

// What is wrong with a file, a sentence each; more than it keeps are counted.
class FileProblems {
  public:
    explicit FileProblems(std::string file) : file_(std::move(file)) {}

    void add(std::size_t line, const std::string& sentence);
    void add(const base::Error& error);  // names the file by itself
    [[nodiscard]] bool any() const { return count_ != 0; }
    [[nodiscard]] std::string text() const;

  private:
    std::string file_;
    std::vector<std::string> sentences_;
    std::size_t count_ = 0;
};

// Whether a text is a time as the wire has it: 2026-05-04T10:00:00Z, with a fraction or an offset.
[[nodiscard]] bool is_time_text(std::string_view text);

}  // namespace holdfast::cli
