#include "api/validation.hpp"

#include <utility>

#include "api/text.hpp"
#include "api/time_text.hpp"
#include "base/check.hpp"

namespace holdfast::api {
namespace {

// Enough to act on; a body of a thousand wrong lines must not make an answer of the same size.
constexpr std::size_t kErrorsMax = 20;

constexpr base::Duration kAheadMax = std::chrono::minutes(10);

bool has_forbidden_control(std::string_view text, TextKind kind) {
    if (kind == TextKind::name) {
        return has_control_characters(text);
    }
    return text.find('\0') != std::string_view::npos;
}

}  // namespace

std::string Pointer::text() const {
    std::string out;
    if (!list_.empty()) {
        out.append(list_).append("/").append(std::to_string(index_));
    }
    return out.append(field_);
}

void Validator::add(const Pointer& pointer, std::string detail) {
    if (errors_.size() < kErrorsMax) {
        errors_.push_back({.detail = std::move(detail), .pointer = pointer.text()});
    }
}

void Validator::check_text(const std::string& value, const Pointer& pointer, std::size_t bytes_max,
                           TextKind kind) {
    if (value.empty()) {
        add(pointer, "Must not be empty.");
    } else if (value.size() > bytes_max) {
        add(pointer, "Must have at most " + std::to_string(bytes_max) + " bytes.");
    } else if (!is_utf8(value)) {
        add(pointer, "Must be UTF-8.");
    } else if (has_forbidden_control(value, kind)) {
        add(pointer, "Must not contain control characters.");
    }
}

std::string Validator::required_text(const std::optional<std::string>& value,
                                     const Pointer& pointer, std::size_t bytes_max) {
    if (!value) {
        add(pointer, "Is required.");
        return {};
    }
    check_text(*value, pointer, bytes_max, TextKind::name);
    return *value;
}

std::string Validator::optional_text(const std::optional<std::string>& value,
                                     const Pointer& pointer, std::size_t bytes_max, TextKind kind) {
    if (!value) {
        return {};
    }
    check_text(*value, pointer, bytes_max, kind);
    return *value;
}

std::int64_t Validator::required_number(std::optional<std::int64_t> value, const Pointer& pointer,
                                        Bounds bounds) {
    if (!value) {
        add(pointer, "Is required.");
        return 1;
    }
    return optional_number(value, pointer, bounds).value_or(1);
}

std::optional<std::int64_t> Validator::optional_number(std::optional<std::int64_t> value,
                                                       const Pointer& pointer, Bounds bounds) {
    if (!value) {
        return std::nullopt;
    }
    if (*value < bounds.least) {
        add(pointer, "Must be at least " + std::to_string(bounds.least) + ".");
    } else if (*value > bounds.most) {
        add(pointer, "Must be at most " + std::to_string(bounds.most) + ".");
    }
    return value;
}

std::optional<base::Time> Validator::optional_time(const std::optional<std::string>& value,
                                                   const Pointer& pointer) {
    if (!value) {
        return std::nullopt;
    }
    const auto time = parse_time(*value);
    // The first millisecond of 1970 stands for "not told" in the ledger.
    if (!time || *time == base::Time{}) {
        add(pointer, "Must be an RFC 3339 time such as 2026-05-04T10:00:00Z.");
        return std::nullopt;
    }
    return time;
}

std::optional<base::Time> Validator::optional_past(const std::optional<std::string>& value,
                                                   const Pointer& pointer, base::Time now) {
    const auto time = optional_time(value, pointer);
    if (time && *time > now + kAheadMax) {
        add(pointer, "Must not be in the future.");
    }
    return time;
}

model::Reason Validator::required_reason(const std::optional<std::string>& value, bool has_note) {
    if (!value) {
        add("/reason", "Is required.");
        return model::Reason::none;
    }
    const auto reason = model::parse_reason(*value);
    if (!reason) {
        add("/reason", "Is not a known reason code.");
        return model::Reason::none;
    }
    if (*reason == model::Reason::other && !has_note) {
        add("/note", "Is required with the reason \"other\".");
    }
    return *reason;
}

Problem Validator::take() {
    CHECK(!ok());
    Problem out = make_problem(model::RefusalCode::validation_failed);
    out.errors = std::move(errors_);
    return out;
}

}  // namespace holdfast::api
