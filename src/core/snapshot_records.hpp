// The records of a snapshot. Internal to core/snapshot*.cpp; docs/formats/snapshot.md has the
// format.
#pragma once

#include <cstdint>

namespace holdfast::core {

// Version 1 knows nothing of an archive, and none before 3 of CellFacts::counted_ms.
inline constexpr std::uint8_t kSnapshotVersion = 3;
inline constexpr std::uint8_t kSnapshotVersionCounted = 3;

// Persisted: never renumber.
enum class Record : std::uint8_t {
    header = 1,
    tenant = 2,
    sku_class = 3,  // an encoded ClassDefined
    sku = 4,
    reservation = 5,  // an encoded ReservationChanged, in ascending order of ids
    key = 6,          // of an effect
    refusal = 7,      // the key of a remembered refusal, oldest first
    tombstone = 8,    // in the order in which their room is given back
    end = 9,
    pool = 10,       // an encoded PoolDefined
    stop = 11,       // an encoded SellingChanged
    cell = 12,       // of another pool than `default`
    transfer = 13,   // an encoded TransferChanged
    open_case = 14,  // an encoded CaseOpened
    parked = 15,     // a sequence and an encoded FactParked
    archived = 16,   // what is in the archive only
};

}  // namespace holdfast::core
