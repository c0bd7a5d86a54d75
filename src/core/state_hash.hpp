// State hash: one number for the whole logical state, kept up to date by `apply`.
//
// It is the wrapping sum of a hash of each record, so that changing a record costs two record
// hashes, and where an entity is kept or in which order tables are filled cannot matter. The writer
// logs it every so many batches; a replica, a checkpoint and an offline verification compare.
// It finds differences by accident, not by intent: against tampering there is the ledger's chain.
// Persisted: changing it needs a new version of StateHashLogged. Thread rule: free functions.
#pragma once

#include <cstdint>

#include "core/state.hpp"

namespace holdfast::core {

[[nodiscard]] std::uint64_t hash_of(const Cell& cell);
// Of both. A hold changes only the first: it need not look at the second.
[[nodiscard]] std::uint64_t hash_of(const Cell& cell, const CellFacts& facts);
[[nodiscard]] std::uint64_t hash_of(const Sku& sku, model::SkuId id);
// With its lines.
[[nodiscard]] std::uint64_t hash_of(const State& state, const Reservation& reservation);
[[nodiscard]] std::uint64_t hash_of(base::Digest128 key, const KeyRecord& record);
[[nodiscard]] std::uint64_t hash_of(base::Digest128 name, const Tombstone& tombstone);
[[nodiscard]] std::uint64_t hash_of(const model::SkuClass& sku_class, model::TenantId tenant);
[[nodiscard]] std::uint64_t hash_of(const Tenant& tenant, model::TenantId id);
[[nodiscard]] std::uint64_t hash_of(const model::Pool& pool, model::TenantId tenant);
[[nodiscard]] std::uint64_t hash_of(const model::Stop& stop, model::TenantId tenant);
[[nodiscard]] std::uint64_t hash_of(const Case& record);
[[nodiscard]] std::uint64_t hash_of(model::Sequence sequence, const ParkedFact& fact);
[[nodiscard]] std::uint64_t hash_of(const Transfer& transfer);

// From nothing, over every record, and what was forgotten: what `state.hash` must be.
[[nodiscard]] std::uint64_t recompute_hash(const State& state);

}  // namespace holdfast::core
