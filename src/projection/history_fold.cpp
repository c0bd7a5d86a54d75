#include "projection/history_fold.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "model/event_codec.hpp"

namespace holdfast::projection {

using base::Result;
using model::CellImage;

namespace {

constexpr std::size_t kOwnersMax = 16'384;
constexpr std::string_view kOtherSources = "other";

// Units held, softly or not, of those that could be held, in thousandths.
std::uint32_t held_permille(const SkuRow& row) {
    constexpr std::int64_t kMost = 1'000'000;
    if (row.held <= 0) {
        return 0;
    }
    const __int128 base = static_cast<__int128>(row.on_hand) - row.unavailable - row.committed;
    const __int128 permille = base <= 0 ? kMost : static_cast<__int128>(row.held) * 1'000 / base;
    return static_cast<std::uint32_t>(std::min<__int128>(permille, kMost));
}

void add_unavailable(std::vector<UnavailableTerm>& terms, model::Reason reason,
                     std::int64_t units) {
    auto at = std::ranges::lower_bound(terms, reason, {}, &UnavailableTerm::reason);
    if (at == terms.end() || at->reason != reason) {
        at = terms.insert(at, {.reason = reason});
    }
    at->units += units;
    if (at->units == 0) {
        terms.erase(at);
    }
}

void add_term(std::vector<OnHandTerm>& terms, const MovementEntry& entry) {
    const auto name = std::pair(entry.term, entry.reason);
    const auto name_of = [](const OnHandTerm& term) { return std::pair(term.term, term.reason); };
    auto at = std::ranges::lower_bound(terms, name, {}, name_of);
    if (at == terms.end() || name_of(*at) != name) {
        at = terms.insert(at, {.term = entry.term, .reason = entry.reason});
    }
    ++at->movements;
    at->units = saturating_add(at->units, entry.units);
    at->newest.insert(at->newest.begin(),
                      {.sequence = entry.sequence, .time = entry.recorded, .units = entry.units});
    if (at->newest.size() > kNamedMovements) {
        at->newest.pop_back();
    }
}

}  // namespace

std::int64_t saturating_add(std::int64_t a, std::int64_t b) {
    std::int64_t sum = 0;
    if (__builtin_add_overflow(a, b, &sum)) {
        return b > 0 ? INT64_MAX : INT64_MIN;
    }
    return sum;
}

std::int64_t unit_ms(std::int64_t units, base::Duration duration) {
    const __int128 exact =
        static_cast<__int128>(units) * std::max<std::int64_t>(duration.count(), 0);
    return static_cast<std::int64_t>(std::min<__int128>(exact, INT64_MAX));
}

void add_volume(std::vector<Volume>& volumes, std::string_view source, model::Reason reason,
                std::int64_t units) {
    const auto find = [&](std::string_view name, model::Reason why) {
        return std::ranges::find_if(volumes, [&](const Volume& volume) {
            return volume.source == name && volume.reason == why;
        });
    };
    auto at = find(source, reason);
    if (at == volumes.end() && volumes.size() + 1 >= kVolumesMax) {
        source = kOtherSources;
        reason = model::Reason::other;
        at = find(source, reason);
    }
    if (at == volumes.end()) {
        at = volumes.insert(at, Volume{.source = std::string(source), .reason = reason});
    }
    ++at->movements;
    at->net = saturating_add(at->net, units);
    at->volume = saturating_add(at->volume, units < 0 ? -units : units);
}

Result<void> HistoryFold::fold(const model::Event& event, model::Sequence sequence,
                               base::Time time) {
    sequence_ = sequence;
    time_ = time;
    references_.clear();
    return std::visit([&](const auto& each) { return on(each); }, event);
}

// -- lists ----------------------------------------------------------------------------------------

void HistoryFold::post_reference(model::TenantId tenant, std::string_view reference) {
    if (!reference.empty()) {
        references_.push_back(reference_digest(reference));
        post(subject_of_reference(tenant, references_.back()));
    }
}

base::Digest128 HistoryFold::owner(std::string_view name) {
    if (owners_.size() >= kOwnersMax) {
        owners_.clear();
    }
    const auto [at, is_new] = owners_.try_emplace(std::string(name));
    if (is_new) {
        at->second = owner_digest(name);
    }
    return at->second;
}

// -- cells ----------------------------------------------------------------------------------------

Result<CellRow*> HistoryFold::change_cell(const CellKey& cell, const CellImage& difference) {
    TRY(CellRow* const row, tables_.cell(cell));
    add_to(row->cell, difference);
    row->changed_by = sequence_;
    row->changed_at = time_;
    tables_.journal(cell, {.sequence = sequence_, .time = time_, .cell = difference});
    TRY(SkuRow* const sku, tables_.sku({.tenant = cell.tenant, .sku = cell.sku}));
    sku->on_hand = saturating_add(sku->on_hand, difference.on_hand);
    sku->unavailable = saturating_add(sku->unavailable, difference.unavailable);
    sku->held = saturating_add(sku->held, difference.held + difference.soft_held);
    sku->committed = saturating_add(sku->committed, difference.committed);
    SkuFigures& figures = sku->figures;
    figures.peak_held_permille = std::max(figures.peak_held_permille, held_permille(*sku));
    if (figures.first_seen == base::Time{}) {
        figures.first_seen = time_;
    }
    figures.last_seen = time_;
    post(subject_of(cell.tenant, cell.sku));
    post(subject_of(cell.tenant, cell.pool));
    return row;
}

Result<void> HistoryFold::check(const CellRow& row, const CellImage& image) const {
    if (row.cell == image) {
        return {};
    }
    return store_.damaged("the figures of a cell are not those of event " +
                          std::to_string(sequence_.value()));
}

MovementEntry HistoryFold::movement(base::Time occurred_at, const model::KeyUse& key) const {
    return {.sequence = sequence_,
            .recorded = time_,
            .occurred = occurred_at == base::Time{} ? time_ : occurred_at,
            .references = references_,
            .source = std::string(key.source),
            .source_sequence = key.source_sequence};
}

void HistoryFold::move(const CellKey& cell, CellRow& row, MovementEntry entry) {
    if (entry.unavailable != 0) {
        add_unavailable(row.unavailable, entry.unavailable_reason, entry.unavailable);
    }
    if (entry.units != 0) {
        add_term(row.terms, entry);
        row.early_max = std::max(row.early_max, entry.occurred - entry.recorded);
    }
    if (entry.units != 0 || entry.unavailable != 0) {
        tables_.move(cell, std::move(entry));
    }
}

// -- events ---------------------------------------------------------------------------------------

Result<void> HistoryFold::on(const model::ClassDefined& event) {
    TRY(ClassRow* const row, tables_.sku_class(event.tenant, event.sku_class.id));
    *row = {.held_grace = event.sku_class.held_downtime_grace,
            .payment_grace = event.sku_class.payment_downtime_grace};
    return {};
}

Result<void> HistoryFold::on(const model::PoolDefined& event) {
    post(subject_of(event.tenant, event.pool.id));
    return {};
}

Result<void> HistoryFold::on(const model::SkuRegistered& event) {
    TRY(SkuRow* const row, tables_.sku({.tenant = event.tenant, .sku = event.sku}));
    row->figures.sku_class = event.sku_class;
    row->figures.first_seen = row->figures.last_seen = time_;
    post(subject_of(event.tenant, event.sku));
    return {};
}

Result<void> HistoryFold::on(const model::SkuUpdated& event) {
    TRY(SkuRow* const row, tables_.sku({.tenant = event.tenant, .sku = event.sku}));
    row->figures.sku_class = event.sku_class;
    row->figures.last_seen = time_;
    post(subject_of(event.tenant, event.sku));
    return {};
}

Result<void> HistoryFold::on(const model::StockMoved& event) {
    const CellKey cell{.tenant = event.tenant, .sku = event.sku, .pool = event.pool};
    post_reference(event.tenant, event.reference);
    TRY(CellRow* const row,
        change_cell(cell, {.on_hand = event.delta, .unavailable = event.unavailable_delta}));
    TRY_VOID(check(*row, event.cell));
    const bool adjusts = event.movement != model::Movement::receipt;
    MovementEntry entry = movement(event.occurred_at, event.key);
    entry.term = adjusts ? StockTerm::adjustments : StockTerm::receipts;
    entry.reason = adjusts ? event.reason : model::Reason::none;
    entry.units = event.delta;
    entry.unavailable_reason = event.unavailable_reason;
    entry.unavailable = event.unavailable_delta;
    move(cell, *row, std::move(entry));
    // Nobody adjusted anything where a count had seen the movement before it was told.
    const bool was_seen = event.undoes != model::Sequence{} && event.key.empty();
    if (event.delta == 0 || was_seen) {
        return {};
    }
    TRY(SkuRow* const sku, tables_.sku({.tenant = event.tenant, .sku = event.sku}));
    if (!adjusts) {
        sku->figures.received = saturating_add(sku->figures.received, event.delta);
        return {};
    }
    sku->figures.written_off =
        saturating_add(sku->figures.written_off, std::max<std::int64_t>(-event.delta, 0));
    TRY(TotalsRow* const totals, tables_.totals(event.tenant));
    add_volume(totals->figures.adjustments, event.key.source, event.reason, event.delta);
    return {};
}

Result<void> HistoryFold::on(const model::SafetyStockSet& event) {
    const CellKey cell{.tenant = event.tenant, .sku = event.sku, .pool = event.pool};
    TRY(const CellRow* const before, tables_.cell(cell));
    const std::int64_t moved = event.cell.safety_stock - before->cell.safety_stock;
    TRY(const CellRow* const row, change_cell(cell, {.safety_stock = moved}));
    return check(*row, event.cell);
}

Result<void> HistoryFold::fold_transfer_end(const model::TransferChanged& event, bool out) {
    const bool both = event.step == model::TransferStep::moved;
    const bool moves =
        both || event.step == (out ? model::TransferStep::sent : model::TransferStep::arrived);
    const std::int64_t units = !moves ? 0 : out ? -event.units : event.units;
    const CellKey cell{.tenant = event.transfer.tenant,
                       .sku = event.transfer.sku,
                       .pool = out ? event.transfer.from : event.transfer.to};
    TRY(CellRow* const row, change_cell(cell, {.on_hand = units}));
    TRY_VOID(check(*row, out ? event.from : event.to));
    MovementEntry entry = movement(event.occurred_at, event.key);
    entry.term = out ? StockTerm::transfers_out : StockTerm::transfers_in;
    entry.units = units;
    move(cell, *row, std::move(entry));
    return {};
}

Result<void> HistoryFold::on(const model::TransferChanged& event) {
    const model::TransferImage& image = event.transfer;
    post_reference(image.tenant, image.reference);
    TRY_VOID(fold_transfer_end(event, true));
    TRY_VOID(fold_transfer_end(event, false));
    if (image.in_transit() > 0) {
        tables_.put_transfer(image.tenant, {.id = image.id,
                                            .sku = image.sku,
                                            .from = image.from,
                                            .to = image.to,
                                            .quantity = image.quantity,
                                            .in_transit = image.in_transit(),
                                            .sent_at = image.sent_at,
                                            .reference = std::string(image.reference)});
    } else {
        tables_.drop_transfer(image.tenant, image.id);
    }
    return {};
}

Result<void> HistoryFold::on(const model::StockCounted& event) {
    using enum model::CountOutcome;
    const CellKey cell{.tenant = event.tenant, .sku = event.sku, .pool = event.pool};
    TRY(CellRow* const row,
        change_cell(cell, {.on_hand = event.delta, .unavailable = event.count.disputed}));
    TRY_VOID(check(*row, event.cell));
    if (event.outcome != outdated && event.outcome != rejected) {
        row->last_count = {
            .sequence = sequence_, .as_of = event.count.as_of, .counted = event.count.counted};
    }
    MovementEntry entry = movement(event.count.as_of, event.key);
    entry.term = StockTerm::counts;
    entry.units = event.delta;
    entry.unavailable_reason = model::Reason::disputed;
    entry.unavailable = event.count.disputed;
    move(cell, *row, std::move(entry));
    if (event.delta < 0) {
        TRY(SkuRow* const sku, tables_.sku({.tenant = event.tenant, .sku = event.sku}));
        sku->figures.written_off = saturating_add(sku->figures.written_off, -event.delta);
    }
    const bool is_decision = event.case_id.value() != 0 && event.outcome != pending;
    if (is_decision || event.outcome == outdated) {
        return {};
    }
    TRY(TotalsRow* const totals, tables_.totals(event.tenant));
    ++totals->figures.counts;
    totals->figures.counts_pending += event.outcome == pending ? 1 : 0;
    add_volume(totals->figures.drift, event.key.source, event.reason, event.count.drift);
    return {};
}

Result<void> HistoryFold::on(const model::ReleasedByName& event) {
    for (const model::ReservationId id : event.released) {
        post(subject_of(event.tenant, id));
    }
    return {};
}

Result<void> HistoryFold::on(const model::RefusalRecorded& event) {
    for (const model::FailingLine& line : event.refusal.lines) {
        post(subject_of(event.tenant, line.sku));
        if (event.refusal.code == model::RefusalCode::insufficient_stock) {
            TRY(SkuRow* const sku, tables_.sku({.tenant = event.tenant, .sku = line.sku}));
            ++sku->figures.refused;
        }
    }
    if (event.refusal.reservation.value() != 0) {
        post(subject_of(event.tenant, event.refusal.reservation));
    }
    return {};
}

Result<void> HistoryFold::on_case(const model::CaseImage& image) {
    if (image.reservation.value() != 0) {
        post(subject_of(image.tenant, image.reservation));
    }
    post_reference(image.tenant, image.reference);
    if (image.pool == model::kAnyPool) {
        post(subject_of(image.tenant, image.sku));
        return {};
    }
    const CellKey cell{.tenant = image.tenant, .sku = image.sku, .pool = image.pool};
    TRY_VOID(change_cell(cell, {}));
    return {};
}

}  // namespace holdfast::projection
