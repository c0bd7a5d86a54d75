// Moving a promise to another pool in one step: the goods are taken from elsewhere.
#include <algorithm>
#include <utility>

#include "core/decide_change.hpp"
#include "model/limits.hpp"

namespace holdfast::core {

using namespace model;

namespace {

struct Move {
    std::uint32_t line;  // counted from 0
    SkuId sku;
    LineQuantities units;  // held and committed ones that move
};

// Sold units first: what is merely held can still go away.
LineQuantities moved(const LineQuantities& units, std::int64_t selected) {
    const std::int64_t sold = std::min(selected, units.committed);
    return {.accepted = selected, .held = selected - sold, .committed = sold};
}

// Takes the moving units out of their entries. Per line: what is to arrive.
base::PooledVector<Move> take_out(const Change& change, const Selection& selection, PoolId to,
                                  Lines& lines) {
    base::PooledVector<Move> out;
    for (std::size_t i = 0; i < change.image.lines.size(); ++i) {
        const LineImage& entry = change.image.lines[i];
        if (!entry.continues) {
            out.push_back(
                {.line = static_cast<std::uint32_t>(out.size()), .sku = entry.sku, .units = {}});
        }
        if (entry.untracked || entry.pool == to || selection.units[i] == 0) {
            continue;
        }
        const LineQuantities units = moved(entry.units, selection.units[i]);
        lines[i].units.accepted -= units.accepted;
        lines[i].units.held -= units.held;
        lines[i].units.committed -= units.committed;
        out.back().units.accepted += units.accepted;
        out.back().units.held += units.held;
        out.back().units.committed += units.committed;
    }
    return out;
}

// `first`: the first entry of the last line in `lines`. Its entry of the pool is made at its end if
// there is none.
void arrive(const LineQuantities& units, PoolId to, std::size_t first, Lines& lines) {
    if (units.accepted == 0) {
        return;
    }
    auto entry = std::ranges::find(lines.begin() + static_cast<std::ptrdiff_t>(first), lines.end(),
                                   to, &LineImage::pool);
    if (entry == lines.end()) {
        const LineImage made{.sku = lines[first].sku,
                             .pool = to,
                             .continues = true,
                             .soft = lines[first].soft,
                             .requested = 0};
        lines.push_back(made);
        entry = lines.end() - 1;
    }
    entry->units.accepted += units.accepted;
    entry->units.held += units.held;
    entry->units.committed += units.committed;
}

Lines put_in(const base::PooledVector<Move>& moves, PoolId to, const Lines& lines) {
    Lines out;
    out.reserve(lines.size() + moves.size());
    std::size_t i = 0;
    for (const auto& move : moves) {
        const std::size_t first = out.size();
        do {
            out.push_back(lines[i++]);
        } while (i < lines.size() && lines[i].continues);
        arrive(move.units, to, first, out);
    }
    return out;
}

std::vector<FailingLine> missing_in(const State& state, const base::PooledVector<Move>& moves,
                                    PoolId to) {
    std::vector<FailingLine> out;
    Availability available(state, true);
    for (const auto& move : moves) {
        if (move.units.accepted == 0) {
            continue;
        }
        const std::uint32_t cell = state.find_cell(move.sku, to);
        const std::int64_t left = cell != kNoIndex ? available.left(cell) : 0;
        if (left < move.units.accepted) {
            out.push_back({.line = move.line,
                           .sku = move.sku,
                           .requested = move.units.accepted,
                           .sellable = std::max<std::int64_t>(left, 0)});
        } else {
            available.take(cell, move.units.accepted);
        }
    }
    return out;
}

}  // namespace

Decision judge_reallocate(const Change& change) {
    const State& state = change.asked.state;
    const auto to = change.request.to
                        ? state.find_pool(change.image.tenant, change.request.to->digest)
                        : std::nullopt;
    if (!to || (change.request.from && !change.from)) {
        return refused(change.asked, RefusalCode::unknown_pool);
    }
    auto selection = select_units(change);
    if (!selection) {
        return std::move(selection).error();
    }
    Lines lines = change.image.lines;
    const auto moves = take_out(change, *selection, *to, lines);
    const bool nothing =
        std::ranges::all_of(moves, [](const Move& m) { return m.units.accepted == 0; });
    const LineQuantities totals = sum_lines(change.image.lines);
    if (nothing && selection->missing.empty() && totals.held + totals.committed > 0) {
        return already(change, Verb::reallocate);
    }
    if (auto stale = check_version(change)) {
        return std::move(*stale);
    }
    if (totals.held + totals.committed == 0) {
        return refuse_state(change, RefusalCode::illegal_transition);
    }
    if (!selection->missing.empty()) {
        return refuse_quantity(change, std::move(*selection));
    }
    auto failing = missing_in(state, moves, *to);
    if (!failing.empty()) {
        for (const auto& line : failing) {
            if (const auto* const dead = dead_hold_of(state, line.sku, change.asked.stamp.time)) {
                return expire_first(*dead);
            }
        }
        Refusal refusal;
        refusal.code = RefusalCode::insufficient_stock;
        refusal.reservation = change.image.id;
        refusal.lines = std::move(failing);
        return refused(change.asked, std::move(refusal));
    }
    ReservationImage image = change.image;
    image.lines = put_in(moves, *to, lines);
    if (image.lines.size() > kEntriesMax) {
        return refuse_limit(change.asked, RefusalCode::limit_exceeded, kEntriesMax);
    }
    return accept_change(change, Verb::reallocate, std::move(image));
}

}  // namespace holdfast::core
