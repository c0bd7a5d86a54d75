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
    state.tenants_by_name.put(tenant_name(event.name).digest, event.tenant.value());
    state.hash += hash_of(tenant, event.tenant);
}

void apply_class(State& state, const ClassDefined& event) {
    auto& classes = state.tenants[event.tenant.value()].classes;
    const std::size_t index = event.sku_class.id.value();
    CHECK(index <= classes.size(), "classes are numbered in order");
    if (index == classes.size()) {
        classes.push_back(event.sku_class);
    } else {
        state.hash -= hash_of(classes[index], event.tenant);
        classes[index] = event.sku_class;
    }
    state.hash += hash_of(classes[index], event.tenant);
}

void apply_sku(State& state, const SkuRegistered& event) {
    CHECK(event.sku.value() == state.skus.size(), "SKUs are numbered in order");
    Sku& sku = state.skus[state.skus.add()];
    sku.tenant = event.tenant;
    sku.sku_class = event.sku_class;
    sku.version = 1;
    sku.name = event.name;
    sku.cell = state.cells.add();
    Cell& cell = state.cells[sku.cell];
    cell.sku = event.sku;
    cell.pool = kDefaultPool;
    state.skus_by_name.put(sku_name(state.tenant(event.tenant).name, event.name).digest,
                           event.sku.value());
    state.hash += hash_of(sku, event.sku) + hash_of(cell);
}

void apply_sku_update(State& state, const SkuUpdated& event) {
    Sku& sku = state.skus[event.sku.value()];
    const Rehash rehash(state, sku, event.sku);
    sku.sku_class = event.sku_class;
    sku.version = event.version;
}

void apply_movement(State& state, const StockMoved& event) {
    Cell& cell = state.cells[state.sku(event.sku).cell];
    const Rehash rehash(state, cell);
    cell.units.on_hand += event.delta;
    CHECK(cell.units == event.cell, "a stock movement does not fit its cell");
}

void apply_safety_stock(State& state, const SafetyStockSet& event) {
    Cell& cell = state.cells[state.sku(event.sku).cell];
    const Rehash rehash(state, cell);
    cell.units.safety_stock = event.cell.safety_stock;
    CHECK(cell.units == event.cell, "a safety stock does not fit its cell");
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
    void operator()(const ClassDefined& event) const { apply_class(state, event); }
    void operator()(const SkuRegistered& event) const { apply_sku(state, event); }
    void operator()(const SkuUpdated& event) const {
        apply_sku_update(state, event);
        apply_key(state, event.key, sequence);
    }
    void operator()(const StockMoved& event) const {
        apply_movement(state, event);
        apply_key(state, event.key, sequence);
    }
    void operator()(const SafetyStockSet& event) const {
        apply_safety_stock(state, event);
        apply_key(state, event.key, sequence);
    }
    void operator()(const ReservationChanged& event) const {
        apply_reservation(state, event);
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
        ++state.totals.parked_facts;
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
