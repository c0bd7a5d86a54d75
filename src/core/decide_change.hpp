// What the verbs of one reservation share. Not for use outside core/decide_*.cpp.
//
// Each `judge_*` goes down the same ladder: unknown lines, already in the asked-for state (a
// success), version, transition, quantities, bounds; then moves units in a copy of the image.
#pragma once

#include <expected>
#include <optional>
#include <vector>

#include "core/decide_internal.hpp"

namespace holdfast::core {

// A verb on a reservation that exists, is its tenant's and is not past its deadline.
struct Change {
    const Asked& asked;
    const model::ChangeReservation& request;
    const Reservation& reservation;
    model::ReservationImage image;  // as it is
    std::uint32_t version;          // of the one that was named: this one, or what it has replaced
    // What a reallocation's `from` names, if it names something.
    std::optional<model::PoolId> from{};
};

// Units per line that the verb is to act on, and what the request asked for beyond them.
struct Selection {
    base::PooledVector<std::int64_t> units;
    std::vector<model::FailingLine> missing;
    // For each of them, the entries of the reservation that it named.
    base::PooledVector<base::PooledVector<std::size_t>> missing_at{};
};

[[nodiscard]] std::expected<Selection, Decision> select_units(const Change& change);
[[nodiscard]] std::optional<Decision> check_version(const Change& change);

[[nodiscard]] Decision refuse_state(const Change& change, model::RefusalCode code);
[[nodiscard]] Decision refuse_quantity(const Change& change, Selection selection);
[[nodiscard]] Decision refuse_bound(const Change& change, model::RefusalCode code,
                                    base::Duration bound);
[[nodiscard]] Decision accept_change(const Change& change, model::Verb verb,
                                     model::ReservationImage&& image);
[[nodiscard]] Decision already(const Change& change, model::Verb verb);
// Nothing is held any more and the last that was, or some of it, was given up: whoever releases it
// again, without a key, repeats himself. Not so for a cancellation, which is about what was sold.
[[nodiscard]] bool is_given_up(const Change& change);

Decision judge_begin_payment(const Change& change);
Decision judge_commit(const Change& change);
Decision judge_release(const Change& change);
Decision judge_extend(const Change& change);
Decision judge_ship(const Change& change);
Decision judge_cancel(const Change& change);
Decision judge_return(const Change& change);
Decision judge_reallocate(const Change& change);
Decision judge_close_short(const Change& change);

}  // namespace holdfast::core
