// The image of a reservation inside an event: most of the ledger's bytes.
#include <array>
#include <bit>

#include "model/event_body.hpp"

namespace holdfast::model {
namespace {

// In the order of their bytes. What an ordinary hold has comes first, so that its mask is one byte.
constexpr std::uint32_t kHasExpiresAt = 1u << 0;
constexpr std::uint32_t kHasTexts = 1u << 1;  // seven bits, in the order of kTexts
constexpr std::uint32_t kHasCustomer = 1u << 8;
constexpr std::uint32_t kHasMetadata = 1u << 9;
constexpr std::uint32_t kHasFirstCreatedAt = 1u << 10;
constexpr std::uint32_t kHasExtensions = 1u << 11;
constexpr std::uint32_t kHasReplaces = 1u << 12;
constexpr std::uint32_t kHasReplacedBy = 1u << 13;
constexpr std::uint32_t kHasSupersededBy = 1u << 14;
constexpr std::uint32_t kCommittedLate = 1u << 15;
constexpr std::uint32_t kImageBits = (1u << 16) - 1;

constexpr std::array kTexts = {
    &ReservationTexts::reference,         &ReservationTexts::agent_id,
    &ReservationTexts::channel,           &ReservationTexts::operator_id,
    &ReservationTexts::payment_reference, &ReservationTexts::payment_provider,
    &ReservationTexts::order_reference};
static_assert(kHasTexts << kTexts.size() == kHasCustomer);

constexpr std::array kUnits = {&LineQuantities::accepted,     &LineQuantities::held,
                               &LineQuantities::committed,    &LineQuantities::shipped,
                               &LineQuantities::released,     &LineQuantities::expired,
                               &LineQuantities::closed_short, &LineQuantities::returned};
static_assert(kUnits.size() == 8, "their mask is one byte");

constexpr std::uint8_t kUntracked = 1u << 0;
constexpr std::uint8_t kHasPool = 1u << 1;
constexpr std::uint8_t kHasRequested = 1u << 2;  // else it equals what was accepted
constexpr std::uint8_t kHasLineId = 1u << 3;
constexpr std::uint8_t kHasGroup = 1u << 4;
constexpr std::uint8_t kLineBits = (1u << 5) - 1;

constexpr std::size_t kLineBytesMin = 3;  // flags, units, SKU
constexpr unsigned kStateBits = 4;        // waiting and ended_as share a byte

// All parts are within [0, bound) exactly if no bit of any of them is above the bound's.
static_assert(std::has_single_bit(static_cast<std::uint64_t>(kLineUnitsBound)));
bool is_sound(const LineImage& line) {
    auto bits = static_cast<std::uint64_t>(line.requested);
    for (const auto part : kUnits) {
        bits |= static_cast<std::uint64_t>(line.units.*part);
    }
    return bits < static_cast<std::uint64_t>(kLineUnitsBound) && line.units.balanced();
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
}

std::uint8_t mask_of(const LineQuantities& units) {
    std::uint32_t mask = 0;
    for (std::size_t i = 0; i < kUnits.size(); ++i) {
        mask |= flag(units.*kUnits[i] != 0, 1u << i);
    }
    return static_cast<std::uint8_t>(mask);
}

void write_line(BodyWriter& out, const LineImage& line) {
    CHECK(is_sound(line));
    const auto flags = static_cast<std::uint8_t>(
        flag(line.untracked, kUntracked) | flag(line.pool != kDefaultPool, kHasPool) |
        flag(line.requested != line.units.accepted, kHasRequested) |
        flag(!line.line_id.empty(), kHasLineId) | flag(!line.group.empty(), kHasGroup));
    const auto units = mask_of(line.units);
    out.byte(flags);
    out.byte(units);
    out.id(line.sku);
    for (unsigned left = units; left != 0; left &= left - 1) {
        out.not_negative(line.units.*kUnits[static_cast<std::size_t>(std::countr_zero(left))]);
    }
    if ((flags & kHasPool) != 0) {
        out.id(line.pool);
    }
    if ((flags & kHasRequested) != 0) {
        out.not_negative(line.requested);
    }
    if ((flags & kHasLineId) != 0) {
        out.text(line.line_id);
    }
    if ((flags & kHasGroup) != 0) {
        out.text(line.group);
    }
}

void read_line(BodyReader& in, LineImage& line) {
    const auto flags = in.fixed<std::uint8_t>();
    const auto units = in.fixed<std::uint8_t>();
    in.require((flags & ~kLineBits) == 0);
    line.untracked = (flags & kUntracked) != 0;
    line.sku = in.id<SkuId>();
    for (unsigned left = units; left != 0; left &= left - 1) {
        line.units.*kUnits[static_cast<std::size_t>(std::countr_zero(left))] = in.not_negative();
    }
    if ((flags & kHasPool) != 0) {
        line.pool = in.id<PoolId>();
    }
    line.requested = (flags & kHasRequested) != 0 ? in.not_negative() : line.units.accepted;
    if ((flags & kHasLineId) != 0) {
        line.line_id = in.text();
    }
    if ((flags & kHasGroup) != 0) {
        line.group = in.text();
    }
    in.require(is_sound(line));
}

}  // namespace

void write_image(BodyWriter& out, const ReservationImage& image) {
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
    for (const auto& line : image.lines) {
        write_line(out, line);
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
    image.waiting = in.in_range(states & kLow, ReservationState::superseded);
    image.ended_as =
        in.in_range(static_cast<std::uint8_t>(states >> kStateBits), ReservationState::superseded);
    image.created_at = in.time();
    read_optional(in, mask, image);
    image.lines.resize(in.count(kLineBytesMin));
    std::int64_t accepted = 0;
    for (auto& line : image.lines) {
        read_line(in, line);
        if (!in.sound()) {
            return;
        }
        accepted += line.units.accepted;
        in.require(accepted < kReservationUnitsBound);
    }
}

}  // namespace holdfast::model
