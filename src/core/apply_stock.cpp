// Stock cells: movements, safety stock, transfers, counts.
#include <algorithm>
#include <tuple>

#include "base/bytes.hpp"
#include "base/check.hpp"
#include "core/apply_internal.hpp"
#include "core/offer.hpp"

namespace holdfast::core {

using namespace model;

std::uint32_t ensure_cell(State& state, SkuId id, PoolId pool) {
    const std::uint32_t known = state.find_cell(id, pool);
    if (known != kNoIndex) {
        return known;
    }
    const std::uint32_t index = state.cells.add();
    state.cell_facts.add();
    Cell& cell = state.cells[index];
    cell.sku = id;
    cell.pool = pool;
    Sku& sku = state.skus[id.value()];
    cell.waited_for = state.queue_of(id) != nullptr;
    (sku.cell == kNoIndex ? sku.cell : state.cell_facts[sku.cell_last].next) = index;
    sku.cell_last = index;
    state.hash += hash_of(cell, state.cell_facts[index]);
    return index;
}

void note_cell(State& state, std::uint32_t index) {
    const Cell& cell = state.cells[index];
    const CellImage& units = cell.units;
    const __int128 left =
        static_cast<__int128>(units.on_hand) - units.unavailable - units.committed - units.held;
    if (left < 0 || cell.short_case) {
        const bool is_short = shortage_of(units, state.class_of(cell.sku)) > 0;
        if (is_short != cell.short_case) {
            state.attention.cells.push_back(index);
        }
    }
    if (cell.waited_for) {
        state.attention.queues.push_back(cell.sku);
    }
}

void note_queues(State& state) {
    for (std::uint32_t q = 0; state.totals.waiters > 0 && q < state.queues.size(); ++q) {
        if (!state.queues[q].empty()) {
            const Reservation& first = state.reservations[state.queues[q].front().reservation];
            state.attention.queues.push_back(state.sku_of(state.lines[first.first_line]));
        }
    }
}

namespace {

// Whoever approved the old plan approved a deduction that the movement has made by itself.
void change_plan(State& state, CaseId pending, Sequence sequence, base::Time occurred,
                 std::int64_t delta) {
    const auto found = state.cases.find(pending);
    if (found == state.cases.end() || occurred > found->second.image.count.as_of) {
        return;
    }
    PendingCount& count = found->second.image.count;
    state.hash -= hash_of(found->second);
    const __int128 drift = static_cast<__int128>(count.drift) - delta;
    count.drift = static_cast<std::int64_t>(std::clamp<__int128>(drift, -INT64_MAX, INT64_MAX));
    base::Buffer bytes;
    base::ByteWriter out(bytes);
    out.digest(count.plan);
    out.varint(sequence.value());
    out.signed_varint(count.drift);
    count.plan = base::digest128(bytes);
    state.hash += hash_of(found->second);
}

}  // namespace

Happened happened(Sequence sequence, base::Time stated, base::Time recorded) {
    const bool says_when = stated != base::Time{};
    return {.sequence = sequence, .at = says_when ? stated : recorded, .stated = says_when};
}

void note_move(State& state, std::uint32_t cell, const Happened& when, std::int64_t delta) {
    CellFacts& facts = state.cell_facts[cell];
    const bool late = when.stated && base::to_ms(when.at) <= facts.counted_ms;
    if (!late && !when.was_seen) {
        change_plan(state, facts.pending_count, when.sequence, when.at, delta);
    }
    facts.moves[facts.move_count % facts.moves.size()] = {.sequence = when.sequence,
                                                          .occurred_ms = base::to_ms(when.at)};
    ++facts.move_count;
    if (late) {
        state.attention.late.push_back({.cell = cell, .sequence = when.sequence, .delta = delta});
    }
}

void change_unavailable(State& state, std::uint32_t cell, Reason reason, std::int64_t delta) {
    if (delta == 0) {
        return;
    }
    auto& parts = state.cell_facts[cell].unavailable;
    const auto at =
        std::ranges::lower_bound(parts, reason, {}, &std::pair<Reason, std::int64_t>::first);
    if (at != parts.end() && at->first == reason) {
        at->second += delta;
        CHECK(at->second >= 0, "unavailable units went below zero");
        if (at->second == 0) {
            parts.erase(at);
        }
    } else {
        CHECK(delta > 0, "unavailable units went below zero");
        parts.insert(at, {reason, delta});
    }
    state.cells[cell].units.unavailable += delta;
}

namespace {

// What a count had seen is taken back by itself, as of that count (core/consequences.cpp). Whoever
// takes a movement back by a command needs a key.
bool follows_late_fact(const StockMoved& event) {
    return event.undoes != Sequence{} && event.key.empty();
}

}  // namespace

void apply_movement(State& state, const StockMoved& event, Sequence sequence, base::Time time) {
    const std::uint32_t cell = ensure_cell(state, event.sku, event.pool);
    {
        const Rehash rehash(state, state.cells[cell], state.cell_facts[cell]);
        state.cells[cell].units.on_hand += event.delta;
        change_unavailable(state, cell, event.unavailable_reason, event.unavailable_delta);
        CHECK(state.cells[cell].units == event.cell, "a stock movement does not fit its cell");
        if (event.delta != 0) {
            Happened when = happened(sequence, event.occurred_at, time);
            when.was_seen = follows_late_fact(event);
            when.stated = when.stated && !when.was_seen;
            note_move(state, cell, when, event.delta);
        }
    }
    note_cell(state, cell);
}

void apply_safety_stock(State& state, const SafetyStockSet& event) {
    const std::uint32_t cell = ensure_cell(state, event.sku, event.pool);
    {
        const Rehash rehash(state, state.cells[cell], state.cell_facts[cell]);
        state.cells[cell].units.safety_stock = event.cell.safety_stock;
        CHECK(state.cells[cell].units == event.cell, "a safety stock does not fit its cell");
    }
    note_cell(state, cell);
}

void apply_transfer(State& state, const TransferChanged& event, Sequence sequence,
                    base::Time time) {
    const TransferImage& image = event.transfer;
    const Happened when = happened(sequence, event.occurred_at, time);
    const auto move = [&](PoolId pool, std::int64_t delta, const CellImage& expected) {
        const std::uint32_t cell = ensure_cell(state, image.sku, pool);
        {
            const Rehash rehash(state, state.cells[cell], state.cell_facts[cell]);
            state.cells[cell].units.on_hand += delta;
            CHECK(state.cells[cell].units == expected, "a transfer does not fit its cells");
            if (delta != 0) {
                note_move(state, cell, when, delta);
            }
        }
        note_cell(state, cell);
    };
    const bool leaves = event.step == TransferStep::sent || event.step == TransferStep::moved;
    const bool arrives = event.step == TransferStep::arrived || event.step == TransferStep::moved;
    move(image.from, leaves ? -event.units : 0, event.from);
    move(image.to, arrives ? event.units : 0, event.to);
    const auto known = state.transfers.find(image.id);
    const std::string reference(image.reference);  // may view the record that goes
    if (known != state.transfers.end()) {
        state.hash -= hash_of(known->second);
        state.transfers.erase(known);
    }
    if (image.in_transit() > 0) {
        TransferImage kept = image;
        kept.reference = reference;
        restore_transfer(state, kept);
    }
}

void restore_transfer(State& state, const TransferImage& image) {
    Transfer& transfer = state.transfers[image.id];
    transfer.reference = image.reference;
    transfer.image = image;
    transfer.image.reference = transfer.reference;
    state.hash += hash_of(transfer);
}

void apply_count(State& state, const StockCounted& event, Sequence sequence) {
    const std::uint32_t cell = ensure_cell(state, event.sku, event.pool);
    {
        const Rehash rehash(state, state.cells[cell], state.cell_facts[cell]);
        CellFacts& facts = state.cell_facts[cell];
        state.cells[cell].units.on_hand += event.delta;
        change_unavailable(state, cell, Reason::disputed, event.count.disputed);
        CHECK(state.cells[cell].units == event.cell, "a count does not fit its cell");
        if (event.outcome != CountOutcome::outdated && event.outcome != CountOutcome::rejected) {
            facts.last_count = sequence;
            facts.last_count_ms = base::to_ms(event.count.as_of);
        }
        if (event.outcome == CountOutcome::applied || event.outcome == CountOutcome::matched) {
            facts.counted_ms = base::to_ms(event.count.as_of);
        }
        if (event.delta != 0) {
            note_move(state, cell, {.sequence = sequence, .at = event.count.as_of}, event.delta);
        }
    }
    note_cell(state, cell);
}

}  // namespace holdfast::core
