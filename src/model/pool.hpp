// Pool: a place stock is in and is sold from. A unit is in exactly one.
//
// `default` (kDefaultPool) exists from the start of every tenant. Pools live in the ledger
// (PoolDefined); a change holds for later decisions only. A pool is never deleted.
// Thread rule: a value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/ids.hpp"

namespace holdfast::model {

// Persisted: never renumber.
enum class PoolKind : std::uint8_t {
    physical = 0,  // a warehouse or shop
    supplier = 1,  // somebody else's stock that we are told about
};

[[nodiscard]] std::string_view to_string(PoolKind kind);

struct Pool {
    PoolId id{};
    std::uint32_t version = 1;
    std::string name{};
    PoolKind kind = PoolKind::physical;
    std::string region{};       // compared as text with a create's region; empty: none
    std::int32_t priority = 0;  // lower is sold from first; ties: older pools first
    // The channels this pool is fenced for. Empty: sells to everybody.
    std::vector<std::string> channels{};
    // Where a create of one of `channels` may go on when this pool has no more, though that pool
    // is fenced for others. Pools without a fence need no mention.
    std::optional<PoolId> overflow{};
};

// Whether a create of `channel` (empty: none) may take units of the pool by itself.
[[nodiscard]] bool serves(const Pool& pool, std::string_view channel);

[[nodiscard]] Pool default_pool();

}  // namespace holdfast::model
