// The parts of `apply` that live in files of their own. Not for use outside core/apply*.cpp.
#pragma once

#include <tuple>

#include "core/state.hpp"
#include "core/state_hash.hpp"
#include "model/event.hpp"

namespace holdfast::core {

// Takes a record's old hash out on construction and puts the new one in on destruction, so that no
// change can forget either half.
template <typename... Record>
class Rehash {
  public:
    explicit Rehash(State& state, const Record&... record) : state_(state), record_(record...) {
        state_.hash -= current();
    }
    ~Rehash() { state_.hash += current(); }
    Rehash(const Rehash&) = delete;
    Rehash& operator=(const Rehash&) = delete;

  private:
    [[nodiscard]] std::uint64_t current() const {
        return std::apply([](const auto&... part) { return hash_of(part...); }, record_);
    }
    State& state_;
    std::tuple<const Record&...> record_;
};

// The cell of (SKU, pool), made if it is not there.
std::uint32_t ensure_cell(State& state, model::SkuId sku, model::PoolId pool);
// To be called after a cell's figures changed: notes what asks for an event of its own.
void note_cell(State& state, std::uint32_t cell);
// To be called after rules changed by which units are offered: everybody who waits may be served.
void note_queues(State& state);

void apply_class(State& state, const model::ClassDefined& event);
void apply_pool(State& state, const model::PoolDefined& event);
void apply_caps(State& state, const model::CapsSet& event);
void apply_selling(State& state, const model::SellingChanged& event);
void apply_sku(State& state, const model::SkuRegistered& event);
void apply_sku_update(State& state, const model::SkuUpdated& event);

void apply_movement(State& state, const model::StockMoved& event, model::Sequence sequence,
                    base::Time time);
void apply_safety_stock(State& state, const model::SafetyStockSet& event);
void apply_transfer(State& state, const model::TransferChanged& event, model::Sequence sequence,
                    base::Time time);
void apply_count(State& state, const model::StockCounted& event, model::Sequence sequence);
[[nodiscard]] Happened happened(model::Sequence sequence, base::Time stated, base::Time recorded);
// On hand changed by `delta`. A movement that happened before a count that waits for approval
// changes what would be done: the drift, and with it the plan. One that says that it happened
// before a count that was applied was seen by it, and is noted in State::attention.
void note_move(State& state, std::uint32_t cell, const Happened& when, std::int64_t delta);
void change_unavailable(State& state, std::uint32_t cell, model::Reason reason, std::int64_t delta);

void apply_case_opened(State& state, const model::CaseOpened& event);
void apply_case_resolved(State& state, const model::CaseResolved& event);
void apply_parked(State& state, const model::FactParked& event, model::Sequence sequence);
// As a snapshot has them.
void restore_case(State& state, const model::CaseImage& image);
void restore_parked(State& state, const model::FactParked& event, model::Sequence sequence);
void restore_transfer(State& state, const model::TransferImage& image);

void apply_reservation(State& state, const model::ReservationChanged& event,
                       model::Sequence sequence, base::Time time);
// A reservation as a snapshot has it: cells and totals already count it.
void restore_reservation(State& state, const model::ReservationImage& image);
void apply_downtime(State& state, const model::DowntimeRecorded& event);
void apply_key(State& state, const model::KeyUse& key, model::Sequence sequence);
void apply_refusal(State& state, const model::RefusalRecorded& event, model::Sequence sequence,
                   base::Time time);
void apply_release_by_name(State& state, const model::ReleasedByName& event, base::Time time);

}  // namespace holdfast::core
