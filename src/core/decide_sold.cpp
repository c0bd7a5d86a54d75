// Verbs on sold units: ship and return are facts, cancel is a request.
#include <algorithm>
#include <numeric>
#include <utility>

#include "core/decide_change.hpp"
#include "model/limits.hpp"

namespace holdfast::core {

using namespace model;

namespace {

// Units of an entry that may yet come to the state that the fact is about.
std::int64_t expected(Verb verb, const LineQuantities& units) {
    return verb == Verb::ship ? units.held : units.held + units.committed;
}

// What the fact says, per entry. What does not fit now goes to the entries named for it as far as
// they have units that may come to it, so that the fact fits when they do; the rest to the first.
std::vector<std::int64_t> reported(const Change& change, Verb verb, const Selection& selection) {
    std::vector<std::int64_t> out(selection.units.begin(), selection.units.end());
    for (std::size_t i = 0; i < selection.missing.size(); ++i) {
        const FailingLine& missing = selection.missing[i];
        std::int64_t left = missing.requested - missing.sellable;
        for (const std::size_t at : selection.missing_at[i]) {
            const std::int64_t room =
                expected(verb, change.image.lines[at].units) - (out[at] - selection.units[at]);
            const std::int64_t part = std::clamp<std::int64_t>(room, 0, left);
            out[at] += part;
            left -= part;
        }
        out[selection.missing_at[i].front()] += left;
    }
    return out;
}

// It happened, but not to units that the ledger knows in that state: kept for its partner or for a
// person, never refused and never guessed at.
Decision park(const Change& change, Verb verb, const Selection& selection) {
    const Asked& asked = change.asked;
    std::vector<std::int64_t> quantities = reported(change, verb, selection);
    const std::int64_t units =
        std::accumulate(quantities.begin(), quantities.end(), std::int64_t{0});
    Events events;
    events.emplace_back(
        FactParked{.tenant = change.image.tenant,
                   .verb = verb,
                   .disposition = change.request.disposition,
                   .occurred_at = happened_at(change.asked, change.request.occurred_at),
                   .document = change.request.document,
                   .image = change.image,
                   .quantities = std::move(quantities),
                   .key = key_use(asked.command)});
    const CaseImage image{.id = CaseId(asked.stamp.next.value() + 1),
                          .tenant = change.image.tenant,
                          .kind = CaseKind::unexpected_fact,
                          .opened_at = asked.stamp.time,
                          .sku = change.image.lines.front().sku,
                          .units = units,
                          .reservation = change.image.id,
                          .fact = asked.stamp.next,
                          .reference = change.request.document.empty()
                                           ? change.image.texts.reference
                                           : std::string_view(change.request.document)};
    Decision out = applied(std::move(events));
    out.after.emplace_back(CaseOpened{.image = image});
    return out;
}

// Whether taking all of it back might be more than a cell's quantities can count.
bool beyond_cell_limit(const Change& change, const Selection& selection) {
    const State& state = change.asked.state;
    const std::int64_t units = std::accumulate(selection.units.begin(), selection.units.end(),
                                               std::int64_t{0});  // <= 2^44
    return std::ranges::any_of(change.image.lines, [&](const LineImage& line) {
        const std::uint32_t index =
            line.untracked ? kNoIndex : state.find_cell(line.sku, line.pool);
        if (index == kNoIndex) {
            return false;
        }
        const CellImage& cell = state.cells[index].units;
        return cell.on_hand > kCellQuantityMax - units ||
               cell.unavailable > kCellQuantityMax - units;
    });
}

// All of it left, though none of it was sold: per entry, what the reservation may yet sell, or sold
// to nobody before it ended.
std::vector<std::int64_t> still_promised(const Change& change) {
    const LineQuantities totals = sum_lines(change.image.lines);
    std::vector<std::int64_t> out;
    for (const auto& line : change.image.lines) {
        const LineQuantities& units = line.units;
        // Who waited, and got nothing yet or ever, was sent what was asked for.
        out.push_back(totals.held > 0       ? units.held
                      : totals.expired > 0  ? units.expired
                      : totals.accepted > 0 ? units.accepted
                                            : line.requested);
    }
    return out;
}

Decision refuse_cell_limit(const Change& change) {
    Refusal refusal;
    refusal.code = RefusalCode::limit_exceeded;
    refusal.reservation = change.image.id;
    refusal.limit = kCellQuantityMax;
    return refused(change.asked, std::move(refusal));
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
        std::ranges::copy(still_promised(change), selection->units.begin());
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
    const LineQuantities totals = sum_lines(change.image.lines);
    // Where a part has shipped, or was closed short, units that were given up say nothing of a
    // cancellation: a retry of one is told by its key.
    if (change.request.lines.empty() && state_of(change.image) == ReservationState::released) {
        return already(change, Verb::cancel);
    }
    if (auto stale = check_version(change)) {
        return std::move(*stale);
    }
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
    if (beyond_cell_limit(change, *selection)) {
        return refuse_cell_limit(change);
    }
    ReservationImage image = change.image;
    for (std::size_t i = 0; i < image.lines.size(); ++i) {
        image.lines[i].units.returned += selection->units[i];
    }
    return accept_change(change, Verb::return_units, std::move(image));
}

// Promised units that will not come: the only way a shortage becomes final.
Decision judge_close_short(const Change& change) {
    auto selection = select_units(change);
    if (!selection) {
        return std::move(selection).error();
    }
    if (change.request.lines.empty() && state_of(change.image) == ReservationState::reconciled) {
        return already(change, Verb::close_short);
    }
    if (auto stale = check_version(change)) {
        return std::move(*stale);
    }
    const LineQuantities totals = sum_lines(change.image.lines);
    if (totals.held + totals.committed == 0) {
        return refuse_state(change, RefusalCode::illegal_transition);
    }
    if (!selection->missing.empty()) {
        return refuse_quantity(change, std::move(*selection));
    }
    ReservationImage image = change.image;
    for (std::size_t i = 0; i < image.lines.size(); ++i) {
        LineQuantities& units = image.lines[i].units;
        const std::int64_t sold = std::min(selection->units[i], units.committed);
        units.committed -= sold;
        units.held -= selection->units[i] - sold;
        units.closed_short += selection->units[i];
    }
    return accept_change(change, Verb::close_short, std::move(image));
}

}  // namespace holdfast::core
