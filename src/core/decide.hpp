// decide: the pure function at the heart of Holdfast.
//
// Given the state, a command and a stamp it says what happens: events to append, a refusal, an
// answer that needs no event, or "this hold is dead, expire it first and ask again". It reads no
// clock, does no I/O, throws no dice and changes nothing; the same arguments give the same
// decision on every machine for ever. Events and images in a decision hold views into the command
// and the state: use them before either changes.
//
// Order of judgement (the first that applies answers; it is API, a test holds it):
//   key replay or key reuse -> tombstone -> unknown names -> limits of the request -> already in
//   the asked-for state (a success) -> version -> transition -> selling stopped -> owners' caps ->
//   stock.
// Thread rule: one thread per state.
#pragma once

#include <cstdint>
#include <vector>

#include "core/stamp.hpp"
#include "core/state.hpp"
#include "model/command.hpp"
#include "model/event.hpp"
#include "model/refusal.hpp"

namespace holdfast::core {

enum class Outcome : std::uint8_t {
    applied,       // `events` are to be appended; the last one is the reply
    shown,         // nothing changes; `events` has the one event whose image is the reply
    replayed,      // the reply is the one of event `replay_of`
    refused,       // `refusal`; `events` has a RefusalRecorded if the "no" is to be remembered
    expire_first,  // the hold `expire` is past its deadline: expire it, then decide again
    grant_first,   // the waiter `grant` was here before: grant it its units, then decide again
};

struct Decision {
    Outcome outcome = Outcome::refused;
    model::Events events;
    model::Refusal refusal;
    model::Sequence replay_of;
    model::ReservationId expire;
    model::ReservationId grant;
    // Appended after the reply's event, also after a refusal's.
    model::Events after;
    Extras kept{};  // what an image views that must survive the applying of an earlier event
};

[[nodiscard]] Decision decide(const State& state, const model::Command& command, Stamp stamp);

// The event that ends a hold whose deadline has passed: expired, or moved to review if it is in
// payment_pending and a class of its lines says so. The reservation must be past its deadline.
[[nodiscard]] model::Event decide_expiry(const State& state, const Reservation& reservation);

// The waiter whose turn it is, of those who wait for the SKU (somebody must): the first that fits
// what there is. Null: nobody. `capped` learns whether somebody was passed over because of an
// owner's cap.
[[nodiscard]] const Reservation* next_grant(const State& state, model::SkuId sku, base::Time now,
                                            bool* capped = nullptr);
// The event that gives it its units.
[[nodiscard]] model::Event decide_grant(const State& state, const Reservation& waiter,
                                        base::Time now);
// A waiter's place, and when its turn comes if holds end at their deadlines and nothing else comes
// back: unknown (kNever) if the holds there are do not free enough for everybody up to it, or if
// there are too many to look at.
struct Place {
    std::uint32_t ahead = 0;
    base::Time estimate_at = base::kNever;
};
[[nodiscard]] Place place_of(const State& state, const Reservation& waiter);

// What the very first batch of a new ledger says: its identity and the tenant `default`.
[[nodiscard]] model::Events genesis(base::Digest128 ledger_id, base::Digest128 id_key);

// Whether units are held beyond their deadline: they no longer count for anybody.
[[nodiscard]] bool is_dead(const Reservation& reservation, base::Time now);

}  // namespace holdfast::core
