#include <tuple>

#include "base/check.hpp"
#include "core/apply_internal.hpp"

namespace holdfast::core {
namespace {

constexpr std::int64_t kMsPerSecond = 1000;

void put_key(State& state, const model::KeyUse& key, const KeyRecord& record) {
    CHECK(state.keys.insert(key.key, record), "a key was used twice");
    state.hash += hash_of(key.key, record);
}

void forget_oldest_refusal(State& state, Tenant& tenant) {
    const base::Digest128 oldest = tenant.recorded_refusals.front();
    tenant.recorded_refusals.pop_front();
    const KeyRecord* const record = state.keys.find(oldest);
    CHECK(record != nullptr && record->refusal);
    state.hash -= hash_of(oldest, *record);
    state.keys.erase(oldest);
}

void drop_ended_tombstones(State& state, Tenant& tenant, std::int64_t now_ms) {
    while (!tenant.tombstones.empty() && tenant.tombstones.front().second <= now_ms) {
        const base::Digest128 name = tenant.tombstones.front().first;
        const Tombstone* const tombstone = state.tombstones.find(name);
        CHECK(tombstone != nullptr, "a tombstone was lost");
        tenant.tombstones.pop_front();
        if (tombstone->until_ms > now_ms) {
            tenant.tombstones.emplace_back(name, tombstone->until_ms);
        } else {
            state.hash -= hash_of(name, *tombstone);
            state.tombstones.erase(name);
        }
    }
}

}  // namespace

void apply_key(State& state, const model::KeyUse& key, model::Sequence sequence) {
    if (!key.empty()) {
        put_key(
            state, key,
            {.event = sequence, .fingerprint = key.fingerprint.low & KeyRecord::kFingerprintMax});
    }
}

void apply_refusal(State& state, const model::RefusalRecorded& event, model::Sequence sequence,
                   base::Time time) {
    Tenant& tenant = state.tenants[event.tenant.value()];
    const Rehash rehash(state, tenant, event.tenant);
    if (tenant.recorded_refusals.size() >= tenant.recorded_refusals_max) {
        forget_oldest_refusal(state, tenant);
    }
    tenant.recorded_refusals.push_back(event.key.key);
    put_key(state, event.key,
            {.event = sequence,
             .fingerprint = event.key.fingerprint.low & KeyRecord::kFingerprintMax,
             .refusal = 1});
    const std::int64_t second = base::to_ms(time) / kMsPerSecond;
    tenant.refusals_in_second = second == tenant.refusal_second ? tenant.refusals_in_second + 1 : 1;
    tenant.refusal_second = second;
}

void apply_release_by_name(State& state, const model::ReleasedByName& event, base::Time time) {
    const std::int64_t until_ms = base::to_ms(event.blocked_until);
    if (until_ms == 0) {
        return;
    }
    Tenant& tenant = state.tenants[event.tenant.value()];
    drop_ended_tombstones(state, tenant, base::to_ms(time));
    const Tombstone tombstone{.until_ms = until_ms};
    if (const Tombstone* const old = state.tombstones.find(event.name)) {
        state.hash -= hash_of(event.name, *old);
    } else {
        tenant.tombstones.emplace_back(event.name, until_ms);
    }
    state.tombstones.put(event.name, tombstone);
    state.hash += hash_of(event.name, tombstone);
}

}  // namespace holdfast::core
