// Body of the event of a physical count, and the count inside a case.
#include "model/event_body.hpp"

namespace holdfast::model {
namespace {

constexpr std::uint32_t kHasPool = 1u << 2;
constexpr std::uint32_t kHasReason = 1u << 3;
constexpr std::uint32_t kHasSubmitter = 1u << 4;
constexpr std::uint32_t kHasCase = 1u << 5;
constexpr std::uint32_t kHasDecidedBy = 1u << 6;
constexpr std::uint32_t kHasNote = 1u << 7;
constexpr std::uint32_t kOverridden = 1u << 8;
constexpr std::uint32_t kCountedBits = (1u << 9) - 1;

std::uint32_t mask_of(const StockCounted& event) {
    return mask_of(event.key) | flag(event.pool != kDefaultPool, kHasPool) |
           flag(event.reason != Reason::none, kHasReason) |
           flag(!event.submitter.empty(), kHasSubmitter) |
           flag(event.case_id != CaseId{}, kHasCase) |
           flag(!event.decided_by.empty(), kHasDecidedBy) | flag(!event.note.empty(), kHasNote) |
           flag(event.overridden, kOverridden);
}

}  // namespace

void write_count(BodyWriter& out, const PendingCount& count) {
    out.not_negative(count.counted);
    out.signed_varint(count.drift);
    out.signed_varint(count.disputed);
    out.time(count.as_of);
    out.id(count.position);
    out.digest(count.plan);
}

void read_count(BodyReader& in, PendingCount& count) {
    count.counted = in.not_negative();
    count.drift = in.signed_varint();
    count.disputed = in.signed_varint();
    count.as_of = in.time();
    count.position = in.id<Sequence>();
    count.plan = in.digest();
}

void write_body(BodyWriter& out, const StockCounted& event) {
    const auto mask = mask_of(event);
    out.varint(mask);
    out.id(event.tenant);
    out.id(event.sku);
    out.enumerator(event.outcome);
    out.signed_varint(event.delta);
    write_count(out, event.count);
    write_cell(out, event.cell);
    if ((mask & kHasPool) != 0) {
        out.id(event.pool);
    }
    if ((mask & kHasReason) != 0) {
        out.enumerator(event.reason);
    }
    if ((mask & kHasSubmitter) != 0) {
        out.text(event.submitter);
    }
    if ((mask & kHasCase) != 0) {
        out.public_id(event.case_id);
    }
    if ((mask & kHasDecidedBy) != 0) {
        out.text(event.decided_by);
    }
    if ((mask & kHasNote) != 0) {
        out.digest(event.note);
    }
    write_key(out, mask, event.key);
}

void read_body(BodyReader& in, StockCounted& event) {
    const auto mask = in.mask(kCountedBits);
    event.overridden = (mask & kOverridden) != 0;
    event.tenant = in.id<TenantId>();
    event.sku = in.id<SkuId>();
    event.outcome = in.enumerator(kLastCountOutcome);
    event.delta = in.signed_varint();
    read_count(in, event.count);
    read_cell(in, event.cell);
    if ((mask & kHasPool) != 0) {
        event.pool = in.id<PoolId>();
    }
    if ((mask & kHasReason) != 0) {
        event.reason = in.enumerator(kLastReason);
    }
    if ((mask & kHasSubmitter) != 0) {
        event.submitter = in.text();
    }
    if ((mask & kHasCase) != 0) {
        event.case_id = in.public_id<CaseId>();
    }
    if ((mask & kHasDecidedBy) != 0) {
        event.decided_by = in.text();
    }
    if ((mask & kHasNote) != 0) {
        event.note = in.digest();
    }
    read_key(in, mask, event.key);
    in.require(mask == mask_of(event));
}

}  // namespace holdfast::model
