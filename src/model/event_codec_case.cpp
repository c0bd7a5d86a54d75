// Bodies of the events of a case: the image of what a person has to look at, and how it ended.
#include "model/event_body.hpp"

namespace holdfast::model {
namespace {

constexpr std::uint32_t kHasPool = 1u << 0;
constexpr std::uint32_t kHasReservation = 1u << 1;
constexpr std::uint32_t kHasReason = 1u << 2;
constexpr std::uint32_t kHasReference = 1u << 3;
constexpr std::uint32_t kHasOpenedBy = 1u << 4;
constexpr std::uint32_t kHasDueAt = 1u << 5;
constexpr std::uint32_t kHasFact = 1u << 6;
constexpr std::uint32_t kHasCount = 1u << 7;
constexpr std::uint32_t kImageBits = (1u << 8) - 1;

constexpr std::uint32_t kHasResolvedReason = 1u << 2;
constexpr std::uint32_t kHasNote = 1u << 3;
constexpr std::uint32_t kHasResolvedBy = 1u << 4;
constexpr std::uint32_t kResolvedBits = (1u << 5) - 1;

std::uint32_t mask_of(const CaseImage& image) {
    return flag(image.pool != kAnyPool, kHasPool) |
           flag(image.reservation != ReservationId{}, kHasReservation) |
           flag(image.reason != Reason::none, kHasReason) |
           flag(!image.reference.empty(), kHasReference) |
           flag(!image.opened_by.empty(), kHasOpenedBy) |
           flag(image.due_at != base::kNever, kHasDueAt) |
           flag(image.fact != Sequence{}, kHasFact) |
           flag(image.count != PendingCount{}, kHasCount);
}

void write_case(BodyWriter& out, const CaseImage& image) {
    const auto mask = mask_of(image);
    out.varint(mask);
    out.public_id(image.id);
    out.id(image.tenant);
    out.enumerator(image.kind);
    out.time(image.opened_at);
    out.id(image.sku);
    out.signed_varint(image.units);
    if ((mask & kHasPool) != 0) {
        out.id(image.pool);
    }
    if ((mask & kHasReservation) != 0) {
        out.reservation(image.reservation);
    }
    if ((mask & kHasReason) != 0) {
        out.enumerator(image.reason);
    }
    if ((mask & kHasReference) != 0) {
        out.text(image.reference);
    }
    if ((mask & kHasOpenedBy) != 0) {
        out.text(image.opened_by);
    }
    if ((mask & kHasDueAt) != 0) {
        out.time(image.due_at, image.opened_at);
    }
    if ((mask & kHasFact) != 0) {
        out.id(image.fact);
    }
    if ((mask & kHasCount) != 0) {
        write_count(out, image.count);
    }
}

void read_case(BodyReader& in, CaseImage& image) {
    const auto mask = in.mask(kImageBits);
    image.id = in.public_id<CaseId>();
    image.tenant = in.id<TenantId>();
    image.kind = in.enumerator(kLastCaseKind);
    image.opened_at = in.time();
    image.sku = in.id<SkuId>();
    image.units = in.signed_varint();
    if ((mask & kHasPool) != 0) {
        image.pool = in.id<PoolId>();
    }
    if ((mask & kHasReservation) != 0) {
        image.reservation = in.reservation();
    }
    if ((mask & kHasReason) != 0) {
        image.reason = in.enumerator(kLastReason);
    }
    if ((mask & kHasReference) != 0) {
        image.reference = in.text();
    }
    if ((mask & kHasOpenedBy) != 0) {
        image.opened_by = in.text();
    }
    if ((mask & kHasDueAt) != 0) {
        image.due_at = in.time(image.opened_at);
    }
    if ((mask & kHasFact) != 0) {
        image.fact = in.id<Sequence>();
    }
    if ((mask & kHasCount) != 0) {
        read_count(in, image.count);
    }
    in.require(mask == mask_of(image));
}

std::uint32_t mask_of(const CaseResolved& event) {
    return mask_of(event.key) | flag(event.reason != Reason::none, kHasResolvedReason) |
           flag(!event.note.empty(), kHasNote) | flag(!event.resolved_by.empty(), kHasResolvedBy);
}

}  // namespace

void write_body(BodyWriter& out, const CaseOpened& event) { write_case(out, event.image); }

void read_body(BodyReader& in, CaseOpened& event) { read_case(in, event.image); }

void write_body(BodyWriter& out, const CaseResolved& event) {
    const auto mask = mask_of(event);
    out.varint(mask);
    write_case(out, event.image);
    out.enumerator(event.resolution);
    out.time(event.resolved_at, event.image.opened_at);
    if ((mask & kHasResolvedReason) != 0) {
        out.enumerator(event.reason);
    }
    if ((mask & kHasNote) != 0) {
        out.digest(event.note);
    }
    if ((mask & kHasResolvedBy) != 0) {
        out.text(event.resolved_by);
    }
    write_key(out, mask, event.key);
}

void read_body(BodyReader& in, CaseResolved& event) {
    const auto mask = in.mask(kResolvedBits);
    read_case(in, event.image);
    event.resolution = in.enumerator(kLastResolution);
    event.resolved_at = in.time(event.image.opened_at);
    if ((mask & kHasResolvedReason) != 0) {
        event.reason = in.enumerator(kLastReason);
    }
    if ((mask & kHasNote) != 0) {
        event.note = in.digest();
    }
    if ((mask & kHasResolvedBy) != 0) {
        event.resolved_by = in.text();
    }
    read_key(in, mask, event.key);
    in.require(mask == mask_of(event));
}

}  // namespace holdfast::model
