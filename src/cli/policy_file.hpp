// Files of policies: classes and pools as people keep them under version control.
//
//     [class.concert-ticket]              [pool.berlin]
//     hold_ttl_seconds = 600              region = "eu-central"
//     caps.buyer.units = 6                channels = ["web"]
//
// A file may define several of both. Names and types of fields are judged here, with line and
// field; what a value may be is for the service to say. Thread rule: free functions.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "cli/toml_values.hpp"
#include "client/json.hpp"

namespace holdfast::cli {

enum class PolicyKind : std::uint8_t { sku_class, pool };

[[nodiscard]] std::string_view to_string(PolicyKind kind);  // as the file's tables: class, pool

struct PolicyField {
    std::string pointer;  // "/caps/buyer/units"
    std::size_t line = 0;
};

struct Policy {
    PolicyKind kind = PolicyKind::sku_class;
    std::string name;
    std::size_t line = 0;  // of its first field
    client::Json body = client::Json::Object{};
    std::vector<PolicyField> fields;

    // Where the field that `pointer` names, or one above or below it, is written.
    [[nodiscard]] std::size_t line_of(std::string_view pointer) const;
};

// All policies of the file, of both kinds, in its order. Errors: those of read_toml; invalid_input
// naming file, line and field.
[[nodiscard]] base::Result<std::vector<Policy>> read_policies(const std::string& path);
// The same of values that were read already, of the file `path`.
[[nodiscard]] base::Result<std::vector<Policy>> policies_of(const std::string& path,
                                                            std::span<const TomlValue> values);

}  // namespace holdfast::cli
