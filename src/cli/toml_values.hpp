// read_toml: a TOML file as a list of its values, each with its place. Thread rule: free functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "client/json.hpp"

namespace holdfast::cli {

struct TomlValue {
    std::vector<std::string> path;  // of tables, the key last; of an array of tables its index
    client::Json value;             // null for a table that has nothing in it
    std::size_t line = 0;
};

// In the order of the file. Dates, and tables among other values of an array, are refused.
// Errors: not_found, permission_denied, invalid_input naming file and line.
[[nodiscard]] base::Result<std::vector<TomlValue>> read_toml(const std::string& path);
// The same of what was read from `path` already.
[[nodiscard]] base::Result<std::vector<TomlValue>> parse_toml(const std::string& path,
                                                              std::string_view text);

}  // namespace holdfast::cli
