// Classes, pools, caps and stops of selling: a request into a command.
#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "api/commands.hpp"
#include "api/private_data.hpp"
#include "api/validation.hpp"
#include "model/limits.hpp"

namespace holdfast::api {
namespace {

using namespace model;

constexpr std::size_t kChannelsMax = 100;
constexpr std::string_view kReportName = "suggestions";  // GET /classes/suggestions
// The largest sum of units times seconds that is far from what the ledger can hold.
constexpr std::int64_t kUnitSecondsMax = 1LL << 60;

std::string pointer_of(std::string_view name) { return '/' + std::string(name); }

std::string words_of(const ClassField& field) {
    std::string out;
    for (const auto word : field.words) {
        out += (out.empty() ? "\"" : ", \"") + std::string(word) + '"';
    }
    return out;
}

// As the field's table says; nothing is set if it does not fit.
void set_field(const ClassFieldValue& value, Validator& check, SkuClass& out) {
    const ClassField& field = *value.field;
    std::int64_t number = value.number;
    if (field.kind == FieldKind::word) {
        const auto found = std::ranges::find(field.words, value.word);
        if (found == field.words.end()) {
            check.add(pointer_of(field.name), "Must be one of " + words_of(field) + ".");
            return;
        }
        number = std::distance(field.words.begin(), found);
    } else if (number < field.least || number > field.most) {
        const bool low = number < field.least;
        check.add(pointer_of(field.name),
                  std::string(low ? "Must be at least " : "Must be at most ") +
                      class_field_text(field, low ? field.least : field.most) + '.');
        return;
    }
    field.set(out, number);
}

OwnerCaps make_caps(const CapRequest& request, const std::string& pointer, Validator& check) {
    const auto cap = [&](const std::optional<std::int64_t>& value, std::string_view name,
                         std::int64_t most) {
        return check
            .optional_number(value, pointer + '/' + std::string(name), {.least = 0, .most = most})
            .value_or(0);
    };
    return {.units = cap(request.units, "units", kReservationQuantityMax),
            .holds = cap(request.holds, "holds", kReservationQuantityMax),
            .unit_seconds = cap(request.unit_seconds, "unit_seconds", kUnitSecondsMax)};
}

CapsByKind make_caps(const CapsRequest& request, const std::string& pointer, Validator& check) {
    CapsByKind out{};
    for (std::size_t kind = 0; kind < kPrincipalKinds; ++kind) {
        if (request[kind]) {
            const auto name = to_string(static_cast<PrincipalKind>(kind));
            out[kind] = make_caps(*request[kind], pointer + '/' + std::string(name), check);
        }
    }
    return out;
}

// A limit that a default of another field breaks has to be said too: nothing is bent to fit.
void check_order(const SkuClass& policy, Validator& check) {
    struct Rule {
        std::string_view field;
        base::Duration value;
        std::string_view bound_name;
        base::Duration bound;
    };
    const std::array<Rule, 4> rules = {
        {{"hold_ttl_seconds", policy.hold_ttl, "hold_ttl_max_seconds", policy.hold_ttl_max},
         {"payment_ttl_seconds", policy.payment_ttl, "payment_ttl_max_seconds",
          policy.payment_ttl_max},
         {"hold_ttl_max_seconds", policy.hold_ttl_max, "lifetime_max_seconds", policy.lifetime_max},
         {"payment_ttl_max_seconds", policy.payment_ttl_max, "lifetime_max_seconds",
          policy.lifetime_max}}};
    for (const auto& rule : rules) {
        if (rule.value > rule.bound) {
            const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(rule.bound);
            check.add(pointer_of(rule.field), "Is more than \"" + std::string(rule.bound_name) +
                                                  "\", which is " +
                                                  std::to_string(seconds.count()) + '.');
        }
    }
}

// Fields that say nothing together with another one are mistakes.
void check_sense(const SkuClass& policy, Validator& check) {
    const bool soft = policy.hold_permille > kPermille;
    if (soft && policy.backorder_max > 0) {
        check.add("/backorder_max", "Has no meaning with a \"hold_factor\" above 1.");
    }
    if (policy.tracking != Tracking::none) {
        return;
    }
    const auto refuse = [&](bool is_set, std::string_view field) {
        if (is_set) {
            check.add(pointer_of(field), "Has no meaning with \"tracking\": \"none\".");
        }
    };
    refuse(policy.safety_units > 0, "safety_units");
    refuse(policy.safety_permille > 0, "safety_share");
    refuse(policy.backorder_max > 0, "backorder_max");
    refuse(soft, "hold_factor");
    refuse(policy.stop_selling_at > 0, "stop_selling_at");
    refuse(policy.wait_max > base::Duration{}, "wait_max_seconds");
}

std::optional<std::uint32_t> expected_version(
    const std::optional<std::vector<std::uint32_t>>& versions) {
    if (!versions) {
        return std::nullopt;
    }
    return versions->empty() ? 0 : versions->front();
}

void make_channels(const PutPoolRequest& request, Validator& check, Pool& out) {
    if (!request.channels) {
        return;
    }
    if (request.channels->size() > kChannelsMax) {
        check.add("/channels", "Must have at most " + std::to_string(kChannelsMax) + " channels.");
        return;
    }
    for (std::size_t i = 0; i < request.channels->size(); ++i) {
        const std::string pointer = "/channels/" + std::to_string(i);
        std::string channel =
            check.optional_text((*request.channels)[i], pointer, kReferenceBytesMax);
        if (std::ranges::find(out.channels, channel) != out.channels.end()) {
            check.add(pointer, "Was named before.");
        }
        out.channels.push_back(std::move(channel));
    }
}

PoolKind make_kind(const PutPoolRequest& request, Validator& check) {
    for (const auto kind : {PoolKind::physical, PoolKind::supplier}) {
        if (!request.kind || *request.kind == to_string(kind)) {
            return kind;
        }
    }
    check.add("/kind", "Must be \"physical\" or \"supplier\".");
    return PoolKind::physical;
}

Name make_subject(const Principal& principal, StopScope scope,
                  const std::optional<std::string>& name, Validator& check) {
    if (scope == StopScope::everything) {
        if (name) {
            check.add("/name", "Goes with every scope but \"everything\".");
        }
        return {};
    }
    const std::string& tenant = principal.tenant.text;
    const std::string text = check.required_text(
        name, "/name", scope == StopScope::sku ? kSkuBytesMax : kReferenceBytesMax);
    switch (scope) {
        case StopScope::sku: return sku_name(tenant, text);
        case StopScope::pool: return pool_name(tenant, text);
        case StopScope::sku_class: return class_name(tenant, text);
        default: return {.text = text};
    }
}

StopScope make_scope(const SellingRequest& request, Validator& check) {
    if (!request.scope) {
        check.add("/scope", "Is required.");
        return StopScope::everything;
    }
    const auto scope = parse_stop_scope(*request.scope);
    if (!scope) {
        check.add("/scope", "Must be everything, sku, pool, class, channel or agent.");
    }
    return scope.value_or(StopScope::everything);
}

}  // namespace

std::string who_asks(const Principal& principal, const std::optional<std::string>& by,
                     Validator& check) {
    if (!principal.key_name.empty()) {
        if (by) {
            check.add("/by", "The API key says who asks; leave it out.");
        }
        return principal.key_name;
    }
    return by ? check.optional_text(by, "/by", kReferenceBytesMax) : "local";
}

CommandOrProblem make_command(const Context&, const Principal& principal,
                              const PutClassRequest& request) {
    Validator check;
    PutClass out;
    out.policy = default_class();
    out.name = class_name(principal.tenant.text,
                          check.required_text(request.name, "/name", kReferenceBytesMax));
    if (request.name == kReportName) {
        check.add("/name", "Is the address of a report; take another name.");
    }
    out.policy.name = out.name.text;
    for (const auto& value : request.fields) {
        set_field(value, check, out.policy);
    }
    out.policy.caps = make_caps(request.caps, "/caps", check);
    if (check.ok()) {
        check_order(out.policy, check);
        check_sense(out.policy, check);
    }
    if (!check.ok()) {
        return std::unexpected(check.take());
    }
    auto command =
        finish_command(principal, Operation::put_class, request.attempt, false, std::move(out));
    if (command) {
        std::get<PutClass>(command->request).expected_version = expected_version(request.versions);
    }
    return command;
}

CommandOrProblem make_command(const Context&, const Principal& principal,
                              const PutPoolRequest& request) {
    Validator check;
    PutPool out;
    const std::string& tenant = principal.tenant.text;
    out.name = pool_name(tenant, check.required_text(request.name, "/name", kReferenceBytesMax));
    out.settings.name = out.name.text;
    out.settings.kind = make_kind(request, check);
    out.settings.region = check.optional_text(request.region, "/region", kReferenceBytesMax);
    constexpr std::int64_t kPriorityMax = 1'000'000;
    out.settings.priority = static_cast<std::int32_t>(
        check
            .optional_number(request.priority, "/priority",
                             {.least = -kPriorityMax, .most = kPriorityMax})
            .value_or(0));
    make_channels(request, check, out.settings);
    if (request.overflow) {
        out.overflow = pool_name(
            tenant, check.optional_text(request.overflow, "/overflow", kReferenceBytesMax));
        if (out.overflow->text == out.name.text) {
            check.add("/overflow", "Must be another pool.");
        }
        if (out.settings.channels.empty()) {
            check.add("/overflow", "Goes with \"channels\": only a fence has an overflow.");
        }
    }
    if (!check.ok()) {
        return std::unexpected(check.take());
    }
    auto command =
        finish_command(principal, Operation::put_pool, request.attempt, false, std::move(out));
    if (command) {
        std::get<PutPool>(command->request).expected_version = expected_version(request.versions);
    }
    return command;
}

CommandOrProblem make_command(const Context&, const Principal& principal,
                              const PutCapsRequest& request) {
    Validator check;
    SetCaps out{.caps = make_caps(request.caps, "", check)};
    if (!check.ok()) {
        return std::unexpected(check.take());
    }
    return finish_command(principal, Operation::set_caps, request.attempt, false, out);
}

CommandOrProblem make_command(const Context& context, const Principal& principal,
                              const SellingRequest& request) {
    Validator check;
    ChangeSelling out;
    out.stopped = request.stop;
    out.scope = make_scope(request, check);
    out.subject = make_subject(principal, out.scope, request.name, check);
    out.who = who_asks(principal, request.by, check);
    if (request.stop) {
        const std::string note =
            check.optional_text(request.note, "/note", kNoteBytesMax, TextKind::note);
        out.reason = check.required_reason(request.reason, !note.empty());
        out.note = note_text(context.private_key, principal.tenant.text, note);
        out.until = check.optional_time(request.until, "/until");
    }
    if (!check.ok()) {
        return std::unexpected(check.take());
    }
    return finish_command(principal, Operation::change_selling, request.attempt, false,
                          std::move(out));
}

}  // namespace holdfast::api
