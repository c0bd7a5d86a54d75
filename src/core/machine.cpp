#include "core/machine.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "core/apply.hpp"
#include "core/apply_internal.hpp"
#include "core/consequences.hpp"
#include "core/decide_internal.hpp"
#include "core/look_ahead.hpp"
#include "model/event_codec.hpp"
#include "model/limits.hpp"

namespace holdfast::core {

using namespace model;

namespace {

// What readers outside the loop have to be told about an event.
struct NoteTouched {
    OpenBatch& batch;
    const Event& event;

    void operator()(const StockMoved& e) const { batch.touched.push_back(e.sku); }
    void operator()(const StockCounted& e) const { batch.touched.push_back(e.sku); }
    void operator()(const TransferChanged& e) const { batch.touched.push_back(e.transfer.sku); }
    void operator()(const PoolDefined&) const { batch.names.push_back(event); }
    void operator()(const CapsSet&) const { batch.names.push_back(event); }
    void operator()(const SellingChanged&) const { batch.names.push_back(event); }
    void operator()(const SafetyStockSet& e) const { batch.touched.push_back(e.sku); }
    void operator()(const SkuUpdated& e) const { batch.touched.push_back(e.sku); }
    void operator()(const ReservationChanged& e) const {
        for (const auto& line : e.image.lines) {
            batch.touched.push_back(line.sku);
        }
    }
    void operator()(const TenantRegistered&) const { batch.names.push_back(event); }
    void operator()(const ClassDefined&) const { batch.names.push_back(event); }
    void operator()(const SkuRegistered& e) const {
        batch.names.push_back(event);
        batch.touched.push_back(e.sku);
    }
    template <typename Other>
    void operator()(const Other&) const {}
};

}  // namespace

// What the last life had no room or budget for.
Machine::Machine(State& state) : state_(state) { note_consequences(state); }

void Machine::append_one(const Event& event, OpenBatch& batch) {
    encode(event, batch.payload);
    std::visit(NoteTouched{.batch = batch, .event = event}, event);
    note_left_queue(event, batch);
    apply(state_, event, batch.next, batch.time);
    batch.next = Sequence(batch.next.value() + 1);
    ++batch.count;
}

// Before it is applied: the state still knows that the reservation waited.
void Machine::note_left_queue(const Event& event, OpenBatch& batch) const {
    if (batch.left_queue == nullptr || state_.totals.waiters == 0) {
        return;
    }
    const auto* const changed = std::get_if<ReservationChanged>(&event);
    if (changed == nullptr || changed->image.waiting == ReservationState::queued) {
        return;
    }
    const Reservation* const before = state_.find_reservation(changed->image.id);
    if (before != nullptr && before->waiting == ReservationState::queued) {
        batch.left_queue->push_back(before->id);
    }
}

void Machine::append(const Event& event, OpenBatch& batch) { append_one(event, batch); }

// Whoever the decision wants to go first goes. False: not within this batch's budget.
bool Machine::make_way(const Decision& decision, OpenBatch& batch, std::uint32_t budget) {
    if (batch.expiries >= budget) {
        return false;
    }
    const bool expires = decision.outcome == Outcome::expire_first;
    const Reservation* const first =
        state_.find_reservation(expires ? decision.expire : decision.grant);
    CHECK(first != nullptr && (!expires || is_dead(*first, batch.time)));
    append_one(expires ? decide_expiry(state_, *first) : decide_grant(state_, *first, batch.time),
               batch);
    ++batch.expiries;
    return true;
}

// False: not all within this batch's budget.
bool Machine::grant(SkuId sku, OpenBatch& batch, std::uint32_t budget) {
    bool capped = false;
    while (state_.queue_of(sku) != nullptr) {
        // Holds that are over end first: whose turn it is must not depend on how late a sweeper is.
        const Reservation* const dead = dead_hold_of(state_, sku, batch.time);
        const Reservation* const next =
            dead == nullptr ? next_grant(state_, sku, batch.time, &capped) : nullptr;
        if (dead == nullptr && next == nullptr) {
            break;
        }
        if (batch.expiries >= budget) {
            return false;
        }
        append_one(dead != nullptr ? decide_expiry(state_, *dead)
                                   : decide_grant(state_, *next, batch.time),
                   batch);
        ++batch.expiries;
        if (next != nullptr) {
            std::erase(state_.attention.queues, sku);  // it is looked at again here
        }
    }
    if (capped && std::ranges::find(capped_, sku) == capped_.end()) {
        capped_.push_back(sku);
    }
    return true;
}

// Stops end without an event: who waited for that may be served now.
void Machine::note_ended_stops(base::Time now) {
    const base::Time before = std::exchange(settled_at_, now);
    if (state_.totals.waiters == 0 || before == now) {
        return;
    }
    for (std::uint32_t t = 0; t < state_.tenants.size(); ++t) {
        for (const auto& stop : state_.tenants[t].stops) {
            if (stop.covers(before) && !stop.covers(now)) {
                note_queues(state_);
                return;
            }
        }
    }
}

// Who waits for SKUs in which something changed, and for owners who hold less than before.
void Machine::collect_grants_due() {
    auto& attention = state_.attention;
    for (const SkuId sku : attention.queues) {
        if (grants_due_.empty() || grants_due_.back() != sku) {
            grants_due_.push_back(sku);
        }
    }
    attention.queues.clear();
    if (std::exchange(attention.owners, false)) {
        grants_due_.insert(grants_due_.end(), capped_.begin(), capped_.end());
        capped_.clear();
    }
}

// What follows from the events so far: cases first, because they say what stock is promised
// already, then waiters.
void Machine::settle(OpenBatch& batch, std::uint32_t budget) {
    note_ended_stops(batch.time);
    if (state_.attention.empty() && grants_due_.empty()) {
        return;  // as after most events
    }
    while (true) {
        const auto events = next_consequences(state_, {.next = batch.next, .time = batch.time},
                                              batch.count < kBatchEventsMax);
        for (const auto& event : events) {
            append_one(event, batch);
        }
        if (!events.empty()) {
            continue;
        }
        collect_grants_due();
        if (grants_due_.empty() || !grant(grants_due_.back(), batch, budget)) {
            return;
        }
        grants_due_.pop_back();
    }
}

Execution Machine::execute(const Command& command, OpenBatch& batch, std::uint32_t expiry_budget) {
    Decision decision = decide(state_, command, {.next = batch.next, .time = batch.time});
    while (decision.outcome == Outcome::expire_first || decision.outcome == Outcome::grant_first) {
        if (!make_way(decision, batch, expiry_budget)) {
            settle(batch, expiry_budget);
            return {.outcome = decision.outcome,
                    .refusal = {},
                    .sequence = {},
                    .reply = {},
                    .place = {}};
        }
        decision = decide(state_, command, {.next = batch.next, .time = batch.time});
    }
    Execution out{.outcome = decision.outcome,
                  .refusal = {},
                  .sequence = decision.replay_of,
                  .reply = {},
                  .place = {}};
    if (decision.outcome == Outcome::refused) {
        out.refusal = std::move(decision.refusal);
    }
    if (decision.outcome == Outcome::shown) {
        shown_.clear();
        encode(decision.events.front(), shown_);
        out.reply = shown_;
        out.sequence = Sequence(batch.next.value() - 1);
        show_place(command, out);
        settle(batch, expiry_budget);
        return out;
    }
    std::size_t reply_begins = 0;
    std::size_t reply_ends = 0;
    for (const Event& event : decision.events) {
        reply_begins = batch.payload.size();
        out.sequence = batch.next;
        append_one(event, batch);
        reply_ends = batch.payload.size();
    }
    show_place(command, out);
    for (const Event& event : decision.after) {
        append_one(event, batch);
    }
    settle(batch, expiry_budget);
    out.reply = std::span(batch.payload).subspan(reply_begins, reply_ends - reply_begins);
    return out;
}

// Only creates and reads are answered with a place.
void Machine::show_place(const Command& command, Execution& execution) const {
    if (state_.totals.waiters == 0) {
        return;
    }
    const Reservation* shown = nullptr;
    if (const auto* const read = std::get_if<ReadReservation>(&command.request)) {
        shown = state_.find_reservation(read->reservation);
    } else if (command.operation == Operation::create && execution.outcome == Outcome::applied) {
        shown = state_.find_reservation(ReservationId(execution.sequence.value()));
    }
    if (shown != nullptr && shown->waiting == ReservationState::queued) {
        execution.place = place_of(state_, *shown);
    }
}

void Machine::expire_due(OpenBatch& batch, std::uint32_t expiry_budget) {
    for (std::size_t ended = 0; batch.expiries < expiry_budget; ++ended) {
        const Reservation* const due = state_.first_due();
        if (due == nullptr || !is_dead(*due, batch.time)) {
            break;
        }
        if (ended % kLookAhead == 0) {
            prefetch_due(state_);
        }
        append_one(decide_expiry(state_, *due), batch);
        ++batch.expiries;
    }
    settle(batch, expiry_budget);
}

}  // namespace holdfast::core
