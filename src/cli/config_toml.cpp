// Reading TOML files; the only file that knows the TOML library.
#include <toml++/toml.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "cli/serve_settings.hpp"
#include "cli/toml_values.hpp"

namespace holdfast::cli {
namespace {

using base::ErrorCode;

std::string at(const std::string& path, const toml::source_region& region) {
    return path + " line " + std::to_string(region.begin.line) + ": ";
}

base::Result<std::string> value_text(const toml::node& node) {
    if (const auto* text = node.as_string()) {
        return text->get();
    }
    if (const auto* number = node.as_integer()) {
        return std::to_string(number->get());
    }
    if (const auto* flag = node.as_boolean()) {
        return std::string(flag->get() ? "true" : "false");
    }
    return base::failure(ErrorCode::invalid_input, "a value is a text, a whole number, or a flag");
}

using client::Json;

base::Result<Json> to_json(const toml::node& node) {
    if (const auto* text = node.as_string()) {
        return Json(text->get());
    }
    if (const auto* number = node.as_integer()) {
        return Json(number->get());
    }
    if (const auto* number = node.as_floating_point()) {
        return Json(number->get());
    }
    if (const auto* flag = node.as_boolean()) {
        return Json(flag->get());
    }
    if (const auto* array = node.as_array()) {
        Json::Array items;
        for (const toml::node& item : *array) {
            TRY(Json value, to_json(item));
            items.push_back(std::move(value));
        }
        return Json(std::move(items));
    }
    return base::failure(ErrorCode::invalid_input,
                         "a value is a text, a number, a flag, or an array of these");
}

base::Result<void> collect(const std::string& file, const toml::table& table,
                           std::vector<std::string> path, std::vector<TomlValue>& out) {
    for (const auto& [key, node] : table) {
        path.emplace_back(key.str());
        const std::size_t line = key.source().begin.line;
        const toml::table* inner = node.as_table();
        if (const toml::array* array = node.as_array();
            array != nullptr && array->is_array_of_tables()) {
            for (std::size_t i = 0; i < array->size(); ++i) {
                std::vector<std::string> place = path;
                place.push_back(std::to_string(i));
                TRY_VOID(collect(file, *array->get(i)->as_table(), std::move(place), out));
            }
        } else if (inner != nullptr && !inner->empty()) {
            TRY_VOID(collect(file, *inner, path, out));
        } else {
            const base::Result<Json> value = inner != nullptr ? Json() : to_json(node);
            if (!value) {
                return base::failure(
                    ErrorCode::invalid_input,
                    at(file, key.source()) + '\'' + path.back() + "': " + value.error().message);
            }
            out.push_back({.path = path, .value = *value, .line = line});
        }
        path.pop_back();
    }
    return {};
}

base::Result<std::string> read_text(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) {
        const int error = errno;
        return base::failure(error == ENOENT ? ErrorCode::not_found : ErrorCode::permission_denied,
                             "cannot read " + path + ": " + std::strerror(error));
    }
    std::ostringstream text;
    text << in.rdbuf();
    return std::move(text).str();
}

base::Result<toml::table> parse(const std::string& path, std::string_view text) {
    try {
        return toml::parse(text);
    } catch (const toml::parse_error& error) {
        return base::failure(ErrorCode::invalid_input,
                             at(path, error.source()) + std::string(error.description()));
    }
}

}  // namespace

base::Result<std::vector<ConfigEntry>> read_config(const std::string& path) {
    TRY(const std::string text, read_text(path));
    return parse_config(path, text);
}

base::Result<std::vector<ConfigEntry>> parse_config(const std::string& path,
                                                    std::string_view text) {
    TRY(const toml::table table, parse(path, text));
    std::vector<ConfigEntry> entries;
    for (const auto& [key, node] : table) {
        const auto value = value_text(node);
        if (!value) {
            return base::failure(ErrorCode::invalid_input, at(path, node.source()) + '\'' +
                                                               std::string(key.str()) +
                                                               "': " + value.error().message);
        }
        entries.push_back(
            {.name = std::string(key.str()), .text = *value, .line = node.source().begin.line});
    }
    return entries;
}

base::Result<std::vector<TomlValue>> read_toml(const std::string& path) {
    TRY(const std::string text, read_text(path));
    return parse_toml(path, text);
}

base::Result<std::vector<TomlValue>> parse_toml(const std::string& path, std::string_view text) {
    TRY(const toml::table table, parse(path, text));
    std::vector<TomlValue> values;
    TRY_VOID(collect(path, table, {}, values));
    std::ranges::stable_sort(values, {}, &TomlValue::line);
    return values;
}

}  // namespace holdfast::cli
