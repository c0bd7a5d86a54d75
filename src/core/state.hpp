// State: everything a partition knows, in memory; a fold of its events.
//
// `decide` reads it, `apply` changes it, nobody else touches it. Recovery, checkpoints, standbys
// and simulation build it from the same events through the same code. It knows nothing of time:
// a hold whose deadline has passed stays until an event says that it expired; who asks compares
// deadlines with the stamp in hand.
//
// Pointers and indices into it are good until the next `apply`. Thread rule: one thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <vector>

#include "base/digest.hpp"
#include "base/time.hpp"
#include "core/chunked_vector.hpp"
#include "core/digest_table.hpp"
#include "core/id_table.hpp"
#include "core/records.hpp"
#include "core/wait_queue.hpp"
#include "model/event.hpp"
#include "model/ids.hpp"

namespace holdfast::core {

// Counters for operators: folds like everything else.
struct Totals {
    std::uint64_t live_holds = 0;  // reservations that hold units
    std::uint64_t parked_facts = 0;
    std::uint64_t late_commits = 0;
    std::uint64_t waiters = 0;
    bool operator==(const Totals&) const = default;
};

// When a movement of on hand happened. One without a time of its own happened when it was recorded.
struct Happened {
    model::Sequence sequence;
    base::Time at;
    bool stated = false;    // it says so itself
    bool was_seen = false;  // it takes back what a count had seen already
};

// Cells whose shortage has begun or ended, reservations whose case may be over or due, SKUs for
// whose waiters units may have come back; whether an owner holds less than before. May repeat.
struct Attention {
    // A movement of on hand that a count had seen before it was reported.
    struct Late {
        std::uint32_t cell = kNoIndex;
        model::Sequence sequence;
        std::int64_t delta = 0;
    };
    // A reservation whose case may be over or due. What comes back had left before: so when did
    // what has left just now? A start does not know.
    struct Noted {
        std::uint32_t reservation = kNoIndex;
        std::optional<Happened> shipped{};
    };
    std::vector<Late> late;
    std::vector<std::uint32_t> cells;
    std::vector<Noted> reservations;
    std::vector<model::SkuId> queues;
    bool owners = false;

    [[nodiscard]] bool empty() const {
        return late.empty() && cells.empty() && reservations.empty() && queues.empty() && !owners;
    }
    void clear() {
        late.clear();
        cells.clear();
        reservations.clear();
        queues.clear();
        owners = false;
    }
};

// What memory has forgotten because the archive has it (core/forget.hpp). No part of the logical
// state: states that differ only here decide the same.
struct Archived {
    std::uint64_t hash = 0;          // sum of the hashes of the records that were forgotten
    std::uint64_t reservations = 0;  // how many of them
    std::uint64_t keys = 0;
    model::Sequence reach;    // the newest change that the archive must have for all to be found
    model::Sequence offered;  // whatever came to rest up to here had its turn to be forgotten
};

// Records of reservations that were forgotten, to be used again; a free one has no id. Chained
// through Reservation::first_line and Line::next.
struct FreeSlots {
    std::uint32_t reservation = kNoIndex;
    std::uint32_t line = kNoIndex;
};

class State {
  public:
    // -- names ------------------------------------------------------------------------------
    [[nodiscard]] std::optional<model::TenantId> find_tenant(base::Digest128 name) const;
    [[nodiscard]] std::optional<model::SkuId> find_sku(base::Digest128 name) const;
    [[nodiscard]] std::optional<model::ClassId> find_class(model::TenantId tenant,
                                                           base::Digest128 name) const;
    [[nodiscard]] const Tenant& tenant(model::TenantId id) const { return tenants[id.value()]; }
    [[nodiscard]] const Sku& sku(model::SkuId id) const { return skus[id.value()]; }
    [[nodiscard]] std::optional<model::PoolId> find_pool(model::TenantId tenant,
                                                         base::Digest128 name) const;
    [[nodiscard]] const model::Pool& pool(model::TenantId owner, model::PoolId id) const {
        return tenant(owner).pools[id.value()];
    }
    // The cell of the pool `default`.
    [[nodiscard]] const Cell& cell_of(model::SkuId id) const { return cells[sku(id).cell]; }
    // kNoIndex: the SKU never had anything in that pool.
    [[nodiscard]] std::uint32_t find_cell(model::SkuId sku, model::PoolId pool) const;
    // The next of the same SKU. Asked of the SKU first, because it is at hand: most have one cell,
    // and a hold must not wait for the facts of a cold one.
    [[nodiscard]] std::uint32_t next_cell(std::uint32_t cell) const {
        return sku(cells[cell].sku).cell_last == cell ? kNoIndex : cell_facts[cell].next;
    }
    [[nodiscard]] const model::SkuClass& class_of(model::SkuId id) const {
        const Sku& record = sku(id);
        return tenant(record.tenant).classes[record.sku_class.value()];
    }

    // -- reservations -----------------------------------------------------------------------
    [[nodiscard]] const Reservation* find_reservation(model::ReservationId id) const;
    // The newest reservation of the reference that holds units; `older` leads to the next.
    [[nodiscard]] const Reservation* newest_holding(base::Digest128 reference) const;
    [[nodiscard]] const Reservation* older_holding(const Reservation& reservation) const;
    // The whole reservation; texts are views into the state.
    [[nodiscard]] model::ReservationImage image_of(const Reservation& reservation) const;
    [[nodiscard]] model::LineQuantities units_of(const Reservation& reservation) const;
    [[nodiscard]] model::LineQuantities units_of(const Line& line) const;
    [[nodiscard]] std::int64_t held_of(const Line& line) const {
        return line.is == LineIs::held    ? line.units()
               : line.is == LineIs::mixed ? units_of(line).held
                                          : 0;
    }
    [[nodiscard]] std::int64_t held_of(const Reservation& reservation) const;
    [[nodiscard]] std::int64_t requested_of(const Line& line) const;
    [[nodiscard]] const ReservationSide& side_of(const Reservation& reservation) const {
        static const ReservationSide kNone;
        return reservation.side != kNoIndex ? sides[reservation.side] : kNone;
    }
    [[nodiscard]] std::int64_t first_created_ms(const Reservation& reservation) const {
        return reservation.side != kNoIndex ? sides[reservation.side].first_created_ms
                                            : std::int64_t{reservation.created_ms};
    }
    [[nodiscard]] model::SkuId sku_of(const Line& line) const {
        return line.placed ? cells[line.at].sku : model::SkuId(line.at);
    }
    // It holds units or waits for some: it has something to lose at its deadline.
    [[nodiscard]] bool is_open(const Reservation& reservation) const;
    // What late money replaced it with, in memory or not; 0: nothing.
    [[nodiscard]] model::ReservationId successor_of(const Reservation& reservation) const;
    // Who waits for a SKU; null: nobody does.
    [[nodiscard]] const WaitQueue* queue_of(model::SkuId id) const {
        const std::uint32_t queue = sku(id).queue;
        return queue != kNoIndex && !queues[queue].empty() ? &queues[queue] : nullptr;
    }

    // -- cases ------------------------------------------------------------------------------
    [[nodiscard]] const Case* find_case(model::CaseId id) const;
    // The oldest open case of this kind about a reservation.
    [[nodiscard]] const Case* find_case(model::CaseKind kind, model::ReservationId about) const;

    // -- deadlines --------------------------------------------------------------------------
    // The hold that ends first: in the whole partition, or among those of one cell.
    [[nodiscard]] const Reservation* first_due() const;
    [[nodiscard]] const Reservation* first_due_in(const Cell& cell) const;

    // -- the tables ---------------------------------------------------------------------------
    base::Digest128 ledger_id;
    base::Digest128 id_key;
    ChunkedVector<Tenant, 64> tenants;
    ChunkedVector<Sku> skus;
    ChunkedVector<Cell> cells;
    ChunkedVector<CellFacts> cell_facts;  // at the same index
    ChunkedVector<Reservation> reservations;
    ChunkedVector<ReservationSide> sides;
    std::vector<std::uint32_t> free_sides;
    ChunkedVector<Line> lines;
    ChunkedVector<LineDetail> line_details;
    std::vector<std::uint32_t> free_line_details;
    DigestTable<std::uint32_t> tenants_by_name;
    DigestTable<std::uint32_t> skus_by_name;
    IdTable reservations_by_id;
    DigestTable<std::uint32_t> holding_by_reference;  // the newest
    DigestTable<KeyRecord> keys;
    DigestTable<Tombstone> tombstones;
    ChunkedVector<WaitQueue, 64> queues;
    ChunkedVector<Owner> owners;
    ChunkedVector<Ownership> ownerships;
    std::vector<std::uint32_t> free_owners;
    std::vector<std::uint32_t> free_ownerships;
    DigestTable<std::uint32_t> owners_by_scope;
    std::map<model::CaseId, Case> cases;  // open ones, oldest first
    std::set<std::tuple<model::ReservationId, model::CaseKind, model::CaseId>> cases_about;
    std::map<model::Sequence, ParkedFact> parked;
    std::map<model::TransferId, Transfer> transfers;  // with units on their way
    HeapRoot deadlines;  // heap of the reservations that hold units or wait for some
    Totals totals;
    // Sum of the hashes of all records: see core/state_hash.hpp.
    std::uint64_t hash = 0;
    // What `apply` saw that asks for an event of its own (core/consequences.hpp). Not part of the
    // logical state: whoever replays throws it away.
    Attention attention;
    // Part of `hash` is what was forgotten.
    Archived archived;
    FreeSlots free_slots;

    // An id where a digest is asked for.
    [[nodiscard]] static base::Digest128 id_digest(model::ReservationId id);

    // -- for `apply` ----------------------------------------------------------------------------
    void set_units(Line& line, const model::LineQuantities& units, std::int64_t requested);
    // The reservation's side, made if it has none.
    [[nodiscard]] ReservationSide& ensure_side(Reservation& reservation);
};

// Access for DeadlineHeap: all reservations by (deadline, id).
struct ReservationDeadlines {
    State& state;
    HeapLinks& links(std::uint32_t i) { return state.reservations[i].in_deadlines; }
    [[nodiscard]] bool before(std::uint32_t a, std::uint32_t b) const {
        const Reservation& left = state.reservations[a];
        const Reservation& right = state.reservations[b];
        return left.deadline_ms != right.deadline_ms ? left.deadline_ms < right.deadline_ms
                                                     : left.id < right.id;
    }
};

// Access for DeadlineHeap: what one owner holds.
struct OwnershipDeadlines {
    State& state;
    HeapLinks& links(std::uint32_t i) { return state.ownerships[i].in_owner; }
    [[nodiscard]] bool before(std::uint32_t a, std::uint32_t b) const {
        return ReservationDeadlines{state}.before(state.ownerships[a].reservation,
                                                  state.ownerships[b].reservation);
    }
};

// Access for DeadlineHeap: the lines of one cell by their reservation's (deadline, id). Lines of
// one reservation are interchangeable; the index only makes the order total.
struct LineDeadlines {
    State& state;
    HeapLinks& links(std::uint32_t i) { return state.lines[i].in_cell; }
    [[nodiscard]] bool before(std::uint32_t a, std::uint32_t b) const {
        const std::uint32_t left = state.lines[a].reservation;
        const std::uint32_t right = state.lines[b].reservation;
        return left != right ? ReservationDeadlines{state}.before(left, right) : a < b;
    }
};

}  // namespace holdfast::core
