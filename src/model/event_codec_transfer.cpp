// Body of the event of units on their way between two pools.
#include "model/event_body.hpp"

namespace holdfast::model {
namespace {

constexpr std::uint32_t kHasReason = 1u << 2;
constexpr std::uint32_t kHasOccurredAt = 1u << 3;
constexpr std::uint32_t kHasReference = 1u << 4;
constexpr std::uint32_t kTransferBits = (1u << 5) - 1;

// What is on its way is never below zero.
bool is_sound(const TransferImage& transfer) {
    return transfer.quantity >= 0 && transfer.arrived >= 0 && transfer.lost >= 0 &&
           transfer.arrived <= transfer.quantity &&
           transfer.lost <= transfer.quantity - transfer.arrived;
}

void write_transfer(BodyWriter& out, const TransferImage& transfer) {
    CHECK(is_sound(transfer));
    out.public_id(transfer.id);
    out.id(transfer.tenant);
    out.id(transfer.sku);
    out.id(transfer.from);
    out.id(transfer.to);
    out.not_negative(transfer.quantity);
    out.not_negative(transfer.arrived);
    out.not_negative(transfer.lost);
    out.time(transfer.sent_at);
}

void read_transfer(BodyReader& in, TransferImage& transfer) {
    transfer.id = in.public_id<TransferId>();
    transfer.tenant = in.id<TenantId>();
    transfer.sku = in.id<SkuId>();
    transfer.from = in.id<PoolId>();
    transfer.to = in.id<PoolId>();
    transfer.quantity = in.not_negative();
    transfer.arrived = in.not_negative();
    transfer.lost = in.not_negative();
    transfer.sent_at = in.time();
    in.require(is_sound(transfer));
}

std::uint32_t mask_of(const TransferChanged& event) {
    return mask_of(event.key) | flag(event.reason != Reason::none, kHasReason) |
           flag(event.occurred_at != base::Time{}, kHasOccurredAt) |
           flag(!event.transfer.reference.empty(), kHasReference);
}

}  // namespace

void write_body(BodyWriter& out, const TransferChanged& event) {
    const auto mask = mask_of(event);
    out.varint(mask);
    out.enumerator(event.step);
    out.not_negative(event.units);
    write_transfer(out, event.transfer);
    write_cell(out, event.from);
    write_cell(out, event.to);
    if ((mask & kHasReason) != 0) {
        out.enumerator(event.reason);
    }
    if ((mask & kHasOccurredAt) != 0) {
        out.time(event.occurred_at, event.transfer.sent_at);
    }
    if ((mask & kHasReference) != 0) {
        out.text(event.transfer.reference);
    }
    write_key(out, mask, event.key);
}

void read_body(BodyReader& in, TransferChanged& event) {
    const auto mask = in.mask(kTransferBits);
    event.step = in.enumerator(TransferStep::moved);
    event.units = in.not_negative();
    read_transfer(in, event.transfer);
    read_cell(in, event.from);
    read_cell(in, event.to);
    if ((mask & kHasReason) != 0) {
        event.reason = in.enumerator(kLastReason);
    }
    if ((mask & kHasOccurredAt) != 0) {
        event.occurred_at = in.time(event.transfer.sent_at);
    }
    if ((mask & kHasReference) != 0) {
        event.transfer.reference = in.text();
    }
    read_key(in, mask, event.key);
    in.require(mask == mask_of(event));
}

}  // namespace holdfast::model
