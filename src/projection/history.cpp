#include "projection/history.hpp"

#include <algorithm>
#include <atomic>
#include <string>
#include <utility>

#include "projection/history_fold.hpp"
#include "projection/history_reader.hpp"
#include "projection/history_store.hpp"
#include "projection/history_tables.hpp"

namespace holdfast::projection {
namespace {

using base::Result;
using model::Sequence;
using model::TenantId;

Result<Progress> read_progress(const HistoryStore& store) {
    TRY(const auto stored, store.get(kPositionKey));
    if (!stored) {
        return Progress{};
    }
    const auto parsed = from_bytes<Progress>(base::as_bytes(*stored));
    if (!parsed) {
        return store.damaged("its position makes no sense");
    }
    return *parsed;
}

class StoredHistory final : public History {
  public:
    StoredHistory(std::unique_ptr<HistoryStore> store, Progress progress)
        : store_(std::move(store)),
          writing_(std::in_place, *store_, progress),
          position_(progress.position.value()) {}

    Result<void> event(const model::Event& event, std::span<const std::byte> bytes,
                       Sequence sequence, base::Time time) override {
        return kept(tell(event, bytes, sequence, time));
    }
    Result<void> reached(Sequence position, base::Time as_of) override {
        return kept(commit(position, as_of));
    }
    Result<void> begin_again() override;
    [[nodiscard]] Sequence position() const override {
        return Sequence(position_.load(std::memory_order_acquire));
    }

    Result<EventPage> events(TenantId tenant, const Subject& subject, std::string_view resume_after,
                             std::size_t limit) override {
        return HistoryReader(*store_).events(tenant, subject, resume_after, limit);
    }
    Result<std::optional<EventRow>> event_at(TenantId tenant, Sequence sequence) override {
        return HistoryReader(*store_).event_at(tenant, sequence);
    }
    Result<StockAt> stock_at(TenantId tenant, model::SkuId sku, const Moment& moment) override {
        return HistoryReader(*store_).stock_at({.tenant = tenant, .sku = sku}, moment);
    }
    Result<OnHandAt> on_hand_at(TenantId tenant, model::SkuId sku, model::PoolId pool,
                                base::Time as_of, const CountIncludes& includes) override {
        return HistoryReader(*store_).on_hand_at({.tenant = tenant, .sku = sku, .pool = pool},
                                                 as_of, includes);
    }
    Result<Explanation> explain(TenantId tenant, model::SkuId sku,
                                std::optional<model::PoolId> pool, const Moment& moment,
                                std::size_t names) override {
        return HistoryReader(*store_).explain({.tenant = tenant, .sku = sku}, pool, moment, names);
    }
    Result<AtRiskList> at_risk(TenantId tenant, model::SkuId sku, model::PoolId pool,
                               std::int64_t deficit, model::ShortageOrder order) override {
        return HistoryReader(*store_).at_risk({.tenant = tenant, .sku = sku, .pool = pool}, deficit,
                                              order);
    }
    Result<std::optional<PrincipalFigures>> principal(TenantId tenant, model::PrincipalKind kind,
                                                      base::Digest128 principal) override {
        return HistoryReader(*store_).principal(
            {.tenant = tenant, .kind = kind, .principal = principal});
    }
    Result<PrincipalPage> wasteful(TenantId tenant, std::optional<model::PrincipalKind> kind,
                                   std::size_t limit) override {
        return HistoryReader(*store_).wasteful(tenant, kind, limit);
    }
    Result<HistoryTotals> totals(TenantId tenant) override {
        return HistoryReader(*store_).totals(tenant);
    }
    Result<TransferPage> open_transfers(TenantId tenant, std::optional<model::SkuId> sku,
                                        std::string_view resume_after, std::size_t limit) override {
        return HistoryReader(*store_).open_transfers(tenant, sku, resume_after, limit);
    }
    Result<CellPage> cells(TenantId tenant, std::optional<model::PoolId> pool,
                           std::string_view resume_after, std::size_t limit) override {
        return HistoryReader(*store_).cells(tenant, pool, resume_after, limit);
    }
    Result<SkuPage> skus(TenantId tenant, std::string_view resume_after,
                         std::size_t limit) override {
        return HistoryReader(*store_).skus(tenant, resume_after, limit);
    }

  private:
    Result<void> tell(const model::Event& event, std::span<const std::byte> bytes,
                      Sequence sequence, base::Time time);
    Result<void> commit(Sequence position, base::Time as_of);

    // Rows of a failed event or commit are half done: nothing may follow.
    Result<void> kept(Result<void> result) {
        if (!result && !failure_) {
            failure_ = result.error();
        }
        return result;
    }

    struct Writing {
        Writing(HistoryStore& store, const Progress& progress)
            : tables(store, progress), fold(store, tables) {}
        HistoryTables tables;
        HistoryFold fold;
    };

    std::unique_ptr<HistoryStore> store_;
    std::optional<Writing> writing_;
    std::optional<base::Error> failure_;
    std::atomic<std::uint64_t> position_;
};

Result<void> StoredHistory::tell(const model::Event& event, std::span<const std::byte> bytes,
                                 Sequence sequence, base::Time time) {
    if (failure_) {
        return std::unexpected(*failure_);
    }
    if (sequence.value() != writing_->tables.last().position.value() + 1) {
        return store_->damaged("event " + std::to_string(sequence.value()) + " was told after " +
                               std::to_string(writing_->tables.last().position.value()));
    }
    writing_->tables.add_event({.sequence = sequence, .time = time, .bytes = bytes});
    TRY_VOID(writing_->fold.fold(event, sequence, time));
    return {};
}

Result<void> StoredHistory::commit(Sequence position, base::Time as_of) {
    if (failure_) {
        return std::unexpected(*failure_);
    }
    if (position != writing_->tables.last().position) {
        return store_->damaged("it was told that it knows event " +
                               std::to_string(position.value()) + " but not the event");
    }
    TRY_VOID(writing_->tables.commit(position, as_of));
    position_.store(position.value(), std::memory_order_release);
    return {};
}

Result<void> StoredHistory::begin_again() {
    TRY(const Progress progress, read_progress(*store_));
    writing_.emplace(*store_, progress);
    failure_.reset();
    position_.store(progress.position.value(), std::memory_order_release);
    return {};
}

}  // namespace

Result<std::unique_ptr<History>> open_history(const std::string& directory) {
    TRY(auto store, HistoryStore::open(directory));
    TRY(const Progress progress, read_progress(*store));
    return std::make_unique<StoredHistory>(std::move(store), progress);
}

}  // namespace holdfast::projection
