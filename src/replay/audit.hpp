// Audit: does what the service tells now agree with what it answered before?
//
// Pure comparisons of a tally (from answers) with figures (asked afresh afterwards). For every SKU
// units in = units out: what was there, came in and came back, less what left, is on hand; held and
// committed are exactly the open promises; and nothing was promised that was not there, but for
// units written off below a promise. For every cart the service knows exactly the reservations its
// answers named, with the same units.
// An explanation adds up, and to the same on-hand figure.
// Thread rule: free functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "client/json.hpp"
#include "replay/tally.hpp"

namespace holdfast::replay {

struct Difference {
    std::string subject;  // SKU or reference
    std::string what;     // "on_hand", "reservations", ...
    std::int64_t expected = 0;
    std::int64_t found = 0;
};

// A SKU as the service tells it.
struct SkuFigures {
    std::int64_t sellable = 0;
    std::int64_t on_hand = 0;
    std::int64_t committed = 0;
    std::int64_t held = 0;  // softly too
    std::int64_t unavailable = 0;
    std::int64_t safety_stock = 0;
    std::int64_t deficit = 0;
};

[[nodiscard]] SkuFigures read_figures(const client::Json& availability);

// What the class of a SKU makes of its figures.
struct ClassTerms {
    bool assigned = false;           // then what is sellable is for the class to say
    std::int64_t backorder_max = 0;  // units that may be promised and not there
};

void audit_sku(const std::string& sku, const SkuTally& tally, const SkuFigures& figures,
               const ClassTerms& terms, std::vector<Difference>& out);

// `explanation`: an answer of GET /stock/{sku}/explain, newer than all of the tally.
void audit_explanation(const std::string& sku, const SkuTally& tally,
                       const client::Json& explanation, std::vector<Difference>& out);

// `answered`: the pictures from the answers of one reference; `found`: the list asked afresh.
void audit_reference(const std::string& reference, const std::vector<ReservationPicture>& answered,
                     const std::vector<ReservationPicture>& found, std::vector<Difference>& out);

}  // namespace holdfast::replay
