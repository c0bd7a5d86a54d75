// StockFold: movements, counts, transfers and cases.
//
// Each event that shows a cell must show the one that the events before it add up to.
// Thread rule: one thread.
#pragma once

#include <string>
#include <unordered_map>
#include <unordered_set>

#include "audit/figures.hpp"
#include "audit/findings.hpp"
#include "audit/policies.hpp"
#include "model/event.hpp"

namespace holdfast::audit {

class StockFold {
  public:
    StockFold(Findings& findings, Policies& policies, Figures& figures)
        : findings_(findings), policies_(policies), figures_(figures) {}

    void fold(const model::StockMoved& event, model::Sequence at);
    void fold(const model::SafetyStockSet& event, model::Sequence at);
    void fold(const model::TransferChanged& event, model::Sequence at);
    void fold(const model::StockCounted& event, model::Sequence at);
    void fold(const model::CaseOpened& event, model::Sequence at, base::Time time);
    void fold(const model::CaseResolved& event, model::Sequence at, base::Time time);
    void fold_parked(model::Sequence at) { parked_.insert(at.value()); }
    // After the last event. `full`: the last batch had no room for what follows from it.
    void finish(model::Sequence last, bool full);

  private:
    struct Transfer {
        std::int64_t quantity = 0;
        std::int64_t arrived = 0;
        std::int64_t lost = 0;
    };
    struct OpenCase {
        model::CaseKind kind = model::CaseKind::shortage;
        std::uint32_t cell = kNone;
        std::uint64_t fact = 0;
    };

    // Whether the cell is as the event shows it.
    bool compare(std::uint32_t cell, const model::CellImage& shown, model::Sequence at);
    [[nodiscard]] std::string wrong_step(const model::TransferChanged& event,
                                         model::Sequence at) const;
    [[nodiscard]] std::string wrong_opening(const model::CaseImage& image, model::Sequence at);

    Findings& findings_;
    Policies& policies_;
    Figures& figures_;
    std::unordered_map<std::uint64_t, Transfer> transfers_;  // all there ever were
    std::unordered_map<std::uint64_t, OpenCase> cases_;
    std::unordered_set<std::uint64_t> parked_;
};

}  // namespace holdfast::audit
