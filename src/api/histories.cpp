#include "api/histories.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "api/offers.hpp"
#include "api/paging.hpp"
#include "api/private_data.hpp"
#include "api/time_text.hpp"
#include "base/log.hpp"
#include "model/limits.hpp"

namespace holdfast::api {
namespace {

using namespace model;

constexpr base::Duration kHistoryPatience{2'000};
constexpr std::int64_t kNamesDefault = 10;

Problem unreadable(std::string_view why) {
    base::log_error("the history cannot be read", {{"why", why}});
    return make_problem(RefusalCode::unavailable, "The history could not be read.");
}

struct Cell {
    TenantId tenant{};
    SkuId sku{};
    std::optional<PoolId> pool;
};

std::optional<PoolId> find_pool(const Context& context, TenantId tenant, const std::string& name) {
    const auto policy = context.published.policy(tenant);
    const auto found = std::ranges::find(policy->pools, name, &Pool::name);
    return found != policy->pools.end() ? std::optional(found->id) : std::nullopt;
}

std::expected<Cell, Problem> find_cell(const Context& context, const Principal& principal,
                                       const std::string& sku,
                                       const std::optional<std::string>& pool) {
    const auto tenant = context.published.find_tenant(principal.tenant.digest);
    const auto id = context.published.find_sku(sku_name(principal.tenant.text, sku).digest);
    if (!tenant || !id) {
        return std::unexpected(make_problem(RefusalCode::not_found, "The SKU is not registered."));
    }
    Cell out{.tenant = *tenant, .sku = *id, .pool = {}};
    if (pool) {
        out.pool = find_pool(context, *tenant, *pool);
        if (!out.pool) {
            return std::unexpected(invalid_parameter("pool", "There is no such pool."));
        }
    }
    return out;
}

std::expected<projection::Moment, Problem> read_moment(const Context& context,
                                                       const MomentRequest& request) {
    projection::Moment out;
    if (request.at && request.position) {
        return std::unexpected(invalid_parameter("position", "Cannot be combined with \"at\"."));
    }
    if (request.at) {
        out.time = parse_time(*request.at);
        if (!out.time) {
            return std::unexpected(invalid_parameter("at", "Must be an RFC 3339 time."));
        }
    }
    if (request.position) {
        out.position = context.names.find_position(*request.position);
        if (!out.position) {
            return std::unexpected(invalid_parameter("position", "Is not a position."));
        }
    }
    return out;
}

CellAtView view_of(const Context& context, TenantId tenant, const projection::CellAt& cell) {
    return {.pool = context.names.pool(tenant, cell.pool),
            .cell = cell.cell,
            .changed_by = context.names.position(cell.changed_by),
            .changed_at = cell.changed_at};
}

// -- events of a subject --------------------------------------------------------------------------

using SubjectOrProblem = std::expected<projection::Subject, Problem>;

SubjectOrProblem sku_subject(const Context& context, const Principal& principal,
                             const HistoryRequest& request) {
    const auto cell = find_cell(context, principal, *request.sku, request.pool);
    if (!cell) {
        return std::unexpected(cell.error());
    }
    return projection::SkuSubject{.sku = cell->sku, .pool = cell->pool};
}

SubjectOrProblem pool_subject(const Context& context, TenantId tenant, const std::string& name) {
    const auto pool = find_pool(context, tenant, name);
    if (!pool) {
        return std::unexpected(make_problem(RefusalCode::not_found, "There is no such pool."));
    }
    return projection::PoolSubject{.pool = *pool};
}

SubjectOrProblem make_subject(const Context& context, const Principal& principal, TenantId tenant,
                              const HistoryRequest& request) {
    if (request.sku) {
        return sku_subject(context, principal, request);
    }
    if (request.pool) {
        return pool_subject(context, tenant, *request.pool);
    }
    if (request.reservation) {
        const auto id = context.names.find_reservation(*request.reservation);
        if (!id) {
            return std::unexpected(make_problem(RefusalCode::unknown_reservation));
        }
        return projection::ReservationSubject{.reservation = *id};
    }
    if (request.reference) {
        return projection::ReferenceSubject{.reference =
                                                projection::reference_digest(*request.reference)};
    }
    if (request.agent) {
        return projection::PrincipalSubject{.kind = PrincipalKind::agent,
                                            .principal = projection::owner_digest(*request.agent)};
    }
    if (request.operator_id) {
        return projection::PrincipalSubject{
            .kind = PrincipalKind::operator_,
            .principal = projection::owner_digest(*request.operator_id)};
    }
    return projection::PrincipalSubject{
        .kind = PrincipalKind::buyer,
        .principal =
            customer_digest(context.private_key, principal.tenant.text, *request.customer_id)};
}

std::optional<Problem> check_subject(const HistoryRequest& request) {
    const std::array<std::pair<const char*, const std::optional<std::string>*>, 6> filters = {
        {{"sku", &request.sku},
         {"pool", &request.pool},
         {"reference", &request.reference},
         {"agent", &request.agent},
         {"operator", &request.operator_id},
         {"customer_id", &request.customer_id}}};
    int given = request.reservation ? 1 : 0;
    for (const auto& [name, value] : filters) {
        const auto most = value == &request.sku ? kSkuBytesMax : kReferenceBytesMax;
        if (auto problem = check_filter(name, *value, most)) {
            return problem;
        }
        given += *value ? 1 : 0;
    }
    given -= request.sku && request.pool ? 1 : 0;
    if (given != 1) {
        return invalid_parameter(
            "reference",
            "Name one of \"reference\", \"agent\", \"operator\", \"customer_id\", \"pool\".");
    }
    return std::nullopt;
}

std::expected<EventList, Problem> to_list(const Context& context, const Page& page,
                                          base::Result<projection::EventPage> found) {
    if (!found) {
        return std::unexpected(unreadable(found.error().message));
    }
    EventList out{.events = {},
                  .next_cursor = next_cursor(context, page, found->resume_after),
                  .position = context.names.position(found->position),
                  .as_of = found->as_of};
    for (auto& row : found->rows) {
        auto view = view_event(std::move(row.event), row.sequence, row.time, context.names);
        if (view) {
            out.events.push_back(std::move(*view));
        }
    }
    return out;
}

// -- why is it N? ---------------------------------------------------------------------------------

OnHandTermView view_of(const Context& context, const projection::OnHandTerm& term) {
    OnHandTermView out{.term = projection::to_string(term.term),
                       .reason = term.reason,
                       .movements = term.movements,
                       .units = term.units,
                       .newest = {}};
    for (const auto& movement : term.newest) {
        out.newest.push_back({.position = context.names.position(movement.sequence),
                              .time = movement.time,
                              .units = movement.units});
    }
    return out;
}

PromiseTermView view_of(const Context& context, const projection::PromiseTerm& term) {
    PromiseTermView out{.kind = projection::to_string(term.kind),
                        .promises = term.promises,
                        .units = term.units,
                        .newest = {}};
    for (const auto& promise : term.newest) {
        PromiseView view{.reservation = context.names.reservation(promise.reservation),
                         .line = promise.line,
                         .units = promise.units,
                         .expires_at = {}};
        if (promise.expires_at != base::kNever) {
            view.expires_at = promise.expires_at;
        }
        out.newest.push_back(std::move(view));
    }
    return out;
}

CellExplanationView view_of(const Context& context, TenantId tenant,
                            const projection::CellExplanation& cell) {
    CellExplanationView out{.at = view_of(context, tenant, cell.at),
                            .on_hand = {},
                            .unavailable = {},
                            .promises = {},
                            .offered = {}};
    for (const auto& term : cell.on_hand) {
        out.on_hand.push_back(view_of(context, term));
    }
    for (const auto& term : cell.unavailable) {
        out.unavailable.push_back({.reason = term.reason, .units = term.units});
    }
    for (const auto& term : cell.promises) {
        out.promises.push_back(view_of(context, term));
    }
    return out;
}

// What a hold could get of each pool now. The figures are the explained ones.
void add_offers(const Context& context, const Cell& asked,
                const std::vector<projection::CellExplanation>& cells, ExplanationView& out) {
    const auto policy = context.published.policy(asked.tenant);
    const auto& sku_class = policy->sku_class(context.published.read(asked.sku).sku_class);
    const base::Time now = context.time();
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const partition::CellView cell{.pool = cells[i].at.pool, .units = cells[i].at.cell};
        out.pools[i].offered = is_stopped(*policy, out.sku, sku_class, now)
                                   ? 0
                                   : offer_of(cell, *policy, sku_class, now);
    }
}

std::expected<ExplanationView, Problem> explain_now(const Context& context, const Cell& cell,
                                                    const projection::Moment& moment,
                                                    std::size_t names) {
    const auto found = context.history.explain(cell.tenant, cell.sku, cell.pool, moment, names);
    if (!found) {
        return std::unexpected(unreadable(found.error().message));
    }
    ExplanationView out{.sku = context.names.sku(cell.sku),
                        .sku_class = context.names.sku_class(
                            cell.tenant, context.published.read(cell.sku).sku_class),
                        .pools = {},
                        .partial = found->partial,
                        .position = context.names.position(found->position),
                        .as_of = found->as_of};
    for (const auto& each : found->cells) {
        out.pools.push_back(view_of(context, cell.tenant, each));
    }
    if (!moment.time && !moment.position) {
        add_offers(context, cell, found->cells, out);
    }
    return out;
}

}  // namespace

void Histories::events(const Principal& principal, const HistoryRequest& request,
                       Answer<EventList> answer) const {
    if (auto problem = check_subject(request)) {
        answer(std::unexpected(std::move(*problem)));
        return;
    }
    auto page =
        read_page(context_, request.page,
                  {"history", principal.tenant.text, request.sku, request.pool, request.reservation,
                   request.reference, request.agent, request.operator_id, request.customer_id});
    if (!page) {
        answer(std::unexpected(std::move(page).error()));
        return;
    }
    waiters_.for_history(kHistoryPatience, [this, principal, request, page = std::move(*page),
                                            answer = std::move(answer)](bool) mutable {
        const auto tenant = context_.published.find_tenant(principal.tenant.digest);
        if (!tenant) {
            answer(EventList{.events = {},
                             .next_cursor = {},
                             .position = context_.names.position(context_.history.position())});
            return;
        }
        const auto subject = make_subject(context_, principal, *tenant, request);
        if (!subject) {
            answer(std::unexpected(subject.error()));
            return;
        }
        auto list =
            to_list(context_, page,
                    context_.history.events(*tenant, *subject, page.resume_after, page.limit));
        if (list && list->events.empty() && request.reservation && !request.page.cursor) {
            answer(std::unexpected(make_problem(RefusalCode::unknown_reservation)));
            return;
        }
        answer(std::move(list));
    });
}

void Histories::stock_at(const Principal& principal, const std::string& sku,
                         const MomentRequest& request, Answer<StockAtView> answer) const {
    const auto moment = read_moment(context_, request);
    const auto cell = find_cell(context_, principal, sku, {});
    if (!moment || !cell) {
        answer(std::unexpected(!moment ? moment.error() : cell.error()));
        return;
    }
    waiters_.for_history(kHistoryPatience, [this, cell = *cell, moment = *moment,
                                            answer = std::move(answer)](bool) mutable {
        const auto found = context_.history.stock_at(cell.tenant, cell.sku, moment);
        if (!found) {
            answer(std::unexpected(unreadable(found.error().message)));
            return;
        }
        StockAtView out{.sku = context_.names.sku(cell.sku),
                        .pools = {},
                        .position = context_.names.position(found->position),
                        .as_of = found->as_of};
        for (const auto& each : found->cells) {
            out.pools.push_back(view_of(context_, cell.tenant, each));
        }
        answer(std::move(out));
    });
}

void Histories::explain(const Principal& principal, const ExplainRequest& request,
                        Answer<ExplanationView> answer) const {
    const auto moment = read_moment(context_, request.moment);
    const auto cell = find_cell(context_, principal, request.sku, request.pool);
    const auto names = read_limit(request.limit.value_or(kNamesDefault));
    if (!moment || !cell || !names) {
        answer(std::unexpected(!moment ? moment.error() : !cell ? cell.error() : names.error()));
        return;
    }
    waiters_.for_history(kHistoryPatience, [this, cell = *cell, moment = *moment, names = *names,
                                            answer = std::move(answer)](bool) mutable {
        answer(explain_now(context_, cell, moment, names));
    });
}

}  // namespace holdfast::api
