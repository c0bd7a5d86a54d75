// The reservation as everybody outside the core sees it: a complete image.
//
// Events carry it, replies and lists show it, the index stores it. It is always whole, so that a
// reply is a pure function of its event and a retry can be answered from the event alone.
//
// Each line keeps, for ever:
//   accepted = held + committed + shipped + released + expired + closed_short
// with `returned <= shipped` apart. The state is a fold of the lines (`fold_state`), never stored.
// Texts are views: into the command, the event's bytes or the core's state, whichever made the
// image; whoever keeps an image longer than those keeps the encoded event instead.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/digest.hpp"
#include "base/pooled_vector.hpp"
#include "base/time.hpp"
#include "model/ids.hpp"

namespace holdfast::model {

// Persisted: never renumber.
enum class ReservationState : std::uint8_t {
    held = 0,
    payment_pending = 1,
    review = 2,
    committed = 3,
    fulfilled = 4,
    reconciled = 5,  // closed short: the promise could not be kept and somebody settled it
    released = 6,
    expired = 7,
    superseded = 8,
    queued = 9,  // waits for units; nothing is promised yet
};
inline constexpr ReservationState kLastReservationState = ReservationState::queued;

[[nodiscard]] std::string_view to_string(ReservationState state);
// Units are promised for a limited time.
[[nodiscard]] constexpr bool is_waiting(ReservationState state) {
    return state <= ReservationState::review;
}

// What was done to a reservation. Persisted: never renumber.
enum class Verb : std::uint8_t {
    hold = 0,
    begin_payment = 1,
    commit = 2,
    release = 3,
    extend = 4,
    supersede = 5,
    expire = 6,
    time_out_payment = 7,  // payment_pending -> review
    ship = 8,
    cancel = 9,
    return_units = 10,
    retake = 11,   // the new reservation of a late commit
    replace = 12,  // the old reservation of a late commit learns its successor
    queue = 13,
    grant = 14,        // a waiter gets its units: queued -> held
    sale = 15,         // made elsewhere: committed from the start
    reallocate = 16,   // committed or held units move to another pool
    close_short = 17,  // promised units that will not come
};
inline constexpr Verb kLastVerb = Verb::close_short;

[[nodiscard]] std::string_view to_string(Verb verb);

// Where returned units go. Persisted: never renumber.
enum class Disposition : std::uint8_t { restock = 0, damaged = 1 };

struct LineQuantities {
    std::int64_t accepted = 0;
    std::int64_t held = 0;
    std::int64_t committed = 0;
    std::int64_t shipped = 0;
    std::int64_t released = 0;
    std::int64_t expired = 0;
    std::int64_t closed_short = 0;
    std::int64_t returned = 0;

    [[nodiscard]] bool balanced() const {
        return accepted == held + committed + shipped + released + expired + closed_short &&
               returned <= shipped;
    }
    LineQuantities& operator+=(const LineQuantities& more) {
        accepted += more.accepted;
        held += more.held;
        committed += more.committed;
        shipped += more.shipped;
        released += more.released;
        expired += more.expired;
        closed_short += more.closed_short;
        returned += more.returned;
        return *this;
    }
    bool operator==(const LineQuantities&) const = default;
};

// One line, or one pool's part of it. A line that is served from several pools is several entries
// in a row; all but the first say `continues`, and only the first has `requested`, `line_id` and
// `group`. Each entry is balanced by itself.
struct LineImage {
    SkuId sku{};
    PoolId pool{};           // kAnyPool: queued without a wish
    bool untracked = false;  // the class counts no units: the cell is not touched
    bool continues = false;  // of the line before it, from another pool
    bool soft = false;       // what it holds is not firm: the commit may be refused
    std::int64_t requested = 0;
    LineQuantities units{};
    std::string_view line_id{};  // as sent; empty: not sent
    std::string_view group{};
};

// Of one image, or of one on its way: lives as long as a decision or the reading of an event.
using Lines = base::PooledVector<LineImage>;

// What the client said once and replies show again.
struct ReservationTexts {
    std::string_view reference{};
    std::string_view agent_id{};
    std::string_view operator_id{};
    std::string_view channel{};
    std::string_view payment_reference{};
    std::string_view payment_provider{};
    std::string_view order_reference{};
    std::string_view region{};
};

struct ReservationImage {
    ReservationId id{};
    TenantId tenant{};
    std::uint32_t version = 0;  // +1 with every event; the strong validator of If-Match
    ReservationState waiting = ReservationState::held;       // the state its held units are in
    ReservationState ended_as = ReservationState::released;  // how the last unit left
    std::uint16_t extensions = 0;
    bool committed_late = false;
    base::Time created_at{};
    base::Time first_created_at{};         // differs after a supersede: lifetimes are inherited
    base::Time expires_at = base::kNever;  // queued: the end of waiting
    base::Duration hold_for{};             // queued: how long the hold will last once granted
    ReservationId replaces{};              // 0: none
    ReservationId replaced_by{};           // 0: none
    ReservationId superseded_by{};         // 0: none
    base::Digest128 customer{};            // keyed; the clear text is beside the ledger
    base::Digest128 metadata{};            // keyed; the clear text is beside the ledger
    ReservationTexts texts{};
    Lines lines{};
};

// `queued` before all; any unit held -> the waiting state; else any committed; else any shipped;
// else any closed short; else how the last unit left.
[[nodiscard]] ReservationState fold_state(ReservationState waiting, ReservationState ended_as,
                                          const LineQuantities& totals);
[[nodiscard]] LineQuantities sum_lines(std::span<const LineImage> lines);
[[nodiscard]] ReservationState state_of(const ReservationImage& image);
// No held unit is soft.
[[nodiscard]] bool is_firm(const ReservationImage& image);

}  // namespace holdfast::model
