// Classes, pools, caps and stops: settings that later decisions are judged by.
#include <algorithm>
#include <tuple>
#include <utility>

#include "core/decide_internal.hpp"
#include "model/limits.hpp"

namespace holdfast::core {

using namespace model;

namespace {

Decision refuse_version(const Asked& asked, std::uint32_t present) {
    Refusal refusal;
    refusal.code = RefusalCode::version_mismatch;
    refusal.version = present;
    return refused(asked, std::move(refusal));
}

auto settings_of(const SkuClass& c) {
    return std::tie(c.hold_ttl, c.hold_ttl_max, c.payment_ttl, c.payment_ttl_max, c.lifetime_max,
                    c.review_max, c.extensions_max, c.on_payment_timeout, c.late_commit, c.tracking,
                    c.held_downtime_grace, c.payment_downtime_grace, c.safety_units,
                    c.safety_permille, c.backorder_max, c.hold_permille, c.stop_selling_at,
                    c.allocation, c.split, c.wait_max, c.line_units_max, c.caps, c.shortage_order,
                    c.count_units_max, c.count_permille_max, c.consistency, c.banded, c.low_units);
}

auto settings_of(const Pool& p) {
    return std::tie(p.kind, p.region, p.priority, p.channels, p.overflow);
}

// The bounds of a class, in the order of its fields. The API names the field; here is the wall:
// what gets past it would be in the ledger for ever.
std::optional<std::int64_t> beyond_bounds(const SkuClass& c) {
    constexpr std::int64_t kDaysMax = 366LL * 24 * 3600 * 1000;
    for (const auto duration :
         {c.hold_ttl, c.hold_ttl_max, c.payment_ttl, c.payment_ttl_max, c.lifetime_max,
          c.review_max, c.held_downtime_grace, c.payment_downtime_grace, c.wait_max}) {
        if (duration.count() < 0 || duration.count() > kDaysMax) {
            return kDaysMax / 1000;
        }
    }
    for (const auto units : {c.safety_units, c.backorder_max, c.stop_selling_at, c.line_units_max,
                             c.count_units_max, c.low_units}) {
        if (units < 0 || units > kLineQuantityMax) {
            return kLineQuantityMax;
        }
    }
    if (c.safety_permille > kPermille || c.count_permille_max > kPermille) {
        return kPermille;
    }
    if (c.hold_permille < kPermille || c.hold_permille > kPermille * kPermille) {
        return kPermille * kPermille;
    }
    return c.extensions_max > UINT16_MAX ? std::optional<std::int64_t>(UINT16_MAX) : std::nullopt;
}

bool any_negative(const CapsByKind& caps) {
    return std::ranges::any_of(caps, [](const OwnerCaps& cap) {
        return cap.units < 0 || cap.holds < 0 || cap.unit_seconds < 0;
    });
}

// The versioned record after the put; nothing if the expected version is another one.
template <typename Settings>
struct Put {
    std::optional<Decision> refusal;
    bool same = false;
    Settings record;
};

template <typename Settings>
Put<Settings> put(const Asked& asked, const Settings* known, const Settings& asked_for,
                  std::size_t count, const std::optional<std::uint32_t>& expected) {
    Put<Settings> out;
    if (expected && *expected != (known != nullptr ? known->version : 0)) {
        out.refusal = refuse_version(asked, known != nullptr ? known->version : 0);
        return out;
    }
    out.record = asked_for;
    out.same = known != nullptr && settings_of(*known) == settings_of(asked_for);
    out.record.version = known == nullptr ? 1 : known->version + (out.same ? 0 : 1);
    out.record.id =
        known != nullptr ? known->id : decltype(known->id)(static_cast<std::uint16_t>(count));
    return out;
}

template <typename Changed>
Decision recorded(Events events, Changed event, bool same) {
    if (same && event.key.empty() && events.empty()) {
        return shown(std::move(event));
    }
    events.emplace_back(std::move(event));
    return applied(std::move(events));
}

}  // namespace

Decision decide_put_class(const Asked& asked, const PutClass& request) {
    if (const auto bound = beyond_bounds(request.policy)) {
        return refuse_limit(asked, RefusalCode::limit_exceeded, *bound);
    }
    if (any_negative(request.policy.caps)) {
        return refuse_limit(asked, RefusalCode::limit_exceeded, 0);
    }
    Events events;
    const TenantId tenant = ensure_tenant(asked, events);
    const SkuClass fresh_default = default_class();
    const SkuClass* known = nullptr;
    std::size_t count = 1;
    if (asked.tenant) {
        const auto& classes = asked.state.tenant(tenant).classes;
        count = classes.size();
        const auto found = asked.state.find_class(tenant, request.name.digest);
        known = found ? &classes[found->value()] : nullptr;
    } else if (request.name.text == fresh_default.name) {
        known = &fresh_default;
    }
    if (known == nullptr && count >= kClassesMax) {
        return refuse_limit(asked, RefusalCode::limit_exceeded, kClassesMax);
    }
    auto result = put(asked, known, request.policy, count, request.expected_version);
    if (result.refusal) {
        return std::move(*result.refusal);
    }
    result.record.name = request.name.text;
    return recorded(
        std::move(events),
        ClassDefined{
            .tenant = tenant, .sku_class = std::move(result.record), .key = key_use(asked.command)},
        result.same);
}

Decision decide_put_pool(const Asked& asked, const PutPool& request) {
    Events events;
    const TenantId tenant = ensure_tenant(asked, events);
    const Pool fresh_default = default_pool();
    const Pool* known = nullptr;
    std::size_t count = 1;
    Pool settings = request.settings;
    settings.overflow = std::nullopt;
    if (asked.tenant) {
        const auto& pools = asked.state.tenant(tenant).pools;
        count = pools.size();
        const auto found = asked.state.find_pool(tenant, request.name.digest);
        known = found ? &pools[found->value()] : nullptr;
        if (request.overflow) {
            settings.overflow = asked.state.find_pool(tenant, request.overflow->digest);
        }
    } else {
        known = request.name.text == fresh_default.name ? &fresh_default : nullptr;
        if (request.overflow && request.overflow->text == fresh_default.name) {
            settings.overflow = kDefaultPool;
        }
    }
    if (request.overflow && !settings.overflow) {
        return refused(asked, RefusalCode::unknown_pool);
    }
    if (known == nullptr && count >= kPoolsMax) {
        return refuse_limit(asked, RefusalCode::limit_exceeded, kPoolsMax);
    }
    auto result = put(asked, known, settings, count, request.expected_version);
    if (result.refusal) {
        return std::move(*result.refusal);
    }
    result.record.name = request.name.text;
    return recorded(
        std::move(events),
        PoolDefined{
            .tenant = tenant, .pool = std::move(result.record), .key = key_use(asked.command)},
        result.same);
}

Decision decide_caps(const Asked& asked, const SetCaps& request) {
    if (any_negative(request.caps)) {
        return refuse_limit(asked, RefusalCode::limit_exceeded, 0);
    }
    Events events;
    const TenantId tenant = ensure_tenant(asked, events);
    const bool same = asked.tenant && asked.state.tenant(tenant).caps == request.caps;
    return recorded(std::move(events),
                    CapsSet{.tenant = tenant, .caps = request.caps, .key = key_use(asked.command)},
                    same);
}

Decision decide_selling(const Asked& asked, const ChangeSelling& request) {
    const State& state = asked.state;
    const auto unknown = [&](StopScope scope, auto find, RefusalCode code) {
        return request.scope == scope && !(asked.tenant && find()) ? std::optional(code)
                                                                   : std::nullopt;
    };
    auto code = unknown(
        StopScope::sku, [&] { return state.find_sku(request.subject.digest).has_value(); },
        RefusalCode::unknown_sku);
    if (!code) {
        code = unknown(
            StopScope::pool,
            [&] { return state.find_pool(*asked.tenant, request.subject.digest).has_value(); },
            RefusalCode::unknown_pool);
    }
    if (!code) {
        code = unknown(
            StopScope::sku_class,
            [&] { return state.find_class(*asked.tenant, request.subject.digest).has_value(); },
            RefusalCode::unknown_class);
    }
    if (code) {
        return refused(asked, *code);
    }
    Events events;
    const TenantId tenant = ensure_tenant(asked, events);
    SellingChanged event{.tenant = tenant,
                         .stop = {.scope = request.scope,
                                  .name = request.subject.text,
                                  .reason = request.reason,
                                  .since = asked.stamp.time,
                                  .until = request.until.value_or(base::kNever),
                                  .note = request.note.digest,
                                  .by = request.who},
                         .stopped = request.stopped,
                         .key = key_use(asked.command)};
    static const std::vector<Stop> kNone;
    const auto& stops = asked.tenant ? state.tenant(tenant).stops : kNone;
    const auto known = std::ranges::find_if(stops, [&](const Stop& stop) {
        return stop.scope == event.stop.scope && stop.name == event.stop.name;
    });
    const auto in_force = std::ranges::count_if(
        stops, [&](const Stop& stop) { return stop.covers(asked.stamp.time); });
    if (request.stopped && known == stops.end() &&
        static_cast<std::size_t>(in_force) >= kStopsMax) {
        return refuse_limit(asked, RefusalCode::limit_exceeded, kStopsMax);
    }
    const bool same = request.stopped ? known != stops.end() && known->until == event.stop.until &&
                                            known->reason == event.stop.reason &&
                                            known->covers(asked.stamp.time)
                                      : known == stops.end();
    if (same && request.stopped) {
        event.stop = *known;
    }
    return recorded(std::move(events), std::move(event), same);
}

}  // namespace holdfast::core
