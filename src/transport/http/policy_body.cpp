// Bodies about policies: classes, pools, caps, stops; bulk releases and tokens.
#include "api/class_fields.hpp"
#include "transport/http/reply_body.hpp"

namespace holdfast::transport::http {
namespace {

void write_class_field(JsonWriter& json, const api::ClassField& field,
                       const model::SkuClass& policy) {
    const std::string text = api::class_field_text(field, field.get(policy));
    if (field.kind == api::FieldKind::word) {
        json.text(field.name, text);
    } else {
        json.raw(field.name, text);
    }
}

// Only what is bounded.
void write_kinds(JsonWriter& json, const model::CapsByKind& caps) {
    for (std::size_t kind = 0; kind < model::kPrincipalKinds; ++kind) {
        const model::OwnerCaps& cap = caps[kind];
        if (!cap.any()) {
            continue;
        }
        json.begin_object(model::to_string(static_cast<model::PrincipalKind>(kind)));
        if (cap.units != 0) {
            json.number("units", cap.units);
        }
        if (cap.holds != 0) {
            json.number("holds", cap.holds);
        }
        if (cap.unit_seconds != 0) {
            json.number("unit_seconds", cap.unit_seconds);
        }
        json.end_object();
    }
}

void write_class_members(JsonWriter& json, const model::SkuClass& policy) {
    json.text("name", policy.name);
    json.number("version", std::uint64_t{policy.version});
    for (const auto& field : api::class_fields()) {
        write_class_field(json, field, policy);
    }
    json.begin_object("caps");
    write_kinds(json, policy.caps);
    json.end_object();
}

void write_change(JsonWriter& json, const api::ClassChange& change) {
    const auto value = [&](std::string_view name, const std::string& text) {
        if (text.empty()) {
            return;
        }
        if (change.is_text) {
            json.text(name, text);
        } else {
            json.raw(name, text);
        }
    };
    json.begin_object();
    json.text("field", change.field);
    value("before", change.before);
    value("after", change.after);
    json.end_object();
}

void write_stop_members(JsonWriter& json, const api::SellingView& view) {
    const model::Stop& stop = view.stop;
    json.text("scope", model::to_string(stop.scope));
    json.text_unless_empty("name", stop.name);
    if (stop.reason != model::Reason::none) {
        json.text("reason", model::to_string(stop.reason));
    }
    json.time("since", stop.since);
    if (stop.until != base::kNever) {
        json.time("until", stop.until);
    }
    json.text_unless_empty("by", stop.by);
    if (view.note) {
        json.text("note", *view.note);
    }
}

}  // namespace

void write_class(JsonWriter& json, const api::ClassView& view, std::string_view position) {
    json.begin_object();
    write_class_members(json, view.policy);
    json.text_unless_empty("position", position);
    json.end_object();
}

void write_classes(JsonWriter& json, const api::ClassList& list) {
    json.begin_object();
    json.begin_array("classes");
    for (const auto& view : list.classes) {
        write_class(json, view, {});
    }
    json.end_array();
    json.text("position", list.position);
    json.end_object();
}

void write_rehearsal(JsonWriter& json, const api::ClassRehearsal& view) {
    json.begin_object();
    json.flag("dry_run", true);
    json.begin_object("class");
    write_class_members(json, view.policy);
    json.end_object();
    json.begin_array("changes");
    for (const auto& change : view.changes) {
        write_change(json, change);
    }
    json.end_array();
    json.number("skus", view.skus);
    json.number("holds_beyond", view.holds_beyond);
    json.begin_array("sellable");
    for (const auto& offer : view.offers) {
        json.begin_object();
        json.text("sku", offer.sku);
        json.number("before", offer.before);
        json.number("after", offer.after);
        json.end_object();
    }
    json.end_array();
    json.number("sellable_before", view.sellable_before);
    json.number("sellable_after", view.sellable_after);
    json.text("position", view.position);
    json.end_object();
}

void write_pool(JsonWriter& json, const api::PoolView& view, std::string_view position) {
    const model::Pool& pool = view.pool;
    json.begin_object();
    json.text("name", pool.name);
    json.number("version", std::uint64_t{pool.version});
    json.text("kind", model::to_string(pool.kind));
    json.text_unless_empty("region", pool.region);
    json.number("priority", std::int64_t{pool.priority});
    json.begin_array("channels");
    for (const auto& channel : pool.channels) {
        json.text({}, channel);
    }
    json.end_array();
    json.text_unless_empty("overflow", view.overflow);
    json.text_unless_empty("position", position);
    json.end_object();
}

void write_pools(JsonWriter& json, const api::PoolList& list) {
    json.begin_object();
    json.begin_array("pools");
    for (const auto& view : list.pools) {
        write_pool(json, view, {});
    }
    json.end_array();
    json.text("position", list.position);
    json.end_object();
}

void write_caps(JsonWriter& json, const api::CapsView& view, std::string_view position) {
    json.begin_object();
    write_kinds(json, view.caps);
    json.text_unless_empty("position", position);
    json.end_object();
}

void write_selling(JsonWriter& json, const api::SellingView& view, std::string_view position) {
    json.begin_object();
    json.flag("stopped", view.stopped);
    write_stop_members(json, view);
    json.text_unless_empty("position", position);
    json.end_object();
}

void write_bulk_release(JsonWriter& json, const api::BulkReleaseView& view) {
    json.begin_object();
    if (view.dry_run) {
        json.flag("dry_run", true);
    }
    json.number("matched", view.matched);
    json.number("units", view.units);
    json.begin_array("released");
    for (const auto& id : view.released) {
        json.text({}, id);
    }
    json.end_array();
    json.flag("more", view.more);
    json.text("position", view.position);
    json.end_object();
}

void write_token(JsonWriter& json, const api::TokenView& view) {
    json.begin_object();
    json.text("token", view.token);
    json.time("expires_at", view.expires_at);
    json.end_object();
}

void write_stops(JsonWriter& json, const api::StopList& list) {
    json.begin_object();
    json.begin_array("stops");
    for (const auto& view : list.stops) {
        json.begin_object();
        write_stop_members(json, view);
        json.end_object();
    }
    json.end_array();
    json.text("position", list.position);
    json.end_object();
}

}  // namespace holdfast::transport::http
