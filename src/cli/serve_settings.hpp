// The settings of `holdfast serve`: one table for flags, environment and configuration file.
//
// A setting `log_level` is the flag --log-level, the variable HOLDFAST_LOG_LEVEL and the TOML key
// log_level. The flag wins over the variable, the variable over the file, the file over the
// built-in value. A TOML key that nobody knows is an error that names its line; so is a HOLDFAST_
// variable that looks like a misspelt setting (others may belong to somebody else's wrapper).
// Thread rule: free functions.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "cli/options.hpp"
#include "cli/run.hpp"

namespace holdfast::cli {

struct ServeSetting {
    std::string_view name;        // snake_case
    std::string_view value_name;  // of the flag in --help; empty: a switch, "true" or "false"
    std::string_view help;
    base::Result<void> (*apply)(ServeOptions& options, std::string_view text);
    std::string (*show)(const ServeOptions& options);

    [[nodiscard]] std::string flag() const;      // "--log-level"
    [[nodiscard]] std::string variable() const;  // "HOLDFAST_LOG_LEVEL"
};

[[nodiscard]] std::span<const ServeSetting> serve_settings();

// One key of a configuration file.
struct ConfigEntry {
    std::string name;
    std::string text;  // the value, as it would be written behind the flag
    std::size_t line = 0;
};

// Reads a TOML file. Errors: not_found, permission_denied, invalid_input naming file and line.
[[nodiscard]] base::Result<std::vector<ConfigEntry>> read_config(const std::string& path);
// The same of what was read from `path` already.
[[nodiscard]] base::Result<std::vector<ConfigEntry>> parse_config(const std::string& path,
                                                                  std::string_view text);

struct ConfigFile {
    std::string path;  // empty: there is none
    std::vector<ConfigEntry> entries;
};

struct EffectiveServe {
    ServeOptions options;
    std::map<std::string, std::string> origins;  // by setting: "--listen", "FILE line 3", "default"
};

// `flags`: by setting name. Errors: invalid_input, one sentence naming the origin of the value.
[[nodiscard]] base::Result<EffectiveServe> merge_serve(
    const ConfigFile& file, const Environment& environment,
    const std::map<std::string, std::string>& flags);

// The effective values with their origins, for --print-config; valid TOML.
[[nodiscard]] std::string print_serve(const EffectiveServe& effective);

}  // namespace holdfast::cli
