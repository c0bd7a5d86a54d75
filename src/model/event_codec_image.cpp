// The image of a reservation inside an event: most of the ledger's bytes.
#include <algorithm>
#include <array>

#include "model/event_body.hpp"

namespace holdfast::model {
namespace {

// In the order of their bytes. What an ordinary hold has comes first, so that its mask is one byte.
constexpr std::uint32_t kHasExpiresAt = 1u << 0;
constexpr std::uint32_t kHasTexts = 1u << 1;  // eight bits, in the order of kTexts
constexpr std::uint32_t kHasCustomer = 1u << 9;
constexpr std::uint32_t kHasMetadata = 1u << 10;
constexpr std::uint32_t kHasFirstCreatedAt = 1u << 11;
constexpr std::uint32_t kHasExtensions = 1u << 12;
constexpr std::uint32_t kHasReplaces = 1u << 13;
constexpr std::uint32_t kHasReplacedBy = 1u << 14;
constexpr std::uint32_t kHasSupersededBy = 1u << 15;
constexpr std::uint32_t kHasHoldFor = 1u << 16;
constexpr std::uint32_t kCommittedLate = 1u << 17;
constexpr std::uint32_t kImageBits = (1u << 18) - 1;

constexpr std::array kTexts = {
    &ReservationTexts::reference,         &ReservationTexts::agent_id,
    &ReservationTexts::channel,           &ReservationTexts::operator_id,
    &ReservationTexts::payment_reference, &ReservationTexts::payment_provider,
    &ReservationTexts::order_reference,   &ReservationTexts::region};
static_assert(kHasTexts << kTexts.size() == kHasCustomer);

constexpr std::size_t kLineBytesMin = 3;  // flags, units, SKU
constexpr unsigned kStateBits = 4;        // waiting and ended_as share a byte

// A queued reservation waits for units and has none. An entry that continues a line asks for none.
bool may_wait(const LineImage& line) { return line.units.accepted == 0 && line.requested > 0; }

bool states_are_sound(const ReservationImage& image) {
    return image.ended_as != ReservationState::queued &&
           (image.waiting != ReservationState::queued ||
            std::ranges::all_of(image.lines, may_wait));
}

std::uint32_t mask_of(const ReservationImage& image) {
    auto mask = flag(image.expires_at != base::kNever, kHasExpiresAt) |
                flag(!image.customer.empty(), kHasCustomer) |
                flag(!image.metadata.empty(), kHasMetadata) |
                flag(image.first_created_at != image.created_at, kHasFirstCreatedAt) |
                flag(image.extensions != 0, kHasExtensions) |
                flag(image.replaces != ReservationId{}, kHasReplaces) |
                flag(image.replaced_by != ReservationId{}, kHasReplacedBy) |
                flag(image.superseded_by != ReservationId{}, kHasSupersededBy) |
                flag(image.hold_for != base::Duration{}, kHasHoldFor) |
                flag(image.committed_late, kCommittedLate);
    for (std::size_t i = 0; i < kTexts.size(); ++i) {
        mask |= flag(!(image.texts.*kTexts[i]).empty(), kHasTexts << i);
    }
    return mask;
}

void write_optional(BodyWriter& out, std::uint32_t mask, const ReservationImage& image) {
    if ((mask & kHasExpiresAt) != 0) {
        out.time(image.expires_at, image.created_at);
    }
    for (std::size_t i = 0; i < kTexts.size(); ++i) {
        if ((mask & (kHasTexts << i)) != 0) {
            out.text(image.texts.*kTexts[i]);
        }
    }
    if ((mask & kHasCustomer) != 0) {
        out.digest(image.customer);
    }
    if ((mask & kHasMetadata) != 0) {
        out.digest(image.metadata);
    }
    if ((mask & kHasFirstCreatedAt) != 0) {
        out.time(image.first_created_at, image.created_at);
    }
    if ((mask & kHasExtensions) != 0) {
        out.varint(image.extensions);
    }
    if ((mask & kHasReplaces) != 0) {
        out.reservation(image.replaces);
    }
    if ((mask & kHasReplacedBy) != 0) {
        out.reservation(image.replaced_by);
    }
    if ((mask & kHasSupersededBy) != 0) {
        out.reservation(image.superseded_by);
    }
    if ((mask & kHasHoldFor) != 0) {
        out.duration(image.hold_for);
    }
}

void read_optional(BodyReader& in, std::uint32_t mask, ReservationImage& image) {
    image.committed_late = (mask & kCommittedLate) != 0;
    if ((mask & kHasExpiresAt) != 0) {
        image.expires_at = in.time(image.created_at);
    }
    for (std::size_t i = 0; i < kTexts.size(); ++i) {
        if ((mask & (kHasTexts << i)) != 0) {
            image.texts.*kTexts[i] = in.text();
        }
    }
    if ((mask & kHasCustomer) != 0) {
        image.customer = in.digest();
    }
    if ((mask & kHasMetadata) != 0) {
        image.metadata = in.digest();
    }
    image.first_created_at =
        (mask & kHasFirstCreatedAt) != 0 ? in.time(image.created_at) : image.created_at;
    if ((mask & kHasExtensions) != 0) {
        image.extensions = in.number<std::uint16_t>();
    }
    if ((mask & kHasReplaces) != 0) {
        image.replaces = in.reservation();
    }
    if ((mask & kHasReplacedBy) != 0) {
        image.replaced_by = in.reservation();
    }
    if ((mask & kHasSupersededBy) != 0) {
        image.superseded_by = in.reservation();
    }
    if ((mask & kHasHoldFor) != 0) {
        image.hold_for = in.duration();
    }
}

}  // namespace

void write_image(BodyWriter& out, const ReservationImage& image) {
    CHECK(states_are_sound(image));
    const auto mask = mask_of(image);
    out.varint(mask);
    out.reservation(image.id);
    out.id(image.tenant);
    out.varint(image.version);
    out.byte(static_cast<std::uint8_t>(std::to_underlying(image.waiting) |
                                       (std::to_underlying(image.ended_as) << kStateBits)));
    out.time(image.created_at);
    write_optional(out, mask, image);
    out.varint(image.lines.size());
    std::int64_t accepted = 0;
    const LineImage* before = nullptr;
    for (const auto& line : image.lines) {
        write_line(out, before, line);
        before = &line;
        accepted += line.units.accepted;
        CHECK(accepted < kReservationUnitsBound);
    }
}

void read_image(BodyReader& in, ReservationImage& image) {
    const auto mask = in.mask(kImageBits);
    image.id = in.reservation();
    image.tenant = in.id<TenantId>();
    image.version = in.number<std::uint32_t>();
    const auto states = in.fixed<std::uint8_t>();
    constexpr std::uint8_t kLow = (1u << kStateBits) - 1;
    image.waiting = in.in_range(states & kLow, kLastReservationState);
    image.ended_as =
        in.in_range(static_cast<std::uint8_t>(states >> kStateBits), kLastReservationState);
    image.created_at = in.time();
    read_optional(in, mask, image);
    image.lines.resize(in.count(kLineBytesMin));
    std::int64_t accepted = 0;
    const LineImage* before = nullptr;
    for (auto& line : image.lines) {
        read_line(in, before, line);
        if (!in.sound()) {
            return;
        }
        before = &line;
        accepted += line.units.accepted;
        in.require(accepted < kReservationUnitsBound);
    }
    in.require(states_are_sound(image));
    in.require(mask == mask_of(image));
}

}  // namespace holdfast::model
