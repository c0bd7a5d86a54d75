// Ledger stock: the figures of every stock cell as of one event, from the ledger alone.
//
// Replays the events from the first on, without checkpoints and without the history, so that either
// can be compared with it. Reads only; needs memory for one state. Thread rule: a free function.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "ledger/ledger.hpp"
#include "model/event.hpp"
#include "model/ids.hpp"

namespace holdfast::app {

struct CellLine {
    std::string tenant;
    std::string sku;
    std::string pool;
    model::CellImage units;
};

struct LedgerStock {
    model::Sequence at{};         // the event that the figures are as of
    std::vector<CellLine> cells;  // that ever had anything, in the order they came to be
};

// As of the event `until`, or of the newest if there are fewer. Errors: corrupted, newer_format.
[[nodiscard]] base::Result<LedgerStock> stock_as_of(ledger::Ledger& ledger, model::Sequence until);

}  // namespace holdfast::app
