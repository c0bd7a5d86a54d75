// TenantPolicy: what a merchant decided: classes, pools, caps, where selling is stopped.
//
// It changes rarely and is read often, so it is handed to readers whole: an immutable snapshot that
// is replaced when any of it changes. Thread rule: values; a published one is never changed.
#pragma once

#include <vector>

#include "model/ids.hpp"
#include "model/owner_caps.hpp"
#include "model/pool.hpp"
#include "model/sku_class.hpp"
#include "model/stop.hpp"

namespace holdfast::partition {

struct TenantPolicy {
    std::vector<model::SkuClass> classes;  // by ClassId
    std::vector<model::Pool> pools;        // by PoolId
    model::CapsByKind caps{};              // over all classes
    std::vector<model::Stop> stops;        // also those that are over

    [[nodiscard]] const model::SkuClass& sku_class(model::ClassId id) const {
        return classes.at(id.value());
    }
    [[nodiscard]] const model::Pool& pool(model::PoolId id) const { return pools.at(id.value()); }
};

}  // namespace holdfast::partition
