// Bodies of the events that answer without changing a quantity: releases by name and refusals.
#include <algorithm>

#include "model/event_body.hpp"

namespace holdfast::model {
namespace {

constexpr std::uint32_t kByKey = 1u << 2;
constexpr std::uint32_t kHasBlockedUntil = 1u << 3;
constexpr std::uint32_t kReleasedBits = (1u << 4) - 1;
constexpr std::size_t kIdBytesMin = 1;

constexpr std::uint32_t kRecorded = 1u << 2;
constexpr std::uint32_t kHasNextExpiryAt = 1u << 3;
constexpr std::uint32_t kHasLines = 1u << 4;
constexpr std::uint32_t kHasReservation = 1u << 5;
constexpr std::uint32_t kHasState = 1u << 6;
constexpr std::uint32_t kHasLine = 1u << 7;
constexpr std::uint32_t kHasLimit = 1u << 8;
constexpr std::uint32_t kHasVersion = 1u << 9;
constexpr std::uint32_t kHasLinesOmitted = 1u << 10;
constexpr std::uint32_t kHasAlternatives = 1u << 11;
constexpr std::uint32_t kHasCap = 1u << 12;
constexpr std::uint32_t kCapIsByClass = 1u << 13;
constexpr std::uint32_t kHasStop = 1u << 14;
constexpr std::uint32_t kRefusalBits = (1u << 15) - 1;
constexpr std::size_t kFailingLineBytesMin = 4;
constexpr std::size_t kOtherPoolBytesMin = 3;

// Codes have gaps; the table has what exists.
bool is_known(RefusalCode code) {
    const auto table = refusal_table();
    return std::ranges::find(table, code, &RefusalEntry::code) != table.end();
}

bool is_recordable(Operation operation) {
    return operation >= Operation::create && operation <= Operation::resolve_case;
}

std::uint32_t mask_of(const Refusal& refusal) {
    return flag(refusal.recorded, kRecorded) |
           flag(refusal.next_expiry_at != base::kNever, kHasNextExpiryAt) |
           flag(!refusal.lines.empty(), kHasLines) |
           flag(refusal.reservation != ReservationId{}, kHasReservation) |
           flag(refusal.state != ReservationState::held, kHasState) |
           flag(refusal.line != 0, kHasLine) | flag(refusal.limit != 0, kHasLimit) |
           flag(refusal.version != 0, kHasVersion) |
           flag(refusal.lines_omitted != 0, kHasLinesOmitted) |
           flag(!refusal.alternatives.empty(), kHasAlternatives) |
           flag(refusal.cap != CapHit{}, kHasCap) | flag(refusal.cap.by_class, kCapIsByClass) |
           flag(refusal.stop != StopScope::everything || refusal.stop_reason != Reason::none ||
                    refusal.until != base::kNever,
                kHasStop);
}

void write_failing(BodyWriter& out, const std::vector<FailingLine>& lines) {
    out.varint(lines.size());
    for (const auto& line : lines) {
        out.varint(line.line);
        out.id(line.sku);
        out.signed_varint(line.requested);
        out.signed_varint(line.sellable);
    }
}

void read_failing(BodyReader& in, std::vector<FailingLine>& lines) {
    lines.resize(in.count(kFailingLineBytesMin));
    for (auto& line : lines) {
        line.line = in.number<std::uint32_t>();
        line.sku = in.id<SkuId>();
        line.requested = in.signed_varint();
        line.sellable = in.signed_varint();
    }
}

void write_other_pools(BodyWriter& out, const std::vector<OtherPool>& pools) {
    out.varint(pools.size());
    for (const auto& pool : pools) {
        out.varint(pool.line);
        out.id(pool.pool);
        out.signed_varint(pool.sellable);
    }
}

void read_other_pools(BodyReader& in, std::vector<OtherPool>& pools) {
    pools.resize(in.count(kOtherPoolBytesMin));
    for (auto& pool : pools) {
        pool.line = in.number<std::uint32_t>();
        pool.pool = in.id<PoolId>();
        pool.sellable = in.signed_varint();
    }
}

// What only the refusals have that are about more than the request: caps and stops.
void write_bounds(BodyWriter& out, std::uint32_t mask, const Refusal& refusal) {
    if ((mask & kHasAlternatives) != 0) {
        write_other_pools(out, refusal.alternatives);
    }
    if ((mask & kHasCap) != 0) {
        out.enumerator(refusal.cap.kind);
        out.enumerator(refusal.cap.measure);
        out.id(refusal.cap.sku_class);
        out.signed_varint(refusal.cap.used);
    }
    if ((mask & kHasStop) != 0) {
        out.enumerator(refusal.stop);
        out.enumerator(refusal.stop_reason);
        out.time(refusal.until, refusal.decided_at);
    }
}

void read_bounds(BodyReader& in, std::uint32_t mask, Refusal& refusal) {
    refusal.cap.by_class = (mask & kCapIsByClass) != 0;
    if ((mask & kHasAlternatives) != 0) {
        read_other_pools(in, refusal.alternatives);
    }
    if ((mask & kHasCap) != 0) {
        refusal.cap.kind = in.enumerator(PrincipalKind::buyer);
        refusal.cap.measure = in.enumerator(CapMeasure::unit_seconds);
        refusal.cap.sku_class = in.id<ClassId>();
        refusal.cap.used = in.signed_varint();
    }
    if ((mask & kHasStop) != 0) {
        refusal.stop = in.enumerator(kLastStopScope);
        refusal.stop_reason = in.enumerator(kLastReason);
        refusal.until = in.time(refusal.decided_at);
    }
}

void write_refusal(BodyWriter& out, std::uint32_t mask, const Refusal& refusal) {
    out.enumerator(refusal.code);
    out.time(refusal.decided_at);
    if ((mask & kHasNextExpiryAt) != 0) {
        out.time(refusal.next_expiry_at, refusal.decided_at);
    }
    if ((mask & kHasLines) != 0) {
        write_failing(out, refusal.lines);
    }
    if ((mask & kHasReservation) != 0) {
        out.reservation(refusal.reservation);
    }
    if ((mask & kHasState) != 0) {
        out.enumerator(refusal.state);
    }
    if ((mask & kHasLine) != 0) {
        out.varint(refusal.line);
    }
    if ((mask & kHasLimit) != 0) {
        out.signed_varint(refusal.limit);
    }
    if ((mask & kHasVersion) != 0) {
        out.varint(refusal.version);
    }
    if ((mask & kHasLinesOmitted) != 0) {
        out.varint(refusal.lines_omitted);
    }
    write_bounds(out, mask, refusal);
}

void read_refusal(BodyReader& in, std::uint32_t mask, Refusal& refusal) {
    refusal.recorded = (mask & kRecorded) != 0;
    refusal.code = in.fixed<RefusalCode>();
    in.require(is_known(refusal.code));
    refusal.decided_at = in.time();
    if ((mask & kHasNextExpiryAt) != 0) {
        refusal.next_expiry_at = in.time(refusal.decided_at);
    }
    if ((mask & kHasLines) != 0) {
        read_failing(in, refusal.lines);
    }
    if ((mask & kHasReservation) != 0) {
        refusal.reservation = in.reservation();
    }
    if ((mask & kHasState) != 0) {
        refusal.state = in.enumerator(kLastReservationState);
    }
    if ((mask & kHasLine) != 0) {
        refusal.line = in.number<std::uint32_t>();
    }
    if ((mask & kHasLimit) != 0) {
        refusal.limit = in.signed_varint();
    }
    if ((mask & kHasVersion) != 0) {
        refusal.version = in.number<std::uint32_t>();
    }
    if ((mask & kHasLinesOmitted) != 0) {
        refusal.lines_omitted = in.number<std::uint32_t>();
    }
    read_bounds(in, mask, refusal);
}

std::uint32_t mask_of(const ReleasedByName& event) {
    return mask_of(event.key) | flag(event.by_key, kByKey) |
           flag(event.blocked_until != base::Time{}, kHasBlockedUntil);
}

std::uint32_t mask_of(const RefusalRecorded& event) {
    return mask_of(event.key) | mask_of(event.refusal);
}

}  // namespace

void write_body(BodyWriter& out, const ReleasedByName& event) {
    const auto mask = mask_of(event);
    out.varint(mask);
    out.id(event.tenant);
    out.digest(event.name);
    if ((mask & kHasBlockedUntil) != 0) {
        out.time(event.blocked_until);
    }
    out.varint(event.released.size());
    for (const auto id : event.released) {
        out.reservation(id);
    }
    write_key(out, mask, event.key);
}

void read_body(BodyReader& in, ReleasedByName& event) {
    const auto mask = in.mask(kReleasedBits);
    event.by_key = (mask & kByKey) != 0;
    event.tenant = in.id<TenantId>();
    event.name = in.digest();
    if ((mask & kHasBlockedUntil) != 0) {
        event.blocked_until = in.time();
    }
    event.released.resize(in.count(kIdBytesMin));
    for (auto& id : event.released) {
        id = in.reservation();
    }
    read_key(in, mask, event.key);
    in.require(mask == mask_of(event));
}

void write_body(BodyWriter& out, const RefusalRecorded& event) {
    CHECK(is_recordable(event.operation));
    CHECK(is_known(event.refusal.code));
    const auto mask = mask_of(event);
    out.varint(mask);
    out.id(event.tenant);
    out.enumerator(event.operation);
    write_refusal(out, mask, event.refusal);
    write_key(out, mask, event.key);
}

void read_body(BodyReader& in, RefusalRecorded& event) {
    const auto mask = in.mask(kRefusalBits);
    event.tenant = in.id<TenantId>();
    event.operation = in.fixed<Operation>();
    in.require(is_recordable(event.operation));
    read_refusal(in, mask, event.refusal);
    read_key(in, mask, event.key);
    in.require(mask == mask_of(event));
}

}  // namespace holdfast::model
