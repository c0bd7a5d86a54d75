#include "model/pool.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace holdfast::model {

std::string_view to_string(PoolKind kind) {
    switch (kind) {
        case PoolKind::physical: return "physical";
        case PoolKind::supplier: return "supplier";
    }
    UNREACHABLE();
}

bool serves(const Pool& pool, std::string_view channel) {
    return pool.channels.empty() ||
           std::ranges::find(pool.channels, channel) != pool.channels.end();
}

Pool default_pool() {
    Pool out;
    out.id = kDefaultPool;
    out.name = "default";
    return out;
}

}  // namespace holdfast::model
