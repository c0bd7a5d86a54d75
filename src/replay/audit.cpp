#include "replay/audit.hpp"

#include <algorithm>

#include "client/explanation.hpp"

namespace holdfast::replay {
namespace {

void expect_equal(const std::string& subject, std::string_view what, std::int64_t expected,
                  std::int64_t found, std::vector<Difference>& out) {
    if (expected != found) {
        out.push_back(
            {.subject = subject, .what = std::string(what), .expected = expected, .found = found});
    }
}

std::int64_t originals(const std::vector<ReservationPicture>& pictures) {
    return std::ranges::count_if(
        pictures, [](const ReservationPicture& picture) { return picture.replaces.empty(); });
}

void expect_units(const std::string& id, const Units& expected, const Units& found,
                  std::vector<Difference>& out) {
    expect_equal(id, "held", expected.held, found.held, out);
    expect_equal(id, "committed", expected.committed, found.committed, out);
    expect_equal(id, "shipped", expected.shipped, found.shipped, out);
    expect_equal(id, "released", expected.released, found.released, out);
    expect_equal(id, "expired", expected.expired, found.expired, out);
    expect_equal(id, "returned", expected.returned, found.returned, out);
}

std::int64_t expected_on_hand(const SkuTally& tally) {
    return tally.baseline.on_hand + tally.received + tally.adjusted + tally.units.returned -
           tally.units.shipped;
}

}  // namespace

SkuFigures read_figures(const client::Json& availability) {
    return {.sellable = availability["sellable"].number(),
            .on_hand = availability["on_hand"].number(),
            .committed = availability["committed"].number(),
            .held = availability["held"].number() + availability["soft_held"].number(),
            .unavailable = availability["unavailable"].number(),
            .safety_stock = availability["safety_stock"].number(),
            .deficit = availability["deficit"].number()};
}

void audit_sku(const std::string& sku, const SkuTally& tally, const SkuFigures& figures,
               const ClassTerms& terms, std::vector<Difference>& out) {
    expect_equal(sku, "on_hand", expected_on_hand(tally), figures.on_hand, out);
    expect_equal(sku, "held", tally.baseline.held + tally.units.held, figures.held, out);
    expect_equal(sku, "committed", tally.baseline.committed + tally.units.committed,
                 figures.committed, out);
    if (!terms.assigned) {
        expect_equal(sku, "sellable",
                     figures.on_hand - figures.committed - figures.held - figures.unavailable -
                         figures.safety_stock,
                     figures.sellable - figures.deficit, out);
    }
    // Only what was written off below a promise may be missing: anything more was sold twice.
    const std::int64_t explained = tally.baseline.deficit + tally.written_off + terms.backorder_max;
    expect_equal(sku, "oversold", 0, std::max<std::int64_t>(figures.deficit - explained, 0), out);
}

void audit_explanation(const std::string& sku, const SkuTally& tally,
                       const client::Json& explanation, std::vector<Difference>& out) {
    std::int64_t on_hand = 0;
    for (const client::Json& pool : explanation["pools"].items()) {
        on_hand += pool["on_hand"].number();
    }
    expect_equal(sku, "explained on_hand", expected_on_hand(tally), on_hand, out);
    for (const std::string& sentence : client::unexplained(explanation)) {
        out.push_back({.subject = sku, .what = "explained: " + sentence});
    }
}

void audit_reference(const std::string& reference, const std::vector<ReservationPicture>& answered,
                     const std::vector<ReservationPicture>& found, std::vector<Difference>& out) {
    expect_equal(reference, "reservations", static_cast<std::int64_t>(answered.size()),
                 static_cast<std::int64_t>(found.size()), out);
    // One key made at most one reservation that is not the successor of another.
    expect_equal(reference, "effects of one key", answered.empty() ? 0 : 1, originals(found), out);
    for (const ReservationPicture& picture : answered) {
        const auto same = std::ranges::find(found, picture.id, &ReservationPicture::id);
        if (same == found.end()) {
            expect_equal(picture.id, "found", 1, 0, out);
        } else {
            expect_units(picture.id, picture.totals(), same->totals(), out);
        }
    }
}

}  // namespace holdfast::replay
