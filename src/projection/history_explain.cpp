// The terms of a cell's figures: now from running totals, of a past moment by taking back what came
// after it.
#include <algorithm>
#include <array>
#include <utility>

#include "model/event_codec.hpp"
#include "projection/history_reader.hpp"

namespace holdfast::projection {

using base::Result;
using model::Sequence;

namespace {

// How many blocks are read behind a past moment to name the newest movements of each term.
constexpr std::size_t kNamingMovements = 8 * kBlockEntries;

OnHandTerm* find_term(std::vector<OnHandTerm>& terms, const MovementEntry& entry) {
    const auto at = std::ranges::find_if(terms, [&](const OnHandTerm& term) {
        return term.term == entry.term && term.reason == entry.reason;
    });
    return at == terms.end() ? nullptr : &*at;
}

PromiseKind kind_of(const model::ReservationImage& image, const model::LineImage& line) {
    if (line.soft) {
        return PromiseKind::soft_held;
    }
    return image.waiting == model::ReservationState::payment_pending ? PromiseKind::payment_pending
           : image.waiting == model::ReservationState::review        ? PromiseKind::review
                                                                     : PromiseKind::held;
}

// What an image promises of a cell.
std::vector<Promise> promises_in(const model::ReservationImage& image, const CellKey& cell) {
    std::vector<Promise> found;
    std::uint32_t number = 0;
    for (const model::LineImage& line : image.lines) {
        number += static_cast<std::uint32_t>(!line.continues);
        if (line.untracked || line.sku != cell.sku || line.pool != cell.pool) {
            continue;
        }
        if (line.units.held > 0) {
            found.push_back({.kind = kind_of(image, line),
                             .reservation = image.id,
                             .line = number,
                             .units = line.units.held,
                             .expires_at = image.expires_at});
        }
        if (line.units.committed > 0) {
            found.push_back({.kind = PromiseKind::committed,
                             .reservation = image.id,
                             .line = number,
                             .units = line.units.committed});
        }
    }
    return found;
}

using PromiseTotals = std::array<PromiseTotal, kPromiseKinds>;

void add_to(PromiseTotals& totals, std::span<const Promise> promises, bool is_there) {
    for (const Promise& promise : promises) {
        PromiseTotal& total = totals[std::to_underlying(promise.kind)];
        total.promises += is_there ? 1u : ~std::uint64_t{0};
        total.units += is_there ? promise.units : -promise.units;
    }
}

// Sums without names, from the figures alone.
void add_sums(const model::CellImage& cell, std::vector<PromiseTerm>& terms) {
    const std::array<std::pair<PromiseKind, std::int64_t>, 3> sums = {
        {{PromiseKind::soft_held, cell.soft_held},
         {PromiseKind::held, cell.held},
         {PromiseKind::committed, cell.committed}}};
    for (const auto& [kind, units] : sums) {
        if (units != 0) {
            terms.push_back({.kind = kind, .promises = 0, .units = units, .newest = {}});
        }
    }
}

}  // namespace

std::string_view to_string(StockTerm term) {
    using enum StockTerm;
    switch (term) {
        case receipts: return "receipts";
        case shipments: return "shipments";
        case returns: return "returns";
        case adjustments: return "adjustments";
        case counts: return "counts";
        case transfers_in: return "transfers_in";
        case transfers_out: return "transfers_out";
    }
    return "unknown";
}

std::string_view to_string(PromiseKind kind) {
    using enum PromiseKind;
    switch (kind) {
        case soft_held: return "soft_held";
        case held: return "held";
        case payment_pending: return "payment_pending";
        case review: return "review";
        case committed: return "committed";
    }
    return "unknown";
}

Result<Explanation> HistoryReader::explain(const SkuKey& sku, std::optional<model::PoolId> pool,
                                           const Moment& moment, std::size_t names) {
    TRY(const Progress then, resolve(moment));
    TRY(const auto cells, cells_of(sku, pool));
    Explanation out{.cells = {}, .position = then.position, .as_of = then.as_of};
    const std::size_t named = names == 0 ? 0 : clamp_page(names);
    for (const NamedCell& cell : cells) {
        TRY(const auto at, cell_at(cell, then.position));
        if (!at) {
            continue;
        }
        if (at->changed_by == cell.row.changed_by) {
            TRY(auto explained, explain_now(cell, named));
            explained.at = *at;
            out.cells.push_back(std::move(explained));
        } else {
            TRY(auto explained, explain_past(cell, *at, then.position, named, out.partial));
            out.cells.push_back(std::move(explained));
        }
    }
    return out;
}

Result<CellExplanation> HistoryReader::explain_now(const NamedCell& cell, std::size_t names) {
    CellExplanation out{.on_hand = cell.row.terms, .unavailable = cell.row.unavailable};
    for (std::size_t i = 0; i < kPromiseKinds; ++i) {
        const PromiseTotal& total = cell.row.promises[i];
        if (total.promises == 0) {
            continue;
        }
        const auto kind = static_cast<PromiseKind>(i);
        TRY(auto newest, promises(cell.key, kind, false, names, {}));
        out.promises.push_back({.kind = kind,
                                .promises = total.promises,
                                .units = total.units,
                                .newest = std::move(newest)});
    }
    return out;
}

Result<CellExplanation> HistoryReader::explain_past(const NamedCell& cell, const CellAt& at,
                                                    Sequence position, std::size_t names,
                                                    bool& partial) {
    CellExplanation out{.at = at};
    TRY_VOID(take_back_movements(cell, position, out));
    TRY_VOID(promises_past(cell, position, names, out, partial));
    return out;
}

// -- movements ------------------------------------------------------------------------------------

Result<void> HistoryReader::walk_movements(const CellKey& cell, const VisitMovement& visit) {
    const std::string prefix = movement_prefix(cell);
    HistoryWalk walk = view_->walk(prefix, behind(prefix));
    for (walk.seek(prefix); walk.valid(); walk.next()) {
        TRY(const auto entries, parsed(read_movements(walk.value())));
        for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
            if (!visit(*entry)) {
                return {};
            }
        }
    }
    return walk.status();
}

Result<void> HistoryReader::take_back_movements(const NamedCell& cell, Sequence position,
                                                CellExplanation& to) {
    to.on_hand = cell.row.terms;
    std::array<std::int64_t, model::kReasonCount> unavailable{};
    for (const UnavailableTerm& term : cell.row.unavailable) {
        unavailable[std::to_underlying(term.reason)] = term.units;
    }
    for (OnHandTerm& term : to.on_hand) {
        std::erase_if(term.newest, [&](const auto& named) { return named.sequence > position; });
    }
    std::size_t named = 0;
    const auto visit = [&](const MovementEntry& entry) {
        OnHandTerm* const term = entry.units != 0 ? find_term(to.on_hand, entry) : nullptr;
        if (entry.sequence > position) {
            unavailable[std::to_underlying(entry.unavailable_reason)] -= entry.unavailable;
            if (term != nullptr) {
                --term->movements;
                term->units -= entry.units;
            }
            return true;
        }
        const bool is_known =
            term == nullptr || term->newest.size() == kNamedMovements ||
            (!term->newest.empty() && term->newest.back().sequence <= entry.sequence);
        if (!is_known) {
            term->newest.push_back(
                {.sequence = entry.sequence, .time = entry.recorded, .units = entry.units});
        }
        return ++named < kNamingMovements;
    };
    TRY_VOID(walk_movements(cell.key, visit));
    std::erase_if(to.on_hand, [](const OnHandTerm& term) { return term.movements == 0; });
    for (std::size_t i = 0; i < unavailable.size(); ++i) {
        if (unavailable[i] != 0) {
            to.unavailable.push_back(
                {.reason = static_cast<model::Reason>(i), .units = unavailable[i]});
        }
    }
    return {};
}

// -- promises -------------------------------------------------------------------------------------

// The reservations whose events touched the cell after the position, by id. Nothing: too many.
Result<std::optional<std::vector<model::ReservationId>>> HistoryReader::touched_after(
    const CellKey& cell, Sequence position) {
    TRY(const auto sequences,
        newest_before(journal_prefix(cell), UINT64_MAX, kExplainEventsMax + 1));
    std::vector<model::ReservationId> touched;
    for (const Sequence sequence : sequences) {
        if (sequence <= position) {
            break;
        }
        TRY(const auto loaded, events_.load(sequence));
        TRY(const auto event, model::decode(loaded.bytes));
        if (const auto* const changed = std::get_if<model::ReservationChanged>(&event)) {
            touched.push_back(changed->image.id);
        }
    }
    if (sequences.size() > kExplainEventsMax && sequences.back() > position) {
        return std::nullopt;
    }
    std::ranges::sort(touched);
    const auto twice = std::ranges::unique(touched);
    touched.erase(twice.begin(), twice.end());
    return touched;
}

// What a reservation promised of a cell after the event at `position`.
Result<std::vector<Promise>> HistoryReader::promises_of(const CellKey& cell,
                                                        model::ReservationId reservation,
                                                        Sequence position) {
    const std::string prefix = subject_prefix(subject_of(cell.tenant, reservation));
    constexpr std::size_t kAtOnce = 8;
    for (std::uint64_t before = position.value() + 1;;) {
        TRY(const auto sequences, newest_before(prefix, before, kAtOnce));
        for (const Sequence sequence : sequences) {
            TRY(const auto loaded, events_.load(sequence));
            TRY(const auto event, model::decode(loaded.bytes));
            if (const auto* const changed = std::get_if<model::ReservationChanged>(&event)) {
                return promises_in(changed->image, cell);
            }
            before = sequence.value();
        }
        if (sequences.size() < kAtOnce) {
            return std::vector<Promise>();
        }
    }
}

Result<void> HistoryReader::promises_past(const NamedCell& cell, Sequence position,
                                          std::size_t names, CellExplanation& to, bool& partial) {
    TRY(const auto touched, touched_after(cell.key, position));
    if (!touched) {
        partial = true;
        add_sums(to.at.cell, to.promises);
        return {};
    }
    PromiseTotals totals = cell.row.promises;
    std::vector<Promise> then;
    for (const model::ReservationId id : *touched) {
        TRY(const auto now, promises_of(cell.key, id, Sequence(UINT64_MAX - 1)));
        TRY(const auto before, promises_of(cell.key, id, position));
        add_to(totals, now, false);
        add_to(totals, before, true);
        then.insert(then.end(), before.begin(), before.end());
    }
    for (std::size_t i = 0; i < kPromiseKinds; ++i) {
        if (totals[i].promises == 0) {
            continue;
        }
        const auto kind = static_cast<PromiseKind>(i);
        TRY(auto newest, promises(cell.key, kind, false, names, *touched));
        for (const Promise& promise : then) {
            if (promise.kind == kind) {
                newest.push_back(promise);
            }
        }
        std::ranges::sort(newest, [](const Promise& a, const Promise& b) {
            return std::pair(b.reservation, a.line) < std::pair(a.reservation, b.line);
        });
        newest.resize(std::min(newest.size(), names));
        to.promises.push_back({.kind = kind,
                               .promises = totals[i].promises,
                               .units = totals[i].units,
                               .newest = std::move(newest)});
    }
    return {};
}

}  // namespace holdfast::projection
