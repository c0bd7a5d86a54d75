#include "transport/http/reply_body.hpp"

#include "transport/http/stock_body.hpp"

namespace holdfast::transport::http {
namespace {

bool is_told(base::Time time) { return time != base::Time{}; }

void write_line(JsonWriter& json, const api::LineView& line) {
    json.begin_object();
    json.text("line_id", line.line_id);
    json.text("sku", line.sku);
    json.text_unless_empty("group", line.group);
    json.number("requested", line.requested);
    json.number("accepted", line.units.accepted);
    json.number("held", line.units.held);
    json.number("committed", line.units.committed);
    json.number("shipped", line.units.shipped);
    json.number("released", line.units.released);
    json.number("expired", line.units.expired);
    json.number("short", line.units.closed_short);
    json.number("returned", line.units.returned);
    if (line.untracked) {
        json.flag("untracked", true);
    }
    json.begin_array("allocations");
    for (const auto& allocation : line.allocations) {
        json.begin_object();
        json.text("pool", allocation.pool);
        json.number("quantity", allocation.quantity);
        json.end_object();
    }
    json.end_array();
    json.end_object();
}

void write_texts(JsonWriter& json, const model::ReservationTexts& texts) {
    json.text_unless_empty("reference", texts.reference);
    json.text_unless_empty("agent_id", texts.agent_id);
    json.text_unless_empty("operator_id", texts.operator_id);
    json.text_unless_empty("channel", texts.channel);
    json.text_unless_empty("region", texts.region);
    json.text_unless_empty("payment_reference", texts.payment_reference);
    json.text_unless_empty("provider", texts.payment_provider);
    json.text_unless_empty("order_reference", texts.order_reference);
}

void write_queue(JsonWriter& json, const api::QueueView& queue) {
    json.begin_object("queue");
    if (queue.ahead) {
        json.number("ahead", std::uint64_t{*queue.ahead});
    }
    json.time("until", queue.until);
    if (queue.estimate_at) {
        json.time("estimate_at", *queue.estimate_at);
    }
    json.end_object();
}

void write_personal(JsonWriter& json, const api::ReservationView& view) {
    if (view.customer_id) {
        json.text("customer_id", *view.customer_id);
    }
    if (view.metadata) {
        json.raw("metadata", *view.metadata);
    }
}

void write_cell(JsonWriter& json, const model::CellImage& cell) {
    const std::int64_t sellable = cell.sellable();
    json.number("sellable", sellable > 0 ? sellable : std::int64_t{0});
    json.number("on_hand", cell.on_hand);
    json.number("committed", cell.committed);
    json.number("held", cell.held);
    json.number("unavailable", cell.unavailable);
    json.number("safety_stock", cell.safety_stock);
    json.number("deficit", sellable < 0 ? -sellable : std::int64_t{0});
}

}  // namespace

void write_reservation(JsonWriter& json, const api::ReservationView& view,
                       std::string_view position) {
    json.begin_object();
    if (view.id.empty()) {
        json.flag("dry_run", true);
    } else {
        json.text("id", view.id);
    }
    json.text("state", model::to_string(view.state));
    json.number("version", std::uint64_t{view.version});
    json.time("created_at", view.created_at);
    if (view.expires_at != base::kNever) {
        json.time("expires_at", view.expires_at);
    }
    json.number("extensions", std::uint64_t{view.extensions});
    json.flag("firm", view.firm);
    if (view.queue) {
        write_queue(json, *view.queue);
    }
    if (view.committed_late) {
        json.flag("committed_late", true);
    }
    json.text_unless_empty("replaces", view.replaces);
    json.text_unless_empty("replaced_by", view.replaced_by);
    json.text_unless_empty("superseded_by", view.superseded_by);
    write_texts(json, view.texts);
    write_personal(json, view);
    json.begin_array("lines");
    for (const auto& line : view.lines) {
        write_line(json, line);
    }
    json.end_array();
    json.text_unless_empty("position", position);
    json.end_object();
}

void write_parked(JsonWriter& json, const api::ParkedView& view, std::string_view position) {
    const bool ship = view.verb == model::Verb::ship;
    json.begin_object();
    json.flag("parked", true);
    json.text("verb", model::to_string(view.verb));
    json.text("reservation", view.reservation.id);
    json.text("state", model::to_string(view.reservation.state));
    json.number("version", std::uint64_t{view.reservation.version});
    if (!ship) {
        json.text("disposition",
                  view.disposition == model::Disposition::damaged ? "damaged" : "restock");
    }
    json.text_unless_empty(ship ? "shipment_reference" : "reference", view.document);
    if (is_told(view.occurred_at)) {
        json.time("occurred_at", view.occurred_at);
    }
    json.begin_array("lines");
    for (std::size_t i = 0; i < view.reservation.lines.size(); ++i) {
        json.begin_object();
        json.text("line_id", view.reservation.lines[i].line_id);
        json.text("sku", view.reservation.lines[i].sku);
        json.number("quantity", i < view.quantities.size() ? view.quantities[i] : 0);
        json.end_object();
    }
    json.end_array();
    json.text_unless_empty("position", position);
    json.end_object();
}

void write_released(JsonWriter& json, const api::ReleasedView& view, std::string_view position) {
    json.begin_object();
    json.begin_array("released");
    for (const auto& id : view.released) {
        json.text({}, id);
    }
    json.end_array();
    if (is_told(view.blocked_until)) {
        json.time("blocked_until", view.blocked_until);
    }
    json.text_unless_empty("position", position);
    json.end_object();
}

void write_stock(JsonWriter& json, const api::StockView& view, std::string_view position) {
    json.begin_object();
    json.text("sku", view.sku);
    json.text("pool", view.pool);
    if (view.movement) {
        json.number("delta", view.delta);
        json.text("reason", model::to_string(view.reason));
        if (view.unavailable_reason != model::Reason::none) {
            json.number("unavailable_delta", view.unavailable_delta);
            json.text("unavailable_reason", model::to_string(view.unavailable_reason));
        }
        json.text_unless_empty("undoes", view.undoes);
        json.text_unless_empty("reference", view.reference);
        if (is_told(view.occurred_at)) {
            json.time("occurred_at", view.occurred_at);
        }
        json.flag("sku_registered", view.sku_registered);
    }
    write_cell(json, view.cell);
    json.text_unless_empty("position", position);
    json.end_object();
}

void write_sku(JsonWriter& json, const api::SkuSettingsView& view, std::string_view position) {
    json.begin_object();
    json.text("sku", view.sku);
    json.text("sku_class", view.sku_class);
    json.number("version", std::uint64_t{view.version});
    json.text_unless_empty("position", position);
    json.end_object();
}

void write_reply(JsonWriter& json, const api::Reply& reply, const ProblemContext& context) {
    struct Writer {
        JsonWriter& json;
        const api::Reply& reply;
        const ProblemContext& context;
        void operator()(const api::Problem& view) const { write_problem(json, view, context); }
        void operator()(const api::ReservationView& view) const {
            write_reservation(json, view, reply.position);
        }
        void operator()(const api::ParkedView& view) const {
            write_parked(json, view, reply.position);
        }
        void operator()(const api::ReleasedView& view) const {
            write_released(json, view, reply.position);
        }
        void operator()(const api::StockView& view) const {
            write_stock(json, view, reply.position);
        }
        void operator()(const api::SkuSettingsView& view) const {
            write_sku(json, view, reply.position);
        }
        void operator()(const api::ClassView& view) const {
            write_class(json, view, reply.position);
        }
        void operator()(const api::PoolView& view) const { write_pool(json, view, reply.position); }
        void operator()(const api::CapsView& view) const { write_caps(json, view, reply.position); }
        void operator()(const api::SellingView& view) const {
            write_selling(json, view, reply.position);
        }
        void operator()(const api::TransferView& view) const {
            write_transfer(json, view, reply.position);
        }
        void operator()(const api::CountView& view) const {
            write_count(json, view, reply.position);
        }
        void operator()(const api::CaseView& view) const { write_case(json, view, reply.position); }
        void operator()(const api::SkuKnownView& view) const {
            write_known_sku(json, view, reply.position);
        }
    };
    std::visit(Writer{json, reply, context}, reply.body);
}

}  // namespace holdfast::transport::http
