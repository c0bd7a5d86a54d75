// What a reservation's event changes: cells by the difference of its lines, principals by the units
// that were bought, given up or left to expire.
#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "projection/history_fold.hpp"

namespace holdfast::projection {

using base::Result;
using model::LineQuantities;
using model::ReservationState;
using model::Verb;

struct HistoryFold::Part {
    struct Promises {
        std::int64_t count = 0;
        std::int64_t units = 0;
    };

    model::SkuId sku{};
    model::PoolId pool{};
    bool counted = false;  // has a cell
    LineQuantities before{};
    LineQuantities after{};
    model::CellImage cell{};                         // difference of what is promised
    std::array<Promises, kPromiseKinds> promises{};  // differences

    [[nodiscard]] auto name() const { return std::tuple(sku, pool, counted); }
    void add(const LineRow& line, ReservationState waiting, bool is_after);
    void add(const Part& other);
};

namespace {

PromiseKind kind_of(ReservationState waiting, bool soft) {
    if (soft) {
        return PromiseKind::soft_held;
    }
    return waiting == ReservationState::payment_pending ? PromiseKind::payment_pending
           : waiting == ReservationState::review        ? PromiseKind::review
                                                        : PromiseKind::held;
}

std::int64_t sold(const LineQuantities& units) { return units.committed + units.shipped; }

LineQuantities sum_of(const ReservationRow& row) {
    LineQuantities sum;
    for (const LineRow& line : row.lines) {
        sum += line.units;
    }
    return sum;
}

ReservationRow row_of(const model::ReservationImage& image, const ReservationRow& before) {
    ReservationRow row{.waiting = image.waiting,
                       .expires_at = image.expires_at,
                       .held_since = before.held_since,
                       .bought = before.bought,
                       .counted = before.counted};
    row.lines.reserve(image.lines.size());
    for (const model::LineImage& line : image.lines) {
        row.lines.push_back({.sku = line.sku,
                             .pool = line.pool,
                             .untracked = line.untracked,
                             .continues = line.continues,
                             .soft = line.soft,
                             .units = line.units});
    }
    return row;
}

}  // namespace

void HistoryFold::Part::add(const LineRow& line, ReservationState waiting, bool is_after) {
    (is_after ? after : before) += line.units;
    const std::int64_t sign = is_after ? 1 : -1;
    (line.soft ? cell.soft_held : cell.held) += sign * line.units.held;
    cell.committed += sign * line.units.committed;
    const auto note = [&](PromiseKind kind, std::int64_t units) {
        if (units > 0) {
            promises[std::to_underlying(kind)].count += sign;
            promises[std::to_underlying(kind)].units += sign * units;
        }
    };
    note(kind_of(waiting, line.soft), line.units.held);
    note(PromiseKind::committed, line.units.committed);
}

void HistoryFold::Part::add(const Part& other) {
    before += other.before;
    after += other.after;
    add_to(cell, other.cell);
    for (std::size_t i = 0; i < promises.size(); ++i) {
        promises[i].count += other.promises[i].count;
        promises[i].units += other.promises[i].units;
    }
}

std::vector<HistoryFold::Part> HistoryFold::parts_of(const ReservationRow& before,
                                                     const ReservationRow& after) {
    std::vector<Part> parts;
    parts.reserve(before.lines.size() + after.lines.size());
    const auto add = [&](const ReservationRow& row, bool is_after) {
        for (const LineRow& line : row.lines) {
            const bool counted = !line.untracked && line.pool != model::kAnyPool;
            Part part{.sku = line.sku, .pool = line.pool, .counted = counted};
            part.add(line, row.waiting, is_after);
            if (!parts.empty() && parts.back().name() == part.name()) {
                parts.back().add(part);
            } else {
                parts.push_back(part);
            }
        }
    };
    add(before, false);
    add(after, true);
    std::ranges::sort(parts, {}, &Part::name);
    std::vector<Part> merged;
    for (const Part& part : parts) {
        if (!merged.empty() && merged.back().name() == part.name()) {
            merged.back().add(part);
        } else {
            merged.push_back(part);
        }
    }
    return merged;
}

Result<void> HistoryFold::fold_part(const model::ReservationChanged& event, const Part& part) {
    const CellKey cell{.tenant = event.image.tenant, .sku = part.sku, .pool = part.pool};
    const std::int64_t shipped = part.after.shipped - part.before.shipped;
    const std::int64_t returned = part.after.returned - part.before.returned;
    const bool damaged = event.disposition == model::Disposition::damaged;
    model::CellImage difference = part.cell;
    difference.on_hand = returned - shipped;
    difference.unavailable = damaged ? returned : 0;
    TRY(CellRow* const row, change_cell(cell, difference));
    for (std::size_t i = 0; i < kPromiseKinds; ++i) {
        row->promises[i].promises += static_cast<std::uint64_t>(part.promises[i].count);
        row->promises[i].units += part.promises[i].units;
    }
    const auto moved = [&](StockTerm term, std::int64_t units, std::int64_t unavailable) {
        MovementEntry entry = movement(event.occurred_at, event.key);
        entry.term = term;
        entry.units = units;
        entry.unavailable_reason = model::Reason::damage;
        entry.unavailable = unavailable;
        move(cell, *row, std::move(entry));
    };
    if (shipped != 0) {
        moved(StockTerm::shipments, -shipped, 0);
    }
    if (returned != 0) {
        moved(StockTerm::returns, returned, difference.unavailable);
    }
    return {};
}

// `parts`: all of one SKU.
Result<void> HistoryFold::fold_sku(const model::ReservationChanged& event,
                                   std::span<const Part> parts, const ReservationRow& before,
                                   UnitFlow& flow) {
    LineQuantities from;
    LineQuantities to;
    for (const Part& part : parts) {
        from += part.before;
        to += part.after;
    }
    const std::int64_t let_go = std::max<std::int64_t>(from.held - to.held, 0);
    const std::int64_t expired = std::clamp<std::int64_t>(to.expired - from.expired, 0, let_go);
    const std::int64_t given_up =
        std::clamp<std::int64_t>(to.released - from.released, 0, let_go - expired);
    const std::int64_t released = event.verb == Verb::supersede ? 0 : given_up;
    const std::int64_t newly_sold = std::max<std::int64_t>(sold(to) - sold(from), 0);
    flow.expired += expired;
    flow.released += released;
    flow.bought += std::min(newly_sold, let_go - expired - given_up);
    flow.expired_unit_ms =
        saturating_add(flow.expired_unit_ms,
                       unit_ms(expired, std::min(time_, before.expires_at) - before.held_since));
    flow.released_unit_ms =
        saturating_add(flow.released_unit_ms, unit_ms(released, time_ - before.held_since));

    TRY(SkuRow* const row, tables_.sku({.tenant = event.image.tenant, .sku = parts.front().sku}));
    SkuFigures& figures = row->figures;
    figures.last_seen = time_;
    figures.sold = saturating_add(figures.sold, newly_sold);
    figures.shipped = saturating_add(figures.shipped, to.shipped - from.shipped);
    figures.returned = saturating_add(figures.returned, to.returned - from.returned);
    figures.expired = saturating_add(figures.expired, expired);
    figures.released = saturating_add(figures.released, released);
    figures.holds += from.held == 0 && to.held > 0 ? 1 : 0;
    figures.sales += sold(from) == 0 && newly_sold > 0 ? 1 : 0;
    return {};
}

Result<void> HistoryFold::fold_flow(const model::ReservationChanged& event,
                                    const ReservationRow& before, ReservationRow& after,
                                    const UnitFlow& flow) {
    const LineQuantities from = sum_of(before);
    const LineQuantities to = sum_of(after);
    const std::int64_t newly_held = std::max<std::int64_t>(to.held - from.held, 0);
    const bool first_hold = newly_held > 0 && before.held_since == base::kNever;
    if (first_hold) {
        after.held_since = event.verb == Verb::hold ? event.image.first_created_at : time_;
    }
    const bool first_bought = !before.bought && flow.bought > 0;
    const bool first_counted = !before.counted && (to.held > 0 || sold(to) > 0);
    after.bought = before.bought || first_bought;
    after.counted = before.counted || first_counted;

    TRY(TotalsRow* const totals, tables_.totals(event.image.tenant));
    HistoryTotals& sum = totals->figures;
    sum.holds += first_hold ? 1 : 0;
    sum.held_units = saturating_add(sum.held_units, newly_held);
    sum.committed_units = saturating_add(sum.committed_units, flow.bought);
    sum.released_units = saturating_add(sum.released_units, flow.released);
    sum.expired_units = saturating_add(sum.expired_units, flow.expired);
    totals->released_unit_ms = saturating_add(totals->released_unit_ms, flow.released_unit_ms);
    totals->expired_unit_ms = saturating_add(totals->expired_unit_ms, flow.expired_unit_ms);
    if (flow.expired > 0) {
        ++sum.expiries;
        sum.latest_expiry = std::max(sum.latest_expiry, time_ - before.expires_at);
    }
    return credit(event.image,
                  {.reservations = first_counted ? 1u : 0u,
                   .holds = first_hold ? 1u : 0u,
                   .bought = first_bought ? 1u : 0u,
                   .held_units = newly_held,
                   .committed_units = flow.bought,
                   .released_units = flow.released,
                   .expired_units = flow.expired},
                  saturating_add(flow.released_unit_ms, flow.expired_unit_ms));
}

Result<void> HistoryFold::credit(const model::ReservationImage& image, const PrincipalFigures& gain,
                                 std::int64_t wasted_unit_ms) {
    const auto to = [&](model::PrincipalKind kind, base::Digest128 principal,
                        std::string_view name) -> Result<void> {
        post(subject_of(image.tenant, kind, principal));
        TRY(PrincipalRow* const row,
            tables_.principal({.tenant = image.tenant, .kind = kind, .principal = principal}));
        PrincipalFigures& sum = row->figures;
        if (sum.name.empty()) {
            sum.name = name;
        }
        sum.reservations += gain.reservations;
        sum.holds += gain.holds;
        sum.bought += gain.bought;
        sum.held_units = saturating_add(sum.held_units, gain.held_units);
        sum.committed_units = saturating_add(sum.committed_units, gain.committed_units);
        sum.released_units = saturating_add(sum.released_units, gain.released_units);
        sum.expired_units = saturating_add(sum.expired_units, gain.expired_units);
        row->wasted_unit_ms = saturating_add(row->wasted_unit_ms, wasted_unit_ms);
        sum.last_seen = time_;
        return {};
    };
    const auto& texts = image.texts;
    if (!texts.agent_id.empty()) {
        TRY_VOID(to(model::PrincipalKind::agent, owner(texts.agent_id), texts.agent_id));
    }
    if (!texts.operator_id.empty()) {
        TRY_VOID(to(model::PrincipalKind::operator_, owner(texts.operator_id), texts.operator_id));
    }
    if (!image.customer.empty()) {
        TRY_VOID(to(model::PrincipalKind::buyer, image.customer, {}));
    }
    return {};
}

void HistoryFold::post_reservation(const model::ReservationImage& image,
                                   std::string_view document) {
    post(subject_of(image.tenant, image.id));
    post_reference(image.tenant, image.texts.reference);
    if (image.texts.order_reference != image.texts.reference) {
        post_reference(image.tenant, image.texts.order_reference);
    }
    post_reference(image.tenant, document);
    for (const model::LineImage& line : image.lines) {
        post(subject_of(image.tenant, line.sku));
        if (line.pool != model::kAnyPool) {
            post(subject_of(image.tenant, line.pool));
        }
    }
}

Result<void> HistoryFold::on(const model::FactParked& event) {
    post_reservation(event.image, event.document);
    return credit(event.image, {}, 0);
}

Result<void> HistoryFold::on(const model::ReservationChanged& event) {
    const ReservationKey key{.tenant = event.image.tenant, .id = event.image.id};
    post_reservation(event.image, event.document);
    // A reservation is named by the event that made it.
    TRY(ReservationRow* const row,
        tables_.reservation(key, event.image.id.value() == sequence_.value()));
    ReservationRow after = row_of(event.image, *row);
    const std::vector<Part> parts = parts_of(*row, after);
    UnitFlow flow;
    for (std::size_t from = 0; from < parts.size();) {
        std::size_t to = from;
        for (; to < parts.size() && parts[to].sku == parts[from].sku; ++to) {
            if (parts[to].counted) {
                TRY_VOID(fold_part(event, parts[to]));
            }
        }
        TRY_VOID(fold_sku(event, std::span(parts).subspan(from, to - from), *row, flow));
        from = to;
    }
    TRY_VOID(fold_flow(event, *row, after, flow));
    *row = std::move(after);
    return {};
}

// As the core does: what was alive when the service stopped moves by the downtime, at most by the
// most generous grace among its lines' classes.
Result<void> HistoryFold::move_deadline(const ReservationKey& key,
                                        const model::DowntimeRecorded& event) {
    TRY(ReservationRow* const row, tables_.reservation(key, false));
    if (row->expires_at <= event.from || row->expires_at == base::kNever) {
        return {};
    }
    base::Duration grace{};
    for (const LineRow& line : row->lines) {
        TRY(const SkuRow* const sku, tables_.sku({.tenant = key.tenant, .sku = line.sku}));
        TRY(const ClassRow* const policy, tables_.sku_class(key.tenant, sku->figures.sku_class));
        grace = std::max(grace, row->waiting == ReservationState::payment_pending
                                    ? policy->payment_grace
                                    : policy->held_grace);
    }
    row->expires_at += std::min(event.to - event.from, grace);
    return {};
}

Result<void> HistoryFold::on(const model::DowntimeRecorded& event) {
    TRY(const auto holding, tables_.holding());
    for (const ReservationKey& key : holding) {
        TRY_VOID(move_deadline(key, event));
    }
    return {};
}

}  // namespace holdfast::projection
