// Cells as of a moment, on hand for counts, and whose promises are at risk.
#include <algorithm>
#include <utility>

#include "projection/history_reader.hpp"

namespace holdfast::projection {

using base::Result;
using model::Sequence;

namespace {

CellAt at_now(const CellKey& key, const CellRow& row) {
    return {.sku = key.sku,
            .pool = key.pool,
            .cell = row.cell,
            .changed_by = row.changed_by,
            .changed_at = row.changed_at};
}

class Included {
  public:
    explicit Included(const CountIncludes& includes)
        : references_(includes.references), watermarks_(includes.watermarks) {
        std::ranges::sort(references_);
    }

    [[nodiscard]] bool none() const { return references_.empty() && watermarks_.empty(); }
    [[nodiscard]] bool covers(const MovementEntry& entry) const {
        const bool is_listed = std::ranges::any_of(entry.references, [&](const auto& reference) {
            return std::ranges::binary_search(references_, reference);
        });
        return is_listed || std::ranges::any_of(watermarks_, [&](const Watermark& mark) {
                   return !entry.source.empty() && entry.source == mark.source &&
                          entry.source_sequence <= mark.sequence;
               });
    }

  private:
    std::vector<base::Digest128> references_;
    const std::vector<Watermark>& watermarks_;
};

}  // namespace

Result<std::vector<HistoryReader::NamedCell>> HistoryReader::cells_of(
    const SkuKey& sku, std::optional<model::PoolId> pool) {
    std::vector<NamedCell> cells;
    if (pool) {
        const CellKey key{.tenant = sku.tenant, .sku = sku.sku, .pool = *pool};
        TRY(auto row, read<CellRow>(cell_key(key)));
        if (row) {
            cells.push_back({.key = key, .row = *std::move(row)});
        }
        return cells;
    }
    const std::string prefix = cells_of_sku(sku);
    HistoryWalk walk = view_->walk(prefix, behind(prefix));
    for (walk.seek(prefix); walk.valid(); walk.next()) {
        TRY(const auto id, parsed(number_at(walk.key(), prefix.size(), kPoolBytes)));
        TRY(auto row, parse<CellRow>(walk.value()));
        cells.push_back({.key = {.tenant = sku.tenant,
                                 .sku = sku.sku,
                                 .pool = model::PoolId(static_cast<std::uint16_t>(id))},
                         .row = std::move(row)});
    }
    TRY_VOID(walk.status());
    return cells;
}

Result<std::optional<CellAt>> HistoryReader::cell_at(const NamedCell& cell, Sequence position) {
    if (cell.row.changed_by <= position) {
        return at_now(cell.key, cell.row);
    }
    const std::string prefix = journal_prefix(cell.key);
    HistoryWalk walk = view_->walk(prefix, behind(prefix));
    walk.seek(block_key(prefix, position));
    if (!walk.valid()) {
        TRY_VOID(walk.status());
        return std::nullopt;
    }
    TRY(const auto entries, parsed(read_journal(walk.value())));
    const auto after = std::ranges::upper_bound(entries, position, {}, &JournalEntry::sequence);
    if (after == entries.begin()) {
        return view_->damaged("a block begins before its key");
    }
    const JournalEntry& last = *std::prev(after);
    return CellAt{.sku = cell.key.sku,
                  .pool = cell.key.pool,
                  .cell = last.cell,
                  .changed_by = last.sequence,
                  .changed_at = last.time};
}

Result<StockAt> HistoryReader::stock_at(const SkuKey& sku, const Moment& moment) {
    TRY(const Progress then, resolve(moment));
    TRY(const auto cells, cells_of(sku, std::nullopt));
    StockAt stock{.cells = {}, .position = then.position, .as_of = then.as_of};
    for (const NamedCell& cell : cells) {
        TRY(const auto at, cell_at(cell, then.position));
        if (at) {
            stock.cells.push_back(*at);
        }
    }
    return stock;
}

// From what is on hand now everything that occurred later is taken back, newest recording first.
// What was recorded so long ago that it cannot have occurred later ends it.
Result<OnHandAt> HistoryReader::on_hand_at(const CellKey& cell, base::Time as_of,
                                           const CountIncludes& includes) {
    TRY(const Progress now, progress());
    OnHandAt out{.position = now.position, .as_of = now.as_of};
    TRY(const auto row, read<CellRow>(cell_key(cell)));
    if (!row) {
        return out;
    }
    out.on_hand = out.on_hand_now = row->cell.on_hand;
    out.last_count = row->last_count;
    const Included included(includes);
    const std::string prefix = movement_prefix(cell);
    HistoryWalk walk = view_->walk(prefix, behind(prefix));
    for (walk.seek(prefix); walk.valid(); walk.next()) {
        TRY(const auto summary, parsed(read_summary(walk.value())));
        if (summary.last_recorded + row->early_max <= as_of) {
            return out;
        }
        if (summary.moving == 0 || summary.last_occurred <= as_of) {
            continue;
        }
        if (summary.first_occurred > as_of && included.none()) {
            out.on_hand -= summary.units;
            out.later += summary.moving;
            continue;
        }
        TRY(const auto entries, parsed(read_movements(walk.value())));
        for (const MovementEntry& entry : entries) {
            if (entry.units == 0 || entry.occurred <= as_of) {
                continue;
            }
            const bool is_included = included.covers(entry);
            out.included += is_included ? 1 : 0;
            out.later += is_included ? 0 : 1;
            out.on_hand -= is_included ? 0 : entry.units;
        }
    }
    TRY_VOID(walk.status());
    return out;
}

// Of one kind, by the age of the reservation.
Result<std::vector<Promise>> HistoryReader::promises(
    const CellKey& cell, PromiseKind kind, bool oldest_first, std::size_t limit,
    const std::vector<model::ReservationId>& without) {
    std::vector<Promise> found;
    const std::string prefix = promise_prefix(cell, kind);
    const std::string end = behind(prefix);
    HistoryWalk walk = view_->walk(prefix, end);
    oldest_first ? walk.seek_back(end) : walk.seek(prefix);
    for (; walk.valid() && found.size() < limit; oldest_first ? walk.previous() : walk.next()) {
        TRY(const auto id, parsed(number_at(walk.key(), prefix.size(), 8)));
        TRY(const auto line, parsed(number_at(walk.key(), prefix.size() + 8, 4)));
        const model::ReservationId reservation(~id);
        if (std::ranges::binary_search(without, reservation)) {
            continue;
        }
        TRY(const auto row, parse<PromiseRow>(walk.value()));
        found.push_back({.kind = kind,
                         .reservation = reservation,
                         .line = static_cast<std::uint32_t>(line),
                         .units = row.units,
                         .expires_at = row.expires_at});
    }
    TRY_VOID(walk.status());
    return found;
}

Result<AtRiskList> HistoryReader::at_risk(const CellKey& cell, std::int64_t deficit,
                                          model::ShortageOrder order) {
    using enum PromiseKind;
    TRY(const Progress now, progress());
    AtRiskList list{.promises = {},
                    .uncovered = std::max<std::int64_t>(deficit, 0),
                    .position = now.position,
                    .as_of = now.as_of};
    for (const PromiseKind kind : {held, payment_pending, review, committed}) {
        if (list.uncovered == 0) {
            break;
        }
        // Every promise is at least a unit.
        const std::uint64_t room = kAtRiskMax - list.promises.size();
        const auto most = static_cast<std::uint64_t>(list.uncovered);
        TRY(const auto found, promises(cell, kind, order == model::ShortageOrder::oldest_first,
                                       static_cast<std::size_t>(std::min(room, most)), {}));
        for (const Promise& promise : found) {
            const std::int64_t units = std::min(promise.units, list.uncovered);
            if (units > 0) {
                list.promises.push_back({.promise = promise, .units = units});
                list.uncovered -= units;
            }
        }
    }
    return list;
}

}  // namespace holdfast::projection
