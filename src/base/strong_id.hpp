// StrongId<Tag, Rep>: an integer that only ever means one thing.
//
// Explicit in, `.value()` out; compares, orders and hashes; no arithmetic, no implicit conversion
// in either direction, so that a SKU id can never be passed where a sequence is meant.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace holdfast::base {

template <typename Tag, typename Rep>
class StrongId {
  public:
    using rep = Rep;

    constexpr StrongId() = default;
    constexpr explicit StrongId(Rep value) : value_(value) {}

    [[nodiscard]] constexpr Rep value() const { return value_; }
    constexpr auto operator<=>(const StrongId&) const = default;

  private:
    Rep value_{};
};

}  // namespace holdfast::base

template <typename Tag, typename Rep>
struct std::hash<holdfast::base::StrongId<Tag, Rep>> {
    std::size_t operator()(holdfast::base::StrongId<Tag, Rep> id) const noexcept {
        return std::hash<Rep>{}(id.value());
    }
};
