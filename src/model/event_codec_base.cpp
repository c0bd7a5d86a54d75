// Bodies of the events that the ledger, tenants, classes and SKUs are made of; and the key.
#include "model/event_body.hpp"

namespace holdfast::model {
namespace {

constexpr std::uint32_t kSkuIsNew = 1u << 2;

void write_duration(BodyWriter& out, base::Duration value) { out.not_negative(value.count()); }

base::Duration read_duration(BodyReader& in) { return base::Duration(in.not_negative()); }

}  // namespace

std::uint32_t mask_of(const KeyUse& key) {
    return flag(!key.key.empty() || !key.fingerprint.empty(), kHasKey) |
           flag(!key.source.empty() || key.source_sequence != 0, kHasSource);
}

void write_key(BodyWriter& out, std::uint32_t mask, const KeyUse& key) {
    if ((mask & kHasKey) != 0) {
        out.digest(key.key);
        out.digest(key.fingerprint);
    }
    if ((mask & kHasSource) != 0) {
        out.text(key.source);
        out.signed_varint(key.source_sequence);
    }
}

void read_key(BodyReader& in, std::uint32_t mask, KeyUse& key) {
    if ((mask & kHasKey) != 0) {
        key.key = in.digest();
        key.fingerprint = in.digest();
    }
    if ((mask & kHasSource) != 0) {
        key.source = in.text();
        key.source_sequence = in.signed_varint();
    }
}

void write_body(BodyWriter& out, const LedgerCreated& event) {
    out.digest(event.ledger_id);
    out.digest(event.id_key);
}

void read_body(BodyReader& in, LedgerCreated& event) {
    event.ledger_id = in.digest();
    event.id_key = in.digest();
}

void write_body(BodyWriter& out, const TenantRegistered& event) {
    out.id(event.tenant);
    out.varint(event.recorded_refusals_max);
    out.varint(event.recorded_refusals_per_second);
    out.varint(event.tombstones_max);
    out.text(event.name);
}

void read_body(BodyReader& in, TenantRegistered& event) {
    event.tenant = in.id<TenantId>();
    event.recorded_refusals_max = in.number<std::uint32_t>();
    event.recorded_refusals_per_second = in.number<std::uint32_t>();
    event.tombstones_max = in.number<std::uint32_t>();
    event.name = in.text();
}

void write_body(BodyWriter& out, const ClassDefined& event) {
    const auto& value = event.sku_class;
    out.id(event.tenant);
    out.id(value.id);
    out.varint(value.version);
    out.text(value.name);
    write_duration(out, value.hold_ttl);
    write_duration(out, value.hold_ttl_max);
    write_duration(out, value.payment_ttl);
    write_duration(out, value.payment_ttl_max);
    write_duration(out, value.lifetime_max);
    write_duration(out, value.review_max);
    out.varint(value.extensions_max);
    out.enumerator(value.on_payment_timeout);
    out.enumerator(value.late_commit);
    out.enumerator(value.tracking);
    write_duration(out, value.held_downtime_grace);
    write_duration(out, value.payment_downtime_grace);
}

void read_body(BodyReader& in, ClassDefined& event) {
    auto& value = event.sku_class;
    event.tenant = in.id<TenantId>();
    value.id = in.id<ClassId>();
    value.version = in.number<std::uint32_t>();
    value.name = in.text();
    value.hold_ttl = read_duration(in);
    value.hold_ttl_max = read_duration(in);
    value.payment_ttl = read_duration(in);
    value.payment_ttl_max = read_duration(in);
    value.lifetime_max = read_duration(in);
    value.review_max = read_duration(in);
    value.extensions_max = in.number<std::uint32_t>();
    value.on_payment_timeout = in.enumerator(PaymentTimeout::review);
    value.late_commit = in.enumerator(LateCommit::refuse);
    value.tracking = in.enumerator(Tracking::none);
    value.held_downtime_grace = read_duration(in);
    value.payment_downtime_grace = read_duration(in);
}

void write_body(BodyWriter& out, const SkuRegistered& event) {
    out.id(event.tenant);
    out.id(event.sku);
    out.id(event.sku_class);
    out.text(event.name);
}

void read_body(BodyReader& in, SkuRegistered& event) {
    event.tenant = in.id<TenantId>();
    event.sku = in.id<SkuId>();
    event.sku_class = in.id<ClassId>();
    event.name = in.text();
}

void write_body(BodyWriter& out, const SkuUpdated& event) {
    const auto mask = mask_of(event.key) | flag(event.registered, kSkuIsNew);
    out.varint(mask);
    out.id(event.tenant);
    out.id(event.sku);
    out.id(event.sku_class);
    out.varint(event.version);
    write_key(out, mask, event.key);
}

void read_body(BodyReader& in, SkuUpdated& event) {
    const auto mask = in.mask(kHasKey | kHasSource | kSkuIsNew);
    event.tenant = in.id<TenantId>();
    event.sku = in.id<SkuId>();
    event.sku_class = in.id<ClassId>();
    event.version = in.number<std::uint32_t>();
    event.registered = (mask & kSkuIsNew) != 0;
    read_key(in, mask, event.key);
}

void write_body(BodyWriter& out, const DowntimeRecorded& event) {
    out.time(event.from);
    out.time(event.to, event.from);
}

void read_body(BodyReader& in, DowntimeRecorded& event) {
    event.from = in.time();
    event.to = in.time(event.from);
}

void write_body(BodyWriter& out, const StateHashLogged& event) { out.fixed(event.hash); }

void read_body(BodyReader& in, StateHashLogged& event) { event.hash = in.fixed<std::uint64_t>(); }

}  // namespace holdfast::model
