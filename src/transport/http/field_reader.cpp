#include "transport/http/field_reader.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/check.hpp"
#include "transport/http/suggest.hpp"

namespace holdfast::transport::http {
namespace {

constexpr std::size_t kErrorsMax = 20;

std::string_view kind_name(JsonKind kind) {
    switch (kind) {
        case JsonKind::null: return "null";
        case JsonKind::boolean: return "true or false";
        case JsonKind::integer:
        case JsonKind::big_number:
        case JsonKind::fraction: return "a whole number";
        case JsonKind::text: return "a string";
        case JsonKind::array: return "an array";
        case JsonKind::object: return "an object";
    }
    UNREACHABLE();
}

std::string wrong_kind(JsonKind wanted, JsonKind found) {
    if (wanted == JsonKind::integer && found == JsonKind::fraction) {
        return "Must be a whole number, written without a fraction or an exponent.";
    }
    if (wanted == JsonKind::integer && found == JsonKind::big_number) {
        return "Is too large: numbers end at 9223372036854775807.";
    }
    std::string out = "Must be " + std::string(kind_name(wanted)) + ".";
    return found == JsonKind::null ? out + " Leave the field out instead of sending null." : out;
}

// 1.5 -> 1500; nothing with an exponent, with more than three decimals or beyond 64 bits.
std::optional<std::int64_t> read_thousandths(std::string_view text) {
    constexpr std::size_t kDecimals = 3;
    const auto point = text.find('.');
    if (text.find_first_of("eE") != std::string_view::npos || point == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view decimals = text.substr(point + 1);
    if (decimals.size() > kDecimals) {
        return std::nullopt;
    }
    std::string digits(text.substr(0, point));
    digits += decimals;
    digits.append(kDecimals - decimals.size(), '0');
    std::int64_t value = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return read.ec == std::errc{} ? std::optional(value) : std::nullopt;
}

std::string unknown_name(std::string_view what, std::string_view name,
                         std::span<const std::string_view> known) {
    const auto suggestion = closest(name, known);
    std::string out = "Is not a known " + std::string(what) + ".";
    return suggestion.empty() ? out : out + " Did you mean \"" + std::string(suggestion) + "\"?";
}

}  // namespace

void Findings::add(api::ErrorItem item) {
    if (problem_.errors.size() < kErrorsMax) {
        problem_.errors.push_back(std::move(item));
    }
}

void Findings::in_body(std::string pointer, std::string detail) {
    add({.detail = std::move(detail), .pointer = std::move(pointer)});
}

void Findings::in_parameter(std::string name, std::string detail) {
    add({.detail = std::move(detail), .parameter = std::move(name), .in_body = false});
}

bool Findings::passes_over(std::string_view pointer, std::string_view name) const {
    return pointer.empty() && std::ranges::find(passed_over_, name) != passed_over_.end();
}

api::Problem Findings::take() {
    CHECK(!ok());
    return std::move(problem_);
}

JsonFields::JsonFields(JsonValue value, std::string pointer, Findings& findings)
    : pointer_(std::move(pointer)), findings_(findings) {
    if (value.kind() == JsonKind::object) {
        members_ = value.children();
    } else {
        findings_.in_body(pointer_, "Must be an object.");
    }
}

bool JsonFields::has(std::string_view name) const {
    return std::ranges::find(members_, name, &JsonValue::name) != members_.end();
}

std::optional<JsonValue> JsonFields::take(std::string_view name) {
    asked_.push_back(name);
    const auto found = std::ranges::find(members_, name, &JsonValue::name);
    return found == members_.end() ? std::nullopt : std::optional(*found);
}

std::optional<JsonValue> JsonFields::take(std::string_view name, JsonKind kind) {
    const auto found = take(name);
    if (found && found->kind() != kind) {
        findings_.in_body(pointer(name), wrong_kind(kind, found->kind()));
        return std::nullopt;
    }
    return found;
}

std::optional<std::string> JsonFields::text(std::string_view name) {
    const auto found = take(name, JsonKind::text);
    return found ? std::optional(std::string(found->text())) : std::nullopt;
}

std::optional<std::int64_t> JsonFields::integer(std::string_view name) {
    const auto found = take(name, JsonKind::integer);
    return found ? std::optional(found->integer()) : std::nullopt;
}

std::optional<bool> JsonFields::boolean(std::string_view name) {
    const auto found = take(name, JsonKind::boolean);
    return found ? std::optional(found->boolean()) : std::nullopt;
}

std::optional<std::int64_t> JsonFields::thousandths(std::string_view name) {
    constexpr std::int64_t kOne = 1000;
    const auto found = take(name);
    if (!found) {
        return std::nullopt;
    }
    std::optional<std::int64_t> out;
    std::int64_t whole = 0;
    if (found->kind() == JsonKind::fraction) {
        out = read_thousandths(found->text());
    } else if (found->kind() == JsonKind::integer &&
               !__builtin_mul_overflow(found->integer(), kOne, &whole)) {
        out = whole;
    }
    if (!out) {
        findings_.in_body(pointer(name),
                          "Must be a number with at most three decimals, without an exponent.");
    }
    return out;
}

std::optional<JsonValue> JsonFields::object(std::string_view name) {
    return take(name, JsonKind::object);
}

std::optional<std::vector<std::string>> JsonFields::text_items(std::string_view name) {
    const auto items = array(name);
    if (!items) {
        return std::nullopt;
    }
    std::vector<std::string> out;
    for (std::size_t i = 0; i < items->size(); ++i) {
        const JsonValue item = (*items)[i];
        if (item.kind() == JsonKind::text) {
            out.emplace_back(item.text());
        } else {
            findings_.in_body(pointer(name) + '/' + std::to_string(i),
                              wrong_kind(JsonKind::text, item.kind()));
        }
    }
    return out;
}

std::optional<std::vector<JsonValue>> JsonFields::array(std::string_view name) {
    const auto found = take(name, JsonKind::array);
    return found ? std::optional(found->children()) : std::nullopt;
}

std::optional<std::vector<std::pair<std::string, std::string>>> JsonFields::texts(
    std::string_view name) {
    const auto found = take(name, JsonKind::object);
    if (!found) {
        return std::nullopt;
    }
    std::vector<std::pair<std::string, std::string>> out;
    for (const JsonValue member : found->children()) {
        if (member.kind() == JsonKind::text) {
            out.emplace_back(member.name(), member.text());
        } else {
            findings_.in_body(pointer_to(pointer(name), member.name()),
                              wrong_kind(JsonKind::text, member.kind()));
        }
    }
    return out;
}

void JsonFields::finish() {
    for (const JsonValue member : members_) {
        const bool known = std::ranges::find(asked_, member.name()) != asked_.end() ||
                           findings_.passes_over(pointer_, member.name());
        if (!known) {
            findings_.in_body(pointer(member.name()), unknown_name("field", member.name(), asked_));
        }
    }
}

std::optional<std::string> QueryFields::text(std::string_view name) {
    auto found = texts(name);
    if (found.size() > 1) {
        findings_.in_parameter(std::string(name), "Was given more than once.");
    }
    return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

std::optional<std::int64_t> QueryFields::integer(std::string_view name) {
    const auto found = text(name);
    if (!found) {
        return std::nullopt;
    }
    std::int64_t value = 0;
    const auto* const end = found->data() + found->size();
    const auto read = std::from_chars(found->data(), end, value);
    if (read.ec != std::errc{} || read.ptr != end) {
        findings_.in_parameter(std::string(name), "Must be a whole number.");
        return std::nullopt;
    }
    return value;
}

std::vector<std::string> QueryFields::texts(std::string_view name) {
    asked_.push_back(name);
    std::vector<std::string> out;
    for (const auto& parameter : parameters_) {
        if (parameter.name == name) {
            out.push_back(parameter.value);
        }
    }
    return out;
}

void QueryFields::finish() {
    for (const auto& parameter : parameters_) {
        if (std::ranges::find(asked_, parameter.name) == asked_.end()) {
            findings_.in_parameter(parameter.name,
                                   unknown_name("parameter", parameter.name, asked_));
        }
    }
}

}  // namespace holdfast::transport::http
