#include "projection/history_tables.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace holdfast::projection {

using base::Result;
using model::Sequence;

namespace {

// Rows of one generation; there are two. Together some 150 MiB when everything is in use.
constexpr std::size_t kReservationsMax = 131'072;
constexpr std::size_t kCellsMax = 131'072;
constexpr std::size_t kPrincipalsMax = 65'536;
constexpr std::size_t kSkusMax = 131'072;

// How close the rows of times are, so that a moment is found by reading a few groups more.
constexpr std::uint64_t kTimeRowEvents = 4'096;
constexpr base::Duration kTimeRowEvery{1'000};

template <typename Row>
std::size_t weight_of(const Row& /*row*/) {
    return 1;
}
std::size_t weight_of(const ReservationRow& row) {
    return std::max<std::size_t>(1, row.lines.size());
}

struct PlacedPromise {
    std::string key;
    PromiseRow row;

    bool operator==(const PlacedPromise&) const = default;
};

PromiseKind kind_of_held(const ReservationRow& row, const LineRow& line) {
    if (line.soft) {
        return PromiseKind::soft_held;
    }
    switch (row.waiting) {
        case model::ReservationState::payment_pending: return PromiseKind::payment_pending;
        case model::ReservationState::review: return PromiseKind::review;
        default: return PromiseKind::held;
    }
}

// A reservation's open promises, by key.
std::vector<PlacedPromise> promises_of(const ReservationKey& name,
                                       const std::optional<ReservationRow>& row) {
    std::vector<PlacedPromise> promises;
    if (!row) {
        return promises;
    }
    std::uint32_t number = 0;
    for (const LineRow& line : row->lines) {
        number += static_cast<std::uint32_t>(!line.continues);
        const CellKey cell{.tenant = name.tenant, .sku = line.sku, .pool = line.pool};
        if (!line.untracked && line.units.held > 0) {
            promises.push_back({promise_key(cell, kind_of_held(*row, line), name.id, number),
                                {.units = line.units.held, .expires_at = row->expires_at}});
        }
        if (!line.untracked && line.units.committed > 0) {
            promises.push_back({promise_key(cell, PromiseKind::committed, name.id, number),
                                {.units = line.units.committed}});
        }
    }
    std::ranges::sort(promises, {}, &PlacedPromise::key);
    return promises;
}

// What has to be put or removed. Both lists are sorted by key.
void add_difference(std::span<const PlacedPromise> before, std::span<const PlacedPromise> after,
                    std::vector<std::pair<std::string, std::optional<PromiseRow>>>& changes) {
    std::size_t old = 0;
    for (const PlacedPromise& promise : after) {
        while (old < before.size() && before[old].key < promise.key) {
            changes.emplace_back(before[old++].key, std::nullopt);
        }
        const bool is_there = old < before.size() && before[old].key == promise.key;
        if (!is_there || !(before[old] == promise)) {
            changes.emplace_back(promise.key, promise.row);
        }
        old += is_there ? 1 : 0;
    }
    while (old < before.size()) {
        changes.emplace_back(before[old++].key, std::nullopt);
    }
}

// Hands over what follows each other under one name, at most a block of it at a time. The list is
// sorted by name.
template <typename Named, typename Visit>
void for_each_block(const std::vector<Named>& list, const Visit& visit) {
    for (std::size_t from = 0; from < list.size();) {
        std::size_t to = from + 1;
        while (to < list.size() && to - from < kBlockEntries &&
               list[to].first == list[from].first) {
            ++to;
        }
        visit(std::span(list).subspan(from, to - from));
        from = to;
    }
}

}  // namespace

// -- cache ----------------------------------------------------------------------------------------

template <typename Key, typename Row>
template <typename Read>
Result<CachedRow<Row>*> RowCache<Key, Row>::change(const Key& key, const Read& read) {
    auto found = young_.find(key);
    if (found == young_.end()) {
        if (auto node = old_.extract(key)) {
            found = young_.insert(std::move(node)).position;
            weight_ += found->second.weight;
        } else {
            TRY(auto stored, read());
            CachedRow<Row> row;
            row.stored = stored.has_value();
            if (stored) {
                row.now = *std::move(stored);
            }
            found = young_.emplace(key, std::move(row)).first;
        }
    }
    CachedRow<Row>& row = found->second;
    if (!row.changed) {
        row.changed = true;
        row.committed = row.stored ? std::optional(row.now) : std::nullopt;
        changed_.emplace_back(key, &row);
    }
    return &row;
}

template <typename Key, typename Row>
void RowCache<Key, Row>::committed(std::size_t rows_max) {
    for (const auto& [key, row] : changed_) {
        row->changed = false;
        row->stored = true;
        row->committed.reset();
        weight_ -= row->weight;
        row->weight = weight_of(row->now);
        weight_ += row->weight;
    }
    changed_.clear();
    if (weight_ >= rows_max) {
        old_ = std::move(young_);
        young_ = {};
        weight_ = 0;
    }
}

// -- rows -----------------------------------------------------------------------------------------

template <typename Row>
Result<std::optional<Row>> HistoryTables::read(const std::string& key) const {
    TRY(const auto stored, store_.get(key));
    if (!stored) {
        return std::nullopt;
    }
    auto row = from_bytes<Row>(base::as_bytes(*stored));
    if (!row) {
        return store_.damaged("a row does not parse");
    }
    return row;
}

Result<CellRow*> HistoryTables::cell(const CellKey& key) {
    TRY(auto* const row, cells_.change(key, [&] { return read<CellRow>(cell_key(key)); }));
    return &row->now;
}

Result<ReservationRow*> HistoryTables::reservation(const ReservationKey& key, bool is_new) {
    const auto from_disk = [&]() -> Result<std::optional<ReservationRow>> {
        if (is_new) {
            return std::nullopt;
        }
        return read<ReservationRow>(reservation_key(key));
    };
    TRY(auto* const row, reservations_.change(key, from_disk));
    return &row->now;
}

Result<PrincipalRow*> HistoryTables::principal(const PrincipalKey& key) {
    TRY(auto* const row,
        principals_.change(key, [&] { return read<PrincipalRow>(principal_key(key)); }));
    return &row->now;
}

Result<SkuRow*> HistoryTables::sku(const SkuKey& key) {
    TRY(auto* const row, skus_.change(key, [&] { return read<SkuRow>(sku_key(key)); }));
    return &row->now;
}

template <typename Row>
Result<Row*> HistoryTables::change_kept(std::unordered_map<std::string, KeptRow<Row>>& rows,
                                        std::string key) const {
    auto found = rows.find(key);
    if (found == rows.end()) {
        TRY(auto stored, read<Row>(key));
        KeptRow<Row> row{.row = std::move(stored).value_or(Row{})};
        found = rows.emplace(std::move(key), std::move(row)).first;
    }
    found->second.changed = true;
    return &found->second.row;
}

Result<TotalsRow*> HistoryTables::totals(model::TenantId tenant) {
    return change_kept(totals_, totals_key(tenant));
}

Result<ClassRow*> HistoryTables::sku_class(model::TenantId tenant, model::ClassId id) {
    return change_kept(classes_, class_key(tenant, id));
}

Result<void> HistoryTables::holding_in_store(std::vector<ReservationKey>& found) const {
    const auto view = store_.view();
    auto walk = view->walk("p", "q");
    constexpr std::size_t kCellBytes = 1 + kTenantBytes + kSkuBytes + kPoolBytes;
    for (walk.seek("p"); walk.valid();) {
        const std::string_view key = walk.key();
        const auto tenant = number_at(key, 1, kTenantBytes);
        const auto kind = number_at(key, kCellBytes, 1);
        const auto id = number_at(key, kCellBytes + 1, 8);
        if (!id) {
            return store_.damaged("a key makes no sense");
        }
        if (*kind == static_cast<std::uint64_t>(PromiseKind::committed)) {
            walk.seek(behind(std::string(key.substr(0, kCellBytes))));
            continue;
        }
        found.push_back({.tenant = model::TenantId(static_cast<std::uint32_t>(*tenant)),
                         .id = model::ReservationId(~*id)});
        walk.next();
    }
    return walk.status();
}

Result<std::vector<ReservationKey>> HistoryTables::holding() {
    std::vector<ReservationKey> candidates;
    for (const auto& [key, row] : reservations_.changed()) {
        candidates.push_back(key);
    }
    TRY_VOID(holding_in_store(candidates));
    std::ranges::sort(candidates);
    const auto twice = std::ranges::unique(candidates);
    candidates.erase(twice.begin(), twice.end());
    std::vector<ReservationKey> found;
    for (const ReservationKey& key : candidates) {
        TRY(const ReservationRow* const row, reservation(key, false));
        const bool holds = std::ranges::any_of(
            row->lines, [](const LineRow& line) { return !line.untracked && line.units.held > 0; });
        if (holds) {
            found.push_back(key);
        }
    }
    return found;
}

// -- lists ----------------------------------------------------------------------------------------

// Between two batches of different time the newest event of the earlier time is known.
void HistoryTables::note_time(base::Time time) {
    if (last_.position.value() == 0 || time == last_.as_of) {
        return;
    }
    if (last_.position.value() - noted_.position.value() >= kTimeRowEvents ||
        last_.as_of - noted_.as_of >= kTimeRowEvery) {
        noted_ = last_;
        others_.emplace_back(time_key(last_.as_of), to_bytes(last_));
    }
}

void HistoryTables::add_event(const GroupedEvent& event) {
    note_time(event.time);
    group_.add(event);
    if (group_.full()) {
        const Sequence first = group_.first();
        groups_.emplace_back(group_key(first), group_.take());
    }
    last_ = {.position = event.sequence, .as_of = event.time};
}

void HistoryTables::journal(const CellKey& cell, const JournalEntry& entry) {
    if (!journal_.empty() && journal_.back().first == cell &&
        journal_.back().second.sequence == entry.sequence) {
        add_to(journal_.back().second.cell, entry.cell);
        return;
    }
    journal_.emplace_back(cell, entry);
}

void HistoryTables::move(const CellKey& cell, MovementEntry entry) {
    movements_.emplace_back(cell, std::move(entry));
}

void HistoryTables::put_transfer(model::TenantId tenant, const OpenTransfer& transfer) {
    others_.emplace_back(transfer_key(tenant, transfer.id), to_bytes(transfer));
}

void HistoryTables::drop_transfer(model::TenantId tenant, model::TransferId id) {
    others_.emplace_back(transfer_key(tenant, id), std::nullopt);
}

// -- commit ---------------------------------------------------------------------------------------

void HistoryTables::write_group(HistoryBatch& batch) {
    if (!group_.empty()) {
        const Sequence first = group_.first();
        groups_.emplace_back(group_key(first), group_.take());
    }
    for (const auto& [key, group] : groups_) {
        batch.put(key, group);
    }
    groups_.clear();
}

void HistoryTables::write_postings(HistoryBatch& batch) {
    std::ranges::sort(postings_);
    const auto twice = std::ranges::unique(postings_);
    postings_.erase(twice.begin(), twice.end());
    std::vector<Sequence> sequences;
    for_each_block(postings_, [&](auto block) {
        sequences.clear();
        for (const auto& [subject, sequence] : block) {
            sequences.push_back(sequence);
        }
        batch.put(block_key(subject_prefix(block.front().first), sequences.front()),
                  to_block(sequences));
    });
    postings_.clear();
}

void HistoryTables::write_journals(HistoryBatch& batch) {
    std::ranges::stable_sort(journal_, {}, [](const auto& named) { return named.first; });
    std::vector<JournalEntry> entries;
    const CellKey* cell = nullptr;
    model::CellImage before;
    for_each_block(journal_, [&](auto block) {
        if (cell == nullptr || *cell != block.front().first) {
            cell = &block.front().first;
            const auto& committed = cells_.at(*cell).committed;
            before = committed ? committed->cell : model::CellImage{};
        }
        entries.clear();
        for (const auto& [name, entry] : block) {
            entries.push_back(entry);
        }
        batch.put(block_key(journal_prefix(*cell), entries.front().sequence),
                  to_block(before, entries));
        for (const JournalEntry& entry : entries) {
            add_to(before, entry.cell);
        }
    });
    journal_.clear();
}

void HistoryTables::write_movements(HistoryBatch& batch) {
    std::ranges::stable_sort(movements_, {}, [](const auto& named) { return named.first; });
    std::vector<MovementEntry> entries;
    for_each_block(movements_, [&](auto block) {
        entries.clear();
        for (const auto& [name, entry] : block) {
            entries.push_back(entry);
        }
        batch.put(block_key(movement_prefix(block.front().first), entries.front().sequence),
                  to_block(entries));
    });
    movements_.clear();
}

void HistoryTables::write_cells(HistoryBatch& batch) {
    for (const auto& [key, row] : cells_.sorted()) {
        batch.put(cell_key(key), to_bytes(row->now));
        if (!row->stored) {
            batch.put(by_pool_key(key), {});
        }
    }
    cells_.committed(kCellsMax);
}

void HistoryTables::write_reservations(HistoryBatch& batch) {
    std::vector<std::pair<std::string, std::optional<PromiseRow>>> promises;
    for (const auto& [key, row] : reservations_.sorted()) {
        if (row->committed == row->now) {
            continue;
        }
        batch.put(reservation_key(key), to_bytes(row->now));
        add_difference(promises_of(key, row->committed), promises_of(key, row->now), promises);
    }
    std::ranges::sort(promises, {}, [](const auto& each) -> const auto& { return each.first; });
    for (const auto& [key, row] : promises) {
        row ? batch.put(key, to_bytes(*row)) : batch.remove(key);
    }
    reservations_.committed(kReservationsMax);
}

void HistoryTables::write_principals(HistoryBatch& batch) {
    for (const auto& [key, row] : principals_.sorted()) {
        batch.put(principal_key(key), to_bytes(row->now));
    }
    for (const auto& [key, row] : principals_.changed()) {
        const std::int64_t before = row->committed ? row->committed->wasted_unit_ms : 0;
        if (before == row->now.wasted_unit_ms) {
            continue;
        }
        if (before > 0) {
            batch.remove_single(wasted_key(key, before));
        }
        batch.put(wasted_key(key, row->now.wasted_unit_ms), {});
    }
    principals_.committed(kPrincipalsMax);
}

void HistoryTables::write_rest(HistoryBatch& batch) {
    for (const auto& [key, row] : skus_.sorted()) {
        batch.put(sku_key(key), to_bytes(row->now));
    }
    skus_.committed(kSkusMax);
    const auto write_kept = [&](auto& rows) {
        for (auto& [key, kept] : rows) {
            if (std::exchange(kept.changed, false)) {
                batch.put(key, to_bytes(kept.row));
            }
        }
    };
    write_kept(totals_);
    write_kept(classes_);
    for (const auto& [key, row] : others_) {
        row ? batch.put(key, *row) : batch.remove(key);
    }
    others_.clear();
}

Result<void> HistoryTables::commit(Sequence position, base::Time as_of) {
    CHECK(position == last_.position, "a commit that is not at the event told last");
    HistoryBatch batch;
    write_group(batch);
    write_postings(batch);
    write_journals(batch);
    write_movements(batch);
    write_cells(batch);
    write_reservations(batch);
    write_principals(batch);
    write_rest(batch);
    last_.as_of = std::max(last_.as_of, as_of);
    batch.put(kPositionKey, to_bytes(last_));
    return store_.write(batch);
}

}  // namespace holdfast::projection
