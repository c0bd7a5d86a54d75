// Ids: the names of things inside one partition.
//
// SKUs, pools, classes and tenants are interned for ever by logged events; their ids are dense and
// start at 0, so that state is an array access. A reservation's number is the sequence of the
// event that created it; clients see it through a keyed permutation (model/public_id.hpp).
#pragma once

#include <cstdint>

#include "base/strong_id.hpp"

namespace holdfast::model {

using PartitionId = base::StrongId<struct PartitionTag, std::uint16_t>;
using Sequence = base::StrongId<struct SequenceTag, std::uint64_t>;  // first event: 1; 0: none
using Epoch = base::StrongId<struct EpochTag, std::uint64_t>;
using TenantId = base::StrongId<struct TenantTag, std::uint32_t>;
using SkuId = base::StrongId<struct SkuTag, std::uint32_t>;
using PoolId = base::StrongId<struct PoolTag, std::uint16_t>;
using ClassId = base::StrongId<struct ClassTag, std::uint16_t>;
using ReservationId = base::StrongId<struct ReservationTag, std::uint64_t>;
using CaseId = base::StrongId<struct CaseTag, std::uint64_t>;          // its opening event
using TransferId = base::StrongId<struct TransferTag, std::uint64_t>;  // its first event

inline constexpr PoolId kDefaultPool{0};
// No pool in particular: what a waiter asks for that named none.
inline constexpr PoolId kAnyPool{UINT16_MAX};

}  // namespace holdfast::model
