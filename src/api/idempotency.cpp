#include "api/idempotency.hpp"

#include <algorithm>

#include "api/text.hpp"
#include "model/limits.hpp"

namespace holdfast::api {
namespace {

constexpr std::string_view kSpaces = " \t";
constexpr std::string_view kKeyForm = "A key is 1 to 255 visible ASCII characters.";

std::unexpected<Problem> malformed_header(std::string_view detail) {
    return std::unexpected(malformed_parameter(std::string(kKeyHeader), std::string(detail)));
}

std::string_view trim(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(kSpaces), text.size()));
    return text.substr(0, text.find_last_not_of(kSpaces) + 1);
}

// RFC 8941 String: only \" and \\ are escapes, nothing follows the closing quote.
std::optional<std::string> read_quoted(std::string_view text) {
    std::string out;
    for (std::size_t at = 1; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '"') {
            return at + 1 == text.size() ? std::optional(std::move(out)) : std::nullopt;
        }
        if (c == '\\') {
            ++at;
            if (at == text.size() || (text[at] != '"' && text[at] != '\\')) {
                return std::nullopt;
            }
        }
        out += text[at];
    }
    return std::nullopt;
}

std::optional<Problem> check_source(const Attempt& attempt) {
    if (!attempt.source || !attempt.source_sequence) {
        return invalid_body(attempt.source ? "/source_sequence" : "/source",
                            "\"source\" and \"source_sequence\" go together.");
    }
    if (attempt.source->empty() || attempt.source->size() > model::kReferenceBytesMax ||
        !is_utf8(*attempt.source) || has_control_characters(*attempt.source)) {
        return invalid_body("/source", "Must be 1 to " + std::to_string(model::kReferenceBytesMax) +
                                           " bytes of UTF-8 without control characters.");
    }
    if (*attempt.source_sequence < 0) {
        return invalid_body("/source_sequence", "Must not be negative.");
    }
    return std::nullopt;
}

// Nothing: none was sent.
std::expected<const std::string*, Problem> one_key(const Attempt& attempt) {
    if (attempt.body_key && !is_key(*attempt.body_key)) {
        return std::unexpected(invalid_body("/idempotency_key", std::string(kKeyForm)));
    }
    if (attempt.header_key && attempt.body_key && *attempt.header_key != *attempt.body_key) {
        return malformed_header("The header and \"idempotency_key\" in the body differ.");
    }
    const auto& key = attempt.header_key ? attempt.header_key : attempt.body_key;
    return key ? &*key : nullptr;
}

}  // namespace

bool is_key(std::string_view key) {
    return !key.empty() && key.size() <= model::kKeyBytesMax &&
           std::ranges::all_of(key, [](char c) { return c > ' ' && c < 0x7f; });
}

std::expected<std::optional<std::string>, Problem> read_key_header(
    std::span<const std::string_view> values) {
    if (values.empty()) {
        return std::nullopt;
    }
    if (values.size() > 1) {
        return malformed_header("Sent more than once.");
    }
    const std::string_view value = trim(values.front());
    auto key = value.starts_with('"') ? read_quoted(value) : std::optional(std::string(value));
    if (!key) {
        return malformed_header(
            "A quoted key must end with its quote; only \\\" and \\\\ are "
            "escapes.");
    }
    if (!is_key(*key)) {
        return malformed_header(kKeyForm);
    }
    return key;
}

std::expected<model::Key, Problem> resolve_attempt(std::string_view tenant,
                                                   model::Operation operation,
                                                   const Attempt& attempt, bool required) {
    const auto key = one_key(attempt);
    if (!key) {
        return std::unexpected(key.error());
    }
    model::Key out;
    if (attempt.source || attempt.source_sequence) {
        if (*key != nullptr) {
            return malformed_header("Send either a key, or \"source\" and \"source_sequence\".");
        }
        if (auto problem = check_source(attempt)) {
            return std::unexpected(std::move(*problem));
        }
        out.source = *attempt.source;
        out.source_sequence = *attempt.source_sequence;
        out.key = model::source_digest(tenant, out.source, out.source_sequence);
    } else if (*key != nullptr) {
        out.key = model::key_digest(tenant, operation, **key);
    } else if (required) {
        return std::unexpected(make_problem(
            model::RefusalCode::idempotency_key_required,
            "Add the header \"Idempotency-Key: <a new random value per attempt>\" and send the "
            "same value with every retry of it."));
    }
    return out;
}

}  // namespace holdfast::api
