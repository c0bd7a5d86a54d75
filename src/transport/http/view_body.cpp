// Bodies of what is read without a command: availability, lists, the service's status.
#include "transport/http/reply_body.hpp"

namespace holdfast::transport::http {
namespace {

void write_quantities(JsonWriter& json, const api::Quantities& units) {
    json.number("on_hand", units.on_hand);
    json.number("committed", units.committed);
    json.number("held", units.held);
    json.number("soft_held", units.soft_held);
    json.number("unavailable", units.unavailable);
    json.number("safety_stock", units.safety_stock);
    json.number("deficit", units.deficit);
}

void write_freshness(JsonWriter& json, const api::ViewFreshness& freshness) {
    json.text("position", freshness.position);
    json.time("as_of", freshness.as_of);
    json.number("staleness_ms", std::int64_t{freshness.staleness.count()});
}

void write_sku_members(JsonWriter& json, const api::SkuAvailability& sku) {
    json.text("sku", sku.sku);
    if (sku.banded) {
        json.text("status", api::to_string(sku.status));
        return;
    }
    json.number("sellable", sku.units.sellable);
    json.text("status", api::to_string(sku.status));
    if (sku.untracked) {
        json.flag("untracked", true);
    }
    if (sku.stopped) {
        json.flag("selling_stopped", true);
    }
    write_quantities(json, sku.units);
    if (sku.next_expiry_at) {
        json.time("next_expiry_at", *sku.next_expiry_at);
    }
    json.begin_array("pools");
    for (const auto& pool : sku.pools) {
        json.begin_object();
        json.text("pool", pool.pool);
        json.number("sellable", pool.units.sellable);
        write_quantities(json, pool.units);
        json.end_object();
    }
    json.end_array();
}

}  // namespace

void write_availability(JsonWriter& json, const api::SkuAvailability& sku,
                        const api::ViewFreshness& freshness) {
    json.begin_object();
    write_sku_members(json, sku);
    write_freshness(json, freshness);
    json.end_object();
}

void write_availabilities(JsonWriter& json, const api::AvailabilityView& view) {
    json.begin_object();
    json.begin_array("items");
    for (const auto& sku : view.skus) {
        json.begin_object();
        write_sku_members(json, sku);
        json.end_object();
    }
    json.end_array();
    json.begin_array("unknown");
    for (const auto& sku : view.unknown) {
        json.text({}, sku);
    }
    json.end_array();
    write_freshness(json, view.freshness);
    json.end_object();
}

void write_list(JsonWriter& json, const api::ReservationList& list) {
    json.begin_object();
    json.begin_array("items");
    for (const auto& row : list.items) {
        write_reservation(json, row.view, {});
    }
    json.end_array();
    json.text_unless_empty("next_cursor", list.next_cursor);
    json.text("position", list.position);
    json.time("as_of", list.as_of);
    json.end_object();
}

void write_status(JsonWriter& json, const api::ServiceStatus& status) {
    json.begin_object();
    json.text("version", status.version);
    json.number("uptime_ms", std::int64_t{status.uptime.count()});
    json.text("position", status.position);
    json.number("inbox_depth", status.inbox_depth);
    json.number("inbox_capacity", status.inbox_capacity);
    json.number("batches_in_flight", status.batches_in_flight);
    json.number("live_holds", status.live_holds);
    json.number("overdue_holds", status.overdue_holds);
    json.number("archived_reservations", status.archived_reservations);
    json.number("archived_keys", status.archived_keys);
    json.number("archive_filter_bytes", status.archive_filter_bytes);
    json.number("parked_commands", status.parked_commands);
    json.number("fsync_p50_us", status.fsync_p50_us);
    json.number("fsync_p99_us", status.fsync_p99_us);
    json.number("disk_free_bytes", status.disk_free_bytes);
    json.flag("storage_full", status.storage_full);
    json.flag("draining", status.draining);
    json.text("clock_state", status.clock_state);
    json.begin_array("stopped");
    for (const auto& sentence : status.stopped) {
        json.text({}, sentence);
    }
    json.end_array();
    json.end_object();
}

}  // namespace holdfast::transport::http
