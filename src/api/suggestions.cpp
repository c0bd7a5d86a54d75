#include "api/suggestions.hpp"

#include <algorithm>

namespace holdfast::api {
namespace {

// Fewer lines tell nothing.
constexpr std::uint64_t kLinesMin = 20;
constexpr std::uint32_t kNearlyAllHeld = 900;  // thousandths
constexpr double kDaysMin = 7;
constexpr double kQuickPerDay = 10;
constexpr double kSlowPerDay = 0.2;

double days_seen(const projection::SkuFigures& figures) {
    const base::Duration seen = figures.last_seen - figures.first_seen;
    return std::max(std::chrono::duration<double, std::ratio<86'400>>(seen).count(), 1.0);
}

std::string of_all(std::uint64_t part, std::uint64_t all, std::string_view what) {
    return std::to_string(part) + " of " + std::to_string(all) + ' ' + std::string(what);
}

}  // namespace

std::optional<Suggestion> suggest_class(const projection::SkuFigures& figures) {
    const double days = days_seen(figures);
    const double sold_per_day = static_cast<double>(figures.sold) / days;
    const std::uint64_t asked = figures.holds + figures.refused;
    if (asked >= kLinesMin && figures.refused * 4 >= asked &&
        figures.peak_held_permille >= kNearlyAllHeld) {
        if (figures.received <= 1) {
            return Suggestion{.sku_class = "concert-ticket",
                              .reason = "A single unit that many want: " +
                                        of_all(figures.refused, asked, "requests were refused.")};
        }
        return Suggestion{.sku_class = "sneaker-drop",
                          .reason = "Sold out at once: " +
                                    of_all(figures.refused, asked, "requests were refused while ") +
                                    "nearly all units were held."};
    }
    if (figures.sales >= kLinesMin && days >= kDaysMin && sold_per_day >= kQuickPerDay) {
        return Suggestion{
            .sku_class = "grocery-basket",
            .reason = "Sells " + std::to_string(static_cast<std::int64_t>(sold_per_day)) +
                      " units a day and is restocked: short holds and some safety stock serve it."};
    }
    if (figures.sales > 0 && days >= 4 * kDaysMin && sold_per_day <= kSlowPerDay) {
        return Suggestion{.sku_class = "replacement-part",
                          .reason =
                              "Sells a few units a month: long holds cost nothing, and a "
                              "backorder keeps the customer."};
    }
    return std::nullopt;
}

}  // namespace holdfast::api
