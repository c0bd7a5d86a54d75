#include "api/insights.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "api/offers.hpp"
#include "api/paging.hpp"
#include "api/private_data.hpp"
#include "api/suggestions.hpp"
#include "base/log.hpp"
#include "model/limits.hpp"

namespace holdfast::api {
namespace {

using namespace model;

constexpr base::Duration kHistoryPatience{2'000};
constexpr std::int64_t kTransitDays = 3;
constexpr std::int64_t kTransitDaysMax = 3'650;
// One answer reads so many rows of the history; its cursor goes on behind them.
constexpr std::size_t kRowsPerAnswer = 1'000;

Problem unreadable(std::string_view why) {
    base::log_error("the history cannot be read", {{"why", why}});
    return make_problem(RefusalCode::unavailable, "The history could not be read.");
}

std::expected<std::optional<PrincipalKind>, Problem> read_kind(
    const std::optional<std::string>& kind) {
    if (!kind) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < kPrincipalKinds; ++i) {
        const auto each = static_cast<PrincipalKind>(i);
        if (to_string(each) == *kind) {
            return each;
        }
    }
    return std::unexpected(
        invalid_parameter("kind", "Must be \"agent\", \"operator\" or \"buyer\"."));
}

OwnerView view_of(const Context& context, projection::PrincipalFigures figures) {
    OwnerView out{.kind = to_string(figures.kind),
                  .name = figures.name,
                  .principal = base::to_hex(figures.principal),
                  .figures = {}};
    if (figures.kind == PrincipalKind::buyer) {
        out.name = clear_text(context.ledger, figures.principal).value_or("");
    }
    out.figures = std::move(figures);
    return out;
}

TransferView view_of(const Context& context, TenantId tenant,
                     const projection::OpenTransfer& transfer) {
    return {.id = context.names.transfer(transfer.id),
            .sku = context.names.sku(transfer.sku),
            .from = context.names.pool(tenant, transfer.from),
            .to = context.names.pool(tenant, transfer.to),
            .quantity = transfer.quantity,
            .in_transit = transfer.in_transit,
            .sent_at = transfer.sent_at,
            .reference = {},
            .step = {}};
}

// -- stranded -------------------------------------------------------------------------------------

// Looks at one page of cells for units that nobody can buy.
class Stranding {
  public:
    Stranding(const Context& context, TenantId tenant)
        : context_(context),
          tenant_(tenant),
          policy_(context.published.policy(tenant)),
          now_(context.time()) {}

    void add(const projection::CellAt& cell, std::vector<StrandedView>& out) const {
        if (cell.cell.unavailable > 0) {
            out.push_back(row(cell, cell.cell.unavailable, "unavailable"));
        }
        const std::int64_t free = cell.cell.sellable();
        if (free <= 0) {
            return;
        }
        if (is_stopped_here(cell)) {
            out.push_back(row(cell, free, "selling_stopped"));
        } else if (is_behind_a_fence(cell)) {
            out.push_back(row(cell, free, "fenced"));
        }
    }

  private:
    [[nodiscard]] StrandedView row(const projection::CellAt& cell, std::int64_t units,
                                   std::string_view why) const {
        return {.sku = context_.names.sku(cell.sku),
                .pool = context_.names.pool(tenant_, cell.pool),
                .units = units,
                .why = why,
                .since = cell.changed_at,
                .transfer = {}};
    }

    [[nodiscard]] bool is_stopped_here(const projection::CellAt& cell) const {
        const auto& sku_class = policy_->sku_class(context_.published.read(cell.sku).sku_class);
        if (is_stopped(*policy_, context_.names.sku(cell.sku), sku_class, now_)) {
            return true;
        }
        const std::string_view pool = context_.names.pool(tenant_, cell.pool);
        return std::ranges::any_of(policy_->stops, [&](const Stop& stop) {
            return stop.scope == StopScope::pool && stop.name == pool && stop.covers(now_);
        });
    }

    // Some channels may buy here, while everybody else finds nothing anywhere.
    [[nodiscard]] bool is_behind_a_fence(const projection::CellAt& cell) const {
        if (policy_->pool(cell.pool).channels.empty()) {
            return false;
        }
        const auto sku = context_.published.read(cell.sku);
        return std::ranges::none_of(sku.cells, [&](const partition::CellView& other) {
            return policy_->pool(other.pool).channels.empty() && other.units.sellable() > 0;
        });
    }

    const Context& context_;
    TenantId tenant_;
    std::shared_ptr<const partition::TenantPolicy> policy_;
    base::Time now_;
};

base::Result<void> add_in_transit(const Context& context, TenantId tenant, base::Duration longest,
                                  StrandedList& out) {
    const base::Time now = context.time();
    TRY(const auto page, context.history.open_transfers(tenant, {}, {}, kPageSizeMax));
    for (const auto& transfer : page.rows) {
        if (transfer.sent_at + longest <= now) {
            out.stranded.push_back({.sku = context.names.sku(transfer.sku),
                                    .pool = context.names.pool(tenant, transfer.to),
                                    .units = transfer.in_transit,
                                    .why = "in_transit",
                                    .since = transfer.sent_at,
                                    .transfer = context.names.transfer(transfer.id)});
        }
    }
    return {};
}

struct StrandedQuestion {
    TenantId tenant{};
    std::optional<PoolId> pool;
    base::Duration longest{};
    Page page;
};

base::Result<StrandedList> find_stranded(const Context& context, const StrandedQuestion& asked) {
    StrandedList out;
    if (asked.page.resume_after.empty()) {
        TRY_VOID(add_in_transit(context, asked.tenant, asked.longest, out));
    }
    const Stranding stranding(context, asked.tenant);
    std::string resume_after = asked.page.resume_after;
    for (std::size_t read = 0; read < kRowsPerAnswer; read += asked.page.limit) {
        TRY(auto cells,
            context.history.cells(asked.tenant, asked.pool, resume_after, asked.page.limit));
        for (const auto& cell : cells.rows) {
            stranding.add(cell, out.stranded);
        }
        out.position = context.names.position(cells.position);
        out.as_of = cells.as_of;
        resume_after = std::move(cells.resume_after);
        if (resume_after.empty() || out.stranded.size() >= asked.page.limit) {
            break;
        }
    }
    out.next_cursor = next_cursor(context, asked.page, resume_after);
    return out;
}

base::Result<SuggestionList> find_suggestions(const Context& context, TenantId tenant,
                                              const Page& page) {
    SuggestionList out;
    std::string resume_after = page.resume_after;
    for (std::size_t read = 0; read < kRowsPerAnswer; read += page.limit) {
        TRY(auto skus, context.history.skus(tenant, resume_after, page.limit));
        for (const auto& figures : skus.rows) {
            auto suggestion = suggest_class(figures);
            const auto present = context.names.sku_class(tenant, figures.sku_class);
            if (suggestion && suggestion->sku_class != present) {
                out.suggestions.push_back({.sku = context.names.sku(figures.sku),
                                           .present = present,
                                           .suggested = suggestion->sku_class,
                                           .reason = std::move(suggestion->reason),
                                           .figures = figures});
            }
        }
        out.position = context.names.position(skus.position);
        out.as_of = skus.as_of;
        resume_after = std::move(skus.resume_after);
        if (resume_after.empty() || out.suggestions.size() >= page.limit) {
            break;
        }
    }
    out.next_cursor = next_cursor(context, page, resume_after);
    return out;
}

// The answer of a tenant that has done nothing yet.
template <typename List>
List nothing_yet(const Context& context) {
    List out;
    out.position = context.names.position(context.history.position());
    return out;
}

template <typename List>
void give(Answer<List>& answer, base::Result<List> found) {
    if (found) {
        answer(std::move(*found));
    } else {
        answer(std::unexpected(unreadable(found.error().message)));
    }
}

}  // namespace

void Insights::owners(const Principal& principal, const OwnersRequest& request,
                      Answer<OwnerList> answer) const {
    if (request.sort && *request.sort != "wasted") {
        answer(std::unexpected(invalid_parameter("sort", "Must be \"wasted\".")));
        return;
    }
    const auto kind = read_kind(request.kind);
    const auto limit = read_limit(request.limit);
    if (!kind || !limit) {
        answer(std::unexpected(!kind ? kind.error() : limit.error()));
        return;
    }
    waiters_.for_history(kHistoryPatience,
                         [this, name = principal.tenant.digest, kind = *kind, limit = *limit,
                          answer = std::move(answer)](bool) mutable {
                             const auto tenant = context_.published.find_tenant(name);
                             if (!tenant) {
                                 answer(nothing_yet<OwnerList>(context_));
                                 return;
                             }
                             auto found = context_.history.wasteful(*tenant, kind, limit);
                             if (!found) {
                                 answer(std::unexpected(unreadable(found.error().message)));
                                 return;
                             }
                             OwnerList out{.owners = {},
                                           .position = context_.names.position(found->position),
                                           .as_of = found->as_of};
                             for (auto& row : found->rows) {
                                 out.owners.push_back(view_of(context_, std::move(row)));
                             }
                             answer(std::move(out));
                         });
}

void Insights::transfers(const Principal& principal, const TransferListRequest& request,
                         Answer<TransferList> answer) const {
    auto page =
        read_page(context_, request.page, {"transfers", principal.tenant.text, request.sku});
    auto problem = page ? check_filter("sku", request.sku, kSkuBytesMax) : page.error();
    if (problem) {
        answer(std::unexpected(std::move(*problem)));
        return;
    }
    waiters_.for_history(kHistoryPatience, [this, principal, sku_text = request.sku,
                                            page = std::move(*page),
                                            answer = std::move(answer)](bool) mutable {
        const auto tenant = context_.published.find_tenant(principal.tenant.digest);
        std::optional<SkuId> sku;
        if (sku_text) {
            sku = context_.published.find_sku(sku_name(principal.tenant.text, *sku_text).digest);
        }
        if (!tenant || (sku_text && !sku)) {
            answer(nothing_yet<TransferList>(context_));
            return;
        }
        auto found = context_.history.open_transfers(*tenant, sku, page.resume_after, page.limit);
        if (!found) {
            answer(std::unexpected(unreadable(found.error().message)));
            return;
        }
        TransferList out{.transfers = {},
                         .references = {},
                         .next_cursor = next_cursor(context_, page, found->resume_after),
                         .position = context_.names.position(found->position),
                         .as_of = found->as_of};
        out.references.reserve(found->rows.size());
        for (auto& row : found->rows) {
            out.references.push_back(std::move(row.reference));
            out.transfers.push_back(view_of(context_, *tenant, row));
            out.transfers.back().reference = out.references.back();
        }
        answer(std::move(out));
    });
}

void Insights::stranded(const Principal& principal, const StrandedRequest& request,
                        Answer<StrandedList> answer) const {
    auto page =
        read_page(context_, request.page, {"stranded", principal.tenant.text, request.pool});
    if (!page) {
        answer(std::unexpected(std::move(page).error()));
        return;
    }
    const std::int64_t days = request.transit_days.value_or(kTransitDays);
    if (days < 0 || days > kTransitDaysMax) {
        answer(std::unexpected(invalid_parameter(
            "transit_days", "Must be 0 to " + std::to_string(kTransitDaysMax) + ".")));
        return;
    }
    waiters_.for_history(
        kHistoryPatience, [this, name = principal.tenant.digest, pool = request.pool, days,
                           page = std::move(*page), answer = std::move(answer)](bool) mutable {
            const auto tenant = context_.published.find_tenant(name);
            if (!tenant) {
                answer(nothing_yet<StrandedList>(context_));
                return;
            }
            StrandedQuestion asked{.tenant = *tenant,
                                   .pool = {},
                                   .longest = std::chrono::days(days),
                                   .page = std::move(page)};
            if (pool) {
                const auto policy = context_.published.policy(*tenant);
                const auto found = std::ranges::find(policy->pools, *pool, &Pool::name);
                if (found == policy->pools.end()) {
                    answer(std::unexpected(invalid_parameter("pool", "There is no such pool.")));
                    return;
                }
                asked.pool = found->id;
            }
            give(answer, find_stranded(context_, asked));
        });
}

void Insights::suggestions(const Principal& principal, const PageRequest& request,
                           Answer<SuggestionList> answer) const {
    auto page = read_page(context_, request, {"suggestions", principal.tenant.text});
    if (!page) {
        answer(std::unexpected(std::move(page).error()));
        return;
    }
    waiters_.for_history(kHistoryPatience,
                         [this, name = principal.tenant.digest, page = std::move(*page),
                          answer = std::move(answer)](bool) mutable {
                             const auto tenant = context_.published.find_tenant(name);
                             if (!tenant) {
                                 answer(nothing_yet<SuggestionList>(context_));
                                 return;
                             }
                             give(answer, find_suggestions(context_, *tenant, page));
                         });
}

}  // namespace holdfast::api
