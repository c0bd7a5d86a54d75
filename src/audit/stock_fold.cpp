#include "audit/stock_fold.hpp"

#include <algorithm>

#include "model/limits.hpp"

namespace holdfast::audit {

using namespace model;

namespace {

std::string text_of(const CellImage& c) {
    return "on hand " + std::to_string(c.on_hand) + ", unavailable " +
           std::to_string(c.unavailable) + ", held " + std::to_string(c.held) + " and " +
           std::to_string(c.soft_held) + " softly, committed " + std::to_string(c.committed) +
           ", safety " + std::to_string(c.safety_stock);
}

bool within_limits(const CellImage& c) {
    const auto [least, most] =
        std::minmax({c.on_hand, c.unavailable, c.held, c.soft_held, c.committed, c.safety_stock});
    return least >= -kCellQuantityMax && most <= kCellQuantityMax;
}

std::string wrong_count(const StockCounted& event, Sequence at) {
    const PendingCount& count = event.count;
    switch (event.outcome) {
        case CountOutcome::matched:
            return count.drift == 0 && event.delta == 0 && count.disputed == 0
                       ? ""
                       : "a count that matched changes something";
        case CountOutcome::applied:
            return event.delta == count.drift && count.disputed <= 0
                       ? ""
                       : "a count applies something else than its drift";
        case CountOutcome::pending:
            return event.delta == 0 && count.disputed == std::max<std::int64_t>(-count.drift, 0) &&
                           event.case_id.value() == at.value() + 1
                       ? ""
                       : "a count waits for approval and does not dispute what is missing";
        case CountOutcome::outdated:
            return event.delta == 0 && count.disputed == 0 ? ""
                                                           : "an outdated count changes something";
        case CountOutcome::rejected:
            return event.delta == 0 && count.disputed <= 0 ? ""
                                                           : "a rejected count changes something";
    }
    return {};
}

}  // namespace

bool StockFold::compare(std::uint32_t cell, const CellImage& shown, Sequence at) {
    findings_.looked(Check::conservation);
    findings_.looked(Check::limits);
    const CellRecord& known = figures_[cell];
    if (known.units != shown) {
        findings_.found(Check::conservation, at,
                        "SKU " + policies_.sku(known.sku).name + " is shown with " +
                            text_of(shown) + "; the events so far make " + text_of(known.units));
        return false;
    }
    if (!within_limits(shown)) {
        findings_.found(Check::limits, at,
                        "SKU " + policies_.sku(known.sku).name + " is beyond 2^62");
    }
    return true;
}

void StockFold::fold(const StockMoved& event, Sequence at) {
    if (!policies_.knows(event.tenant, event.sku, event.pool, at)) {
        return;
    }
    const std::uint32_t cell = figures_.find_or_add(event.sku, event.pool);
    figures_[cell].units.on_hand += event.delta;
    if (!figures_.add_unavailable(cell, event.unavailable_reason, event.unavailable_delta)) {
        findings_.found(Check::conservation, at, "fewer than no units are unavailable");
        return;
    }
    compare(cell, event.cell, at);
}

void StockFold::fold(const SafetyStockSet& event, Sequence at) {
    if (policies_.knows(event.tenant, event.sku, event.pool, at)) {
        const std::uint32_t cell = figures_.find_or_add(event.sku, event.pool);
        figures_[cell].units.safety_stock = event.cell.safety_stock;
        compare(cell, event.cell, at);
    }
}

// -- transfers ---------------------------------------------------------------------------------

std::string StockFold::wrong_step(const TransferChanged& event, Sequence at) const {
    const TransferImage& image = event.transfer;
    const auto found = transfers_.find(image.id.value());
    const bool begins = event.step == TransferStep::sent || event.step == TransferStep::moved;
    if (begins != (found == transfers_.end()) || (begins && image.id.value() != at.value())) {
        return begins ? " is sent twice, or has another id than its position" : " was never sent";
    }
    Transfer expected = begins ? Transfer{.quantity = event.units} : found->second;
    switch (event.step) {
        case TransferStep::sent: break;
        case TransferStep::moved:
        case TransferStep::arrived: expected.arrived += event.units; break;
        case TransferStep::lost: expected.lost += event.units; break;
    }
    const bool sums = image.quantity == expected.quantity && image.arrived == expected.arrived &&
                      image.lost == expected.lost && event.units > 0 &&
                      image.arrived + image.lost <= image.quantity;
    return sums ? "" : " has other sums than its steps make";
}

void StockFold::fold(const TransferChanged& event, Sequence at) {
    const TransferImage& image = event.transfer;
    if (!policies_.knows(image.tenant, image.sku, image.from, at) ||
        !policies_.knows(image.tenant, image.sku, image.to, at)) {
        return;
    }
    findings_.looked(Check::transfers);
    if (auto wrong = wrong_step(event, at); !wrong.empty()) {
        findings_.found(Check::transfers, at,
                        "transfer " + std::to_string(image.id.value()) + wrong);
        return;
    }
    transfers_[image.id.value()] = {
        .quantity = image.quantity, .arrived = image.arrived, .lost = image.lost};
    const bool leaves = event.step == TransferStep::sent || event.step == TransferStep::moved;
    const bool arrives = event.step == TransferStep::arrived || event.step == TransferStep::moved;
    const std::uint32_t from = figures_.find_or_add(image.sku, image.from);
    const std::uint32_t to = figures_.find_or_add(image.sku, image.to);
    figures_[from].units.on_hand -= leaves ? event.units : 0;
    figures_[to].units.on_hand += arrives ? event.units : 0;
    if (compare(from, event.from, at)) {
        compare(to, event.to, at);
    }
}

// -- counts and cases --------------------------------------------------------------------------

void StockFold::fold(const StockCounted& event, Sequence at) {
    if (!policies_.knows(event.tenant, event.sku, event.pool, at)) {
        return;
    }
    findings_.looked(Check::counts);
    const std::uint32_t cell = figures_.find_or_add(event.sku, event.pool);
    figures_[cell].units.on_hand += event.delta;
    const bool enough = figures_.add_unavailable(cell, Reason::disputed, event.count.disputed);
    if (auto wrong = wrong_count(event, at); !wrong.empty()) {
        findings_.found(Check::counts, at, wrong);
    } else if (!enough) {
        findings_.found(Check::conservation, at, "fewer than no units are disputed");
    } else {
        compare(cell, event.cell, at);
    }
}

std::string StockFold::wrong_opening(const CaseImage& image, Sequence at) {
    if (image.id.value() != at.value()) {
        return " has another id than its position";
    }
    if (image.kind == CaseKind::unexpected_fact && !parked_.contains(image.fact.value())) {
        return " is about a fact that was not parked";
    }
    if (image.kind != CaseKind::shortage && image.kind != CaseKind::count) {
        return {};
    }
    const CellRecord& cell = figures_[figures_.find_or_add(image.sku, image.pool)];
    if (image.kind == CaseKind::count) {
        return cell.pending_count == 0 ? "" : " is the second count of a cell that is pending";
    }
    const bool right = cell.shortage == 0 &&
                       missing(cell.units, policies_.class_of(image.sku)) == image.units &&
                       image.units > 0;
    return right ? "" : " says that units are missing which are there";
}

void StockFold::fold(const CaseOpened& event, Sequence at, base::Time time) {
    const CaseImage& image = event.image;
    const bool at_cell = image.kind == CaseKind::shortage || image.kind == CaseKind::count;
    if (!(at_cell ? policies_.knows(image.tenant, image.sku, image.pool, at)
                  : policies_.knows(image.tenant, image.sku, at))) {
        return;
    }
    findings_.looked(Check::cases);
    findings_.looked(Check::times);
    if (auto wrong = wrong_opening(image, at); !wrong.empty()) {
        findings_.found(Check::cases, at, "case " + std::to_string(image.id.value()) + wrong);
        return;
    }
    if (image.opened_at != time) {
        findings_.found(Check::times, at, "a case was opened at another time than its batch");
    }
    OpenCase& open = cases_[image.id.value()];
    open = {.kind = image.kind, .cell = kNone, .fact = image.fact.value()};
    if (at_cell) {
        open.cell = figures_.find_or_add(image.sku, image.pool);
        CellRecord& cell = figures_[open.cell];
        (image.kind == CaseKind::shortage ? cell.shortage : cell.pending_count) = image.id.value();
    }
}

void StockFold::fold(const CaseResolved& event, Sequence at, base::Time time) {
    findings_.looked(Check::cases);
    findings_.looked(Check::times);
    const auto found = cases_.find(event.image.id.value());
    if (found == cases_.end() || found->second.kind != event.image.kind) {
        findings_.found(Check::cases, at,
                        "case " + std::to_string(event.image.id.value()) +
                            " ends and is not open, or is of another kind");
        return;
    }
    const OpenCase open = found->second;
    cases_.erase(found);
    parked_.erase(open.fact);
    if (open.cell != kNone) {
        CellRecord& cell = figures_[open.cell];
        (open.kind == CaseKind::shortage ? cell.shortage : cell.pending_count) = 0;
        if (open.kind == CaseKind::shortage &&
            missing(cell.units, policies_.class_of(cell.sku)) > 0) {
            findings_.found(Check::cases, at,
                            "a shortage of SKU " + policies_.sku(cell.sku).name +
                                " ends while units are missing");
            return;
        }
    }
    if (event.resolved_at != time) {
        findings_.found(Check::times, at, "a case ended at another time than its batch");
    }
}

void StockFold::finish(Sequence last, bool full) {
    for (std::uint32_t i = 0; i < figures_.size() && !full; ++i) {
        const CellRecord& cell = figures_[i];
        const bool is_short = missing(cell.units, policies_.class_of(cell.sku)) > 0;
        if (is_short != (cell.shortage != 0)) {
            findings_.found(Check::cases, last,
                            "SKU " + policies_.sku(cell.sku).name +
                                (is_short ? " is short and has no case"
                                          : " is not short and has a case that says so"));
        }
    }
}

}  // namespace holdfast::audit
