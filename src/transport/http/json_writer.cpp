#include "transport/http/json_writer.hpp"

#include <charconv>

#include "api/json_string.hpp"
#include "api/time_text.hpp"

namespace holdfast::transport::http {
namespace {

template <typename Integer>
void append_number(std::string& out, Integer value) {
    char digits[24];
    out.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

}  // namespace

void JsonWriter::begin_value(std::string_view name) {
    if (!first_) {
        out_ += ',';
    }
    first_ = false;
    if (!name.empty()) {
        out_ += '"';
        out_ += name;
        out_ += "\":";
    }
}

void JsonWriter::begin_object(std::string_view name) {
    begin_value(name);
    out_ += '{';
    first_ = true;
}

void JsonWriter::end_object() {
    out_ += '}';
    first_ = false;
}

void JsonWriter::begin_array(std::string_view name) {
    begin_value(name);
    out_ += '[';
    first_ = true;
}

void JsonWriter::end_array() {
    out_ += ']';
    first_ = false;
}

void JsonWriter::text(std::string_view name, std::string_view value) {
    begin_value(name);
    api::append_json_string(out_, value);
}

void JsonWriter::text_unless_empty(std::string_view name, std::string_view value) {
    if (!value.empty()) {
        text(name, value);
    }
}

void JsonWriter::number(std::string_view name, std::int64_t value) {
    begin_value(name);
    append_number(out_, value);
}

void JsonWriter::number(std::string_view name, std::uint64_t value) {
    begin_value(name);
    append_number(out_, value);
}

void JsonWriter::flag(std::string_view name, bool value) {
    begin_value(name);
    out_ += value ? "true" : "false";
}

void JsonWriter::time(std::string_view name, base::Time value) {
    begin_value(name);
    out_ += '"';
    out_ += api::format_time(value);
    out_ += '"';
}

void JsonWriter::raw(std::string_view name, std::string_view value) {
    begin_value(name);
    out_ += value;
}

}  // namespace holdfast::transport::http
