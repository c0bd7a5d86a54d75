// The records that the state is made of. Plain data; `apply` alone changes them.
//
// Quantities obey, for each cell: held and committed are the sums over the lines of live
// reservations; for each line: see model::LineQuantities. core/invariants.hpp checks both.
// Times are UTC milliseconds as plain integers: these records are the hot memory.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/digest.hpp"
#include "core/deadline_heap.hpp"
#include "core/packed.hpp"
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
    bool short_case = false;  // an open case says that promised units are missing here
    bool waited_for = false;  // somebody waits for the SKU
};
static_assert(sizeof(Cell) == 64);

// What a cell has beside its figures: looked at when stock is corrected, never by a hold. At the
// same index as its cell.
struct CellFacts {
    // A movement of on hand: where it stands in the ledger and when it happened.
    struct Move {
        model::Sequence sequence;
        std::int64_t occurred_ms = 0;
    };
    std::uint32_t next = kNoIndex;  // cell of the same SKU, in the order they came to be
    std::vector<std::pair<model::Reason, std::int64_t>> unavailable;  // by reason, sorted, not 0
    model::Sequence last_count;                                       // that was judged; 0: none
    std::int64_t last_count_ms = INT64_MIN;                           // its `as_of`
    // `as_of` of the newest count that was applied or matched: what happened up to then was seen.
    std::int64_t counted_ms = INT64_MIN;
    std::array<Move, 4> moves{};   // the newest, in a ring
    std::uint32_t move_count = 0;  // ever
    model::CaseId shortage;        // open case; 0: none
    model::CaseId pending_count;   // open case; 0: none
};

struct Sku {
    model::TenantId tenant;
    model::ClassId sku_class;
    std::uint32_t version = 0;
    std::uint32_t cell = kNoIndex;  // of the pool `default`; CellFacts::next leads on
    std::uint32_t cell_last = kNoIndex;
    std::uint32_t queue = kNoIndex;  // of those who wait for it; made with the first
    std::string name;
};

// What a line's units have become, as far as one word can tell it.
enum class LineIs : std::uint8_t {
    held,
    committed,
    shipped,
    released,
    expired,
    closed_short,
    mixed,  // see LineDetail
};

// Half a cache line. Most lines are of one kind: all units that were asked for are held, or
// committed, and so on. Only what does not fit that has a LineDetail. Units are read and written by
// State::units_of, requested_of and set_units; its SKU is State::sku_of.
struct alignas(32) Line {
    static constexpr std::int64_t kUnitsMax = (std::int64_t{1} << 48) - 1;

    [[no_unique_address]] HeapLinks in_cell;  // linked while units are held until a deadline
    LineIs is : 3 = LineIs::held;             // in the padding of the links, like the next
    bool untracked : 1 = false;               // see model::LineImage for this and the next
    bool continues : 1 = false;
    bool soft : 1 = false;    // its held units are in the cell's `soft_held`
    bool placed : 1 = false;  // not if untracked, or queued without a pool
    std::uint16_t units_high = 0;
    std::uint32_t units_low = 0;
    std::uint32_t at = 0;  // its cell once it is placed, its SKU until then
    std::uint32_t reservation = kNoIndex;
    std::uint32_t next = kNoIndex;  // of the same reservation

    // Accepted; of a mixed line the index of its LineDetail. At most kUnitsMax.
    [[nodiscard]] std::int64_t units() const {
        return (std::int64_t{units_high} << 32) | std::int64_t{units_low};
    }
    void set_units(std::int64_t units) {
        units_high = static_cast<std::uint16_t>(units >> 32);
        units_low = static_cast<std::uint32_t>(units);
    }
    [[nodiscard]] std::uint32_t cell() const { return placed ? at : kNoIndex; }
    void place_in(std::uint32_t cell) {
        at = cell;
        placed = true;
    }
};
static_assert(sizeof(Line) == 32);

struct LineDetail {
    model::LineQuantities units;
    std::int64_t requested = 0;
};

// The parts of an image that most reservations do without, packed (core/extras.hpp).
using Extras = std::unique_ptr<std::byte[]>;

// Three quarters of a cache line. What most reservations do without is in a ReservationSide.
struct Reservation {
    // Linked while units are held, or waited for, until a deadline.
    [[no_unique_address]] HeapLinks in_deadlines;
    model::ReservationState waiting : 4 = model::ReservationState::held;  // in the links' padding
    model::ReservationState ended_as : 4 = model::ReservationState::released;
    PackedId id;
    PackedMs created_ms;
    PackedMs deadline_ms = INT64_MAX;
    model::TenantId tenant;
    std::uint32_t version = 0;
    std::uint32_t first_line = kNoIndex;
    std::uint32_t side = kNoIndex;
};
static_assert(sizeof(Reservation) == 48);

struct ReservationSide {
    base::Digest128 reference;          // empty: none
    std::int64_t first_created_ms = 0;  // earlier or later than created: inherited, or granted
    Extras extras;
    // Neighbours among the reservations of this reference that hold units, newest first.
    std::uint32_t newer = kNoIndex;
    std::uint32_t older = kNoIndex;
    std::uint32_t first_ownership = kNoIndex;
    std::uint16_t extensions = 0;
    bool in_reference_chain = false;
};
static_assert(sizeof(ReservationSide) == 48);

// What a key was used for. The reply is in the event.
struct KeyRecord {
    static constexpr std::uint64_t kFingerprintMax = UINT64_MAX >> 1;

    model::Sequence event;
    // Its low 63 bits: enough to tell two requests of one key apart.
    std::uint64_t fingerprint : 63 = 0;
    std::uint64_t refusal : 1 = 0;  // bounded per tenant, oldest out first

    [[nodiscard]] bool is_of(base::Digest128 request) const {
        return fingerprint == (request.low & kFingerprintMax);
    }
};
static_assert(sizeof(KeyRecord) == 16);

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
    std::vector<model::Pool> pools;
    std::vector<base::Digest128> class_names;  // of the classes, of the pools: what is looked up
    std::vector<base::Digest128> pool_names;
    model::CapsByKind caps{};
    bool capped = false;                            // some cap is in force: owners are kept
    std::vector<model::Stop> stops;                 // in force or over; one per scope and name
    std::deque<base::Digest128> recorded_refusals;  // oldest first
    std::int64_t refusal_second = 0;                // the second that the next figure counts
    std::uint32_t refusals_in_second = 0;
    // Oldest first, each name once, with the end it had when it was put here: a renewed one is
    // found at its old place and moved to the back then.
    std::deque<std::pair<base::Digest128, std::int64_t>> tombstones;
};

// What one principal holds in one scope: a class, or all of its tenant. Exists while it holds.
struct Owner {
    base::Digest128 scope;
    std::int64_t holds = 0;
    __int128 units = 0;  // no sum of bounded parts overflows
    __int128 unit_seconds = 0;
    HeapRoot deadlines;  // of its ownerships
};

// One reservation's part in an owner.
struct Ownership {
    std::uint32_t owner = kNoIndex;
    std::uint32_t reservation = kNoIndex;
    std::uint32_t next = kNoIndex;  // of the same reservation
    std::int64_t units = 0;
    std::int64_t unit_seconds = 0;
    HeapLinks in_owner;
};

// An open case, and the texts that its image views.
struct Case {
    model::CaseImage image;
    std::string reference;
    std::string opened_by;
};

// A shipment or return that waits for its partner.
struct ParkedFact {
    model::ReservationId reservation;
    model::Verb verb = model::Verb::ship;
    model::Disposition disposition = model::Disposition::restock;
    base::Time occurred_at{};
    std::string document;
    std::vector<std::int64_t> quantities;  // per line: entries come and go, lines do not
};

struct Transfer {
    model::TransferImage image;
    std::string reference;
};

}  // namespace holdfast::core
