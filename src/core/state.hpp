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
#include <optional>

#include "base/digest.hpp"
#include "base/time.hpp"
#include "core/chunked_vector.hpp"
#include "core/digest_table.hpp"
#include "core/records.hpp"
#include "model/event.hpp"
#include "model/ids.hpp"

namespace holdfast::core {

// Counters for operators: folds like everything else.
struct Totals {
    std::uint64_t live_holds = 0;  // reservations that hold units
    std::uint64_t parked_facts = 0;
    std::uint64_t late_commits = 0;
    bool operator==(const Totals&) const = default;
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
    [[nodiscard]] const Cell& cell_of(model::SkuId id) const { return cells[sku(id).cell]; }
    [[nodiscard]] const model::SkuClass& class_of(model::SkuId id) const;

    // -- reservations -----------------------------------------------------------------------
    [[nodiscard]] const Reservation* find_reservation(model::ReservationId id) const;
    // The newest reservation of the reference that holds units; `older` leads to the next.
    [[nodiscard]] const Reservation* newest_holding(base::Digest128 reference) const;
    [[nodiscard]] const Reservation* older_holding(const Reservation& reservation) const;
    // The whole reservation; texts are views into the state.
    [[nodiscard]] model::ReservationImage image_of(const Reservation& reservation) const;
    [[nodiscard]] model::LineQuantities units_of(const Reservation& reservation) const;

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
    ChunkedVector<Reservation> reservations;
    ChunkedVector<Line> lines;
    DigestTable<std::uint32_t> tenants_by_name;
    DigestTable<std::uint32_t> skus_by_name;
    DigestTable<std::uint32_t> reservations_by_id;
    DigestTable<std::uint32_t> holding_by_reference;  // the newest
    DigestTable<KeyRecord> keys;
    DigestTable<Tombstone> tombstones;
    HeapRoot deadlines;  // heap of the reservations that hold units
    Totals totals;
    // Sum of the hashes of all records: see core/state_hash.hpp.
    std::uint64_t hash = 0;

    // The key of reservations_by_id: ids are dense, the table wants uniform digests.
    [[nodiscard]] static base::Digest128 id_digest(model::ReservationId id);
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
