#include "core/machine.hpp"

#include "base/check.hpp"
#include "core/apply.hpp"
#include "model/event_codec.hpp"

namespace holdfast::core {

using namespace model;

namespace {

// What readers outside the loop have to be told about an event.
struct NoteTouched {
    OpenBatch& batch;
    const Event& event;

    void operator()(const StockMoved& e) const { batch.touched.push_back(e.sku); }
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

void Machine::append(const Event& event, OpenBatch& batch) {
    encode(event, batch.payload);
    std::visit(NoteTouched{.batch = batch, .event = event}, event);
    apply(state_, event, batch.next, batch.time);
    batch.next = Sequence(batch.next.value() + 1);
    ++batch.count;
}

Execution Machine::execute(const Command& command, OpenBatch& batch, std::uint32_t expiry_budget) {
    Decision decision = decide(state_, command, {.next = batch.next, .time = batch.time});
    while (decision.outcome == Outcome::expire_first) {
        if (batch.expiries >= expiry_budget) {
            return {.outcome = Outcome::expire_first, .refusal = {}, .sequence = {}, .reply = {}};
        }
        const Reservation* const dead = state_.find_reservation(decision.expire);
        CHECK(dead != nullptr && is_dead(*dead, batch.time));
        append(decide_expiry(state_, *dead), batch);
        ++batch.expiries;
        decision = decide(state_, command, {.next = batch.next, .time = batch.time});
    }
    Execution out{.outcome = decision.outcome,
                  .refusal = std::move(decision.refusal),
                  .sequence = decision.replay_of,
                  .reply = {}};
    if (decision.outcome == Outcome::shown) {
        shown_.clear();
        encode(decision.events.front(), shown_);
        out.reply = shown_;
        out.sequence = Sequence(batch.next.value() - 1);
        return out;
    }
    std::size_t last_begins = 0;
    for (const Event& event : decision.events) {
        last_begins = batch.payload.size();
        out.sequence = batch.next;
        append(event, batch);
    }
    if (!decision.events.empty()) {
        out.reply = std::span(batch.payload).subspan(last_begins);
    }
    return out;
}

void Machine::prefetch(const Command& command) const {
    if (!command.key.empty()) {
        state_.keys.prefetch(command.key.key);
    }
    if (const auto* const create = std::get_if<CreateReservation>(&command.request)) {
        state_.skus_by_name.prefetch(create->lines.front().sku.digest);
    } else if (const auto* const change = std::get_if<ChangeReservation>(&command.request)) {
        state_.reservations_by_id.prefetch(State::id_digest(change->reservation));
    }
}

void Machine::expire_due(OpenBatch& batch, std::uint32_t expiry_budget) {
    while (batch.expiries < expiry_budget) {
        const Reservation* const due = state_.first_due();
        if (due == nullptr || !is_dead(*due, batch.time)) {
            return;
        }
        append(decide_expiry(state_, *due), batch);
        ++batch.expiries;
    }
}

}  // namespace holdfast::core
