#include "cli/policy_file.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "cli/suggest.hpp"

namespace holdfast::cli {
namespace {

using client::Json;

enum class FieldType : std::uint8_t { whole, number, flag, text, texts };

struct FieldName {
    std::string_view pointer;
    FieldType type;
};

constexpr auto kClassFields = std::to_array<FieldName>({
    {"/hold_ttl_seconds", FieldType::whole},
    {"/hold_ttl_max_seconds", FieldType::whole},
    {"/payment_ttl_seconds", FieldType::whole},
    {"/payment_ttl_max_seconds", FieldType::whole},
    {"/lifetime_max_seconds", FieldType::whole},
    {"/review_max_seconds", FieldType::whole},
    {"/extensions_max", FieldType::whole},
    {"/on_payment_timeout", FieldType::text},
    {"/late_commit", FieldType::text},
    {"/tracking", FieldType::text},
    {"/held_downtime_grace_seconds", FieldType::whole},
    {"/payment_downtime_grace_seconds", FieldType::whole},
    {"/safety_units", FieldType::whole},
    {"/safety_share", FieldType::number},
    {"/backorder_max", FieldType::whole},
    {"/hold_factor", FieldType::number},
    {"/stop_selling_at", FieldType::whole},
    {"/allocation", FieldType::text},
    {"/split", FieldType::flag},
    {"/wait_max_seconds", FieldType::whole},
    {"/line_units_max", FieldType::whole},
    {"/caps/agent/units", FieldType::whole},
    {"/caps/agent/holds", FieldType::whole},
    {"/caps/agent/unit_seconds", FieldType::whole},
    {"/caps/operator/units", FieldType::whole},
    {"/caps/operator/holds", FieldType::whole},
    {"/caps/operator/unit_seconds", FieldType::whole},
    {"/caps/buyer/units", FieldType::whole},
    {"/caps/buyer/holds", FieldType::whole},
    {"/caps/buyer/unit_seconds", FieldType::whole},
    {"/shortage_order", FieldType::text},
    {"/count_units_max", FieldType::whole},
    {"/count_share_max", FieldType::number},
    {"/consistency", FieldType::text},
    {"/banded", FieldType::flag},
    {"/low_units", FieldType::whole},
});

constexpr auto kPoolFields = std::to_array<FieldName>({
    {"/kind", FieldType::text},
    {"/region", FieldType::text},
    {"/priority", FieldType::whole},
    {"/channels", FieldType::texts},
    {"/overflow", FieldType::text},
});

std::span<const FieldName> fields_of(PolicyKind kind) {
    return kind == PolicyKind::sku_class ? std::span<const FieldName>(kClassFields)
                                         : std::span<const FieldName>(kPoolFields);
}

bool fits(const Json& value, FieldType type) {
    const auto& held = value.value();
    switch (type) {
        case FieldType::whole: return std::holds_alternative<std::int64_t>(held);
        case FieldType::number:
            return std::holds_alternative<std::int64_t>(held) ||
                   std::holds_alternative<double>(held);
        case FieldType::flag: return std::holds_alternative<bool>(held);
        case FieldType::text: return std::holds_alternative<std::string>(held);
        case FieldType::texts:
            return std::holds_alternative<Json::Array>(held) &&
                   std::ranges::all_of(
                       value.items(), [](const Json& item) { return fits(item, FieldType::text); });
    }
    return false;
}

std::string_view words_of(FieldType type) {
    switch (type) {
        case FieldType::whole: return "a whole number";
        case FieldType::number: return "a number";
        case FieldType::flag: return "true or false";
        case FieldType::text: return "a text in quotes";
        case FieldType::texts: return "an array of texts";
    }
    return {};
}

// "/caps/buyer/units" as people write it: caps.buyer.units
std::string dotted(std::string_view pointer) {
    std::string out(pointer.substr(1));
    std::ranges::replace(out, '/', '.');
    return out;
}

void set_at(Json& body, std::span<const std::string> path, Json value) {
    if (path.size() == 1) {
        body.set(path.front(), std::move(value));
        return;
    }
    Json inner = body[path.front()];
    set_at(inner, path.subspan(1), std::move(value));
    body.set(path.front(), std::move(inner));
}

class Reader {
  public:
    explicit Reader(std::string file) : file_(std::move(file)) {}

    base::Result<void> add(const TomlValue& found) {
        if (found.path.front() != "class" && found.path.front() != "pool") {
            const std::array<std::string, 2> known = {"class", "pool"};
            return wrong(found.line, "'" + found.path.front() +
                                         "' is neither [class.NAME] nor [pool.NAME]" +
                                         did_you_mean(found.path.front(), known));
        }
        const bool is_table = found.path.size() > 2 || found.value.is_null();
        if (found.path.size() < 2 || !is_table) {
            return wrong(found.line, "write [" + found.path.front() + ".NAME], then its fields");
        }
        Policy& policy = policy_of(found);
        if (found.path.size() == 2) {
            return {};  // nothing in it: all fields have the values of a new one
        }
        return add_field(policy, found);
    }
    std::vector<Policy> take() { return std::move(policies_); }

  private:
    Policy& policy_of(const TomlValue& found) {
        const PolicyKind kind =
            found.path.front() == "class" ? PolicyKind::sku_class : PolicyKind::pool;
        const auto same = std::ranges::find_if(policies_, [&](const Policy& policy) {
            return policy.kind == kind && policy.name == found.path[1];
        });
        if (same != policies_.end()) {
            return *same;
        }
        policies_.push_back(
            {.kind = kind, .name = found.path[1], .line = found.line, .fields = {}});
        return policies_.back();
    }

    base::Result<void> add_field(Policy& policy, const TomlValue& found) {
        std::string pointer;
        for (std::size_t i = 2; i < found.path.size(); ++i) {
            pointer += '/' + found.path[i];
        }
        const auto known = fields_of(policy.kind);
        const auto field = std::ranges::find(known, pointer, &FieldName::pointer);
        const std::string whose = std::string(to_string(policy.kind)) + " '" + policy.name + "': ";
        if (field == known.end()) {
            std::vector<std::string> names;
            for (const FieldName& name : known) {
                names.push_back(dotted(name.pointer));
            }
            const std::string name = dotted(pointer);
            return wrong(found.line,
                         whose + "unknown field '" + name + '\'' + did_you_mean(name, names));
        }
        if (!fits(found.value, field->type)) {
            return wrong(found.line, whose + dotted(pointer) + " is " +
                                         std::string(words_of(field->type)) + ", not " +
                                         found.value.dump());
        }
        const std::vector<std::string> path(found.path.begin() + 2, found.path.end());
        set_at(policy.body, path, found.value);
        policy.fields.push_back({.pointer = pointer, .line = found.line});
        return {};
    }

    [[nodiscard]] base::Result<void> wrong(std::size_t line, const std::string& sentence) const {
        return base::failure(base::ErrorCode::invalid_input,
                             file_ + " line " + std::to_string(line) + ": " + sentence);
    }

    std::string file_;
    std::vector<Policy> policies_;
};

}  // namespace

std::string_view to_string(PolicyKind kind) {
    return kind == PolicyKind::sku_class ? "class" : "pool";
}

std::size_t Policy::line_of(std::string_view pointer) const {
    for (const PolicyField& field : fields) {
        if (field.pointer == pointer || field.pointer.starts_with(std::string(pointer) + '/') ||
            pointer.starts_with(field.pointer + '/')) {
            return field.line;
        }
    }
    return line;
}

base::Result<std::vector<Policy>> read_policies(const std::string& path) {
    TRY(const std::vector<TomlValue> values, read_toml(path));
    return policies_of(path, values);
}

base::Result<std::vector<Policy>> policies_of(const std::string& path,
                                              std::span<const TomlValue> values) {
    Reader reader(path);
    for (const TomlValue& value : values) {
        TRY_VOID(reader.add(value));
    }
    return reader.take();
}

}  // namespace holdfast::cli
