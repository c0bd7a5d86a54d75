// What happened, how much there was and why, as JSON.
#include <algorithm>

#include "transport/http/reply_body.hpp"
#include "transport/http/stock_body.hpp"

namespace holdfast::transport::http {
namespace {

void write_figures(JsonWriter& json, const model::CellImage& cell) {
    const std::int64_t sellable = cell.sellable();
    json.number("sellable", std::max<std::int64_t>(sellable, 0));
    json.number("on_hand", cell.on_hand);
    json.number("committed", cell.committed);
    json.number("held", cell.held);
    json.number("soft_held", cell.soft_held);
    json.number("unavailable", cell.unavailable);
    json.number("safety_stock", cell.safety_stock);
    json.number("deficit", sellable < 0 ? -sellable : std::int64_t{0});
}

void write_cell(JsonWriter& json, const api::CellAtView& at) {
    json.text("pool", at.pool);
    write_figures(json, at.cell);
    json.text("changed_by", at.changed_by);
    json.time("changed_at", at.changed_at);
}

void write_on_hand(JsonWriter& json, const api::OnHandTermView& term) {
    json.begin_object();
    json.text("term", term.term);
    if (term.reason != model::Reason::none) {
        json.text("reason", model::to_string(term.reason));
    }
    json.number("movements", term.movements);
    json.number("units", term.units);
    json.begin_array("newest");
    for (const auto& movement : term.newest) {
        json.begin_object();
        json.text("position", movement.position);
        json.time("time", movement.time);
        json.number("units", movement.units);
        json.end_object();
    }
    json.end_array();
    json.end_object();
}

void write_promises(JsonWriter& json, const api::PromiseTermView& term) {
    json.begin_object();
    json.text("kind", term.kind);
    json.number("promises", term.promises);
    json.number("units", term.units);
    json.begin_array("newest");
    for (const auto& promise : term.newest) {
        json.begin_object();
        json.text("reservation", promise.reservation);
        json.number("line", std::uint64_t{promise.line});
        json.number("units", promise.units);
        if (promise.expires_at) {
            json.time("expires_at", *promise.expires_at);
        }
        json.end_object();
    }
    json.end_array();
    json.end_object();
}

void write_cell_terms(JsonWriter& json, const api::CellExplanationView& cell) {
    json.begin_array("on_hand_terms");
    for (const auto& term : cell.on_hand) {
        write_on_hand(json, term);
    }
    json.end_array();
    json.begin_array("unavailable_terms");
    for (const auto& term : cell.unavailable) {
        json.begin_object();
        json.text("reason", model::to_string(term.reason));
        json.number("units", term.units);
        json.end_object();
    }
    json.end_array();
    json.begin_array("promise_terms");
    for (const auto& term : cell.promises) {
        write_promises(json, term);
    }
    json.end_array();
}

void write_data(JsonWriter& json, const api::EventView& event) {
    std::string data;
    JsonWriter inner(data);
    write_reply(inner, event.reply, {});
    json.raw("data", data);
}

void write_event(JsonWriter& json, const api::EventView& event) {
    json.begin_object();
    json.text("position", event.position);
    json.time("time", event.time);
    json.text("type", event.type);
    json.text_unless_empty("subject", event.subject);
    write_data(json, event);
    json.end_object();
}

void write_cloud_event(JsonWriter& json, const api::EventView& event, std::string_view source) {
    json.begin_object();
    json.text("specversion", "1.0");
    json.text("id", event.position);
    json.text("source", source);
    json.text("type", event.type);
    json.time("time", event.time);
    json.text_unless_empty("subject", event.subject);
    json.text("datacontenttype", "application/json");
    write_data(json, event);
    json.end_object();
}

}  // namespace

void write_events(JsonWriter& json, const api::EventList& list) {
    json.begin_object();
    json.begin_array("events");
    for (const auto& event : list.events) {
        write_event(json, event);
    }
    json.end_array();
    json.text_unless_empty("next_cursor", list.next_cursor);
    json.text("position", list.position);
    json.time("as_of", list.as_of);
    json.end_object();
}

void write_feed(JsonWriter& json, const api::EventFeedPage& page) {
    json.begin_object();
    json.begin_array("events");
    for (const auto& event : page.events) {
        write_cloud_event(json, event, page.source);
    }
    json.end_array();
    json.text("next", page.next);
    json.end_object();
}

void write_stock_at(JsonWriter& json, const api::StockAtView& view) {
    json.begin_object();
    json.text("sku", view.sku);
    json.begin_array("pools");
    for (const auto& pool : view.pools) {
        json.begin_object();
        write_cell(json, pool);
        json.end_object();
    }
    json.end_array();
    json.text("position", view.position);
    json.time("as_of", view.as_of);
    json.end_object();
}

void write_explanation(JsonWriter& json, const api::ExplanationView& view) {
    json.begin_object();
    json.text("sku", view.sku);
    json.text("sku_class", view.sku_class);
    json.begin_array("pools");
    for (const auto& cell : view.pools) {
        json.begin_object();
        write_cell(json, cell.at);
        if (cell.offered) {
            json.number("offered", *cell.offered);
        }
        write_cell_terms(json, cell);
        json.end_object();
    }
    json.end_array();
    if (view.partial) {
        json.flag("partial", true);
    }
    json.text("position", view.position);
    json.time("as_of", view.as_of);
    json.end_object();
}

}  // namespace holdfast::transport::http
