// Stock, policies and cases as messages.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>

#include "api/class_fields.hpp"
#include "base/check.hpp"
#include "transport/grpc/replies_internal.hpp"
#include "transport/grpc/words_internal.hpp"

namespace holdfast::transport::grpc {
namespace {

void set_text(std::string& out, std::string_view text) { out.assign(text); }

void write_class_field(const api::ClassField& field, std::int64_t value, v1::SkuClass& out) {
    const auto* const found = v1::SkuClass::descriptor()->FindFieldByName(std::string(field.name));
    CHECK(found != nullptr, "a field of a class that replies.proto does not have");
    const auto& reflection = *out.GetReflection();
    switch (field.kind) {
        case api::FieldKind::whole: reflection.SetInt64(&out, found, value); break;
        case api::FieldKind::thousandths:
            reflection.SetDouble(
                &out, found, static_cast<double>(value) / static_cast<double>(model::kPermille));
            break;
        case api::FieldKind::flag: reflection.SetBool(&out, found, value != 0); break;
        case api::FieldKind::word:
            reflection.SetString(&out, found, api::class_field_text(field, value));
            break;
    }
}

// Only what is bounded.
void write_cap(const model::OwnerCaps& cap, v1::Cap& out) {
    if (cap.units != 0) {
        out.set_units(cap.units);
    }
    if (cap.holds != 0) {
        out.set_holds(cap.holds);
    }
    if (cap.unit_seconds != 0) {
        out.set_unit_seconds(cap.unit_seconds);
    }
}

void write_pending(const api::PendingCountView& count, v1::PendingCount& out) {
    out.set_counted(count.counted);
    out.set_ledger(count.ledger);
    out.set_drift(count.drift);
    out.set_disputed(count.disputed);
    set_time(*out.mutable_as_of(), count.as_of);
    out.set_plan(count.plan);
}

void write_end(const api::CaseEnd& end, v1::CaseEnd& out) {
    out.set_resolution(to_word<v1::Resolution>(end.resolution));
    set_time(*out.mutable_at(), end.at);
    set_text(*out.mutable_by(), end.by);
    out.set_reason(to_word(end.reason));
}

// What is only known while it is open.
void write_now(const api::CaseView& view, v1::Case& out) {
    if (!view.age) {
        return;
    }
    out.set_age_seconds(std::chrono::duration_cast<std::chrono::seconds>(*view.age).count());
    out.set_overdue(view.overdue);
    if (view.missing) {
        out.set_missing(*view.missing);
    }
    for (const auto& promise : view.at_risk) {
        auto& to = *out.add_at_risk();
        to.set_reservation(promise.reservation);
        to.set_line(promise.line);
        set_text(*to.mutable_kind(), promise.kind);
        to.set_units(promise.units);
    }
}

}  // namespace

void write_cell(const model::CellImage& cell, v1::Cell& out) {
    const std::int64_t sellable = cell.sellable();
    out.set_sellable(std::max<std::int64_t>(sellable, 0));
    out.set_on_hand(cell.on_hand);
    out.set_committed(cell.committed);
    out.set_held(cell.held);
    out.set_unavailable(cell.unavailable);
    out.set_safety_stock(cell.safety_stock);
    out.set_deficit(std::max<std::int64_t>(-sellable, 0));
    out.set_soft_held(cell.soft_held);
}

void write_sku(const api::SkuSettingsView& view, v1::SkuSettings& out) {
    set_text(*out.mutable_sku(), view.sku);
    set_text(*out.mutable_sku_class(), view.sku_class);
    out.set_version(view.version);
}

void write_class(const model::SkuClass& policy, v1::SkuClass& out) {
    out.set_name(policy.name);
    out.set_version(policy.version);
    for (const auto& field : api::class_fields()) {
        write_class_field(field, field.get(policy), out);
    }
    write_caps(policy.caps, *out.mutable_caps());
}

void write_pool(const api::PoolView& view, v1::Pool& out) {
    const model::Pool& pool = view.pool;
    out.set_name(pool.name);
    out.set_version(pool.version);
    out.set_kind(to_word<v1::PoolKind>(pool.kind));
    out.set_region(pool.region);
    out.set_priority(pool.priority);
    for (const auto& channel : pool.channels) {
        out.add_channels(channel);
    }
    set_text(*out.mutable_overflow(), view.overflow);
}

void write_caps(const model::CapsByKind& caps, v1::Caps& out) {
    const auto& agent = caps[static_cast<std::size_t>(model::PrincipalKind::agent)];
    const auto& operator_ = caps[static_cast<std::size_t>(model::PrincipalKind::operator_)];
    const auto& buyer = caps[static_cast<std::size_t>(model::PrincipalKind::buyer)];
    if (agent.any()) {
        write_cap(agent, *out.mutable_agent());
    }
    if (operator_.any()) {
        write_cap(operator_, *out.mutable_operator_());
    }
    if (buyer.any()) {
        write_cap(buyer, *out.mutable_buyer());
    }
}

void write_selling(const api::SellingView& view, v1::SellingStop& out) {
    const model::Stop& stop = view.stop;
    out.set_stopped(view.stopped);
    out.set_scope(to_word<v1::StopScope>(stop.scope));
    out.set_name(stop.name);
    out.set_reason(to_word(stop.reason));
    set_time(*out.mutable_since(), stop.since);
    if (stop.until != base::kNever) {
        set_time(*out.mutable_until(), stop.until);
    }
    out.set_by(stop.by);
    if (view.note) {
        out.set_note(*view.note);
    }
}

void write_transfer(const api::TransferView& view, v1::Transfer& out) {
    out.set_id(view.id);
    set_text(*out.mutable_sku(), view.sku);
    set_text(*out.mutable_from(), view.from);
    set_text(*out.mutable_to(), view.to);
    out.set_quantity(view.quantity);
    out.set_arrived(view.arrived);
    out.set_lost(view.lost);
    out.set_in_transit(view.in_transit);
    set_time(*out.mutable_sent_at(), view.sent_at);
    set_text(*out.mutable_reference(), view.reference);
    if (view.step) {
        out.set_step(to_word<v1::TransferStep>(*view.step));
        out.set_units(view.units);
        out.set_reason(to_word(view.reason));
        if (view.occurred_at != base::Time{}) {
            set_time(*out.mutable_occurred_at(), view.occurred_at);
        }
    }
}

void write_case(const api::CaseView& view, v1::Case& out) {
    out.set_id(view.id);
    out.set_kind(to_word<v1::CaseKind>(view.kind));
    set_time(*out.mutable_opened_at(), view.opened_at);
    if (view.due_at) {
        set_time(*out.mutable_due_at(), *view.due_at);
    }
    set_text(*out.mutable_sku(), view.sku);
    set_text(*out.mutable_pool(), view.pool);
    out.set_units(view.units);
    out.set_reservation(view.reservation);
    out.set_fact(view.fact);
    set_text(*out.mutable_reference(), view.reference);
    set_text(*out.mutable_opened_by(), view.opened_by);
    out.set_reason(to_word(view.reason));
    if (view.count) {
        write_pending(*view.count, *out.mutable_count());
    }
    if (view.end) {
        write_end(*view.end, *out.mutable_end());
    }
    write_now(view, out);
}

}  // namespace holdfast::transport::grpc
