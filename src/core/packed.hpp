// Integers in six bytes, for records of which there are ten millions.
//
// They read and write like the integers they stand for. Thread rule: values.
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <cstring>

#include "model/ids.hpp"

namespace holdfast::core {

class Packed48 {
  public:
    [[nodiscard]] std::uint64_t bits() const {
        std::uint64_t out = 0;
        std::memcpy(&out, parts_.data(), sizeof parts_);
        return out;
    }
    void set_bits(std::uint64_t bits) { std::memcpy(parts_.data(), &bits, sizeof parts_); }

  private:
    std::array<std::uint16_t, 3> parts_{};
};
static_assert(sizeof(Packed48) == 6);

// The number of a reservation: a sequence, of which public ids show 48 bits too.
class PackedId {
  public:
    PackedId() = default;
    PackedId(model::ReservationId id) { packed_.set_bits(id.value()); }  // NOLINT: stands for it
    operator model::ReservationId() const {                              // NOLINT
        return model::ReservationId(packed_.bits());
    }
    [[nodiscard]] std::uint64_t value() const { return packed_.bits(); }
    friend bool operator==(PackedId a, PackedId b) { return a.value() == b.value(); }
    friend auto operator<=>(PackedId a, PackedId b) { return a.value() <=> b.value(); }
    friend bool operator==(PackedId a, model::ReservationId b) { return a.value() == b.value(); }
    friend auto operator<=>(PackedId a, model::ReservationId b) { return a.value() <=> b.value(); }

  private:
    Packed48 packed_;
};

// UTC milliseconds, to the year 6429; what is later is never (INT64_MAX).
class PackedMs {
  public:
    PackedMs() = default;
    PackedMs(std::int64_t ms) {  // NOLINT: stands for it
        packed_.set_bits(static_cast<std::uint64_t>(std::clamp(ms, -kNever, kNever)));
    }
    operator std::int64_t() const {  // NOLINT
        const std::int64_t ms = static_cast<std::int64_t>(packed_.bits() << 16) >> 16;
        return ms == kNever ? INT64_MAX : ms;
    }

  private:
    static constexpr std::int64_t kNever = (std::int64_t{1} << 47) - 1;
    Packed48 packed_;
};

}  // namespace holdfast::core
