#include "cli/serve_settings.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "cli/suggest.hpp"
#include "cli/units.hpp"

namespace holdfast::cli {
namespace {

using base::Result;

constexpr std::string_view kPrefix = "HOLDFAST_";
constexpr std::array<std::string_view, 4> kLevels = {"debug", "info", "warning", "error"};
constexpr int kIoThreadsMax = 64;
constexpr std::int64_t kAnyPositive = std::numeric_limits<std::int64_t>::max();

template <typename Member, typename Parsed>
Result<void> store(Member& member, Result<Parsed> parsed) {
    if (!parsed) {
        return std::unexpected(std::move(parsed).error());
    }
    member = static_cast<Member>(*std::move(parsed));
    return {};
}

std::string show_flag(bool flag) { return flag ? "true" : "false"; }

Result<void> apply_log_level(ServeOptions& options, std::string_view text) {
    const auto* const found = std::ranges::find(kLevels, text);
    if (found == kLevels.end()) {
        return base::failure(base::ErrorCode::invalid_input,
                             '\'' + std::string(text) + "' is not debug, info, warning or error");
    }
    options.log.level = static_cast<base::LogLevel>(found - kLevels.begin());
    return {};
}

Result<void> apply_log_format(ServeOptions& options, std::string_view text) {
    if (text != "text" && text != "json") {
        return base::failure(base::ErrorCode::invalid_input,
                             '\'' + std::string(text) + "' is not text or json");
    }
    options.log.json = text == "json";
    return {};
}

// Empty: no gRPC.
Result<void> apply_grpc_listen(ServeOptions& options, std::string_view text) {
    options.grpc_listen.reset();
    return text.empty() ? Result<void>() : store(options.grpc_listen, parse_listen(text));
}

std::string show_ledger(const ServeOptions& options) {
    return std::string(ledger_prefix(options.ledger.kind)) + options.ledger.path;
}

using Options = ServeOptions;
using Text = std::string_view;

constexpr std::array kSettings = {
    ServeSetting{"listen", "ADDRESS",
                 "Address and port to listen on; port 0 takes a free one and prints it",
                 [](Options& o, Text text) { return store(o.listen, parse_listen(text)); },
                 [](const Options& o) { return o.listen.text(); }},
    ServeSetting{"grpc_listen", "ADDRESS",
                 "Address and port for gRPC, likewise; without it there is no gRPC",
                 apply_grpc_listen,
                 [](const Options& o) { return o.grpc_listen ? o.grpc_listen->text() : ""; }},
    ServeSetting{"ledger", "WHERE",
                 "ledger:DIR, of a certain kind segments:DIR or rocksdb:DIR, or memory: which is "
                 "lost when the service stops",
                 [](Options& o, Text text) { return store(o.ledger, parse_ledger(text)); },
                 show_ledger},
    ServeSetting{"api_keys", "FILE", "Hashed API keys, made by 'holdfast keys new'",
                 [](Options& o, Text text) {
                     o.api_keys = text;
                     return Result<void>();
                 },
                 [](const Options& o) { return o.api_keys; }},
    ServeSetting{"no_auth", "", "Serve everybody who reaches the address, without keys",
                 [](Options& o, Text text) { return store(o.no_auth, parse_flag(text)); },
                 [](const Options& o) { return show_flag(o.no_auth); }},
    ServeSetting{"relax_create_key", "",
                 "Accept creates without an idempotency key; a retry then holds twice",
                 [](Options& o, Text text) {
                     bool relaxed = false;
                     auto stored = store(relaxed, parse_flag(text));
                     o.create_key_required = !relaxed;
                     return stored;
                 },
                 [](const Options& o) { return show_flag(!o.create_key_required); }},
    ServeSetting{"demo", "", "Put a small demo catalogue into a new ledger",
                 [](Options& o, Text text) { return store(o.demo, parse_flag(text)); },
                 [](const Options& o) { return show_flag(o.demo); }},
    ServeSetting{"io_threads", "N", "Threads that read requests and write answers",
                 [](Options& o, Text text) {
                     return store(o.io_threads, parse_integer(text, 1, kIoThreadsMax));
                 },
                 [](const Options& o) { return std::to_string(o.io_threads); }},
    ServeSetting{"log_format", "FORMAT", "text or json", apply_log_format,
                 [](const Options& o) { return std::string(o.log.json ? "json" : "text"); }},
    ServeSetting{"log_level", "LEVEL", "debug, info, warning or error", apply_log_level,
                 [](const Options& o) {
                     return std::string(kLevels[static_cast<std::size_t>(o.log.level)]);
                 }},
    ServeSetting{"checkpoint_every", "EVENTS", "Events between two checkpoints",
                 [](Options& o, Text text) {
                     return store(o.checkpoint_every_events, parse_integer(text, 1, kAnyPositive));
                 },
                 [](const Options& o) { return std::to_string(o.checkpoint_every_events); }},
    ServeSetting{"hot_window", "DURATION",
                 "What is finished and older than this is kept on disk only",
                 [](Options& o, Text text) { return store(o.hot_window, parse_duration(text)); },
                 [](const Options& o) { return std::to_string(o.hot_window.count()) + "ms"; }},
    ServeSetting{"hot_events", "EVENTS",
                 "What is finished is kept on disk only once so many events came after it",
                 [](Options& o, Text text) {
                     return store(o.hot_events, parse_integer(text, 0, kAnyPositive));
                 },
                 [](const Options& o) { return std::to_string(o.hot_events); }},
    ServeSetting{
        "storage_reserve", "SIZE", "Free disk space below which creates and receipts are refused",
        [](Options& o, Text text) { return store(o.storage_reserve_bytes, parse_size(text)); },
        [](const Options& o) { return std::to_string(o.storage_reserve_bytes); }},
    ServeSetting{
        "clock_jump_max", "DURATION",
        "A wall clock further away than this is not believed until confirmed",
        [](Options& o, Text text) { return store(o.clock_jump_max, parse_duration(text)); },
        [](const Options& o) { return std::to_string(o.clock_jump_max.count()) + "ms"; }},
};

std::string upper_case(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return out;
}

std::unexpected<base::Error> invalid(std::string sentence) {
    return base::failure(base::ErrorCode::invalid_input, std::move(sentence));
}

const ServeSetting* find_setting(std::string_view name) {
    const auto* const found = std::ranges::find(kSettings, name, &ServeSetting::name);
    return found == kSettings.end() ? nullptr : found;
}

class Merger {
  public:
    Result<void> set(std::string_view name, std::string_view text, const std::string& origin) {
        const auto applied = find_setting(name)->apply(out_.options, text);
        if (!applied) {
            return invalid(origin + ": " + applied.error().message);
        }
        out_.origins[std::string(name)] = origin;
        return {};
    }
    Result<void> file(const ConfigFile& file);
    Result<void> environment(const Environment& environment);
    Result<void> check() const;
    EffectiveServe take() { return std::move(out_); }

  private:
    EffectiveServe out_;
};

Result<void> Merger::file(const ConfigFile& file) {
    std::vector<std::string> names;
    for (const ServeSetting& setting : kSettings) {
        names.emplace_back(setting.name);
    }
    for (const ConfigEntry& entry : file.entries) {
        const std::string origin = file.path + " line " + std::to_string(entry.line);
        if (find_setting(entry.name) == nullptr) {
            return invalid(origin + ": unknown key '" + entry.name + '\'' +
                           did_you_mean(entry.name, names));
        }
        TRY_VOID(set(entry.name, entry.text, origin));
    }
    return {};
}

Result<void> Merger::environment(const Environment& environment) {
    std::vector<std::string> known;
    for (const ServeSetting& setting : kSettings) {
        known.push_back(setting.variable());
        const auto found = environment.find(known.back());
        if (found != environment.end()) {
            TRY_VOID(set(setting.name, found->second, known.back()));
        }
    }
    for (const char* other : {"URL", "API_KEY_FILE", "CONFIG"}) {
        known.push_back(std::string(kPrefix) + other);
    }
    // Judged without the prefix that all have in common, which would make everything look near.
    std::vector<std::string> words;
    for (const std::string& variable : known) {
        words.push_back(variable.substr(kPrefix.size()));
    }
    for (const auto& [name, value] : environment) {
        if (!name.starts_with(kPrefix) || std::ranges::find(known, name) != known.end()) {
            continue;
        }
        const std::string near = suggest(name.substr(kPrefix.size()), words);
        if (!near.empty()) {
            return invalid(name + ": unknown variable; did you mean '" + std::string(kPrefix) +
                           near + "'?");
        }
    }
    return {};
}

Result<void> Merger::check() const {
    const ServeOptions& options = out_.options;
    const bool has_keys = !options.api_keys.empty();
    if (has_keys && options.no_auth) {
        return invalid("--api-keys and --no-auth contradict each other: choose one");
    }
    for (const auto& address : {std::optional(options.listen), options.grpc_listen}) {
        if (address && !address->is_loopback() && !has_keys && !options.no_auth) {
            return invalid("listening on " + address->text() +
                           " needs --api-keys FILE, or --no-auth if everybody may change the "
                           "stock");
        }
    }
    return {};
}

std::string quoted_toml(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
        }
        out += c;
    }
    return out + '"';
}

}  // namespace

std::string ServeSetting::flag() const {
    std::string out = "--" + std::string(name);
    std::ranges::replace(out, '_', '-');
    return out;
}

std::string ServeSetting::variable() const { return std::string(kPrefix) + upper_case(name); }

std::span<const ServeSetting> serve_settings() { return kSettings; }

Result<EffectiveServe> merge_serve(const ConfigFile& file, const Environment& environment,
                                   const std::map<std::string, std::string>& flags) {
    Merger merger;
    TRY_VOID(merger.file(file));
    TRY_VOID(merger.environment(environment));
    for (const auto& [name, text] : flags) {
        TRY_VOID(merger.set(name, text, find_setting(name)->flag()));
    }
    TRY_VOID(merger.check());
    return merger.take();
}

std::string print_serve(const EffectiveServe& effective) {
    std::string out;
    for (const ServeSetting& setting : kSettings) {
        const std::string text = setting.show(effective.options);
        const auto origin = effective.origins.find(std::string(setting.name));
        out += std::string(setting.name) + " = " +
               (setting.value_name.empty() ? text : quoted_toml(text)) + "  # " +
               (origin == effective.origins.end() ? "default" : origin->second) + '\n';
    }
    return out;
}

}  // namespace holdfast::cli
