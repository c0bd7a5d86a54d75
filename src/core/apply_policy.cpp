// Classes, pools, caps, stops and SKUs: what decisions look up.
#include <algorithm>
#include <tuple>

#include "base/check.hpp"
#include "core/apply_internal.hpp"
#include "core/owners.hpp"
#include "model/command.hpp"

namespace holdfast::core {

using namespace model;

void apply_class(State& state, const ClassDefined& event) {
    auto& classes = state.tenants[event.tenant.value()].classes;
    const std::size_t index = event.sku_class.id.value();
    CHECK(index <= classes.size(), "classes are numbered in order");
    CapsByKind old_caps{};
    if (index == classes.size()) {
        classes.push_back(event.sku_class);
    } else {
        old_caps = classes[index].caps;
        state.hash -= hash_of(classes[index], event.tenant);
        classes[index] = event.sku_class;
    }
    state.hash += hash_of(classes[index], event.tenant);
    if (old_caps != event.sku_class.caps) {
        recount_owners(state, event.tenant);
    }
}

void apply_pool(State& state, const PoolDefined& event) {
    auto& pools = state.tenants[event.tenant.value()].pools;
    const std::size_t index = event.pool.id.value();
    CHECK(index <= pools.size(), "pools are numbered in order");
    if (index == pools.size()) {
        pools.push_back(event.pool);
    } else {
        state.hash -= hash_of(pools[index], event.tenant);
        pools[index] = event.pool;
    }
    state.hash += hash_of(pools[index], event.tenant);
}

void apply_caps(State& state, const CapsSet& event) {
    Tenant& tenant = state.tenants[event.tenant.value()];
    {
        const Rehash rehash(state, tenant, event.tenant);
        tenant.caps = event.caps;
    }
    recount_owners(state, event.tenant);
}

void apply_selling(State& state, const SellingChanged& event) {
    auto& stops = state.tenants[event.tenant.value()].stops;
    const auto known = std::ranges::find_if(stops, [&](const Stop& stop) {
        return stop.scope == event.stop.scope && stop.name == event.stop.name;
    });
    if (known != stops.end()) {
        state.hash -= hash_of(*known, event.tenant);
        stops.erase(known);
    }
    if (event.stopped) {
        stops.push_back(event.stop);
        state.hash += hash_of(event.stop, event.tenant);
    }
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
    const bool recount = state.tenant(sku.tenant).capped && sku.sku_class != event.sku_class;
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
    }
}

}  // namespace holdfast::core
