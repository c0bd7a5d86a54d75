// A line of a reservation, or one pool's part of it.
#include <array>
#include <bit>

#include "model/event_body.hpp"

namespace holdfast::model {
namespace {

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
constexpr std::uint8_t kContinues = 1u << 5;  // the SKU is that of the line before it
constexpr std::uint8_t kSoft = 1u << 6;
constexpr std::uint8_t kLineBits = (1u << 7) - 1;

// All parts are within [0, bound) exactly if no bit of any of them is above the bound's.
static_assert(std::has_single_bit(static_cast<std::uint64_t>(kLineUnitsBound)));
bool is_sound(const LineImage& line) {
    auto bits = static_cast<std::uint64_t>(line.requested);
    for (const auto part : kUnits) {
        bits |= static_cast<std::uint64_t>(line.units.*part);
    }
    return bits < static_cast<std::uint64_t>(kLineUnitsBound) && line.units.balanced();
}

// Whether the entry may stand there: what is said once for a line is said by its first entry.
bool is_in_place(const LineImage* before, const LineImage& line) {
    return !line.continues || (before != nullptr && before->sku == line.sku &&
                               line.requested == 0 && line.line_id.empty() && line.group.empty());
}

std::uint8_t mask_of(const LineQuantities& units) {
    std::uint32_t mask = 0;
    for (std::size_t i = 0; i < kUnits.size(); ++i) {
        mask |= flag(units.*kUnits[i] != 0, 1u << i);
    }
    return static_cast<std::uint8_t>(mask);
}

std::uint8_t flags_of(const LineImage& line) {
    return static_cast<std::uint8_t>(
        flag(line.untracked, kUntracked) | flag(line.pool != kDefaultPool, kHasPool) |
        flag(!line.continues && line.requested != line.units.accepted, kHasRequested) |
        flag(!line.line_id.empty(), kHasLineId) | flag(!line.group.empty(), kHasGroup) |
        flag(line.continues, kContinues) | flag(line.soft, kSoft));
}

}  // namespace

void write_line(BodyWriter& out, const LineImage* before, const LineImage& line) {
    CHECK(is_sound(line));
    CHECK(is_in_place(before, line));
    const auto flags = flags_of(line);
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

void read_line(BodyReader& in, const LineImage* before, LineImage& line) {
    const auto flags = in.fixed<std::uint8_t>();
    const auto units = in.fixed<std::uint8_t>();
    in.require((flags & ~kLineBits) == 0);
    line.untracked = (flags & kUntracked) != 0;
    line.continues = (flags & kContinues) != 0;
    line.soft = (flags & kSoft) != 0;
    line.sku = in.id<SkuId>();
    for (unsigned left = units; left != 0; left &= left - 1) {
        const std::int64_t quantity = in.not_negative();
        in.require(quantity != 0);
        line.units.*kUnits[static_cast<std::size_t>(std::countr_zero(left))] = quantity;
    }
    if ((flags & kHasPool) != 0) {
        line.pool = in.id<PoolId>();
    }
    if ((flags & kHasRequested) != 0) {
        line.requested = in.not_negative();
    } else {
        line.requested = line.continues ? 0 : line.units.accepted;
    }
    if ((flags & kHasLineId) != 0) {
        line.line_id = in.text();
    }
    if ((flags & kHasGroup) != 0) {
        line.group = in.text();
    }
    in.require(flags == flags_of(line));
    in.require(is_sound(line) && is_in_place(before, line));
}

}  // namespace holdfast::model
