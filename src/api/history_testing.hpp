// FollowingHistory: the history of a test's ledger, on a disk of its own, always up to date.
//
// Most tests never ask it: it is made with the first question. Thread rule: one thread.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/check.hpp"
#include "ledger/feed.hpp"
#include "ledger/ledger.hpp"
#include "model/event_codec.hpp"
#include "projection/history.hpp"

namespace holdfast::api::testing {

class FollowingHistory final : public projection::History {
  public:
    ~FollowingHistory() override {
        history_.reset();
        if (!directory_.empty()) {
            std::error_code ignored;
            std::filesystem::remove_all(directory_, ignored);
        }
    }

    base::Result<void> event(const model::Event&, std::span<const std::byte>, model::Sequence,
                             base::Time) override {
        UNREACHABLE();
    }
    base::Result<void> reached(model::Sequence, base::Time) override { UNREACHABLE(); }
    base::Result<void> begin_again() override { UNREACHABLE(); }
    [[nodiscard]] model::Sequence position() const override {
        return stuck ? model::Sequence{} : now().position();
    }
    base::Result<projection::EventPage> events(model::TenantId tenant,
                                               const projection::Subject& subject,
                                               std::string_view resume_after,
                                               std::size_t limit) override {
        return now().events(tenant, subject, resume_after, limit);
    }
    base::Result<std::optional<projection::EventRow>> event_at(model::TenantId tenant,
                                                               model::Sequence sequence) override {
        return now().event_at(tenant, sequence);
    }
    base::Result<projection::StockAt> stock_at(model::TenantId tenant, model::SkuId sku,
                                               const projection::Moment& moment) override {
        return now().stock_at(tenant, sku, moment);
    }
    base::Result<projection::OnHandAt> on_hand_at(
        model::TenantId tenant, model::SkuId sku, model::PoolId pool, base::Time as_of,
        const projection::CountIncludes& includes) override {
        auto found = now().on_hand_at(tenant, sku, pool, as_of, includes);
        if (after_look) {
            after_look();
        }
        return found;
    }
    base::Result<projection::Explanation> explain(model::TenantId tenant, model::SkuId sku,
                                                  std::optional<model::PoolId> pool,
                                                  const projection::Moment& moment,
                                                  std::size_t names) override {
        return now().explain(tenant, sku, pool, moment, names);
    }
    base::Result<projection::AtRiskList> at_risk(model::TenantId tenant, model::SkuId sku,
                                                 model::PoolId pool, std::int64_t deficit,
                                                 model::ShortageOrder order) override {
        return now().at_risk(tenant, sku, pool, deficit, order);
    }
    base::Result<std::optional<projection::PrincipalFigures>> principal(
        model::TenantId tenant, model::PrincipalKind kind, base::Digest128 principal) override {
        return now().principal(tenant, kind, principal);
    }
    base::Result<projection::PrincipalPage> wasteful(model::TenantId tenant,
                                                     std::optional<model::PrincipalKind> kind,
                                                     std::size_t limit) override {
        return now().wasteful(tenant, kind, limit);
    }
    base::Result<projection::HistoryTotals> totals(model::TenantId tenant) override {
        return now().totals(tenant);
    }
    base::Result<projection::TransferPage> open_transfers(model::TenantId tenant,
                                                          std::optional<model::SkuId> sku,
                                                          std::string_view resume_after,
                                                          std::size_t limit) override {
        return now().open_transfers(tenant, sku, resume_after, limit);
    }
    base::Result<projection::CellPage> cells(model::TenantId tenant,
                                             std::optional<model::PoolId> pool,
                                             std::string_view resume_after,
                                             std::size_t limit) override {
        return now().cells(tenant, pool, resume_after, limit);
    }
    base::Result<projection::SkuPage> skus(model::TenantId tenant, std::string_view resume_after,
                                           std::size_t limit) override {
        return now().skus(tenant, resume_after, limit);
    }

    ledger::Ledger* ledger = nullptr;
    bool stuck = false;                // it never follows
    std::function<void()> after_look;  // something happens between looking and acting

  private:
    projection::History& now() const {
        if (!history_) {
            std::string path = std::filesystem::temp_directory_path() / "holdfast-history.XXXXXX";
            CHECK(::mkdtemp(path.data()) != nullptr);
            directory_ = path;
            auto opened = projection::open_history(directory_ + "/history");
            CHECK(opened.has_value(), "the history cannot be made");
            history_ = std::move(*opened);
        }
        ledger::Feed feed(*ledger, history_->position());
        while (true) {
            const auto read =
                feed.next_batches(64, [this](const ledger::Batch& batch) { return tell(batch); });
            CHECK(read.has_value(), "the history does not follow");
            if (*read == 0) {
                return *history_;
            }
        }
    }

    base::Result<void> tell(const ledger::Batch& batch) const {
        model::EventCursor cursor(batch.payload, batch.header.first);
        while (true) {
            TRY(const auto item, cursor.next());
            if (!item) {
                return history_->reached(batch.last(), batch.header.time);
            }
            if (item->sequence > history_->position()) {
                TRY(const auto event, model::decode(item->bytes));
                TRY_VOID(history_->event(event, item->bytes, item->sequence, batch.header.time));
            }
        }
    }

    mutable std::unique_ptr<projection::History> history_;
    mutable std::string directory_;
};

}  // namespace holdfast::api::testing
