// CsvReader: comma-separated values as RFC 4180 writes them, row by row.
//
// Fields may be quoted; a quoted field may hold commas, line ends and doubled quotes. Lines may end
// with LF or CRLF; empty lines are skipped, a byte order mark at the start too. A row that cannot
// be read is reported with its line and reading goes on with the next line.
// Thread rule: one thread. The text outlives the reader.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::replay {

struct CsvRow {
    std::size_t line = 0;  // where it begins, from 1
    std::vector<std::string> fields;
    std::string problem;  // empty: the row is good
};

class CsvReader {
  public:
    explicit CsvReader(std::string_view text);

    // Nothing at the end.
    [[nodiscard]] std::optional<CsvRow> next();

  private:
    [[nodiscard]] bool at_line_end() const;
    void skip_line_end();
    void skip_to_line_end(std::size_t from);
    [[nodiscard]] std::string read_field(std::string& problem);
    [[nodiscard]] std::string read_quoted(std::string& problem);

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t line_ = 1;
};

}  // namespace holdfast::replay
