// What may follow what: the rules of a reservation's life, written once more.
#include <algorithm>
#include <array>
#include <utility>

#include "audit/promises_change.hpp"
#include "model/limits.hpp"

namespace holdfast::audit {

using namespace model;

namespace {

bool makes(Verb verb) {
    return verb == Verb::hold || verb == Verb::queue || verb == Verb::sale || verb == Verb::retake;
}

bool opens(Verb verb) { return verb == Verb::hold || verb == Verb::queue; }

// Which verbs may act on a reservation in this state with these units.
bool may_follow(Verb verb, ReservationState state, const LineQuantities& units) {
    using enum ReservationState;
    const bool waits = units.held > 0;
    switch (verb) {
        case Verb::begin_payment:
        case Verb::extend: return state == held && waits;
        case Verb::commit: return waits;
        case Verb::release: return waits || state == queued;
        case Verb::supersede: return state == queued || (waits && state != review);
        case Verb::expire: return state == queued || (waits && state != review);
        case Verb::time_out_payment: return state == payment_pending && waits;
        case Verb::ship: return units.committed > 0;
        case Verb::cancel:
        case Verb::reallocate:
        case Verb::close_short: return units.held + units.committed > 0;
        case Verb::return_units: return units.shipped > units.returned;
        case Verb::replace: return state == expired && units.expired > 0;
        case Verb::grant: return state == queued;
        case Verb::hold:
        case Verb::queue:
        case Verb::sale:
        case Verb::retake: return false;
    }
    return false;
}

ReservationState waiting_after(Verb verb, ReservationState before) {
    switch (verb) {
        case Verb::begin_payment: return ReservationState::payment_pending;
        case Verb::time_out_payment: return ReservationState::review;
        case Verb::grant: return ReservationState::held;
        default: return before == ReservationState::queued ? ReservationState::held : before;
    }
}

ReservationState ended_after(Verb verb, ReservationState before) {
    switch (verb) {
        case Verb::release:
        case Verb::cancel: return ReservationState::released;
        case Verb::expire: return ReservationState::expired;
        case Verb::supersede: return ReservationState::superseded;
        default: return before;
    }
}

LineQuantities difference(const LineQuantities& after, const LineQuantities& before) {
    return {.accepted = after.accepted - before.accepted,
            .held = after.held - before.held,
            .committed = after.committed - before.committed,
            .shipped = after.shipped - before.shipped,
            .released = after.released - before.released,
            .expired = after.expired - before.expired,
            .closed_short = after.closed_short - before.closed_short,
            .returned = after.returned - before.returned};
}

// How the verb moves the units of an entry, given how many it moved: what arrived is named by the
// event, what left follows.
LineQuantities flow_of(Verb verb, const LineQuantities& moved) {
    switch (verb) {
        case Verb::commit: return {.held = -moved.committed, .committed = moved.committed};
        case Verb::release:
        case Verb::supersede: return {.held = -moved.released, .released = moved.released};
        case Verb::expire: return {.held = -moved.expired, .expired = moved.expired};
        case Verb::ship: return {.committed = -moved.shipped, .shipped = moved.shipped};
        case Verb::cancel:
            return {.held = moved.held,
                    .committed = -moved.released - moved.held,
                    .released = moved.released};
        case Verb::close_short:
            return {.held = moved.held,
                    .committed = -moved.closed_short - moved.held,
                    .closed_short = moved.closed_short};
        case Verb::return_units: return {.returned = moved.returned};
        case Verb::grant: return {.accepted = moved.accepted, .held = moved.accepted};
        case Verb::reallocate:
            return {.accepted = moved.accepted,
                    .held = moved.held,
                    .committed = moved.accepted - moved.held};
        default: return {};
    }
}

bool only_forward(Verb verb, const LineQuantities& moved) {
    const bool ends = std::ranges::all_of(std::array{moved.shipped, moved.released, moved.expired,
                                                     moved.closed_short, moved.returned},
                                          [](std::int64_t units) { return units >= 0; });
    if (verb == Verb::reallocate) {
        return ends;
    }
    const bool sells = verb == Verb::commit;
    return ends && (verb == Verb::grant || moved.held <= 0) &&
           (sells ? moved.committed >= 0 : moved.committed <= 0) && moved.accepted >= 0;
}

std::string verb_name(Verb verb) { return std::string(to_string(verb)); }

}  // namespace

std::string Promises::wrong_birth(const Change& change) const {
    const auto& [verb, image] = std::pair(change.event.verb, std::cref(change.event.image));
    const ReservationImage& made = image;
    if (!makes(verb)) {
        return " was never made and is said to " + verb_name(verb);
    }
    if (made.id.value() != change.at.value() || made.version != 1) {
        return " is new and has another id than its position, or is not at version 1";
    }
    const auto waits = verb == Verb::queue ? ReservationState::queued : ReservationState::held;
    if (made.waiting != waits || made.lines.empty()) {
        return " begins in the state " + std::string(to_string(made.waiting));
    }
    if (verb != Verb::retake) {
        return {};
    }
    const auto found = successor_.find(made.replaces.value());
    const bool named = found != successor_.end() && found->second == made.id.value();
    return named ? "" : " takes stock for a late commit of a hold that names another successor";
}

std::string Promises::wrong_first_units(const Change& change) const {
    for (const LineImage& line : change.event.image.lines) {
        const LineQuantities& units = line.units;
        LineQuantities right{.accepted = units.accepted};
        switch (change.event.verb) {
            case Verb::hold: right.held = units.accepted; break;
            case Verb::retake: right.committed = units.accepted; break;
            case Verb::sale:
                (units.shipped > 0 ? right.shipped : right.committed) = units.accepted;
                break;
            default: right.accepted = 0; break;
        }
        if (units != right) {
            return " begins with units that a " + verb_name(change.event.verb) + " does not make";
        }
    }
    return {};
}

std::string Promises::wrong_limits(const ReservationImage& image) const {
    __int128 total = 0;
    for (const LineImage& line : image.lines) {
        if (line.units.accepted > kLineQuantityMax || line.requested > kLineQuantityMax) {
            return " has a line above 2^40 units";
        }
        total += line.units.accepted;
    }
    return total > kReservationQuantityMax ? " has more than 2^44 units" : "";
}

// The bounds are the least of its lines' classes.
std::string Promises::wrong_first_deadline(const Change& change) const {
    if (!opens(change.event.verb)) {
        return {};
    }
    const ReservationImage& image = change.event.image;
    base::Duration ttl = base::Duration::max();
    base::Duration lifetime = base::Duration::max();
    base::Duration wait = base::Duration::max();
    for (const LineImage& line : image.lines) {
        const SkuClass& policy = parts_.policies.class_of(line.sku);
        ttl = std::min(ttl, policy.hold_ttl_max);
        lifetime = std::min(lifetime, policy.lifetime_max);
        wait = std::min(wait, policy.wait_max);
    }
    const bool queued = change.event.verb == Verb::queue;
    const bool bounded = image.expires_at != base::kNever &&
                         image.expires_at - change.time <= (queued ? wait : ttl) &&
                         (!queued || image.hold_for <= ttl) &&
                         (queued || image.expires_at - image.first_created_at <= lifetime);
    if (!bounded) {
        return " lives longer than its class allows";
    }
    return image.expires_at > change.time ? "" : " is dead when it is made";
}

std::string Promises::wrong_state(const Change& change) const {
    const ReservationRecord& record = *change.record;
    const ReservationImage& image = change.event.image;
    const Verb verb = change.event.verb;
    if (image.version != record.version + 1) {
        return " goes from version " + std::to_string(record.version) + " to " +
               std::to_string(image.version);
    }
    const ReservationState state = state_of(record);
    if (!may_follow(verb, state, units_of(record))) {
        return " is " + std::string(to_string(state)) + " and cannot " + verb_name(verb);
    }
    if (verb == Verb::replace && successor_.contains(record.id)) {
        return " is replaced a second time";
    }
    if (image.waiting != waiting_after(verb, record.waiting) ||
        image.ended_as != ended_after(verb, record.ended_as)) {
        return " is in another state after " + verb_name(verb) + " than that leads to";
    }
    const bool counted =
        image.extensions == record.extensions + static_cast<unsigned>(verb == Verb::extend);
    return counted ? "" : " counts its extensions wrong";
}

std::string Promises::wrong_flow(const Change& change) const {
    const ReservationImage& image = change.event.image;
    const Verb verb = change.event.verb;
    LineQuantities sum;  // of a line over its entries: only reallocation moves units between them
    for (std::size_t i = 0; i < image.lines.size(); ++i) {
        const LineImage& entry = image.lines[i];
        const LineQuantities before =
            matched_[i] == kNone ? LineQuantities{} : lines_[matched_[i]].units;
        const LineQuantities moved = difference(entry.units, before);
        if (moved != flow_of(verb, moved) || !only_forward(verb, moved)) {
            return " moves units in a way that " + verb_name(verb) + " does not";
        }
        if (matched_[i] == kNone && verb != Verb::reallocate && verb != Verb::grant) {
            return " has a line that it did not have";
        }
        const bool all = verb == Verb::expire || verb == Verb::supersede;
        if (all && entry.units.held != 0) {
            return " keeps units after " + verb_name(verb);
        }
        sum.accepted += moved.accepted;
        sum.held += moved.held;
        const bool line_ends = i + 1 == image.lines.size() || !image.lines[i + 1].continues;
        if (verb == Verb::reallocate && line_ends && (sum.accepted != 0 || sum.held != 0)) {
            return " has more or fewer units after " + verb_name(verb);
        }
        sum = line_ends ? LineQuantities{} : sum;
    }
    return {};
}

// Timers end what is due, nothing earlier, and nothing acts on what is over. Facts about sold units
// have no deadline.
std::string Promises::wrong_end(const Change& change) const {
    const Verb verb = change.event.verb;
    const std::int64_t now = base::to_ms(change.time);
    const std::int64_t deadline = change.record->deadline_ms;
    const bool is_timer = verb == Verb::expire || verb == Verb::time_out_payment;
    if (is_timer && deadline > now) {
        return " ends " + std::to_string(deadline - now) + " ms before its deadline";
    }
    if (is_timer && deadline <= swept_ms_) {
        return " ends in a later batch than the one in which it was due";
    }
    const bool is_fact = verb == Verb::ship || verb == Verb::return_units;
    if (!is_timer && !is_fact && deadline <= now) {
        return " could still " + verb_name(verb) + " " + std::to_string(now - deadline) +
               " ms after its deadline";
    }
    return {};
}

std::string Promises::wrong_deadline(const Change& change) const {
    const ReservationImage& image = change.event.image;
    const ReservationRecord& record = *change.record;
    const std::int64_t deadline = base::to_ms(image.expires_at);
    const bool open =
        image.waiting == ReservationState::queued ||
        std::ranges::any_of(image.lines, [](const LineImage& line) { return line.units.held > 0; });
    base::Duration ttl = base::Duration::max();
    base::Duration lifetime = base::Duration::max();
    std::uint32_t extensions = UINT32_MAX;
    const bool pays = change.event.verb == Verb::begin_payment;
    for (const LineImage& line : image.lines) {
        const SkuClass& policy = parts_.policies.class_of(line.sku);
        ttl = std::min(ttl, pays ? policy.payment_ttl_max : policy.hold_ttl_max);
        lifetime = std::min(lifetime, policy.lifetime_max);
        extensions = std::min(extensions, policy.extensions_max);
    }
    switch (change.event.verb) {
        case Verb::extend:
            if (image.extensions > extensions || deadline <= record.deadline_ms) {
                return " is extended too often, or not at all";
            }
            [[fallthrough]];
        case Verb::begin_payment:
            return image.expires_at != base::kNever && image.expires_at - change.time <= ttl &&
                           deadline - record.first_created_ms <= lifetime.count()
                       ? ""
                       : " lives longer than its class allows";
        case Verb::time_out_payment:
            return deadline == INT64_MAX ? "" : " has a deadline while it is reviewed";
        case Verb::grant:
            return image.expires_at > change.time ? "" : " is dead when it is granted";
        default:
            return deadline == (open ? record.deadline_ms : INT64_MAX)
                       ? ""
                       : " gets another deadline by " + verb_name(change.event.verb);
    }
}

// What this entry promises of a cell that it did not promise before.
void Promises::claim(std::uint32_t cell, const LineRecord& before, const LineImage& to) {
    const auto firm = [](const LineQuantities& units, bool soft) {
        return units.committed + units.shipped + (soft ? 0 : units.held);
    };
    const Claim claim{
        .cell = cell,
        .firm = firm(to.units, to.soft) - firm(before.units, before.soft),
        .soft = (to.soft ? to.units.held : 0) - (before.soft ? before.units.held : 0)};
    if (claim.firm > 0 || claim.soft > 0) {
        claims_.push_back(claim);
    }
}

void Promises::judge_claims(const Change& change) {
    if (change.event.verb == Verb::sale) {
        return;  // a fact: it was sold elsewhere, whatever there was
    }
    for (const Claim& claim : claims_) {
        parts_.findings.looked(Check::oversell);
        const CellRecord& cell = parts_.figures[claim.cell];
        const SkuClass& policy = parts_.policies.class_of(cell.sku);
        const bool moves_soft = change.event.verb == Verb::reallocate && claim.soft > 0;
        const __int128 left = moves_soft       ? firm_room(cell.units, policy) - claim.soft
                              : claim.firm > 0 ? firm_room(cell.units, policy)
                                               : soft_room(cell.units, policy);
        if (left < 0) {
            parts_.findings.found(
                Check::oversell, change.at,
                "reservation " + std::to_string(change.event.image.id.value()) + " got " +
                    std::to_string(claim.firm > 0 ? claim.firm : claim.soft) + " of SKU " +
                    parts_.policies.sku(cell.sku).name + ", " +
                    std::to_string(static_cast<std::int64_t>(-left)) + " more than were offered");
        }
    }
}

}  // namespace holdfast::audit
