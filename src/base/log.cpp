#include "base/log.hpp"

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <iterator>
#include <memory>
#include <string>

#include "base/check.hpp"

namespace holdfast::base {
namespace {

spdlog::level::level_enum to_spdlog(LogLevel level) {
    switch (level) {
        case LogLevel::debug: return spdlog::level::debug;
        case LogLevel::info: return spdlog::level::info;
        case LogLevel::warning: return spdlog::level::warn;
        case LogLevel::error: return spdlog::level::err;
    }
    UNREACHABLE();
}

// Two loggers, so that changing the form while others write never mixes the two in one line.
struct Loggers {
    std::shared_ptr<spdlog::sinks::sink> text_sink =
        std::make_shared<spdlog::sinks::stderr_sink_mt>();
    std::shared_ptr<spdlog::sinks::sink> json_sink =
        std::make_shared<spdlog::sinks::stderr_sink_mt>();
    spdlog::logger text{"text", text_sink};
    spdlog::logger json{"json", json_sink};
    std::atomic<bool> use_json{false};

    Loggers() {
        form(*text_sink, "%Y-%m-%dT%H:%M:%S.%eZ %l %v");
        form(*json_sink, R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})");
    }
    static void form(spdlog::sinks::sink& sink, const char* pattern) {
        sink.set_formatter(std::make_unique<spdlog::pattern_formatter>(
            pattern, spdlog::pattern_time_type::utc, "\n"));
    }
};

// Never destroyed: threads may still log while the process ends.
Loggers& loggers() {
    static auto* const instance = new Loggers;
    return *instance;
}

bool is_secret(std::string_view key) {
    constexpr std::array<std::string_view, 5> kWords{"password", "secret", "token", "authorization",
                                                     "api_key"};
    return std::ranges::any_of(kWords, [&](auto word) { return key.contains(word); });
}

// Length of the UTF-8 sequence at the front of `text`, 0 if there is none. Overlong forms and
// surrogates pass: the line stays readable, which is all that is asked for here.
std::size_t utf8_length(std::string_view text) {
    const auto first = static_cast<unsigned char>(text.front());
    const std::size_t length = first < 0x80                    ? 1
                               : first >= 0xc2 && first < 0xe0 ? 2
                               : first >= 0xe0 && first < 0xf0 ? 3
                               : first >= 0xf0 && first < 0xf5 ? 4
                                                               : 0;
    const auto rest = text.substr(1, length == 0 ? 0 : length - 1);
    const bool complete =
        length > 0 && rest.size() == length - 1 &&
        std::ranges::all_of(rest, [](char byte) { return (byte & 0xc0) == 0x80; });
    return complete ? length : 0;
}

void append_quoted(std::string& out, std::string_view text) {
    out.push_back('"');
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        const char byte = text.front();
        if (length == 0) {
            out += "\\ufffd";
        } else if (byte == '"' || byte == '\\') {
            out.append({'\\', byte});
        } else if (static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f) {
            fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(byte));
        } else {
            out += text.substr(0, length);
        }
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    out.push_back('"');
}

bool is_plain(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char byte) {
        return byte > 0x20 && byte < 0x7f && byte != '"' && byte != '\\' && byte != '=';
    });
}

struct AppendValue {
    std::string& out;
    bool quote_always;

    void operator()(std::string_view text) const {
        if (quote_always || !is_plain(text)) {
            append_quoted(out, text);
        } else {
            out += text;
        }
    }
    void operator()(auto value) const { fmt::format_to(std::back_inserter(out), "{}", value); }
};

void append_field(std::string& out, const LogField& field, bool json) {
    const AppendValue append{.out = out, .quote_always = json};
    if (json) {
        out.push_back(',');
        append_quoted(out, field.key);
        out.push_back(':');
    } else {
        out.push_back(' ');
        out += field.key;
        out.push_back('=');
    }
    if (is_secret(field.key)) {
        append(std::string_view("[redacted]"));
    } else {
        std::visit(append, field.value);
    }
}

}  // namespace

void configure_log(LogOptions options) {
    auto& all = loggers();
    all.text.set_level(to_spdlog(options.level));
    all.json.set_level(to_spdlog(options.level));
    all.use_json.store(options.json);
}

void log(LogLevel level, std::string_view message, std::span<const LogField> fields) {
    auto& all = loggers();
    const bool json = all.use_json.load();
    auto& logger = json ? all.json : all.text;
    if (!logger.should_log(to_spdlog(level))) {
        return;
    }
    std::string line;
    if (json) {
        line += R"("message":)";
        append_quoted(line, message);
    } else {
        line += message;
    }
    for (const auto& field : fields) {
        append_field(line, field, json);
    }
    logger.log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace holdfast::base
