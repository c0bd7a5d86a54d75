// HistoryFold: what each event changes in the history's rows.
//
// The figures of a cell are not in every event: a reservation's event says what its lines have
// afterwards, so the difference to what they had before moves the cell. Where an event does carry a
// cell's figures they must be the folded ones.
// Internal to this folder. Thread rule: one thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "model/event.hpp"
#include "projection/history_tables.hpp"

namespace holdfast::projection {

// What one reservation's event did to its units, over all lines.
struct UnitFlow {
    std::int64_t held = 0;      // newly
    std::int64_t bought = 0;    // committed or shipped out of held ones
    std::int64_t released = 0;  // held ones given up, not by a supersede
    std::int64_t expired = 0;
    std::int64_t released_unit_ms = 0;
    std::int64_t expired_unit_ms = 0;
};

class HistoryFold {
  public:
    HistoryFold(HistoryStore& store, HistoryTables& tables) : store_(store), tables_(tables) {}

    // Errors: corrupted (figures that differ), those of reading rows.
    base::Result<void> fold(const model::Event& event, model::Sequence sequence, base::Time time);

  private:
    using Void = base::Result<void>;

    // -- events (history_fold.cpp)
    Void on(const model::LedgerCreated&) { return {}; }
    Void on(const model::TenantRegistered&) { return {}; }
    Void on(const model::CapsSet&) { return {}; }
    Void on(const model::SellingChanged&) { return {}; }
    Void on(const model::StateHashLogged&) { return {}; }
    Void on(const model::ClassDefined& event);
    Void on(const model::PoolDefined& event);
    Void on(const model::SkuRegistered& event);
    Void on(const model::SkuUpdated& event);
    Void on(const model::StockMoved& event);
    Void on(const model::SafetyStockSet& event);
    Void on(const model::TransferChanged& event);
    Void on(const model::StockCounted& event);
    Void on(const model::ReleasedByName& event);
    Void on(const model::RefusalRecorded& event);
    Void on(const model::CaseOpened& event) { return on_case(event.image); }
    Void on(const model::CaseResolved& event) { return on_case(event.image); }
    Void on(const model::DowntimeRecorded& event);
    // -- events (history_fold_reservation.cpp)
    Void on(const model::FactParked& event);
    Void on(const model::ReservationChanged& event);

    Void on_case(const model::CaseImage& image);

    // -- cells
    // Moves a cell's figures and everything that follows them: journal, sums of its SKU, lists.
    base::Result<CellRow*> change_cell(const CellKey& cell, const model::CellImage& difference);
    Void check(const CellRow& row, const model::CellImage& image) const;
    // A change of on hand or of what is unavailable, named by term and reason.
    void move(const CellKey& cell, CellRow& row, MovementEntry entry);
    Void fold_transfer_end(const model::TransferChanged& event, bool out);

    // -- reservations
    struct Part;  // what an event did to one (SKU, pool)
    static std::vector<Part> parts_of(const ReservationRow& before, const ReservationRow& after);
    Void fold_part(const model::ReservationChanged& event, const Part& part);
    Void fold_sku(const model::ReservationChanged& event, std::span<const Part> parts,
                  const ReservationRow& before, UnitFlow& flow);
    Void fold_flow(const model::ReservationChanged& event, const ReservationRow& before,
                   ReservationRow& after, const UnitFlow& flow);
    Void credit(const model::ReservationImage& image, const PrincipalFigures& gain,
                std::int64_t wasted_unit_ms);
    Void move_deadline(const ReservationKey& key, const model::DowntimeRecorded& event);
    void post_reservation(const model::ReservationImage& image, std::string_view document);

    // -- lists
    void post(const SubjectKey& subject) { tables_.post(subject, sequence_); }
    // Also remembers its digest for the movements of this event.
    void post_reference(model::TenantId tenant, std::string_view reference);
    [[nodiscard]] MovementEntry movement(base::Time occurred_at, const model::KeyUse& key) const;
    base::Digest128 owner(std::string_view name);

    HistoryStore& store_;
    HistoryTables& tables_;
    model::Sequence sequence_{};  // of the event being folded
    base::Time time_{};
    std::vector<base::Digest128> references_;  // of the event being folded
    // Few agents send many events; hashing their names each time would cost more than all else.
    std::unordered_map<std::string, base::Digest128> owners_;
};

[[nodiscard]] std::int64_t saturating_add(std::int64_t a, std::int64_t b);
// units * duration in unit-milliseconds; saturates, never below zero.
[[nodiscard]] std::int64_t unit_ms(std::int64_t units, base::Duration duration);
// Adds to the volume of (source, reason); the last place is for all that found none.
void add_volume(std::vector<Volume>& volumes, std::string_view source, model::Reason reason,
                std::int64_t units);

}  // namespace holdfast::projection
