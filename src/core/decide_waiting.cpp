// Verbs on units that wait for a decision: begin payment, extend, commit, release; and expiry.
#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "core/decide_change.hpp"

namespace holdfast::core {

using namespace model;

namespace {

// Nothing is held any more and the verb wanted something held: say why, as precisely as possible.
Decision refuse_not_holding(const Change& change) {
    return refuse_state(change, state_of(change.image) == ReservationState::expired
                                    ? RefusalCode::expired
                                    : RefusalCode::illegal_transition);
}

// What a soft hold lacks when it is made firm: units per entry that are to be sold for good. A dead
// hold in the way ends first.
std::optional<Decision> refuse_soft(const Change& change, std::span<const std::int64_t> units) {
    const State& state = change.asked.state;
    Availability available(state);
    Refusal refusal;
    refusal.code = RefusalCode::insufficient_stock;
    refusal.reservation = change.image.id;
    base::PooledVector<std::uint32_t> short_cells;
    std::uint32_t line = 0;
    for (std::size_t i = 0; i < change.image.lines.size(); ++i) {
        const LineImage& entry = change.image.lines[i];
        line += static_cast<std::uint32_t>(i > 0 && !entry.continues);
        if (!entry.soft || units[i] == 0) {
            continue;
        }
        const std::uint32_t cell = state.find_cell(entry.sku, entry.pool);
        const std::int64_t left = available.firm_left(cell);
        if (left < units[i]) {
            short_cells.push_back(cell);
            refusal.lines.push_back({.line = line,
                                     .sku = entry.sku,
                                     .requested = units[i],
                                     .sellable = std::max<std::int64_t>(left, 0)});
        }
        available.take_firm(cell, units[i]);
    }
    if (refusal.lines.empty()) {
        return std::nullopt;
    }
    if (const auto* const dead = dead_hold_of(state, short_cells, change.asked.stamp.time)) {
        return expire_first(*dead);
    }
    return refused(change.asked, std::move(refusal));
}

// Money came for what was given up or has expired: a person has to send it back.
Decision refuse_commit(const Change& change) {
    Decision out = refuse_not_holding(change);
    const ReservationState state = state_of(change.image);
    const LineQuantities totals = sum_lines(change.image.lines);
    if (state == ReservationState::released || state == ReservationState::superseded ||
        totals.expired + totals.released > 0) {
        out.after = late_money(change.asked, change.image, out.events.size());
    }
    return out;
}

ReservationImage move_held(const Change& change, const Selection& selection,
                           std::int64_t LineQuantities::* to) {
    ReservationImage image = change.image;
    for (std::size_t i = 0; i < image.lines.size(); ++i) {
        image.lines[i].units.held -= selection.units[i];
        image.lines[i].units.*to += selection.units[i];
    }
    return image;
}

void replace_if_sent(std::string_view& text, const std::string& sent) {
    if (!sent.empty()) {
        text = sent;
    }
}

base::Duration asked_ttl(const Change& change, base::Duration by_default) {
    return change.request.ttl_seconds ? std::chrono::seconds(*change.request.ttl_seconds)
                                      : by_default;
}

}  // namespace

void end_wait(ReservationImage& image, ReservationState as) {
    image.waiting = ReservationState::held;
    image.hold_for = {};
    image.ended_as = as;
    image.expires_at = base::kNever;
}

Decision judge_begin_payment(const Change& change) {
    const ReservationState state = state_of(change.image);
    if (state == ReservationState::payment_pending) {
        return already(change, Verb::begin_payment);
    }
    if (auto stale = check_version(change)) {
        return std::move(*stale);
    }
    if (state != ReservationState::held) {
        return refuse_not_holding(change);
    }
    const Policy policy = policy_of(change.asked.state, change.image.lines);
    const base::Duration ttl = asked_ttl(change, policy.payment_ttl);
    if (ttl > policy.payment_ttl_max) {
        return refuse_bound(change, RefusalCode::ttl_out_of_bounds, policy.payment_ttl_max);
    }
    const base::Time deadline = change.asked.stamp.time + ttl;
    if (deadline > change.image.first_created_at + policy.lifetime_max) {
        return refuse_bound(change, RefusalCode::lifetime_exceeded, policy.lifetime_max);
    }
    // Nobody pays for what is not there: from here on the hold is firm.
    base::PooledVector<std::int64_t> held;
    for (const auto& line : change.image.lines) {
        held.push_back(line.units.held);
    }
    if (auto no = refuse_soft(change, held)) {
        return std::move(*no);
    }
    ReservationImage image = change.image;
    for (auto& line : image.lines) {
        line.soft = false;
    }
    image.waiting = ReservationState::payment_pending;
    image.expires_at = deadline;
    replace_if_sent(image.texts.payment_reference, change.request.payment_reference);
    replace_if_sent(image.texts.payment_provider, change.request.payment_provider);
    return accept_change(change, Verb::begin_payment, std::move(image));
}

Decision judge_extend(const Change& change) {
    const Policy policy = policy_of(change.asked.state, change.image.lines);
    const base::Duration ttl = asked_ttl(change, policy.hold_ttl);
    const base::Time deadline = change.asked.stamp.time + ttl;
    const bool is_held = state_of(change.image) == ReservationState::held;
    if (is_held && deadline <= change.image.expires_at) {
        return already(change, Verb::extend);  // a hold is never shortened
    }
    if (auto stale = check_version(change)) {
        return std::move(*stale);
    }
    if (!is_held) {
        return refuse_not_holding(change);
    }
    if (ttl > policy.hold_ttl_max) {
        return refuse_bound(change, RefusalCode::ttl_out_of_bounds, policy.hold_ttl_max);
    }
    if (change.image.extensions >= policy.extensions_max) {
        Refusal refusal;
        refusal.code = RefusalCode::extension_limit_reached;
        refusal.reservation = change.image.id;
        refusal.limit = policy.extensions_max;
        return refused(change.asked, std::move(refusal));
    }
    if (deadline > change.image.first_created_at + policy.lifetime_max) {
        return refuse_bound(change, RefusalCode::lifetime_exceeded, policy.lifetime_max);
    }
    ReservationImage image = change.image;
    image.expires_at = deadline;
    if (auto beyond = judge_longer(change.asked, image, change.reservation)) {
        return std::move(*beyond);
    }
    ++image.extensions;
    return accept_change(change, Verb::extend, std::move(image));
}

Decision judge_commit(const Change& change) {
    const State& state = change.asked.state;
    if (change.image.replaced_by.value() != 0) {
        const Reservation* const successor = state.find_reservation(change.image.replaced_by);
        CHECK(successor != nullptr, "a successor that is not in memory was not thawed first");
        return unchanged(change.asked,
                         {.verb = Verb::commit, .image = state.image_of(*successor), .key = {}});
    }
    auto selection = select_units(change);
    if (!selection) {
        return std::move(selection).error();
    }
    const LineQuantities totals = sum_lines(change.image.lines);
    const bool sold = totals.committed + totals.shipped > 0;
    if (change.request.lines.empty() && totals.held == 0 && sold) {
        return already(change, Verb::commit);
    }
    if (auto stale = check_version(change)) {
        return std::move(*stale);
    }
    if (state_of(change.image) == ReservationState::expired) {
        return decide_late_commit(change.asked, change.reservation, change.request);
    }
    if (totals.held == 0) {
        return refuse_commit(change);
    }
    if (!selection->missing.empty()) {
        return refuse_quantity(change, std::move(*selection));
    }
    if (auto no = refuse_soft(change, selection->units)) {
        return std::move(*no);
    }
    ReservationImage image = move_held(change, *selection, &LineQuantities::committed);
    replace_if_sent(image.texts.order_reference, change.request.order_reference);
    return accept_change(change, Verb::commit, std::move(image));
}

Decision judge_release(const Change& change) {
    auto selection = select_units(change);
    if (!selection) {
        return std::move(selection).error();
    }
    if (change.request.lines.empty() && is_given_up(change)) {
        return already(change, Verb::release);
    }
    if (auto stale = check_version(change)) {
        return std::move(*stale);
    }
    if (state_of(change.image) == ReservationState::queued) {
        ReservationImage image = change.image;
        end_wait(image, ReservationState::released);
        return accept_change(change, Verb::release, std::move(image));
    }
    if (sum_lines(change.image.lines).held == 0) {
        return refuse_not_holding(change);
    }
    if (!selection->missing.empty()) {
        return refuse_quantity(change, std::move(*selection));
    }
    ReservationImage image = move_held(change, *selection, &LineQuantities::released);
    image.ended_as = ReservationState::released;
    return accept_change(change, Verb::release, std::move(image));
}

Event decide_expiry(const State& state, const Reservation& reservation) {
    ReservationChanged event{.verb = Verb::expire, .image = state.image_of(reservation)};
    ReservationImage& image = event.image;
    ++image.version;
    image.expires_at = base::kNever;
    if (image.waiting == ReservationState::queued) {
        end_wait(image, ReservationState::expired);
        return event;
    }
    const bool to_review =
        image.waiting == ReservationState::payment_pending &&
        policy_of(state, image.lines).on_payment_timeout == PaymentTimeout::review;
    if (to_review) {
        event.verb = Verb::time_out_payment;
        image.waiting = ReservationState::review;
        return event;
    }
    for (auto& line : image.lines) {
        line.units.expired += std::exchange(line.units.held, 0);
    }
    image.ended_as = ReservationState::expired;
    return event;
}

}  // namespace holdfast::core
