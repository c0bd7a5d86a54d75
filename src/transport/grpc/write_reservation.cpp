// Reservations as messages, and the reply around everything.
#include <google/protobuf/util/json_util.h>

#include "transport/grpc/replies_internal.hpp"
#include "transport/grpc/words_internal.hpp"

namespace holdfast::transport::grpc {
namespace {

void set_text(std::string& out, std::string_view text) { out.assign(text); }

void write_line(const api::LineView& line, v1::ReservationLine& out) {
    out.set_line_id(line.line_id);
    set_text(*out.mutable_sku(), line.sku);
    set_text(*out.mutable_group(), line.group);
    out.set_requested(line.requested);
    out.set_accepted(line.units.accepted);
    out.set_held(line.units.held);
    out.set_committed(line.units.committed);
    out.set_shipped(line.units.shipped);
    out.set_released(line.units.released);
    out.set_expired(line.units.expired);
    out.set_short_(line.units.closed_short);
    out.set_returned(line.units.returned);
    out.set_untracked(line.untracked);
    for (const auto& allocation : line.allocations) {
        auto& to = *out.add_allocations();
        set_text(*to.mutable_pool(), allocation.pool);
        to.set_quantity(allocation.quantity);
    }
}

void write_texts(const model::ReservationTexts& texts, v1::Reservation& out) {
    set_text(*out.mutable_reference(), texts.reference);
    set_text(*out.mutable_agent_id(), texts.agent_id);
    set_text(*out.mutable_operator_id(), texts.operator_id);
    set_text(*out.mutable_channel(), texts.channel);
    set_text(*out.mutable_region(), texts.region);
    set_text(*out.mutable_payment_reference(), texts.payment_reference);
    set_text(*out.mutable_provider(), texts.payment_provider);
    set_text(*out.mutable_order_reference(), texts.order_reference);
}

void write_queue(const api::QueueView& queue, v1::Queue& out) {
    if (queue.ahead) {
        out.set_ahead(*queue.ahead);
    }
    set_time(*out.mutable_until(), queue.until);
    if (queue.estimate_at) {
        set_time(*out.mutable_estimate_at(), *queue.estimate_at);
    }
}

// Metadata is kept as one JSON object of texts.
void write_personal(const api::ReservationView& view, v1::Reservation& out) {
    if (view.customer_id) {
        out.set_customer_id(*view.customer_id);
    }
    if (view.metadata) {
        v1::Reservation read;
        const auto status = google::protobuf::util::JsonStringToMessage(
            "{\"metadata\":" + *view.metadata + '}', &read);
        if (status.ok()) {
            out.mutable_metadata()->swap(*read.mutable_metadata());
        }
    }
}

// What a pipeline shows by default.
void write_basics(const api::ReservationView& view, v1::Reservation& out) {
    out.set_id(view.id);
    out.set_state(to_word<v1::ReservationState>(view.state));
    out.set_version(view.version);
    if (view.expires_at != base::kNever) {
        set_time(*out.mutable_expires_at(), view.expires_at);
    }
    out.set_firm(view.firm);
}

void write_parked(const api::ParkedView& view, v1::ParkedFact& out) {
    set_text(*out.mutable_verb(), model::to_string(view.verb));
    out.set_reservation(view.reservation.id);
    out.set_state(to_word<v1::ReservationState>(view.reservation.state));
    out.set_version(view.reservation.version);
    if (view.verb != model::Verb::ship) {
        out.set_disposition(to_word<v1::Disposition>(view.disposition));
    }
    set_text(*out.mutable_document(), view.document);
    if (view.occurred_at != base::Time{}) {
        set_time(*out.mutable_occurred_at(), view.occurred_at);
    }
    for (std::size_t i = 0; i < view.reservation.lines.size(); ++i) {
        auto& line = *out.add_lines();
        line.set_line_id(view.reservation.lines[i].line_id);
        set_text(*line.mutable_sku(), view.reservation.lines[i].sku);
        line.set_quantity(i < view.quantities.size() ? view.quantities[i] : 0);
    }
}

void write_released(const api::ReleasedView& view, v1::ReleasedReservations& out) {
    for (const auto& id : view.released) {
        out.add_released(id);
    }
    if (view.blocked_until != base::Time{}) {
        set_time(*out.mutable_blocked_until(), view.blocked_until);
    }
}

void write_stock(const api::StockView& view, v1::StockChange& out) {
    set_text(*out.mutable_sku(), view.sku);
    set_text(*out.mutable_pool(), view.pool);
    if (view.movement) {
        out.set_moved(true);
        out.set_delta(view.delta);
        out.set_reason(to_word(view.reason));
        if (view.unavailable_reason != model::Reason::none) {
            out.set_unavailable_delta(view.unavailable_delta);
            out.set_unavailable_reason(to_word(view.unavailable_reason));
        }
        out.set_undoes(view.undoes);
        set_text(*out.mutable_reference(), view.reference);
        if (view.occurred_at != base::Time{}) {
            set_time(*out.mutable_occurred_at(), view.occurred_at);
        }
        out.set_sku_registered(view.sku_registered);
    }
    write_cell(view.cell, *out.mutable_cell());
}

void write_count(const api::CountView& view, v1::Count& out) {
    out.set_outcome(to_word<v1::CountOutcome>(view.outcome));
    set_text(*out.mutable_sku(), view.sku);
    set_text(*out.mutable_pool(), view.pool);
    out.set_counted(view.counted);
    out.set_ledger(view.ledger);
    out.set_drift(view.drift);
    set_time(*out.mutable_as_of(), view.as_of);
    out.set_delta(view.delta);
    out.set_disputed(view.disputed);
    out.set_plan(view.plan);
    out.set_case_(view.case_id);
    set_text(*out.mutable_submitter(), view.submitter);
    set_text(*out.mutable_decided_by(), view.decided_by);
    out.set_overridden(view.overridden);
    out.set_on_hand(view.cell.on_hand);
    out.set_unavailable(view.cell.unavailable);
}

struct Writer {
    v1::View view;
    v1::Reply& out;

    void operator()(const api::Problem& from) const { write_refusal(from, *out.mutable_refusal()); }
    void operator()(const api::ReservationView& from) const {
        if (view == v1::VIEW_BASIC) {
            write_basics(from, *out.mutable_reservation());
        } else {
            write_reservation(from, *out.mutable_reservation());
        }
    }
    void operator()(const api::ParkedView& from) const {
        write_parked(from, *out.mutable_parked());
    }
    void operator()(const api::ReleasedView& from) const {
        write_released(from, *out.mutable_released());
    }
    void operator()(const api::StockView& from) const { write_stock(from, *out.mutable_stock()); }
    void operator()(const api::SkuSettingsView& from) const { write_sku(from, *out.mutable_sku()); }
    void operator()(const api::ClassView& from) const {
        write_class(from.policy, *out.mutable_sku_class());
    }
    void operator()(const api::PoolView& from) const { write_pool(from, *out.mutable_pool()); }
    void operator()(const api::CapsView& from) const { write_caps(from.caps, *out.mutable_caps()); }
    void operator()(const api::SellingView& from) const {
        write_selling(from, *out.mutable_selling());
    }
    void operator()(const api::TransferView& from) const {
        write_transfer(from, *out.mutable_transfer());
    }
    void operator()(const api::CountView& from) const { write_count(from, *out.mutable_count()); }
    void operator()(const api::CaseView& from) const { write_case(from, *out.mutable_case_()); }
    void operator()(const api::SkuKnownView& from) const {
        auto& sku = *out.mutable_sku();
        set_text(*sku.mutable_sku(), from.sku);
        set_text(*sku.mutable_sku_class(), from.sku_class);
    }
};

}  // namespace

void write_reservation(const api::ReservationView& view, v1::Reservation& out) {
    write_basics(view, out);
    set_time(*out.mutable_created_at(), view.created_at);
    out.set_extensions(view.extensions);
    out.set_committed_late(view.committed_late);
    if (view.queue) {
        write_queue(*view.queue, *out.mutable_queue());
    }
    for (const auto& line : view.lines) {
        write_line(line, *out.add_lines());
    }
    out.set_replaces(view.replaces);
    out.set_replaced_by(view.replaced_by);
    out.set_superseded_by(view.superseded_by);
    write_texts(view.texts, out);
    write_personal(view, out);
}

void write_list(const api::ReservationList& list, v1::ListResponse& out) {
    for (const auto& row : list.items) {
        write_reservation(row.view, *out.add_reservations());
    }
    out.set_next_page_token(list.next_cursor);
    out.set_position(list.position);
    set_time(*out.mutable_as_of(), list.as_of);
}

void write_reply(const api::Reply& reply, v1::View view, v1::Reply& out) {
    std::visit(Writer{.view = view, .out = out}, reply.body);
    out.set_position(reply.position);
    out.set_created(reply.created);
    out.set_replayed(reply.replayed);
    if (reply.present) {
        out.mutable_present()->set_state(to_word<v1::ReservationState>(reply.present->state));
        out.mutable_present()->set_version(reply.present->version);
    }
}

void write_event(const api::EventView& event, v1::Event& out) {
    out.set_position(event.position);
    set_time(*out.mutable_time(), event.time);
    set_text(*out.mutable_type(), event.type);
    out.set_subject(event.subject);
    write_reply(event.reply, v1::VIEW_FULL, *out.mutable_data());
}

}  // namespace holdfast::transport::grpc
