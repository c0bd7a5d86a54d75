// Allotment: from which pools the lines of a request are served. Not for use outside
// core/decide*.cpp.
//
// The decision is made on exactly the split that is written: units are taken cell by cell from
// what is left after everything taken before in the same decision, never from a sum.
// Thread rule: one thread.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/pooled_vector.hpp"
#include "base/time.hpp"
#include "core/offer.hpp"
#include "core/state.hpp"
#include "model/refusal.hpp"
#include "model/reservation.hpp"

namespace holdfast::core {

// The stock that a decision draws on, with what it took already taken off.
class Availability {
  public:
    // `for_good`: what is taken is sold, not held; then `left` and `take` are the firm ones.
    explicit Availability(const State& state, bool for_good = false)
        : state_(state), for_good_(for_good) {}

    // For a new hold; for what is to be sold for good.
    [[nodiscard]] std::int64_t left(std::uint32_t cell) const;
    [[nodiscard]] std::int64_t firm_left(std::uint32_t cell) const;
    // Takes as a hold of the SKU's class would. Negative gives back.
    void take(std::uint32_t cell, std::int64_t units);
    void take_firm(std::uint32_t cell, std::int64_t units);
    void take_soft(std::uint32_t cell, std::int64_t units);

  private:
    struct Taken {
        std::uint32_t cell = kNoIndex;
        std::int64_t firm = 0;
        std::int64_t soft = 0;
    };
    [[nodiscard]] model::CellImage units_of(std::uint32_t cell) const;
    Taken& taken_from(std::uint32_t cell);

    const State& state_;
    bool for_good_;
    base::PooledVector<Taken> taken_;  // sorted by cell
};

// Where a request may be served from.
struct Whereabouts {
    const Tenant& tenant;
    std::string_view channel{};
    std::string_view region{};
    base::Time now{};
};

// The cells that may serve the SKU, in the order in which its class asks them. `pool`: the one that
// is named, or kAnyPool.
[[nodiscard]] base::PooledVector<std::uint32_t> usable_cells(const State& state, model::SkuId sku,
                                                             model::PoolId pool,
                                                             const Whereabouts& where);

// A line to be served.
struct Wanted {
    model::LineImage line;  // nothing accepted yet; `pool` is the named one, or kAnyPool
    std::int64_t minimum = 0;
};

struct Allotment {
    model::Lines lines;                       // entries, in the order of what was wanted
    std::vector<model::FailingLine> failing;  // lines whose minimum is not there
    base::PooledVector<std::uint32_t>
        short_cells;  // usable cells of lines that got less than asked
};

// First every line takes its minimum, then what is left goes out in the order of the lines: a
// generous first line must not starve a later line's minimum. A minimum is taken even where it is
// not there, so that later lines see it.
[[nodiscard]] Allotment allot(const State& state, std::span<const Wanted> wanted,
                              const Whereabouts& where, Availability& available);

}  // namespace holdfast::core
