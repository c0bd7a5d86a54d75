// Bodies of the events around one reservation.
#include "model/event_body.hpp"

namespace holdfast::model {
namespace {

constexpr std::uint32_t kHasReason = 1u << 2;
constexpr std::uint32_t kHasDisposition = 1u << 3;
constexpr std::uint32_t kHasOccurredAt = 1u << 4;
constexpr std::uint32_t kHasNote = 1u << 5;
constexpr std::uint32_t kHasDocument = 1u << 6;
constexpr std::uint32_t kChangedBits = (1u << 7) - 1;
constexpr std::uint32_t kParkedBits =
    kHasKey | kHasSource | kHasDisposition | kHasOccurredAt | kHasDocument;

// What both events say about a document that came from outside.
template <typename Body>
std::uint32_t document_mask(const Body& event) {
    return flag(event.disposition != Disposition::restock, kHasDisposition) |
           flag(event.occurred_at != base::Time{}, kHasOccurredAt) |
           flag(!event.document.empty(), kHasDocument);
}

template <typename Body>
void write_document(BodyWriter& out, std::uint32_t mask, const Body& event) {
    if ((mask & kHasDisposition) != 0) {
        out.enumerator(event.disposition);
    }
    if ((mask & kHasOccurredAt) != 0) {
        out.time(event.occurred_at, event.image.created_at);
    }
    if ((mask & kHasDocument) != 0) {
        out.text(event.document);
    }
}

template <typename Body>
void read_document(BodyReader& in, std::uint32_t mask, Body& event) {
    if ((mask & kHasDisposition) != 0) {
        event.disposition = in.enumerator(Disposition::damaged);
    }
    if ((mask & kHasOccurredAt) != 0) {
        event.occurred_at = in.time(event.image.created_at);
    }
    if ((mask & kHasDocument) != 0) {
        event.document = in.text();
    }
}

std::uint32_t mask_of(const ReservationChanged& event) {
    return mask_of(event.key) | document_mask(event) |
           flag(event.reason != Reason::none, kHasReason) | flag(!event.note.empty(), kHasNote);
}

std::uint32_t mask_of(const FactParked& event) { return mask_of(event.key) | document_mask(event); }

}  // namespace

void write_body(BodyWriter& out, const ReservationChanged& event) {
    const auto mask = mask_of(event);
    out.enumerator(event.verb);
    out.varint(mask);
    write_image(out, event.image);
    write_document(out, mask, event);
    if ((mask & kHasReason) != 0) {
        out.enumerator(event.reason);
    }
    if ((mask & kHasNote) != 0) {
        out.digest(event.note);
    }
    write_key(out, mask, event.key);
}

void read_body(BodyReader& in, ReservationChanged& event) {
    event.verb = in.enumerator(kLastVerb);
    const auto mask = in.mask(kChangedBits);
    read_image(in, event.image);
    read_document(in, mask, event);
    if ((mask & kHasReason) != 0) {
        event.reason = in.enumerator(kLastReason);
    }
    if ((mask & kHasNote) != 0) {
        event.note = in.digest();
    }
    read_key(in, mask, event.key);
    in.require(mask == mask_of(event));
}

void write_body(BodyWriter& out, const FactParked& event) {
    CHECK(event.quantities.size() == event.image.lines.size());
    const auto mask = mask_of(event);
    out.id(event.tenant);
    out.enumerator(event.verb);
    out.varint(mask);
    write_image(out, event.image);
    for (const auto quantity : event.quantities) {
        out.not_negative(quantity);
    }
    write_document(out, mask, event);
    write_key(out, mask, event.key);
}

void read_body(BodyReader& in, FactParked& event) {
    event.tenant = in.id<TenantId>();
    event.verb = in.enumerator(kLastVerb);
    const auto mask = in.mask(kParkedBits);
    read_image(in, event.image);
    event.quantities.resize(event.image.lines.size());
    for (auto& quantity : event.quantities) {
        quantity = in.not_negative();
    }
    read_document(in, mask, event);
    read_key(in, mask, event.key);
    in.require(mask == mask_of(event));
}

}  // namespace holdfast::model
