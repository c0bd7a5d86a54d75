// The records that the state is made of. Plain data; `apply` alone changes them.
//
// Quantities obey, for each cell: held and committed are the sums over the lines of live
// reservations; for each line: see model::LineQuantities. core/invariants.hpp checks both.
// Times are UTC milliseconds as plain integers: these records are the hot memory.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/digest.hpp"
#include "core/deadline_heap.hpp"
#include "model/event.hpp"
#include "model/ids.hpp"
#include "model/reservation.hpp"
#include "model/sku_class.hpp"

namespace holdfast::core {

// One per (SKU, pool): one cache line.
struct alignas(64) Cell {
    model::CellImage units;
    HeapRoot deadlines;  // heap of the lines that hold units here
    model::SkuId sku;
    model::PoolId pool;
};
static_assert(sizeof(Cell) == 64);

struct Sku {
    model::TenantId tenant;
    model::ClassId sku_class;
    std::uint32_t version = 0;
    std::uint32_t cell = kNoIndex;
    std::string name;
};

struct Line {
    model::LineQuantities units;
    std::int64_t requested = 0;
    model::SkuId sku;
    std::uint32_t cell = kNoIndex;  // kNoIndex: the class counts no units
    std::uint32_t reservation = kNoIndex;
    std::uint32_t next = kNoIndex;  // of the same reservation
    HeapLinks in_cell;              // linked while units are held until a deadline
};

// The parts of an image that most reservations do without, packed (core/extras.hpp).
using Extras = std::unique_ptr<std::byte[]>;

struct Reservation {
    model::ReservationId id;
    base::Digest128 reference;  // empty: none
    std::int64_t created_ms = 0;
    std::int64_t first_created_ms = 0;
    std::int64_t deadline_ms = INT64_MAX;
    Extras extras;
    model::TenantId tenant;
    std::uint32_t version = 0;
    std::uint32_t first_line = kNoIndex;
    std::uint32_t line_count = 0;
    // Neighbours among the reservations of this reference that hold units, newest first.
    std::uint32_t newer = kNoIndex;
    std::uint32_t older = kNoIndex;
    HeapLinks in_deadlines;  // linked while units are held until a deadline
    model::ReservationState waiting = model::ReservationState::held;
    model::ReservationState ended_as = model::ReservationState::released;
    std::uint16_t extensions = 0;
    bool in_reference_chain = false;
};

// What a key was used for. The reply is in the event.
struct KeyRecord {
    model::Sequence event;
    std::uint64_t fingerprint = 0;  // its low half: 64 bits tell two requests of one key apart
    bool refusal = false;           // bounded per tenant, oldest out first
};

// Creates under this name are refused until the time.
struct Tombstone {
    std::int64_t until_ms = 0;
};

struct Tenant {
    std::string name;
    std::uint32_t recorded_refusals_max = 0;
    std::uint32_t recorded_refusals_per_second = 0;
    std::uint32_t tombstones_max = 0;
    std::vector<model::SkuClass> classes;
    std::deque<base::Digest128> recorded_refusals;  // oldest first
    std::int64_t refusal_second = 0;                // the second that the next figure counts
    std::uint32_t refusals_in_second = 0;
    // Oldest first, each name once, with the end it had when it was put here: a renewed one is
    // found at its old place and moved to the back then.
    std::deque<std::pair<base::Digest128, std::int64_t>> tombstones;
};

}  // namespace holdfast::core
