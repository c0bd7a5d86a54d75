#include "audit/policies.hpp"

#include <algorithm>

#include "model/pool.hpp"

namespace holdfast::audit {

using namespace model;

bool Policies::number(bool holds, Sequence at, const std::string& what) {
    findings_.looked(Check::names);
    if (!holds) {
        findings_.found(Check::names, at, what);
    }
    return holds;
}

bool Policies::knows(TenantId tenant, Sequence at) {
    return number(tenant.value() < tenants_.size(), at, [&] {
        return "tenant " + std::to_string(tenant.value()) + " was never registered";
    });
}

bool Policies::knows(TenantId tenant, SkuId sku, Sequence at) {
    if (!knows(tenant, at)) {
        return false;
    }
    const bool known = sku.value() < skus_.size() && skus_[sku.value()].tenant == tenant;
    return number(known, at, [&] {
        return "SKU " + std::to_string(sku.value()) + " was never registered for tenant " +
               tenants_[tenant.value()].name;
    });
}

bool Policies::knows(TenantId tenant, SkuId sku, PoolId pool, Sequence at) {
    return knows(tenant, sku, at) &&
           number(pool.value() < tenants_[tenant.value()].pools.size(), at,
                  [&] { return "pool " + std::to_string(pool.value()) + " was never defined"; });
}

void Policies::fold(const TenantRegistered& event, Sequence at) {
    const bool fresh = names_.insert(std::string(event.name)).second;
    if (number(event.tenant.value() == tenants_.size() && fresh, at,
               "tenant " + std::string(event.name) + " is registered twice or out of order")) {
        TenantRecord& tenant = tenants_.emplace_back();
        tenant.name = event.name;
        tenant.pools.push_back(default_pool().name);
        tenant.refusals_max = event.recorded_refusals_max;
        tenant.refusals_per_second = event.recorded_refusals_per_second;
    }
}

void Policies::fold(const ClassDefined& event, Sequence at) {
    if (!knows(event.tenant, at)) {
        return;
    }
    auto& classes = tenants_[event.tenant.value()].classes;
    const std::size_t index = event.sku_class.id.value();
    if (!number(index <= classes.size(), at,
                "class " + event.sku_class.name + " is numbered out of order")) {
        return;
    }
    if (index == classes.size()) {
        classes.push_back(event.sku_class);
    } else {
        classes[index] = event.sku_class;
    }
}

void Policies::fold(const PoolDefined& event, Sequence at) {
    if (!knows(event.tenant, at)) {
        return;
    }
    auto& pools = tenants_[event.tenant.value()].pools;
    const std::size_t index = event.pool.id.value();
    if (!number(index <= pools.size(), at,
                "pool " + event.pool.name + " is numbered out of order")) {
        return;
    }
    if (index == pools.size()) {
        pools.push_back(event.pool.name);
    }
}

void Policies::fold(const SkuRegistered& event, Sequence at) {
    if (!knows(event.tenant, at)) {
        return;
    }
    const TenantRecord& tenant = tenants_[event.tenant.value()];
    const bool fresh = names_.insert(tenant.name + '\0' + std::string(event.name)).second;
    const bool in_order =
        event.sku.value() == skus_.size() && event.sku_class.value() < tenant.classes.size();
    if (number(in_order && fresh, at,
               "SKU " + std::string(event.name) +
                   " is registered twice, out of order or of a "
                   "class that does not exist")) {
        skus_.push_back({.tenant = event.tenant,
                         .sku_class = event.sku_class,
                         .version = 1,
                         .name = std::string(event.name)});
    }
}

void Policies::fold(const SkuUpdated& event, Sequence at) {
    if (knows(event.tenant, event.sku, at) &&
        number(event.sku_class.value() < tenants_[event.tenant.value()].classes.size(), at,
               "a SKU gets a class that does not exist")) {
        skus_[event.sku.value()].sku_class = event.sku_class;
        skus_[event.sku.value()].version = event.version;
    }
}

void Policies::fold(const SellingChanged& event, Sequence at) {
    if (!knows(event.tenant, at)) {
        return;
    }
    auto& stops = tenants_[event.tenant.value()].stops;
    std::erase_if(stops, [&](const Stop& stop) {
        return stop.scope == event.stop.scope && stop.name == event.stop.name;
    });
    if (event.stopped) {
        stops.push_back(event.stop);
    }
}

bool Policies::covers(const TenantRecord& tenant, StopScope scope, std::string_view name,
                      base::Time now) const {
    return std::ranges::any_of(tenant.stops, [&](const Stop& stop) {
        return stop.scope == scope && stop.name == name && now < stop.until;
    });
}

std::string Policies::stopped(const ReservationImage& image, base::Time now) const {
    const TenantRecord& tenant = tenants_[image.tenant.value()];
    if (tenant.stops.empty()) {
        return {};
    }
    const auto& [channel, agent] = std::pair(image.texts.channel, image.texts.agent_id);
    if (covers(tenant, StopScope::everything, {}, now)) {
        return "everything";
    }
    if (!channel.empty() && covers(tenant, StopScope::channel, channel, now)) {
        return "channel " + std::string(channel);
    }
    if (!agent.empty() && covers(tenant, StopScope::agent, agent, now)) {
        return "agent " + std::string(agent);
    }
    for (const LineImage& line : image.lines) {
        if (covers(tenant, StopScope::sku, sku(line.sku).name, now)) {
            return "SKU " + sku(line.sku).name;
        }
        if (covers(tenant, StopScope::sku_class, class_of(line.sku).name, now)) {
            return "class " + class_of(line.sku).name;
        }
        const bool from_pool = !line.untracked && line.pool != kAnyPool && line.units.held > 0;
        if (from_pool && covers(tenant, StopScope::pool, tenant.pools[line.pool.value()], now)) {
            return "pool " + tenant.pools[line.pool.value()];
        }
    }
    return {};
}

}  // namespace holdfast::audit
