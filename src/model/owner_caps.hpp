// Caps on what one principal may hold at a time: per agent, operator and buyer.
//
// A cap belongs to a class (judged against what the principal holds of SKUs of that class) or to
// the whole tenant. Zero means: no cap. Judged when a hold is made, granted or extended; beginning
// to pay is never refused for a cap, however long the provider takes. Thread rule: values.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace holdfast::model {

// Who holds units, beside the API key. Persisted: never renumber.
enum class PrincipalKind : std::uint8_t { agent = 0, operator_ = 1, buyer = 2 };
inline constexpr std::size_t kPrincipalKinds = 3;

// What a cap counts. Persisted: never renumber.
enum class CapMeasure : std::uint8_t {
    units = 0,         // held at the same time
    holds = 1,         // reservations that hold units at the same time
    unit_seconds = 2,  // sum over the holds of units * seconds from creation to deadline
};

struct OwnerCaps {
    std::int64_t units = 0;
    std::int64_t holds = 0;
    std::int64_t unit_seconds = 0;

    [[nodiscard]] bool any() const { return units != 0 || holds != 0 || unit_seconds != 0; }
    bool operator==(const OwnerCaps&) const = default;
};

using CapsByKind = std::array<OwnerCaps, kPrincipalKinds>;  // by PrincipalKind

[[nodiscard]] inline bool any_caps(const CapsByKind& caps) {
    return caps[0].any() || caps[1].any() || caps[2].any();
}

[[nodiscard]] std::string_view to_string(PrincipalKind kind);  // agent, operator, buyer
[[nodiscard]] std::string_view to_string(CapMeasure measure);

}  // namespace holdfast::model
