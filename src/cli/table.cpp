#include "cli/table.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace holdfast::cli {
namespace {

constexpr std::string_view kGap = "  ";

// Code points, as good as columns for the names merchants use.
std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

bool is_number(std::string_view text) {
    return text.empty() || text == "-" || std::ranges::all_of(text, [](char c) {
               return (c >= '0' && c <= '9') || c == '-' || c == '.';
           });
}

struct Column {
    std::size_t width = 0;
    bool right = true;
};

void append_row(std::string& out, const std::vector<std::string>& row,
                const std::vector<Column>& columns) {
    for (std::size_t i = 0; i < row.size(); ++i) {
        const std::string pad(columns[i].width - width_of(row[i]), ' ');
        out += columns[i].right ? pad + row[i] : row[i] + pad;
        out += i + 1 < row.size() ? kGap : std::string_view();
    }
    out.erase(out.find_last_not_of(' ') + 1);
    out += '\n';
}

}  // namespace

std::string harmless(std::string_view text) {
    std::string out(text);
    std::ranges::replace_if(
        out, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '?');
    return out;
}

std::string Table::text(bool bold_head) const {
    std::vector<std::vector<std::string>> rows = rows_;
    std::vector<Column> columns(head_.size());
    for (std::size_t i = 0; i < head_.size(); ++i) {
        columns[i].width = width_of(head_[i]);
    }
    for (auto& row : rows) {
        CHECK(row.size() == head_.size());
        for (std::size_t i = 0; i < row.size(); ++i) {
            row[i] = harmless(row[i]);
            columns[i].width = std::max(columns[i].width, width_of(row[i]));
            columns[i].right = columns[i].right && is_number(row[i]);
        }
    }
    std::string head;
    append_row(head, head_, columns);
    if (bold_head) {
        head.insert(0, "\x1b[1m");
        head.insert(head.size() - 1, "\x1b[0m");
    }
    for (const auto& row : rows) {
        append_row(head, row, columns);
    }
    return head;
}

}  // namespace holdfast::cli
