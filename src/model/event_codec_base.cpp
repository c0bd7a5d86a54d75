// Bodies of the events that the ledger, tenants and SKUs are made of; and the key.
#include "model/event_body.hpp"

namespace holdfast::model {
namespace {

constexpr std::uint32_t kSkuIsNew = 1u << 2;

std::uint32_t mask_of(const SkuUpdated& event) {
    return mask_of(event.key) | flag(event.registered, kSkuIsNew);
}

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
    const auto mask = mask_of(event);
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
    in.require(mask == mask_of(event));
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
