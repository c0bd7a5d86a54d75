// Release by create key or by reference: also of what was never seen, so that it stays away.
#include <utility>

#include "core/decide_internal.hpp"
#include "model/limits.hpp"

namespace holdfast::core {

using namespace model;

namespace {

// What the name stands for among reservations that hold units or wait for some.
base::PooledVector<const Reservation*> find_named(const Asked& asked,
                                                  const ReleaseByName& request) {
    base::PooledVector<const Reservation*> out;
    const State& state = asked.state;
    if (!request.create_key.empty()) {
        const KeyRecord* const record = state.keys.find(request.create_key);
        const Reservation* const found =
            record != nullptr && !record->refusal
                ? state.find_reservation(ReservationId(record->event.value()))
                : nullptr;
        if (found != nullptr && state.is_open(*found)) {
            out.push_back(found);
        }
        return out;
    }
    // More than a command may end are enough to refuse it.
    for (const auto* found = state.newest_holding(request.reference.digest);
         found != nullptr && out.size() < kCommandEventsMax; found = state.older_holding(*found)) {
        out.push_back(found);
    }
    return out;
}

// Of a create key: unless it had its effect. A refusal may be forgotten, and then a late duplicate
// of the create would be judged anew.
bool leaves_tombstone(const Asked& asked, const ReleaseByName& request) {
    if (request.create_key.empty()) {
        return request.block_late;
    }
    const KeyRecord* const record = asked.state.keys.find(request.create_key);
    return record == nullptr || record->refusal;
}

Event release_held(const State& state, const Reservation& reservation) {
    ReservationChanged event{.verb = Verb::release, .image = state.image_of(reservation)};
    for (auto& line : event.image.lines) {
        line.units.released += std::exchange(line.units.held, 0);
    }
    event.image.ended_as = ReservationState::released;
    event.image.expires_at = base::kNever;
    if (event.image.waiting == ReservationState::queued) {
        end_wait(event.image, ReservationState::released);
    }
    ++event.image.version;
    return event;
}

// Whether one more tombstone fits: it renews one, or there is room, or applying it makes room by
// dropping one that has ended.
bool has_room(const State& state, const Tenant& tenant, base::Digest128 name, base::Time now) {
    if (tenant.tombstones.size() < tenant.tombstones_max ||
        state.tombstones.find(name) != nullptr) {
        return true;
    }
    const std::int64_t now_ms = base::to_ms(now);
    for (const auto& [oldest, until_ms] : tenant.tombstones) {
        if (until_ms > now_ms) {
            return false;
        }
        if (state.tombstones.find(oldest)->until_ms <= now_ms) {
            return true;
        }
    }
    return false;
}

}  // namespace

Decision decide_release_by_name(const Asked& asked, const ReleaseByName& request) {
    const auto named = find_named(asked, request);
    for (const auto* reservation : named) {
        if (is_dead(*reservation, asked.stamp.time)) {
            return expire_first(*reservation);
        }
    }
    if (named.size() + 1 > kCommandEventsMax) {
        return refuse_limit(asked, RefusalCode::limit_exceeded,
                            static_cast<std::int64_t>(kCommandEventsMax));
    }
    const bool by_key = !request.create_key.empty();
    ReleasedByName summary{.by_key = by_key,
                           .name = by_key ? request.create_key : request.reference.digest,
                           .blocked_until = {},
                           .released = {},
                           .key = key_use(asked.command)};
    if (leaves_tombstone(asked, request)) {
        const Tenant* const tenant = asked.tenant ? &asked.state.tenant(*asked.tenant) : nullptr;
        if (tenant != nullptr && !has_room(asked.state, *tenant, summary.name, asked.stamp.time)) {
            return refuse_limit(asked, RefusalCode::limit_exceeded, tenant->tombstones_max);
        }
        summary.blocked_until =
            asked.stamp.time + (tenant != nullptr ? tenant->classes.front().lifetime_max
                                                  : default_class().lifetime_max);
    } else if (named.empty() && summary.key.empty()) {
        summary.tenant = asked.tenant.value_or(TenantId{});
        return shown(std::move(summary));
    }
    Events events;
    summary.tenant = ensure_tenant(asked, events);
    for (const auto* reservation : named) {
        summary.released.push_back(reservation->id);
        events.emplace_back(release_held(asked.state, *reservation));
    }
    events.emplace_back(std::move(summary));
    return applied(std::move(events));
}

}  // namespace holdfast::core
