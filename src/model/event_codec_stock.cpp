// Bodies of the events that change a stock cell by themselves.
#include "model/event_body.hpp"

namespace holdfast::model {
namespace {

constexpr std::uint32_t kHasPool = 1u << 2;
constexpr std::uint32_t kHasReference = 1u << 3;
constexpr std::uint32_t kHasOccurredAt = 1u << 4;
constexpr std::uint32_t kHasReason = 1u << 5;
constexpr std::uint32_t kHasNote = 1u << 6;
constexpr std::uint32_t kSkuIsNew = 1u << 7;
constexpr std::uint32_t kHasUnavailable = 1u << 8;
constexpr std::uint32_t kHasUndoes = 1u << 9;
constexpr std::uint32_t kMovedBits = (1u << 10) - 1;
constexpr std::uint32_t kSafetyBits = kHasKey | kHasSource | kHasPool;

// What is on hand may be below zero (facts are recorded); the rest never is.
bool is_sound(const CellImage& cell) {
    return cell.unavailable >= 0 && cell.held >= 0 && cell.committed >= 0 &&
           cell.safety_stock >= 0 && cell.soft_held >= 0;
}

std::uint32_t mask_of(const StockMoved& event) {
    return mask_of(event.key) | flag(event.pool != kDefaultPool, kHasPool) |
           flag(!event.reference.empty(), kHasReference) |
           flag(event.occurred_at != base::Time{}, kHasOccurredAt) |
           flag(event.reason != Reason::none, kHasReason) | flag(!event.note.empty(), kHasNote) |
           flag(event.sku_registered, kSkuIsNew) |
           flag(event.unavailable_delta != 0 || event.unavailable_reason != Reason::none,
                kHasUnavailable) |
           flag(event.undoes != Sequence{}, kHasUndoes);
}

std::uint32_t mask_of(const SafetyStockSet& event) {
    return mask_of(event.key) | flag(event.pool != kDefaultPool, kHasPool);
}

}  // namespace

void write_cell(BodyWriter& out, const CellImage& cell) {
    CHECK(is_sound(cell));
    out.signed_varint(cell.on_hand);
    out.not_negative(cell.unavailable);
    out.not_negative(cell.held);
    out.not_negative(cell.committed);
    out.not_negative(cell.safety_stock);
    out.not_negative(cell.soft_held);
}

void read_cell(BodyReader& in, CellImage& cell) {
    cell.on_hand = in.signed_varint();
    cell.unavailable = in.not_negative();
    cell.held = in.not_negative();
    cell.committed = in.not_negative();
    cell.safety_stock = in.not_negative();
    cell.soft_held = in.not_negative();
    in.require(is_sound(cell));
}

void write_body(BodyWriter& out, const StockMoved& event) {
    const auto mask = mask_of(event);
    out.varint(mask);
    out.id(event.tenant);
    out.id(event.sku);
    out.enumerator(event.movement);
    out.signed_varint(event.delta);
    write_cell(out, event.cell);
    if ((mask & kHasPool) != 0) {
        out.id(event.pool);
    }
    if ((mask & kHasReference) != 0) {
        out.text(event.reference);
    }
    if ((mask & kHasOccurredAt) != 0) {
        out.time(event.occurred_at);
    }
    if ((mask & kHasReason) != 0) {
        out.enumerator(event.reason);
    }
    if ((mask & kHasNote) != 0) {
        out.digest(event.note);
    }
    if ((mask & kHasUnavailable) != 0) {
        out.signed_varint(event.unavailable_delta);
        out.enumerator(event.unavailable_reason);
    }
    if ((mask & kHasUndoes) != 0) {
        out.id(event.undoes);
    }
    write_key(out, mask, event.key);
}

void read_body(BodyReader& in, StockMoved& event) {
    const auto mask = in.mask(kMovedBits);
    event.sku_registered = (mask & kSkuIsNew) != 0;
    event.tenant = in.id<TenantId>();
    event.sku = in.id<SkuId>();
    event.movement = in.enumerator(Movement::unavailable);
    event.delta = in.signed_varint();
    read_cell(in, event.cell);
    if ((mask & kHasPool) != 0) {
        event.pool = in.id<PoolId>();
    }
    if ((mask & kHasReference) != 0) {
        event.reference = in.text();
    }
    if ((mask & kHasOccurredAt) != 0) {
        event.occurred_at = in.time();
    }
    if ((mask & kHasReason) != 0) {
        event.reason = in.enumerator(kLastReason);
    }
    if ((mask & kHasNote) != 0) {
        event.note = in.digest();
    }
    if ((mask & kHasUnavailable) != 0) {
        event.unavailable_delta = in.signed_varint();
        event.unavailable_reason = in.enumerator(kLastReason);
    }
    if ((mask & kHasUndoes) != 0) {
        event.undoes = in.id<Sequence>();
    }
    read_key(in, mask, event.key);
    in.require(mask == mask_of(event));
}

void write_body(BodyWriter& out, const SafetyStockSet& event) {
    const auto mask = mask_of(event);
    out.varint(mask);
    out.id(event.tenant);
    out.id(event.sku);
    write_cell(out, event.cell);
    if ((mask & kHasPool) != 0) {
        out.id(event.pool);
    }
    write_key(out, mask, event.key);
}

void read_body(BodyReader& in, SafetyStockSet& event) {
    const auto mask = in.mask(kSafetyBits);
    event.tenant = in.id<TenantId>();
    event.sku = in.id<SkuId>();
    read_cell(in, event.cell);
    if ((mask & kHasPool) != 0) {
        event.pool = in.id<PoolId>();
    }
    read_key(in, mask, event.key);
    in.require(mask == mask_of(event));
}

}  // namespace holdfast::model
