// Verbs on sold units: ship and return are facts, cancel is a request.
#include <algorithm>
#include <utility>

#include "core/decide_change.hpp"

namespace holdfast::core {

using namespace model;

namespace {

std::vector<std::int64_t> reported(const Change& change, const Selection& selection) {
    std::vector<std::int64_t> out = selection.units;
    for (const auto& missing : selection.missing) {
        const auto line = std::ranges::find(change.image.lines, missing.sku, &LineImage::sku);
        const auto index = line - change.image.lines.begin();
        out[static_cast<std::size_t>(index)] += missing.requested - missing.sellable;
    }
    return out;
}

// It happened, but not to units that the ledger knows in that state: kept for its partner or for a
// person, never refused and never guessed at.
Decision park(const Change& change, Verb verb, const Selection& selection) {
    std::vector<Event> events;
    events.emplace_back(FactParked{.tenant = change.image.tenant,
                                   .verb = verb,
                                   .disposition = change.request.disposition,
                                   .occurred_at = change.request.occurred_at.value_or(base::Time{}),
                                   .document = change.request.document,
                                   .image = change.image,
                                   .quantities = reported(change, selection),
                                   .key = key_use(change.asked.command)});
    return applied(std::move(events));
}

}  // namespace

Decision judge_ship(const Change& change) {
    auto selection = select_units(change);
    if (!selection) {
        return std::move(selection).error();
    }
    const LineQuantities totals = sum_lines(change.image.lines);
    const bool whole = change.request.lines.empty();
    if (whole && totals.committed == 0 && totals.held == 0 && totals.shipped > 0) {
        return already(change, Verb::ship);
    }
    if (auto stale = check_version(change)) {
        return std::move(*stale);
    }
    if (whole && totals.committed == 0) {
        // All of it left, though none of it was sold: report what the reservation still promised.
        for (std::size_t i = 0; i < change.image.lines.size(); ++i) {
            selection->units[i] = change.image.lines[i].units.accepted;
        }
        return park(change, Verb::ship, *selection);
    }
    if (!selection->missing.empty()) {
        return park(change, Verb::ship, *selection);
    }
    ReservationImage image = change.image;
    for (std::size_t i = 0; i < image.lines.size(); ++i) {
        image.lines[i].units.committed -= selection->units[i];
        image.lines[i].units.shipped += selection->units[i];
    }
    return accept_change(change, Verb::ship, std::move(image));
}

Decision judge_cancel(const Change& change) {
    auto selection = select_units(change);
    if (!selection) {
        return std::move(selection).error();
    }
    if (change.request.lines.empty() && state_of(change.image) == ReservationState::released) {
        return already(change, Verb::cancel);
    }
    if (auto stale = check_version(change)) {
        return std::move(*stale);
    }
    const LineQuantities totals = sum_lines(change.image.lines);
    if (totals.held + totals.committed == 0) {
        return refuse_state(change, state_of(change.image) == ReservationState::expired
                                        ? RefusalCode::expired
                                        : RefusalCode::illegal_transition);
    }
    if (!selection->missing.empty()) {
        return refuse_quantity(change, std::move(*selection));
    }
    ReservationImage image = change.image;
    for (std::size_t i = 0; i < image.lines.size(); ++i) {
        // Sold units first: a cancellation is about the sale, what is merely held ends by itself.
        LineQuantities& units = image.lines[i].units;
        const std::int64_t sold = std::min(selection->units[i], units.committed);
        units.committed -= sold;
        units.held -= selection->units[i] - sold;
        units.released += selection->units[i];
    }
    image.ended_as = ReservationState::released;
    return accept_change(change, Verb::cancel, std::move(image));
}

Decision judge_return(const Change& change) {
    auto selection = select_units(change);
    if (!selection) {
        return std::move(selection).error();
    }
    if (auto stale = check_version(change)) {
        return std::move(*stale);
    }
    if (!selection->missing.empty()) {
        return park(change, Verb::return_units, *selection);
    }
    ReservationImage image = change.image;
    for (std::size_t i = 0; i < image.lines.size(); ++i) {
        image.lines[i].units.returned += selection->units[i];
    }
    return accept_change(change, Verb::return_units, std::move(image));
}

}  // namespace holdfast::core
