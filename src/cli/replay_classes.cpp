#include "cli/replay_classes.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "cli/policy_file.hpp"
#include "cli/suggest.hpp"
#include "cli/toml_values.hpp"

namespace holdfast::cli {
namespace {

using client::Json;

struct Rules {
    std::string file;
    std::map<std::string, std::size_t> lines;  // by place, where each begins
    std::map<std::string, replay::ClassRule> by_place;

    [[nodiscard]] base::Result<void> wrong(std::size_t line, const std::string& sentence) const {
        return base::failure(base::ErrorCode::invalid_input,
                             file + " line " + std::to_string(line) + ": rule: " + sentence);
    }

    base::Result<void> add(const TomlValue& found) {
        if (found.path.size() != 3) {
            return wrong(found.line, "write [[rule]], then its fields");
        }
        // Places are numbers; of equal length they sort as such.
        const std::string place =
            std::string(8 - std::min<std::size_t>(found.path[1].size(), 8), '0') + found.path[1];
        lines.try_emplace(place, found.line);
        replay::ClassRule& rule = by_place[place];
        const std::string& name = found.path[2];
        const auto& value = found.value.value();
        if (name == "class" && std::holds_alternative<std::string>(value)) {
            rule.sku_class = found.value.text();
        } else if (name == "sku_prefix" && std::holds_alternative<std::string>(value)) {
            rule.sku_prefix = found.value.text();
        } else if (name == "share" && std::holds_alternative<double>(value)) {
            rule.share = std::get<double>(value);
        } else if (name == "share" && std::holds_alternative<std::int64_t>(value)) {
            rule.share = static_cast<double>(found.value.number());
        } else {
            const std::array<std::string, 3> known = {"class", "sku_prefix", "share"};
            return std::ranges::find(known, name) != known.end()
                       ? wrong(found.line, name + " cannot be " + found.value.dump())
                       : wrong(found.line,
                               "unknown field '" + name + '\'' + did_you_mean(name, known));
        }
        return {};
    }

    base::Result<void> check(const std::vector<replay::ClassDefinition>& classes) const {
        for (const auto& [place, rule] : by_place) {
            const bool defined = std::ranges::find(classes, rule.sku_class,
                                                   &replay::ClassDefinition::name) != classes.end();
            if (!defined) {
                return wrong(lines.at(place),
                             "the file defines no class '" + rule.sku_class + '\'');
            }
            if (rule.share < 0 || rule.share > 1) {
                return wrong(lines.at(place), "share is from 0 to 1");
            }
        }
        return {};
    }
};

}  // namespace

base::Result<void> read_replay_classes(const std::string& path, replay::ReplayOptions& options) {
    TRY(std::vector<TomlValue> values, read_toml(path));
    const auto rest = std::ranges::stable_partition(
        values, [](const TomlValue& value) { return value.path.front() != "rule"; });
    const std::span<const TomlValue> all(values);
    const auto defined = static_cast<std::size_t>(rest.begin() - values.begin());
    TRY(const std::vector<Policy> policies, policies_of(path, all.first(defined)));
    Rules rules{.file = path, .lines = {}, .by_place = {}};
    for (const TomlValue& value : all.subspan(defined)) {
        TRY_VOID(rules.add(value));
    }
    for (const Policy& policy : policies) {
        if (policy.kind == PolicyKind::sku_class) {
            options.classes.push_back({.name = policy.name, .body = policy.body});
        }
    }
    TRY_VOID(rules.check(options.classes));
    for (const auto& [place, rule] : rules.by_place) {
        options.rules.push_back(rule);
    }
    return {};
}

}  // namespace holdfast::cli
