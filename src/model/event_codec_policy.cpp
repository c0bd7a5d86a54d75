// Bodies of the events that say what a merchant decided: classes, pools, caps, stops of selling.
#include "model/event_body.hpp"

namespace holdfast::model {
namespace {

constexpr std::uint32_t kSplit = 1u << 2;
constexpr std::uint32_t kBanded = 1u << 3;
constexpr std::uint32_t kHasCaps = 1u << 4;
constexpr std::uint32_t kClassBits = (1u << 5) - 1;

constexpr std::uint32_t kHasRegion = 1u << 2;
constexpr std::uint32_t kHasChannels = 1u << 3;
constexpr std::uint32_t kHasOverflow = 1u << 4;
constexpr std::uint32_t kPoolBits = (1u << 5) - 1;
constexpr std::size_t kTextBytesMin = 1;

constexpr std::uint32_t kStopped = 1u << 2;
constexpr std::uint32_t kHasUntil = 1u << 3;
constexpr std::uint32_t kHasNote = 1u << 4;
constexpr std::uint32_t kSellingBits = (1u << 5) - 1;

std::int32_t read_priority(BodyReader& in) {
    const auto value = in.signed_varint();
    const bool fits = std::in_range<std::int32_t>(value);
    in.require(fits);
    return fits ? static_cast<std::int32_t>(value) : 0;
}

void write_promise(BodyWriter& out, const SkuClass& value) {
    out.duration(value.hold_ttl);
    out.duration(value.hold_ttl_max);
    out.duration(value.payment_ttl);
    out.duration(value.payment_ttl_max);
    out.duration(value.lifetime_max);
    out.duration(value.review_max);
    out.varint(value.extensions_max);
    out.enumerator(value.on_payment_timeout);
    out.enumerator(value.late_commit);
    out.enumerator(value.tracking);
    out.duration(value.held_downtime_grace);
    out.duration(value.payment_downtime_grace);
}

void read_promise(BodyReader& in, SkuClass& value) {
    value.hold_ttl = in.duration();
    value.hold_ttl_max = in.duration();
    value.payment_ttl = in.duration();
    value.payment_ttl_max = in.duration();
    value.lifetime_max = in.duration();
    value.review_max = in.duration();
    value.extensions_max = in.number<std::uint32_t>();
    value.on_payment_timeout = in.enumerator(PaymentTimeout::review);
    value.late_commit = in.enumerator(LateCommit::refuse);
    value.tracking = in.enumerator(Tracking::none);
    value.held_downtime_grace = in.duration();
    value.payment_downtime_grace = in.duration();
}

void write_offer(BodyWriter& out, const SkuClass& value) {
    out.not_negative(value.safety_units);
    out.varint(value.safety_permille);
    out.not_negative(value.backorder_max);
    out.varint(value.hold_permille);
    out.not_negative(value.stop_selling_at);
    out.enumerator(value.allocation);
    out.duration(value.wait_max);
    out.not_negative(value.line_units_max);
    out.enumerator(value.shortage_order);
    out.not_negative(value.count_units_max);
    out.varint(value.count_permille_max);
    out.enumerator(value.consistency);
    out.not_negative(value.low_units);
}

void read_offer(BodyReader& in, SkuClass& value) {
    value.safety_units = in.not_negative();
    value.safety_permille = in.number<std::uint32_t>();
    value.backorder_max = in.not_negative();
    value.hold_permille = in.number<std::uint32_t>();
    value.stop_selling_at = in.not_negative();
    value.allocation = in.enumerator(Allocation::nearest);
    value.wait_max = in.duration();
    value.line_units_max = in.not_negative();
    value.shortage_order = in.enumerator(ShortageOrder::oldest_first);
    value.count_units_max = in.not_negative();
    value.count_permille_max = in.number<std::uint32_t>();
    value.consistency = in.enumerator(Consistency::tolerant);
    value.low_units = in.not_negative();
}

std::uint32_t mask_of(const ClassDefined& event) {
    const auto& value = event.sku_class;
    return mask_of(event.key) | flag(value.split, kSplit) | flag(value.banded, kBanded) |
           flag(any_caps(value.caps), kHasCaps);
}

std::uint32_t mask_of(const PoolDefined& event) {
    const auto& value = event.pool;
    return mask_of(event.key) | flag(!value.region.empty(), kHasRegion) |
           flag(!value.channels.empty(), kHasChannels) |
           flag(value.overflow.has_value(), kHasOverflow);
}

std::uint32_t mask_of(const CapsSet& event) { return mask_of(event.key); }

std::uint32_t mask_of(const SellingChanged& event) {
    const auto& stop = event.stop;
    return mask_of(event.key) | flag(event.stopped, kStopped) |
           flag(stop.until != base::kNever, kHasUntil) | flag(!stop.note.empty(), kHasNote);
}

}  // namespace

void write_caps(BodyWriter& out, const CapsByKind& caps) {
    for (const auto& cap : caps) {
        out.not_negative(cap.units);
        out.not_negative(cap.holds);
        out.not_negative(cap.unit_seconds);
    }
}

void read_caps(BodyReader& in, CapsByKind& caps) {
    for (auto& cap : caps) {
        cap.units = in.not_negative();
        cap.holds = in.not_negative();
        cap.unit_seconds = in.not_negative();
    }
}

void write_body(BodyWriter& out, const ClassDefined& event) {
    const auto& value = event.sku_class;
    const auto mask = mask_of(event);
    out.varint(mask);
    out.id(event.tenant);
    out.id(value.id);
    out.varint(value.version);
    out.text(value.name);
    write_promise(out, value);
    write_offer(out, value);
    if ((mask & kHasCaps) != 0) {
        write_caps(out, value.caps);
    }
    write_key(out, mask, event.key);
}

void read_body(BodyReader& in, ClassDefined& event) {
    auto& value = event.sku_class;
    const auto mask = in.mask(kClassBits);
    value.split = (mask & kSplit) != 0;
    value.banded = (mask & kBanded) != 0;
    event.tenant = in.id<TenantId>();
    value.id = in.id<ClassId>();
    value.version = in.number<std::uint32_t>();
    value.name = in.text();
    read_promise(in, value);
    read_offer(in, value);
    if ((mask & kHasCaps) != 0) {
        read_caps(in, value.caps);
    }
    read_key(in, mask, event.key);
    in.require(mask == mask_of(event));
}

void write_body(BodyWriter& out, const PoolDefined& event) {
    const auto& value = event.pool;
    const auto mask = mask_of(event);
    out.varint(mask);
    out.id(event.tenant);
    out.id(value.id);
    out.varint(value.version);
    out.text(value.name);
    out.enumerator(value.kind);
    out.signed_varint(value.priority);
    if ((mask & kHasRegion) != 0) {
        out.text(value.region);
    }
    if ((mask & kHasChannels) != 0) {
        out.varint(value.channels.size());
        for (const auto& channel : value.channels) {
            out.text(channel);
        }
    }
    if ((mask & kHasOverflow) != 0) {
        out.id(*value.overflow);
    }
    write_key(out, mask, event.key);
}

void read_body(BodyReader& in, PoolDefined& event) {
    auto& value = event.pool;
    const auto mask = in.mask(kPoolBits);
    event.tenant = in.id<TenantId>();
    value.id = in.id<PoolId>();
    value.version = in.number<std::uint32_t>();
    value.name = in.text();
    value.kind = in.enumerator(PoolKind::supplier);
    value.priority = read_priority(in);
    if ((mask & kHasRegion) != 0) {
        value.region = in.text();
    }
    if ((mask & kHasChannels) != 0) {
        value.channels.resize(in.count(kTextBytesMin));
        for (auto& channel : value.channels) {
            channel = in.text();
        }
    }
    if ((mask & kHasOverflow) != 0) {
        value.overflow = in.id<PoolId>();
    }
    read_key(in, mask, event.key);
    in.require(mask == mask_of(event));
}

void write_body(BodyWriter& out, const CapsSet& event) {
    const auto mask = mask_of(event);
    out.varint(mask);
    out.id(event.tenant);
    write_caps(out, event.caps);
    write_key(out, mask, event.key);
}

void read_body(BodyReader& in, CapsSet& event) {
    const auto mask = in.mask(kHasKey | kHasSource);
    event.tenant = in.id<TenantId>();
    read_caps(in, event.caps);
    read_key(in, mask, event.key);
    in.require(mask == mask_of(event));
}

void write_body(BodyWriter& out, const SellingChanged& event) {
    const auto& stop = event.stop;
    const auto mask = mask_of(event);
    out.varint(mask);
    out.id(event.tenant);
    out.enumerator(stop.scope);
    out.text(stop.name);
    out.enumerator(stop.reason);
    out.time(stop.since);
    out.text(stop.by);
    if ((mask & kHasUntil) != 0) {
        out.time(stop.until, stop.since);
    }
    if ((mask & kHasNote) != 0) {
        out.digest(stop.note);
    }
    write_key(out, mask, event.key);
}

void read_body(BodyReader& in, SellingChanged& event) {
    auto& stop = event.stop;
    const auto mask = in.mask(kSellingBits);
    event.stopped = (mask & kStopped) != 0;
    event.tenant = in.id<TenantId>();
    stop.scope = in.enumerator(kLastStopScope);
    stop.name = in.text();
    stop.reason = in.enumerator(kLastReason);
    stop.since = in.time();
    stop.by = in.text();
    if ((mask & kHasUntil) != 0) {
        stop.until = in.time(stop.since);
    }
    if ((mask & kHasNote) != 0) {
        stop.note = in.digest();
    }
    read_key(in, mask, event.key);
    in.require(mask == mask_of(event));
}

}  // namespace holdfast::model
