// Log: one line per thing an operator should know, on standard error, as text or JSON.
//
//     log_info("listening", {{"address", address}, {"port", port}});
//     2026-05-04T10:00:00.123Z info listening address=127.0.0.1 port=8080
//     {"time":"2026-05-04T10:00:00.123Z","level":"info","message":"listening","address":...}
//
// The message is a constant; what varies goes into fields (snake_case keys, units last). The value
// of a field whose key speaks of a secret (password, secret, token, authorization, api_key) is
// never written. Control characters and broken UTF-8 cannot forge or break a line.
// Not for floors that decide (core) and not per command: metrics.hpp counts those.
// Thread rule: any thread; a line is never mixed with another one. Never fails, never throws.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <variant>

namespace holdfast::base {

enum class LogLevel {
    debug,    // for developers; off unless asked for
    info,     // the service changed what it does: started, listening, draining
    warning,  // works, but somebody should look
    error,    // something the operator relies on does not work
};

// Borrows its texts: only as an argument of a log call.
struct LogField {
    using Value = std::variant<std::string_view, std::int64_t, std::uint64_t, bool>;

    LogField(std::string_view field, std::string_view text) : key(field), value(text) {}
    LogField(std::string_view field, const char* text)
        : key(field), value(std::string_view(text)) {}
    LogField(std::string_view field, bool flag) : key(field), value(flag) {}
    LogField(std::string_view field, std::signed_integral auto number)
        : key(field), value(static_cast<std::int64_t>(number)) {}
    LogField(std::string_view field, std::unsigned_integral auto number)
        : key(field), value(static_cast<std::uint64_t>(number)) {}

    std::string_view key;
    Value value;
};

struct LogOptions {
    LogLevel level = LogLevel::info;  // the least level that is written
    bool json = false;
};

// For the whole process; text from `info` upwards until called. May be called again.
void configure_log(LogOptions options);

void log(LogLevel level, std::string_view message, std::span<const LogField> fields);

inline void log_debug(std::string_view message, std::initializer_list<LogField> fields = {}) {
    log(LogLevel::debug, message, {fields.begin(), fields.size()});
}
inline void log_info(std::string_view message, std::initializer_list<LogField> fields = {}) {
    log(LogLevel::info, message, {fields.begin(), fields.size()});
}
inline void log_warning(std::string_view message, std::initializer_list<LogField> fields = {}) {
    log(LogLevel::warning, message, {fields.begin(), fields.size()});
}
inline void log_error(std::string_view message, std::initializer_list<LogField> fields = {}) {
    log(LogLevel::error, message, {fields.begin(), fields.size()});
}

}  // namespace holdfast::base
