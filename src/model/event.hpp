// Events: what happened, one struct per type. The ledger's payload and the only input of `apply`.
//
// An event carries what its reply shows (images after the change), so that a retry is answered from
// the event alone. Texts are views into whatever made the event: the command while it is decided,
// the batch's bytes when it is read back. Personal data appears as keyed digests only.
// Encoding and versions: model/event_codec.hpp. Thread rule: values.
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

#include "base/digest.hpp"
#include "base/pooled_vector.hpp"
#include "base/time.hpp"
#include "model/case.hpp"
#include "model/ids.hpp"
#include "model/owner_caps.hpp"
#include "model/pool.hpp"
#include "model/reason.hpp"
#include "model/refusal.hpp"
#include "model/reservation.hpp"
#include "model/sku_class.hpp"
#include "model/stop.hpp"

namespace holdfast::model {

// The scope of an idempotency key, beside the tenant. Persisted: never renumber.
enum class Operation : std::uint8_t {
    create = 1,
    begin_payment = 2,
    commit = 3,
    release = 4,
    extend = 5,
    ship = 6,
    cancel = 7,
    return_units = 8,
    release_by_name = 9,
    receive_stock = 10,
    adjust_stock = 11,
    set_safety_stock = 12,
    put_sku = 13,
    put_class = 14,
    put_pool = 15,
    set_caps = 16,
    change_selling = 17,
    mark_unavailable = 18,
    transfer_stock = 19,
    settle_transfer = 20,
    record_sale = 21,
    reallocate = 22,
    close_short = 23,
    count_stock = 24,
    resolve_case = 25,
    // never recorded: reads that go through the loop
    read_reservation = 64,
};

[[nodiscard]] std::string_view to_string(Operation operation);

// The idempotency key that an event was written under. Empty: the request carried none.
struct KeyUse {
    base::Digest128 key{};          // of (tenant, operation, key) or (tenant, source, sequence)
    base::Digest128 fingerprint{};  // of the command as sent
    std::string_view source{};      // empty: a plain key
    std::int64_t source_sequence = 0;

    [[nodiscard]] bool empty() const { return key.empty(); }
};

// The first event of every ledger.
struct LedgerCreated {
    base::Digest128 ledger_id{};
    base::Digest128 id_key{};  // of the permutation that makes public ids (model/public_id.hpp)
};

struct TenantRegistered {
    TenantId tenant{};
    std::uint32_t recorded_refusals_max = 0;
    std::uint32_t recorded_refusals_per_second = 0;
    std::uint32_t tombstones_max = 0;
    std::string_view name{};
};

struct ClassDefined {
    TenantId tenant{};
    SkuClass sku_class{};
    KeyUse key{};
};

struct PoolDefined {
    TenantId tenant{};
    Pool pool{};
    KeyUse key{};
};

// Caps over all classes of a tenant.
struct CapsSet {
    TenantId tenant{};
    CapsByKind caps{};
    KeyUse key{};
};

struct SellingChanged {
    TenantId tenant{};
    Stop stop{};
    bool stopped = true;  // else selling goes on
    KeyUse key{};
};

struct SkuRegistered {
    TenantId tenant{};
    SkuId sku{};
    ClassId sku_class{};
    std::string_view name{};
};

// A SKU's settings were put (also when nothing changed but a key was used).
struct SkuUpdated {
    TenantId tenant{};
    SkuId sku{};
    ClassId sku_class{};
    std::uint32_t version = 0;
    bool registered = false;  // by this command
    KeyUse key{};
};

// A stock cell's quantities after an event.
struct CellImage {
    std::int64_t on_hand = 0;
    std::int64_t unavailable = 0;
    std::int64_t held = 0;
    std::int64_t committed = 0;
    std::int64_t safety_stock = 0;
    std::int64_t soft_held = 0;  // beside `held`: promises nothing until it is made firm

    // What is left of the units there are when all firm promises are kept; classes may offer more
    // or less (core/offer.hpp). Below zero: the cell is in deficit. Saturates, as no sum of five
    // bounded terms fits 64 bits.
    [[nodiscard]] std::int64_t sellable() const {
        const __int128 exact =
            static_cast<__int128>(on_hand) - committed - held - unavailable - safety_stock;
        constexpr __int128 kBound = static_cast<__int128>(1) << 62;
        return static_cast<std::int64_t>(exact > kBound    ? kBound
                                         : exact < -kBound ? -kBound
                                                           : exact);
    }
    bool operator==(const CellImage&) const = default;
};

// Persisted: never renumber.
enum class Movement : std::uint8_t {
    receipt = 0,
    adjustment = 1,
    unavailable = 2,  // units become unavailable, or available again: on hand stays
};

struct StockMoved {
    TenantId tenant{};
    SkuId sku{};
    PoolId pool{};
    Movement movement = Movement::receipt;
    Reason reason = Reason::none;
    bool sku_registered = false;         // by this command
    std::int64_t delta = 0;              // of on hand
    std::int64_t unavailable_delta = 0;  // of what `unavailable_reason` keeps from being sold
    Reason unavailable_reason = Reason::none;
    base::Time occurred_at{};
    Sequence undoes{};  // the movement that this one takes back; 0: none
    CellImage cell{};
    base::Digest128 note{};  // keyed; the clear text is beside the ledger
    std::string_view reference{};
    KeyUse key{};
};

// Units on their way between two pools are in neither.
struct TransferImage {
    TransferId id{};
    TenantId tenant{};
    SkuId sku{};
    PoolId from{};
    PoolId to{};
    std::int64_t quantity = 0;  // that left `from`
    std::int64_t arrived = 0;
    std::int64_t lost = 0;
    base::Time sent_at{};
    std::string_view reference{};

    [[nodiscard]] std::int64_t in_transit() const { return quantity - arrived - lost; }
};

// Persisted: never renumber.
enum class TransferStep : std::uint8_t { sent = 0, arrived = 1, lost = 2, moved = 3 };

struct TransferChanged {
    TransferStep step = TransferStep::sent;  // moved: sent and arrived at once
    std::int64_t units = 0;                  // of this step
    Reason reason = Reason::none;            // lost
    base::Time occurred_at{};
    TransferImage transfer{};
    CellImage from{};
    CellImage to{};
    KeyUse key{};
};

// What became of a count. Persisted: never renumber.
enum class CountOutcome : std::uint8_t {
    matched = 0,   // no drift
    applied = 1,   // on hand changed by the drift
    pending = 2,   // a case was opened; fewer units are sold until it is decided
    outdated = 3,  // older than one that was applied: changes nothing
    rejected = 4,  // the pending one was thrown away
};
inline constexpr CountOutcome kLastCountOutcome = CountOutcome::rejected;

// A physical count, judged; and again when a pending one is decided.
struct StockCounted {
    TenantId tenant{};
    SkuId sku{};
    PoolId pool{};
    CountOutcome outcome = CountOutcome::matched;
    Reason reason = Reason::none;
    PendingCount count{};    // `disputed`: what this event made unavailable, or gave back (below 0)
    std::int64_t delta = 0;  // of on hand
    CaseId case_id{};        // that was opened or decided; 0: none
    bool overridden = false;  // decided by who submitted it
    CellImage cell{};
    std::string_view submitter{};
    std::string_view decided_by{};
    base::Digest128 note{};
    KeyUse key{};
};

struct CaseOpened {
    CaseImage image{};
};

struct CaseResolved {
    CaseImage image{};
    Resolution resolution = Resolution::repaired;
    Reason reason = Reason::none;
    base::Time resolved_at{};
    base::Digest128 note{};
    std::string_view resolved_by{};  // empty: by itself
    KeyUse key{};
};

struct SafetyStockSet {
    TenantId tenant{};
    SkuId sku{};
    PoolId pool{};
    CellImage cell{};
    KeyUse key{};
};

struct ReservationChanged {
    Verb verb = Verb::hold;
    Reason reason = Reason::none;                    // cancel, close_short
    Disposition disposition = Disposition::restock;  // return
    base::Time occurred_at{};                        // ship, return, sale
    base::Digest128 note{};                          // cancel
    std::string_view document{};                     // shipment or return reference
    ReservationImage image{};
    KeyUse key{};
};

// A release by create key or by reference: which reservations it reached (each has an event of its
// own before this one) and whether later creates under that name are refused.
struct ReleasedByName {
    TenantId tenant{};
    bool by_key = false;         // else by reference
    base::Digest128 name{};      // of the create key or the reference
    base::Time blocked_until{};  // epoch: no tombstone was left
    std::vector<ReservationId> released{};
    KeyUse key{};
};

// A "no" that a retry with the same key gets again. At most kRecordedLines failing lines.
struct RefusalRecorded {
    TenantId tenant{};
    Operation operation = Operation::create;
    Refusal refusal{};
    KeyUse key{};
};

inline constexpr std::size_t kRecordedLines = 3;

// A shipment or return that happened but does not fit what the ledger knows. It changes no
// quantity; it waits for its partner or for a person, as a case.
struct FactParked {
    TenantId tenant{};
    Verb verb = Verb::ship;
    Disposition disposition = Disposition::restock;
    base::Time occurred_at{};
    std::string_view document{};
    ReservationImage image{};                // the reservation as it is, unchanged
    std::vector<std::int64_t> quantities{};  // reported, one per line of the image
    KeyUse key{};
};

// The service was not there from..to; deadlines moved by the grace of their class.
struct DowntimeRecorded {
    base::Time from{};
    base::Time to{};
};

// The state hash after the event before this one.
struct StateHashLogged {
    std::uint64_t hash = 0;
};

using Event =
    std::variant<LedgerCreated, TenantRegistered, ClassDefined, SkuRegistered, SkuUpdated,
                 StockMoved, SafetyStockSet, ReservationChanged, ReleasedByName, RefusalRecorded,
                 FactParked, DowntimeRecorded, StateHashLogged, PoolDefined, CapsSet,
                 SellingChanged, TransferChanged, StockCounted, CaseOpened, CaseResolved>;

// Of one decision.
using Events = base::PooledVector<Event>;

}  // namespace holdfast::model
