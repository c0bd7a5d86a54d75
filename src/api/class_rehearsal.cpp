#include "api/class_rehearsal.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "api/class_fields.hpp"
#include "api/offers.hpp"
#include "partition/capture.hpp"

namespace holdfast::api {
namespace {

using namespace model;

constexpr std::size_t kOffersMax = 100;

struct CapField {
    std::string_view name;
    std::int64_t OwnerCaps::* member;
};
constexpr std::array<CapField, 3> kUnits = {{{"units", &OwnerCaps::units},
                                             {"holds", &OwnerCaps::holds},
                                             {"unit_seconds", &OwnerCaps::unit_seconds}}};
constexpr std::array<std::string_view, kPrincipalKinds * kUnits.size()> kCapNames = {
    "caps.agent.units",    "caps.agent.holds",    "caps.agent.unit_seconds",
    "caps.operator.units", "caps.operator.holds", "caps.operator.unit_seconds",
    "caps.buyer.units",    "caps.buyer.holds",    "caps.buyer.unit_seconds"};

void compare_caps(const SkuClass* before, const SkuClass& after, std::vector<ClassChange>& out) {
    for (std::size_t i = 0; i < kCapNames.size(); ++i) {
        const auto member = kUnits[i % kUnits.size()].member;
        const std::size_t kind = i / kUnits.size();
        const std::int64_t old = before != nullptr ? before->caps[kind].*member : 0;
        const std::int64_t asked = after.caps[kind].*member;
        if (old != asked) {
            out.push_back({.field = kCapNames[i],
                           .before = before != nullptr ? std::to_string(old) : "",
                           .after = std::to_string(asked)});
        }
    }
}

std::int64_t add_saturating(std::int64_t sum, std::int64_t more) {
    std::int64_t out = 0;
    return __builtin_add_overflow(sum, more, &out) ? std::numeric_limits<std::int64_t>::max() : out;
}

// Whether the hold is one that the asked class would not have given.
bool is_beyond(const core::State& state, const core::Reservation& hold, ClassId id,
               const SkuClass& asked) {
    std::int64_t line_units = 0;
    std::int64_t most_units = 0;
    bool belongs = false;
    for (std::uint32_t i = hold.first_line; i != core::kNoIndex; i = state.lines[i].next) {
        const core::Line& line = state.lines[i];
        const std::int64_t held = state.held_of(line);
        if (held == 0 || state.sku(state.sku_of(line)).sku_class != id) {
            continue;
        }
        belongs = true;
        line_units = (line.continues ? line_units : 0) + held;
        most_units = std::max(most_units, line_units);
    }
    if (!belongs) {
        return false;
    }
    const base::Duration ttl(hold.deadline_ms - hold.created_ms);
    const base::Duration life(hold.deadline_ms - state.first_created_ms(hold));
    const base::Duration ttl_max =
        hold.waiting == ReservationState::held ? asked.hold_ttl_max : asked.payment_ttl_max;
    return (state.side_of(hold).extensions == 0 && ttl > ttl_max) || life > asked.lifetime_max ||
           state.side_of(hold).extensions > asked.extensions_max ||
           (asked.line_units_max > 0 && most_units > asked.line_units_max);
}

std::uint64_t count_beyond(const core::State& state, TenantId tenant, ClassId id,
                           const SkuClass& asked) {
    std::uint64_t out = 0;
    for (std::uint32_t i = 0; i < state.reservations.size(); ++i) {
        const core::Reservation& hold = state.reservations[i];
        const bool live = hold.tenant == tenant && is_waiting(hold.waiting) &&
                          hold.waiting != ReservationState::review;
        out += static_cast<std::uint64_t>(live && is_beyond(state, hold, id, asked));
    }
    return out;
}

// Compares what every SKU of the class offers.
class OfferComparison {
  public:
    OfferComparison(const partition::TenantPolicy& policy, const SkuClass& before,
                    const SkuClass& after, base::Time now)
        : policy_(policy), before_(before), after_(after), now_(now) {}

    void add(const core::State& state, SkuId id, ClassRehearsal& out) {
        const std::string& name = state.sku(id).name;
        view_.cells.clear();
        static_cast<void>(partition::capture_sku(state, id, view_.cells));
        const std::int64_t before = sellable_of(view_, name, policy_, before_, now_);
        const std::int64_t after = sellable_of(view_, name, policy_, after_, now_);
        ++out.skus;
        out.sellable_before = add_saturating(out.sellable_before, before);
        out.sellable_after = add_saturating(out.sellable_after, after);
        if (before != after) {
            out.offers.push_back({.sku = name, .before = before, .after = after});
        }
    }

  private:
    const partition::TenantPolicy& policy_;
    const SkuClass& before_;
    const SkuClass& after_;
    base::Time now_;
    partition::SkuView view_;
};

void keep_largest(std::vector<SkuOffer>& offers) {
    const auto size = [](const SkuOffer& offer) {
        return offer.after > offer.before ? offer.after - offer.before : offer.before - offer.after;
    };
    std::ranges::sort(offers, [&](const SkuOffer& a, const SkuOffer& b) {
        return size(a) != size(b) ? size(a) > size(b) : a.sku < b.sku;
    });
    offers.resize(std::min(offers.size(), kOffersMax));
}

}  // namespace

std::vector<ClassChange> compare_classes(const SkuClass* before, const SkuClass& after) {
    std::vector<ClassChange> out;
    for (const auto& field : class_fields()) {
        const std::int64_t asked = field.get(after);
        if (before == nullptr || field.get(*before) != asked) {
            out.push_back(
                {.field = field.name,
                 .before = before != nullptr ? class_field_text(field, field.get(*before)) : "",
                 .after = class_field_text(field, asked),
                 .is_text = field.kind == FieldKind::word});
        }
    }
    compare_caps(before, after, out);
    return out;
}

ClassRehearsal rehearse_class(const core::State& state, const Name& owner, const SkuClass& asked,
                              base::Time now) {
    ClassRehearsal out{.policy = asked, .changes = {}, .offers = {}, .position = {}};
    const auto tenant = state.find_tenant(owner.digest);
    const auto id = tenant ? state.find_class(*tenant, class_name(owner.text, asked.name).digest)
                           : std::nullopt;
    if (!id) {
        const SkuClass fresh = default_class();
        const bool known = !tenant && asked.name == fresh.name;
        out.policy.version = known ? 2 : 1;
        out.changes = compare_classes(known ? &fresh : nullptr, asked);
        return out;
    }
    const SkuClass& before = state.tenant(*tenant).classes[id->value()];
    out.changes = compare_classes(&before, asked);
    out.policy.version = before.version + (out.changes.empty() ? 0 : 1);
    const partition::TenantPolicy policy = partition::policy_of(state, *tenant);
    OfferComparison comparison(policy, before, asked, now);
    for (std::uint32_t s = 0; s < state.skus.size(); ++s) {
        const core::Sku& sku = state.skus[s];
        if (sku.tenant == *tenant && sku.sku_class == *id) {
            comparison.add(state, SkuId(s), out);
        }
    }
    keep_largest(out.offers);
    out.holds_beyond = count_beyond(state, *tenant, *id, asked);
    return out;
}

}  // namespace holdfast::api
