// Classes, pools, caps, stops and SKUs: what decisions look up.
#include <algorithm>
#include <tuple>

#include "base/check.hpp"
#include "core/apply_internal.hpp"
#include "core/owners.hpp"
#include "model/command.hpp"

namespace holdfast::core {

using namespace model;

namespace {

// Whether promised units are missing depends on how many the class lets go out on backorder.
void note_cells_of(State& state, SkuId sku) {
    for (std::uint32_t c = state.sku(sku).cell; c != kNoIndex; c = state.next_cell(c)) {
        note_cell(state, c);
    }
}

void note_class(State& state, TenantId tenant, ClassId sku_class) {
    for (std::uint32_t i = 0; i < state.skus.size(); ++i) {
        const Sku& sku = state.skus[i];
        if (sku.tenant == tenant && sku.sku_class == sku_class) {
            note_cells_of(state, SkuId(i));
        }
    }
}

}  // namespace

void apply_class(State& state, const ClassDefined& event) {
    Tenant& tenant = state.tenants[event.tenant.value()];
    auto& classes = tenant.classes;
    const std::size_t index = event.sku_class.id.value();
    CHECK(index <= classes.size(), "classes are numbered in order");
    CapsByKind old_caps{};
    std::int64_t old_backorder_max = event.sku_class.backorder_max;
    if (index == classes.size()) {
        classes.push_back(event.sku_class);
        tenant.class_names.push_back(class_name(tenant.name, event.sku_class.name).digest);
    } else {
        old_caps = classes[index].caps;
        old_backorder_max = classes[index].backorder_max;
        state.hash -= hash_of(classes[index], event.tenant);
        classes[index] = event.sku_class;
    }
    state.hash += hash_of(classes[index], event.tenant);
    if (old_caps != event.sku_class.caps) {
        recount_owners(state, event.tenant);
    }
    if (old_backorder_max != event.sku_class.backorder_max) {
        note_class(state, event.tenant, event.sku_class.id);
    }
    note_queues(state);
}

void apply_pool(State& state, const PoolDefined& event) {
    Tenant& tenant = state.tenants[event.tenant.value()];
    auto& pools = tenant.pools;
    const std::size_t index = event.pool.id.value();
    CHECK(index <= pools.size(), "pools are numbered in order");
    if (index == pools.size()) {
        pools.push_back(event.pool);
        tenant.pool_names.push_back(pool_name(tenant.name, event.pool.name).digest);
    } else {
        state.hash -= hash_of(pools[index], event.tenant);
        pools[index] = event.pool;
    }
    state.hash += hash_of(pools[index], event.tenant);
    note_queues(state);
}

void apply_caps(State& state, const CapsSet& event) {
    Tenant& tenant = state.tenants[event.tenant.value()];
    {
        const Rehash rehash(state, tenant, event.tenant);
        tenant.caps = event.caps;
    }
    recount_owners(state, event.tenant);
    note_queues(state);
}

// Stops that were over when this was said make room: else a thousand of them would be the last.
void apply_selling(State& state, const SellingChanged& event) {
    auto& stops = state.tenants[event.tenant.value()].stops;
    std::erase_if(stops, [&](const Stop& stop) {
        const bool gone = (stop.scope == event.stop.scope && stop.name == event.stop.name) ||
                          !stop.covers(event.stop.since);
        state.hash -= gone ? hash_of(stop, event.tenant) : 0;
        return gone;
    });
    if (event.stopped) {
        stops.push_back(event.stop);
        state.hash += hash_of(event.stop, event.tenant);
    }
    note_queues(state);
}

void apply_sku(State& state, const SkuRegistered& event) {
    CHECK(event.sku.value() == state.skus.size(), "SKUs are numbered in order");
    Sku& sku = state.skus[state.skus.add()];
    sku.tenant = event.tenant;
    sku.sku_class = event.sku_class;
    sku.version = 1;
    sku.name = event.name;
    state.skus_by_name.put(sku_name(state.tenant(event.tenant).name, event.name).digest,
                           event.sku.value());
    state.hash += hash_of(sku, event.sku);
    ensure_cell(state, event.sku, kDefaultPool);
}

void apply_sku_update(State& state, const SkuUpdated& event) {
    Sku& sku = state.skus[event.sku.value()];
    const bool moves = sku.sku_class != event.sku_class;
    const bool recount = moves && state.tenant(sku.tenant).capped;
    if (recount) {
        leave_owners_of_sku(state, event.sku);
    }
    {
        const Rehash rehash(state, sku, event.sku);
        sku.sku_class = event.sku_class;
        sku.version = event.version;
    }
    if (recount) {
        join_owners_of_sku(state, event.sku);
        state.attention.owners = true;  // who held units of the class it left holds less there
    }
    if (moves) {
        note_cells_of(state, event.sku);
    }
}

}  // namespace holdfast::core
