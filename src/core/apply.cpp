#include "core/apply.hpp"

#include <tuple>

#include "base/check.hpp"
#include "core/apply_internal.hpp"
#include "model/command.hpp"

namespace holdfast::core {
namespace {

using namespace model;

void apply_tenant(State& state, const TenantRegistered& event) {
    CHECK(event.tenant.value() == state.tenants.size(), "tenants are numbered in order");
    Tenant& tenant = state.tenants[state.tenants.add()];
    tenant.name = event.name;
    tenant.recorded_refusals_max = event.recorded_refusals_max;
    tenant.recorded_refusals_per_second = event.recorded_refusals_per_second;
    tenant.tombstones_max = event.tombstones_max;
    tenant.pools.push_back(default_pool());
    tenant.pool_names.push_back(pool_name(tenant.name, default_pool().name).digest);
    state.tenants_by_name.put(tenant_name(event.name).digest, event.tenant.value());
    state.hash += hash_of(tenant, event.tenant) + hash_of(tenant.pools.front(), event.tenant);
}

// One overload per event type; the compiler finds the missing one.
struct Applier {
    State& state;
    Sequence sequence;
    base::Time time;

    void operator()(const LedgerCreated& event) const {
        state.ledger_id = event.ledger_id;
        state.id_key = event.id_key;
    }
    void operator()(const TenantRegistered& event) const { apply_tenant(state, event); }
    void operator()(const ClassDefined& event) const {
        apply_class(state, event);
        apply_key(state, event.key, sequence);
    }
    void operator()(const PoolDefined& event) const {
        apply_pool(state, event);
        apply_key(state, event.key, sequence);
    }
    void operator()(const CapsSet& event) const {
        apply_caps(state, event);
        apply_key(state, event.key, sequence);
    }
    void operator()(const SellingChanged& event) const {
        apply_selling(state, event);
        apply_key(state, event.key, sequence);
    }
    void operator()(const SkuRegistered& event) const { apply_sku(state, event); }
    void operator()(const SkuUpdated& event) const {
        apply_sku_update(state, event);
        apply_key(state, event.key, sequence);
    }
    void operator()(const StockMoved& event) const {
        apply_movement(state, event, sequence, time);
        apply_key(state, event.key, sequence);
    }
    void operator()(const SafetyStockSet& event) const {
        apply_safety_stock(state, event);
        apply_key(state, event.key, sequence);
    }
    void operator()(const ReservationChanged& event) const {
        apply_reservation(state, event, sequence, time);
        apply_key(state, event.key, sequence);
    }
    void operator()(const TransferChanged& event) const {
        apply_transfer(state, event, sequence, time);
        apply_key(state, event.key, sequence);
    }
    void operator()(const StockCounted& event) const {
        apply_count(state, event, sequence);
        apply_key(state, event.key, sequence);
    }
    void operator()(const CaseOpened& event) const { apply_case_opened(state, event); }
    void operator()(const CaseResolved& event) const {
        apply_case_resolved(state, event);
        apply_key(state, event.key, sequence);
    }
    void operator()(const ReleasedByName& event) const {
        apply_release_by_name(state, event, time);
        apply_key(state, event.key, sequence);
    }
    void operator()(const RefusalRecorded& event) const {
        apply_refusal(state, event, sequence, time);
    }
    void operator()(const FactParked& event) const {
        apply_parked(state, event, sequence);
        apply_key(state, event.key, sequence);
    }
    void operator()(const DowntimeRecorded& event) const { apply_downtime(state, event); }
    void operator()(const StateHashLogged& event) const {
        CHECK(event.hash == state.hash, "the state differs from the one that was logged");
    }
};

}  // namespace

void apply(State& state, const Event& event, Sequence sequence, base::Time time) {
    std::visit(Applier{.state = state, .sequence = sequence, .time = time}, event);
}

}  // namespace holdfast::core
