#include "app/ledger_stock.hpp"

#include <algorithm>
#include <span>

#include "core/replay.hpp"
#include "core/state.hpp"
#include "ledger/feed.hpp"
#include "model/event_codec.hpp"

namespace holdfast::app {

using base::Result;
using model::Sequence;

namespace {

constexpr std::size_t kBatchesPerRead = 64;

// The part of a batch's payload that holds its events up to `until`.
Result<std::span<const std::byte>> part_until(const ledger::Batch& batch, Sequence until) {
    const std::span<const std::byte> payload = batch.payload;
    if (batch.last() <= until) {
        return payload;
    }
    model::EventCursor cursor(payload, batch.header.first);
    const std::byte* end = payload.data();
    while (true) {
        TRY(const auto item, cursor.next());
        if (!item || item->sequence > until) {
            return payload.first(static_cast<std::size_t>(end - payload.data()));
        }
        end = item->bytes.data() + item->bytes.size();
    }
}

std::vector<CellLine> list_cells(const core::State& state) {
    std::vector<CellLine> out;
    for (std::uint32_t i = 0; i < state.cells.size(); ++i) {
        const core::Cell& cell = state.cells[i];
        const core::Sku& sku = state.sku(cell.sku);
        out.push_back({.tenant = state.tenant(sku.tenant).name,
                       .sku = sku.name,
                       .pool = state.pool(sku.tenant, cell.pool).name,
                       .units = cell.units});
    }
    return out;
}

}  // namespace

Result<LedgerStock> stock_as_of(ledger::Ledger& ledger, Sequence until) {
    core::State state;
    LedgerStock out;
    const auto replay = [&](const ledger::Batch& batch) -> Result<void> {
        if (batch.header.first > until) {
            return {};
        }
        TRY(const auto part, part_until(batch, until));
        out.at = std::min(batch.last(), until);
        return core::replay(state, part, batch.header.first, batch.header.time);
    };
    ledger::Feed feed(ledger, {});
    while (out.at < until) {
        TRY(const std::size_t batches, feed.next_batches(kBatchesPerRead, replay));
        if (batches == 0) {
            break;
        }
    }
    out.cells = list_cells(state);
    return out;
}

}  // namespace holdfast::app
