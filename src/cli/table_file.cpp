#include "cli/table_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include "cli/suggest.hpp"
#include "replay/csv.hpp"

namespace holdfast::cli {
namespace {

using base::ErrorCode;

constexpr std::size_t kRecordBytesMax = std::size_t{64} * 1024;
constexpr std::size_t kProblemsKept = 20;

// How many bytes of the text are well-formed UTF-8.
std::size_t utf8_prefix(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        const auto byte = [&](std::size_t i) {
            return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
        };
        const unsigned lead = byte(at);
        const std::size_t length = lead < 0x80                   ? 1
                                   : lead >= 0xC2 && lead < 0xE0 ? 2
                                   : lead >= 0xE0 && lead < 0xF0 ? 3
                                   : lead >= 0xF0 && lead < 0xF5 ? 4
                                                                 : 0;
        bool good = length != 0;
        for (std::size_t i = 1; i < length; ++i) {
            good = good && (byte(at + i) & 0xC0U) == 0x80;
        }
        const unsigned second = byte(at + 1);
        good = good && !(lead == 0xE0 && second < 0xA0) && !(lead == 0xED && second >= 0xA0) &&
               !(lead == 0xF0 && second < 0x90) && !(lead == 0xF4 && second >= 0x90);
        if (!good) {
            return at;
        }
        at += length;
    }
    return at;
}

std::string hex_byte(char c) {
    const std::array one = {static_cast<std::byte>(c)};
    return "0x" + base::to_hex(one);
}

std::string joined(std::span<const std::string> names) {
    std::string out;
    for (const std::string& name : names) {
        out += (out.empty() ? "" : ",") + name;
    }
    return out;
}

std::string expected_text(std::span<const Column> columns) {
    std::string out;
    for (const Column& column : columns) {
        out += out.empty() ? "" : ",";
        out += column.required ? std::string(column.name) : '[' + std::string(column.name) + ']';
    }
    return out;
}

}  // namespace

std::string_view TableRow::at(std::string_view column) const {
    const auto place = file->place_of(column);
    return place ? std::string_view(fields[*place]) : std::string_view();
}

base::Result<TableFile> TableFile::open(const std::string& path, std::span<const Column> columns) {
    auto in = std::make_unique<std::ifstream>(path, std::ios::binary);
    if (!*in) {
        const int error = errno;
        return base::failure(error == ENOENT ? ErrorCode::not_found : ErrorCode::permission_denied,
                             "cannot read " + path + ": " + std::strerror(error));
    }
    return read(path, std::move(in), columns);
}

base::Result<TableFile> TableFile::read(const std::string& path, std::unique_ptr<std::istream> in,
                                        std::span<const Column> columns) {
    TableFile file(path, std::move(in));
    TRY_VOID(file.read_head(columns));
    return file;
}

std::unexpected<base::Error> TableFile::wrong(std::size_t line, const std::string& sentence) const {
    return base::failure(ErrorCode::invalid_input,
                         path_ + " line " + std::to_string(line) + ": " + sentence);
}

base::Result<void> TableFile::check_text(std::string_view text, std::size_t line) const {
    if (line == 1 && (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF"))) {
        return wrong(line, "this is UTF-16; save the file as UTF-8");
    }
    const std::size_t good = utf8_prefix(text);
    if (good != text.size()) {
        return wrong(line, "byte " + std::to_string(good + 1) + " of the line (" +
                               hex_byte(text[good]) +
                               ") is not UTF-8; if the file is Latin-1, convert it: iconv -f "
                               "ISO-8859-1 -t UTF-8");
    }
    if (text.contains('\0')) {
        return wrong(line, "a NUL byte; if the file is UTF-16, save it as UTF-8");
    }
    return {};
}

base::Result<std::optional<TableRow>> TableFile::read_record() {
    std::string record;
    std::string line;
    std::size_t first = line_ + 1;
    bool quoted = false;  // the record goes on behind the line
    while (std::getline(*in_, line)) {
        ++line_;
        if (line.ends_with('\r')) {
            line.pop_back();
        }
        if (record.empty()) {
            first = line_;
        }
        TRY_VOID(check_text(line, line_));
        record += record.empty() ? line : '\n' + line;
        if (record.size() > kRecordBytesMax) {
            return wrong(first, "a row of more than 64 KiB; is a quote never closed?");
        }
        quoted = quoted != (std::ranges::count(line, '"') % 2 != 0);
        if (quoted) {
            continue;
        }
        replay::CsvReader reader(record);
        auto row = reader.next();
        if (!row) {
            record.clear();
            continue;  // an empty line
        }
        if (!row->problem.empty()) {
            return wrong(first, row->problem);
        }
        return TableRow{.line = first, .number = 0, .fields = std::move(row->fields), .file = this};
    }
    if (!record.empty()) {
        return wrong(first, "a quote that is never closed");
    }
    return std::nullopt;
}

base::Result<void> TableFile::read_head(std::span<const Column> columns) {
    TRY(auto head, read_record());
    if (!head) {
        return base::failure(ErrorCode::invalid_input,
                             path_ + " is empty; expected the columns " + expected_text(columns));
    }
    names_ = std::move(head->fields);
    const std::string what = "; expected " + expected_text(columns) + ", found " + joined(names_);
    std::vector<std::string> known;
    for (const Column& column : columns) {
        known.emplace_back(column.name);
        if (column.required && !has(column.name)) {
            return wrong(head->line,
                         "the column " + std::string(column.name) + " is missing" + what);
        }
    }
    for (const std::string& name : names_) {
        if (std::ranges::find(known, name) == known.end()) {
            return wrong(head->line,
                         "unknown column '" + name + '\'' + what + did_you_mean(name, known));
        }
        if (std::ranges::count(names_, name) > 1) {
            return wrong(head->line, "two columns '" + name + '\'' + what);
        }
    }
    return {};
}

base::Result<std::optional<TableRow>> TableFile::next() {
    TRY(auto row, read_record());
    if (!row) {
        return std::nullopt;
    }
    row->number = ++rows_;
    if (row->fields.size() != names_.size()) {
        return wrong(row->line, std::to_string(row->fields.size()) + " fields, the header has " +
                                    std::to_string(names_.size()));
    }
    return row;
}

std::optional<std::size_t> TableFile::place_of(std::string_view column) const {
    const auto found = std::ranges::find(names_, column);
    return found == names_.end() ? std::nullopt
                                 : std::optional(static_cast<std::size_t>(found - names_.begin()));
}

bool TableFile::has(std::string_view column) const { return place_of(column).has_value(); }

std::vector<Duplicates::Pair> Duplicates::find(std::size_t most) {
    std::ranges::sort(seen_, [](const Seen& a, const Seen& b) {
        return std::pair(a.key, a.line) < std::pair(b.key, b.line);
    });
    std::vector<Pair> pairs;
    std::size_t first = 0;  // of those with the same key
    for (std::size_t i = 1; i < seen_.size(); ++i) {
        if (seen_[i].key != seen_[first].key) {
            first = i;
        } else {
            pairs.push_back({.first = seen_[first].line, .again = seen_[i].line});
        }
    }
    std::ranges::sort(pairs, {}, &Pair::again);
    pairs.resize(std::min(pairs.size(), most));
    return pairs;
}

void FileProblems::add(std::size_t line, const std::string& sentence) {
    add({ErrorCode::invalid_input, file_ + " line " + std::to_string(line) + ": " + sentence});
}

void FileProblems::add(const base::Error& error) {
    ++count_;
    if (sentences_.size() < kProblemsKept) {
        sentences_.push_back(error.message);
    }
}

std::string FileProblems::text() const {
    std::string out;
    for (const std::string& sentence : sentences_) {
        out += sentence + '\n';
    }
    if (count_ > sentences_.size()) {
        out += "... and " + std::to_string(count_ - sentences_.size()) + " more\n";
    }
    return out;
}

bool is_time_text(std::string_view text) {
    constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:dd";
    const auto fits = [&](std::string_view part, std::string_view shape) {
        return part.size() == shape.size() && std::ranges::equal(part, shape, [](char c, char s) {
                   return s == 'd' ? c >= '0' && c <= '9' : c == s;
               });
    };
    if (text.size() <= kShape.size() || !fits(text.substr(0, kShape.size()), kShape)) {
        return false;
    }
    std::string_view rest = text.substr(kShape.size());
    if (rest.starts_with('.')) {
        const std::size_t end = rest.find_first_not_of("0123456789", 1);
        if (end == 1 || end == std::string_view::npos) {
            return false;
        }
        rest.remove_prefix(end);
    }
    return rest == "Z" || fits(rest, "+dd:dd") || fits(rest, "-dd:dd");
}

}  // namespace holdfast::cli
