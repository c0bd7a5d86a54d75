// Table: aligned columns for people. Columns of numbers are aligned to the right.
//
// Text from outside is made harmless: control characters show as '?'. Thread rule: one thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace holdfast::cli {

class Table {
  public:
    explicit Table(std::vector<std::string> head) : head_(std::move(head)) {}

    // As many cells as the head has.
    void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
    [[nodiscard]] bool empty() const { return rows_.empty(); }

    // Lines, each with its end. `bold_head`: for a terminal that knows colours.
    [[nodiscard]] std::string text(bool bold_head) const;

  private:
    std::vector<std::string> head_;
    std::vector<std::vector<std::string>> rows_;
};

// The text with control characters replaced.
[[nodiscard]] std::string harmless(std::string_view text);

}  // namespace holdfast::cli
