#include "replay/csv.hpp"

namespace holdfast::replay {

CsvReader::CsvReader(std::string_view text) : text_(text) {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (text_.starts_with(kByteOrderMark)) {
        text_.remove_prefix(kByteOrderMark.size());
    }
}

bool CsvReader::at_line_end() const {
    return at_ == text_.size() || text_[at_] == '\n' || text_.substr(at_, 2) == "\r\n";
}

void CsvReader::skip_line_end() {
    if (at_ < text_.size()) {
        at_ += text_[at_] == '\r' ? 2 : 1;
        ++line_;
    }
}

void CsvReader::skip_to_line_end(std::size_t from) {
    at_ = from;
    while (!at_line_end()) {
        ++at_;
    }
}

// Behind the opening quote, up to and with the closing one.
std::string CsvReader::read_quoted(std::string& problem) {
    std::string field;
    for (++at_; at_ < text_.size(); ++at_) {
        const char c = text_[at_];
        if (c == '"' && text_.substr(at_, 2) != "\"\"") {
            ++at_;
            if (!at_line_end() && text_[at_] != ',') {
                problem = "text behind a closing quote";
            }
            return field;
        }
        at_ += c == '"' ? 1 : 0;
        line_ += c == '\n' ? 1 : 0;
        field += c;
    }
    problem = "a quote that is never closed";
    return field;
}

std::string CsvReader::read_field(std::string& problem) {
    if (at_ < text_.size() && text_[at_] == '"') {
        return read_quoted(problem);
    }
    std::string field;
    for (; !at_line_end() && text_[at_] != ','; ++at_) {
        if (text_[at_] == '"') {
            problem = "a quote inside an unquoted field";
        }
        field += text_[at_];
    }
    return field;
}

std::optional<CsvRow> CsvReader::next() {
    while (at_ < text_.size() && at_line_end()) {
        skip_line_end();
    }
    if (at_ == text_.size()) {
        return std::nullopt;
    }
    const std::size_t start = at_;
    CsvRow row{.line = line_, .fields = {}, .problem = {}};
    for (;;) {
        row.fields.push_back(read_field(row.problem));
        if (!row.problem.empty()) {
            line_ = row.line;
            skip_to_line_end(start);
            break;
        }
        if (at_line_end()) {
            break;
        }
        ++at_;  // the comma
    }
    skip_line_end();
    return row;
}

}  // namespace holdfast::replay
