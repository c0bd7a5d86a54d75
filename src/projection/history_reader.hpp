// HistoryReader: the answers, each from one snapshot.
//
// One object answers one question; see history.hpp for what is asked. Files: history_events.cpp
// (events and moments), history_stock.cpp (cells), history_explain.cpp (terms), history_lists.cpp
// (principals, totals, pages).
// Internal to this folder. Thread rule: one thread per object.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "projection/history.hpp"
#include "projection/history_blocks.hpp"
#include "projection/history_keys.hpp"
#include "projection/history_rows.hpp"
#include "projection/history_store.hpp"

namespace holdfast::projection {

// Finds events by number. Events that lie close together are read once.
class EventLoader {
  public:
    explicit EventLoader(const HistoryView& view);

    struct Loaded {
        base::Time time{};
        std::span<const std::byte> bytes;  // good until the next load
    };
    // Errors: corrupted (it is not there: whoever asks knows that it must be).
    base::Result<Loaded> load(model::Sequence sequence);

  private:
    const HistoryView& view_;
    HistoryWalk walk_;
    base::Buffer block_;
    std::optional<Group> group_;
};

class HistoryReader {
  public:
    explicit HistoryReader(const HistoryStore& store) : view_(store.view()), events_(*view_) {}

    base::Result<EventPage> events(model::TenantId tenant, const Subject& subject,
                                   std::string_view resume_after, std::size_t limit);
    base::Result<std::optional<EventRow>> event_at(model::TenantId tenant,
                                                   model::Sequence sequence);
    base::Result<StockAt> stock_at(const SkuKey& sku, const Moment& moment);
    base::Result<OnHandAt> on_hand_at(const CellKey& cell, base::Time as_of,
                                      const CountIncludes& includes);
    base::Result<Explanation> explain(const SkuKey& sku, std::optional<model::PoolId> pool,
                                      const Moment& moment, std::size_t names);
    base::Result<AtRiskList> at_risk(const CellKey& cell, std::int64_t deficit,
                                     model::ShortageOrder order);
    base::Result<std::optional<PrincipalFigures>> principal(const PrincipalKey& key);
    base::Result<PrincipalPage> wasteful(model::TenantId tenant,
                                         std::optional<model::PrincipalKind> kind,
                                         std::size_t limit);
    base::Result<HistoryTotals> totals(model::TenantId tenant);
    base::Result<TransferPage> open_transfers(model::TenantId tenant,
                                              std::optional<model::SkuId> sku,
                                              std::string_view resume_after, std::size_t limit);
    base::Result<CellPage> cells(model::TenantId tenant, std::optional<model::PoolId> pool,
                                 std::string_view resume_after, std::size_t limit);
    base::Result<SkuPage> skus(model::TenantId tenant, std::string_view resume_after,
                               std::size_t limit);

    base::Result<Progress> progress();

  private:
    using Void = base::Result<void>;
    using VisitMovement = std::function<bool(const MovementEntry&)>;

    struct NamedCell {
        CellKey key;
        CellRow row;
    };

    template <typename Row>
    base::Result<std::optional<Row>> read(const std::string& key);
    template <typename Row>
    base::Result<Row> parse(std::span<const std::byte> bytes) const;
    template <typename Value>
    base::Result<Value> parsed(std::optional<Value> value) const;

    // -- moments
    base::Result<Progress> resolve(const Moment& moment);
    base::Result<model::Sequence> position_at(base::Time time);
    base::Result<std::vector<model::Sequence>> newest_before(const std::string& prefix,
                                                             std::uint64_t before,
                                                             std::size_t count);

    // -- cells
    base::Result<std::vector<NamedCell>> cells_of(const SkuKey& sku,
                                                  std::optional<model::PoolId> pool);
    // Nothing: it had not been touched.
    base::Result<std::optional<CellAt>> cell_at(const NamedCell& cell, model::Sequence position);
    base::Result<std::vector<Promise>> promises(const CellKey& cell, PromiseKind kind,
                                                bool oldest_first, std::size_t limit,
                                                const std::vector<model::ReservationId>& without);

    // -- terms
    base::Result<CellExplanation> explain_now(const NamedCell& cell, std::size_t names);
    base::Result<CellExplanation> explain_past(const NamedCell& cell, const CellAt& at,
                                               model::Sequence position, std::size_t names,
                                               bool& partial);
    // Movements of a cell, newest first, while `visit` says so.
    Void walk_movements(const CellKey& cell, const VisitMovement& visit);
    Void take_back_movements(const NamedCell& cell, model::Sequence position, CellExplanation& to);
    Void promises_past(const NamedCell& cell, model::Sequence position, std::size_t names,
                       CellExplanation& to, bool& partial);
    base::Result<std::optional<std::vector<model::ReservationId>>> touched_after(
        const CellKey& cell, model::Sequence position);
    base::Result<std::vector<Promise>> promises_of(const CellKey& cell,
                                                   model::ReservationId reservation,
                                                   model::Sequence position);

    std::unique_ptr<HistoryView> view_;
    EventLoader events_;
};

// Opaque places in lists: a letter for the list and a number.
[[nodiscard]] std::string to_resume(char list, std::uint64_t place);
// Nothing: these bytes are of no such list. Empty bytes: `start`.
[[nodiscard]] std::optional<std::uint64_t> from_resume(char list, std::string_view resume_after,
                                                       std::uint64_t start);
[[nodiscard]] std::unexpected<base::Error> wrong_cursor();
[[nodiscard]] std::size_t clamp_page(std::size_t limit);

// What is read for one page, whatever was asked.
inline constexpr std::size_t kHistoryScansMax = 4'000;
inline constexpr std::size_t kHistoryPageBytes = std::size_t{4} << 20;

template <typename Value>
base::Result<Value> HistoryReader::parsed(std::optional<Value> value) const {
    if (!value) {
        return view_->damaged("a row does not parse");
    }
    return *std::move(value);
}

template <typename Row>
base::Result<Row> HistoryReader::parse(std::span<const std::byte> bytes) const {
    return parsed(from_bytes<Row>(bytes));
}

template <typename Row>
base::Result<std::optional<Row>> HistoryReader::read(const std::string& key) {
    TRY(const auto stored, view_->get(key));
    if (!stored) {
        return std::nullopt;
    }
    TRY(Row row, parse<Row>(base::as_bytes(*stored)));
    return std::optional(std::move(row));
}

}  // namespace holdfast::projection
