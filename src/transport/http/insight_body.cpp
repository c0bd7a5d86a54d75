// Reports as JSON.
#include "transport/http/stock_body.hpp"

namespace holdfast::transport::http {
namespace {

// 0 to 1000.
std::uint64_t permille(std::uint64_t part, std::uint64_t all) {
    return all == 0 ? 0 : part * model::kPermille / all;
}

template <typename List>
void write_tail(JsonWriter& json, const List& list) {
    if constexpr (requires { list.next_cursor; }) {
        json.text_unless_empty("next_cursor", list.next_cursor);
    }
    json.text("position", list.position);
    json.time("as_of", list.as_of);
    json.end_object();
}

void write_owner(JsonWriter& json, const api::OwnerView& owner) {
    const auto& figures = owner.figures;
    json.begin_object();
    json.text("kind", owner.kind);
    json.text_unless_empty("name", owner.name);
    json.text("principal", owner.principal);
    json.number("reservations", figures.reservations);
    json.number("holds", figures.holds);
    json.number("bought", figures.bought);
    json.number("bought_permille", permille(figures.bought, figures.holds));
    json.number("held_units", figures.held_units);
    json.number("committed_units", figures.committed_units);
    json.number("released_units", figures.released_units);
    json.number("expired_units", figures.expired_units);
    json.number("wasted_unit_seconds", figures.wasted_unit_seconds);
    json.time("last_seen", figures.last_seen);
    json.end_object();
}

void write_suggestion(JsonWriter& json, const api::SuggestionView& view) {
    json.begin_object();
    json.text("sku", view.sku);
    json.text("present_class", view.present);
    json.text("class", view.suggested);
    json.text("reason", view.reason);
    json.number("received", view.figures.received);
    json.number("sold", view.figures.sold);
    json.number("expired", view.figures.expired);
    json.number("holds", view.figures.holds);
    json.number("refused", view.figures.refused);
    json.time("first_seen", view.figures.first_seen);
    json.time("last_seen", view.figures.last_seen);
    json.end_object();
}

}  // namespace

void write_transfers(JsonWriter& json, const api::TransferList& list) {
    json.begin_object();
    json.begin_array("transfers");
    for (const auto& view : list.transfers) {
        write_transfer(json, view, {});
    }
    json.end_array();
    write_tail(json, list);
}

void write_owners(JsonWriter& json, const api::OwnerList& list) {
    json.begin_object();
    json.begin_array("owners");
    for (const auto& owner : list.owners) {
        write_owner(json, owner);
    }
    json.end_array();
    write_tail(json, list);
}

void write_stranded(JsonWriter& json, const api::StrandedList& list) {
    json.begin_object();
    json.begin_array("stranded");
    for (const auto& row : list.stranded) {
        json.begin_object();
        json.text("sku", row.sku);
        json.text("pool", row.pool);
        json.number("units", row.units);
        json.text("why", row.why);
        if (row.since) {
            json.time("since", *row.since);
        }
        json.text_unless_empty("transfer", row.transfer);
        json.end_object();
    }
    json.end_array();
    write_tail(json, list);
}

void write_suggestions(JsonWriter& json, const api::SuggestionList& list) {
    json.begin_object();
    json.begin_array("suggestions");
    for (const auto& suggestion : list.suggestions) {
        write_suggestion(json, suggestion);
    }
    json.end_array();
    write_tail(json, list);
}

}  // namespace holdfast::transport::http
