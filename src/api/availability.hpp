// Availability: what could be sold now, from the published view, without asking the writer.
//
// Callers without the scope `stock` see no figures of SKUs whose class is banded.
// Every answer says how fresh it is. `min_position` lets a client insist on its own writes: answers
// to commands are released after their effect is published, so every position that this service
// ever named is already visible, and there is nothing to wait for. A position beyond that (of a
// ledger that was since restored, or of another service) is refused `unavailable`.
// Thread rule: const methods on any thread; nothing blocks.
#pragma once

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/context.hpp"
#include "api/principal.hpp"
#include "api/problem.hpp"

namespace holdfast::api {

enum class StockStatus : std::uint8_t {
    in_stock,
    low,  // as few as the class says
    out,
    all_held,   // nothing sellable now, but held units may come back
    backorder,  // only beyond what is there
};
[[nodiscard]] std::string_view to_string(StockStatus status);

struct Quantities {
    std::int64_t sellable = 0;  // what a new hold may get, by the class; never below 0
    std::int64_t on_hand = 0;
    std::int64_t committed = 0;
    std::int64_t held = 0;
    std::int64_t soft_held = 0;  // beside `held`: whoever commits first gets them
    std::int64_t unavailable = 0;
    std::int64_t safety_stock = 0;
    std::int64_t deficit = 0;  // promised or reserved beyond what is there
};

struct PoolAvailability {
    std::string_view pool;
    Quantities units;
};

struct SkuAvailability {
    std::string_view sku;
    StockStatus status = StockStatus::out;
    bool banded = false;     // the caller sees the status only: in_stock, low or out
    bool untracked = false;  // the class counts no units
    bool stopped = false;    // selling is
    // Over all pools; `sellable` is what one reservation could get, which is less where a line is
    // not split or pools are fenced.
    Quantities units;
    std::optional<base::Time> next_expiry_at;
    std::vector<PoolAvailability> pools;
};

struct ViewFreshness {
    std::string position;
    base::Time as_of{};
    base::Duration staleness{};
};

struct AvailabilityView {
    std::vector<SkuAvailability> skus;
    std::vector<std::string> unknown;  // asked for and not registered
    ViewFreshness freshness;
};

class Availability {
  public:
    explicit Availability(const Context& context) : context_(context) {}

    // In the order asked. Problems: validation_failed (no SKU, too many, a malformed position),
    // unavailable (`min_position` lies ahead).
    [[nodiscard]] std::expected<AvailabilityView, Problem> read(
        const Principal& principal, std::span<const std::string> skus,
        const std::optional<std::string>& min_position) const;

  private:
    [[nodiscard]] AvailabilityView views_of(const Principal& principal,
                                            std::span<const std::string> skus,
                                            base::Time now) const;

    const Context& context_;
};

}  // namespace holdfast::api
