// What is judged before stock: stops, and the caps of owners.
#include <algorithm>
#include <array>
#include <utility>

#include "core/decide_internal.hpp"
#include "core/owners.hpp"

namespace holdfast::core {

using namespace model;

namespace {

Decision refuse_stopped(const Asked& asked, const Stop& stop, std::size_t line) {
    Refusal refusal;
    refusal.code = RefusalCode::selling_stopped;
    refusal.line = static_cast<std::uint32_t>(line);
    refusal.stop = stop.scope;
    refusal.stop_reason = stop.reason;
    refusal.until = stop.until;
    return refused(asked, std::move(refusal));
}

// The stop that concerns a line: of its SKU, its class, or the pool that it names.
const Stop* stop_of_line(const Asked& asked, const Tenant& tenant, const LineImage& line) {
    const base::Time now = asked.stamp.time;
    const Stop* found = find_stop(tenant, StopScope::sku, asked.state.sku(line.sku).name, now);
    if (found == nullptr) {
        found = find_stop(tenant, StopScope::sku_class, asked.state.class_of(line.sku).name, now);
    }
    if (found == nullptr && line.pool != kAnyPool) {
        found = find_stop(tenant, StopScope::pool, tenant.pools[line.pool.value()].name, now);
    }
    return found;
}

const Stop* stop_of_request(const Asked& asked, const Tenant& tenant,
                            const ReservationImage& image) {
    const base::Time now = asked.stamp.time;
    const Stop* found = find_stop(tenant, StopScope::everything, {}, now);
    if (found == nullptr && !image.texts.channel.empty()) {
        found = find_stop(tenant, StopScope::channel, image.texts.channel, now);
    }
    if (found == nullptr && !image.texts.agent_id.empty()) {
        found = find_stop(tenant, StopScope::agent, image.texts.agent_id, now);
    }
    return found;
}

// A class that stops before its last units.
std::optional<Decision> judge_threshold(const Asked& asked, const LineImage& line,
                                        std::size_t index, const Whereabouts& where,
                                        const Availability& available) {
    if (line.untracked || !sells_no_more(asked.state, line.sku, where, available)) {
        return std::nullopt;
    }
    if (const auto* const dead = dead_hold_of(asked.state, line.sku, asked.stamp.time)) {
        return expire_first(*dead);
    }
    Refusal refusal;
    refusal.code = RefusalCode::selling_stopped;
    refusal.line = static_cast<std::uint32_t>(index);
    refusal.stop = StopScope::sku_class;
    refusal.limit = asked.state.class_of(line.sku).stop_selling_at;
    return refused(asked, std::move(refusal));
}

// What an owner has is told up to here.
constexpr std::int64_t kUsedMax = INT64_MAX;

std::int64_t used_by(const State& state, const OwnerUse& use,
                     std::span<const Reservation* const> superseded, std::int64_t Ownership::* part,
                     __int128 in_owner) {
    for (const auto* old : superseded) {
        if (const auto* const ownership = find_ownership(state, *old, use.scope)) {
            in_owner -= ownership->*part;
        }
    }
    return static_cast<std::int64_t>(std::min<__int128>(in_owner, kUsedMax));
}

struct Measured {
    CapMeasure measure;
    std::int64_t cap;
    std::int64_t used;
    std::int64_t more;
};

}  // namespace

bool sells_no_more(const State& state, SkuId sku, const Whereabouts& where,
                   const Availability& available) {
    const SkuClass& policy = state.class_of(sku);
    if (policy.stop_selling_at == 0) {
        return false;
    }
    __int128 sum = 0;
    std::int64_t best = 0;
    for (const std::uint32_t cell : usable_cells(state, sku, kAnyPool, where)) {
        const std::int64_t left = std::max<std::int64_t>(available.left(cell), 0);
        sum += left;
        best = std::max(best, left);
    }
    return (policy.split ? sum : best) <= policy.stop_selling_at;
}

std::optional<Decision> judge_stops(const Asked& asked, const ReservationImage& image,
                                    const Whereabouts& where, const Availability& available) {
    const Tenant& tenant = asked.state.tenant(image.tenant);
    if (!tenant.stops.empty()) {
        if (const Stop* const stop = stop_of_request(asked, tenant, image)) {
            return refuse_stopped(asked, *stop, 0);
        }
    }
    for (std::size_t i = 0; i < image.lines.size(); ++i) {
        if (!tenant.stops.empty()) {
            if (const Stop* const stop = stop_of_line(asked, tenant, image.lines[i])) {
                return refuse_stopped(asked, *stop, i);
            }
        }
        if (auto threshold = judge_threshold(asked, image.lines[i], i, where, available)) {
            return threshold;
        }
    }
    return std::nullopt;
}

namespace {

// Beyond the cap, unless a hold of the owner is over: that ends first.
Decision refuse_beyond(const Asked& asked, const OwnerUse& use, const Measured& beyond) {
    const Owner* const owner = find_owner(asked.state, use.scope);
    const Reservation* const first = owner != nullptr ? first_due_of(asked.state, *owner) : nullptr;
    if (first != nullptr && is_dead(*first, asked.stamp.time)) {
        return expire_first(*first);
    }
    Refusal refusal;
    refusal.code = RefusalCode::owner_limit_exceeded;
    refusal.limit = beyond.cap;
    refusal.cap = {.kind = use.kind,
                   .measure = beyond.measure,
                   .by_class = use.by_class,
                   .sku_class = use.sku_class,
                   .used = beyond.used};
    if (first != nullptr) {
        refusal.next_expiry_at = base::time_from_ms(first->deadline_ms);
    }
    return refused(asked, std::move(refusal));
}

std::optional<Decision> judge_measures(const Asked& asked, const ReservationImage& image,
                                       std::span<const Reservation* const> superseded,
                                       bool only_time) {
    const State& state = asked.state;
    if (!state.tenant(image.tenant).capped) {
        return std::nullopt;
    }
    for (const auto& use : owner_uses(state, image)) {
        const Owner* const owner = find_owner(state, use.scope);
        const Owner nobody;
        const Owner& now = owner != nullptr ? *owner : nobody;
        const auto replaced = std::ranges::count_if(superseded, [&](const Reservation* old) {
            return find_ownership(state, *old, use.scope) != nullptr;
        });
        const std::array<Measured, 3> all{{
            {CapMeasure::units, use.caps->units,
             used_by(state, use, superseded, &Ownership::units, now.units), use.units},
            {CapMeasure::holds, use.caps->holds, now.holds - replaced, 1},
            {CapMeasure::unit_seconds, use.caps->unit_seconds,
             used_by(state, use, superseded, &Ownership::unit_seconds, now.unit_seconds),
             use.unit_seconds},
        }};
        for (const auto& each : all) {
            const bool judged = !only_time || each.measure == CapMeasure::unit_seconds;
            if (judged && each.cap != 0 && each.more > each.cap - each.used) {
                return refuse_beyond(asked, use, each);
            }
        }
    }
    return std::nullopt;
}

}  // namespace

std::optional<Decision> judge_caps(const Asked& asked, const ReservationImage& image,
                                   std::span<const Reservation* const> superseded) {
    return judge_measures(asked, image, superseded, false);
}

std::optional<Decision> judge_longer(const Asked& asked, const ReservationImage& image,
                                     const Reservation& reservation) {
    const Reservation* const itself = &reservation;
    return judge_measures(asked, image, std::span(&itself, 1), true);
}

}  // namespace holdfast::core
