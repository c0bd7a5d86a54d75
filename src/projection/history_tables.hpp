// HistoryTables: the rows the fold works on, in memory between two commits.
//
// A row is read from disk when it is first needed and then kept: rows live in two generations, and
// when the younger has grown large after a commit it becomes the older one, whose untouched rows go
// away. So a hot row is read once, and memory stays bounded. What was changed, and the entries of
// lists, are written by `commit` at once with the cursor.
// Internal to this folder. Thread rule: one thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "projection/history_blocks.hpp"
#include "projection/history_keys.hpp"
#include "projection/history_rows.hpp"
#include "projection/history_store.hpp"

namespace holdfast::projection {

template <typename Row>
struct CachedRow {
    Row now;
    std::optional<Row> committed;  // as on disk; nothing: not there. Good while `changed`
    bool stored = false;           // on disk at all
    bool changed = false;          // since the last commit
    std::size_t weight = 0;        // as it was committed
};

template <typename Key, typename Row>
class RowCache {
  public:
    using Table = std::unordered_map<Key, CachedRow<Row>, HistoryHash>;
    using Changed = std::vector<std::pair<Key, CachedRow<Row>*>>;  // rows never move

    // The row, marked as changed. `read` gives what is on disk, if anything.
    template <typename Read>
    base::Result<CachedRow<Row>*> change(const Key& key, const Read& read);
    [[nodiscard]] const Changed& changed() const { return changed_; }
    // By key: rows that are written in the order of their keys are written faster.
    [[nodiscard]] const Changed& sorted() {
        std::ranges::sort(changed_, {}, &Changed::value_type::first);
        return changed_;
    }
    [[nodiscard]] CachedRow<Row>& at(const Key& key) { return young_.at(key); }
    // Everything changed is on disk now. A row of many lines counts as many.
    void committed(std::size_t rows_max);

  private:
    Table young_;
    std::size_t weight_ = 0;  // of the young
    Table old_;
    Changed changed_;
};

class HistoryTables {
  public:
    explicit HistoryTables(HistoryStore& store, Progress progress)
        : store_(store), last_(progress) {}

    base::Result<CellRow*> cell(const CellKey& key);
    // `is_new`: the event that is told made it, so there is nothing to read.
    base::Result<ReservationRow*> reservation(const ReservationKey& key, bool is_new);
    base::Result<PrincipalRow*> principal(const PrincipalKey& key);
    base::Result<SkuRow*> sku(const SkuKey& key);
    base::Result<TotalsRow*> totals(model::TenantId tenant);
    base::Result<ClassRow*> sku_class(model::TenantId tenant, model::ClassId id);
    // Reservations with a line that holds units of a cell, committed or told.
    base::Result<std::vector<ReservationKey>> holding();

    void add_event(const GroupedEvent& event);
    void post(const SubjectKey& subject, model::Sequence sequence) {
        postings_.emplace_back(subject, sequence);
    }
    void journal(const CellKey& cell, const JournalEntry& entry);
    void move(const CellKey& cell, MovementEntry entry);
    void put_transfer(model::TenantId tenant, const OpenTransfer& transfer);
    void drop_transfer(model::TenantId tenant, model::TransferId id);

    [[nodiscard]] const Progress& last() const { return last_; }
    // Writes everything since the last commit. `position` is the event told last, or that position
    // again with a later time.
    base::Result<void> commit(model::Sequence position, base::Time as_of);

  private:
    // Rows of which there are so few that all that were needed stay.
    template <typename Row>
    struct KeptRow {
        Row row;
        bool changed = false;
    };

    void note_time(base::Time time);
    base::Result<void> holding_in_store(std::vector<ReservationKey>& found) const;
    void write_group(HistoryBatch& batch);
    void write_postings(HistoryBatch& batch);
    void write_journals(HistoryBatch& batch);
    void write_movements(HistoryBatch& batch);
    void write_cells(HistoryBatch& batch);
    void write_reservations(HistoryBatch& batch);
    void write_principals(HistoryBatch& batch);
    void write_rest(HistoryBatch& batch);

    template <typename Row>
    base::Result<std::optional<Row>> read(const std::string& key) const;
    template <typename Row>
    base::Result<Row*> change_kept(std::unordered_map<std::string, KeptRow<Row>>& rows,
                                   std::string key) const;

    HistoryStore& store_;
    Progress last_;   // the newest event that was told
    Progress noted_;  // the newest row of times
    RowCache<CellKey, CellRow> cells_;
    RowCache<ReservationKey, ReservationRow> reservations_;
    RowCache<PrincipalKey, PrincipalRow> principals_;
    RowCache<SkuKey, SkuRow> skus_;
    std::unordered_map<std::string, KeptRow<TotalsRow>> totals_;  // by key
    std::unordered_map<std::string, KeptRow<ClassRow>> classes_;
    std::vector<std::pair<SubjectKey, model::Sequence>> postings_;
    std::vector<std::pair<CellKey, JournalEntry>> journal_;
    std::vector<std::pair<CellKey, MovementEntry>> movements_;
    std::vector<std::pair<std::string, std::optional<base::Buffer>>> others_;  // transfers, times
    std::vector<std::pair<std::string, base::Buffer>> groups_;
    GroupWriter group_;
};

}  // namespace holdfast::projection
