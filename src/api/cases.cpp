#include "api/cases.hpp"

#include <algorithm>
#include <charconv>
#include <memory>
#include <utility>

#include "api/commands.hpp"
#include "api/paging.hpp"
#include "api/render.hpp"
#include "api/reports.hpp"
#include "base/log.hpp"
#include "model/event_codec.hpp"
#include "model/limits.hpp"

namespace holdfast::api {
namespace {

using namespace model;

constexpr base::Duration kHistoryPatience{2'000};
// An export reads all there are; more open cases than this is a catastrophe of its own.
constexpr std::size_t kExportMax = 100'000;
constexpr std::size_t kAtRiskListed = 100;
// How far back the end of a case is searched for, in pages of its subject's events.
constexpr int kPagesMax = 50;

struct Filter {
    TenantId tenant{};
    std::optional<CaseKind> kind{};
    std::optional<SkuId> sku{};
    CaseId after{};
    std::optional<CaseId> only{};
    std::size_t limit = 0;
};

// What is copied out of the state.
struct Found {
    CaseImage image{};
    std::int64_t missing = 0;
    ShortageOrder order{};
};

struct Look {
    std::vector<Found> cases;
    std::deque<CasePage::Texts> texts;
    bool more = false;
    Sequence position{};
};

// Units that are promised and not there.
std::int64_t missing_units(const core::State& state, const CaseImage& image) {
    const std::uint32_t cell = state.find_cell(image.sku, image.pool);
    if (cell == core::kNoIndex) {
        return 0;
    }
    const CellImage& units = state.cells[cell].units;
    const __int128 missing = static_cast<__int128>(units.committed) + units.held - units.on_hand +
                             units.unavailable - state.class_of(image.sku).backorder_max;
    return static_cast<std::int64_t>(std::clamp<__int128>(missing, 0, INT64_MAX));
}

bool fits(const CaseImage& image, const Filter& filter) {
    return image.tenant == filter.tenant && (!filter.kind || image.kind == *filter.kind) &&
           (!filter.sku || image.sku == *filter.sku);
}

void copy(const core::State& state, const core::Case& from, Look& out) {
    out.texts.push_back({.reference = from.reference, .opened_by = from.opened_by});
    Found found{.image = from.image};
    found.image.reference = out.texts.back().reference;
    found.image.opened_by = out.texts.back().opened_by;
    if (found.image.kind == CaseKind::shortage) {
        found.missing = missing_units(state, from.image);
        found.order = state.class_of(from.image.sku).shortage_order;
    }
    out.cases.push_back(found);
}

void look(const core::State& state, const Filter& filter, Look& out) {
    if (filter.only) {
        const core::Case* const found = state.find_case(*filter.only);
        if (found != nullptr && fits(found->image, filter)) {
            copy(state, *found, out);
        }
        return;
    }
    for (auto at = state.cases.upper_bound(filter.after); at != state.cases.end(); ++at) {
        if (!fits(at->second.image, filter)) {
            continue;
        }
        if (out.cases.size() == filter.limit) {
            out.more = true;
            return;
        }
        copy(state, at->second, out);
    }
}

void add_at_risk(const Context& context, const Found& found, CaseView& view) {
    const auto list = context.history.at_risk(found.image.tenant, found.image.sku, found.image.pool,
                                              found.missing, found.order);
    if (!list) {
        base::log_error("who is at risk cannot be read",
                        {{"why", std::string_view(list.error().message)}});
        return;
    }
    for (const auto& entry : list->promises) {
        if (view.at_risk.size() == kAtRiskListed) {
            return;
        }
        view.at_risk.push_back({.reservation = context.names.reservation(entry.promise.reservation),
                                .line = entry.promise.line,
                                .kind = projection::to_string(entry.promise.kind),
                                .units = entry.units});
    }
}

CaseView open_view(const Context& context, const Found& found, base::Time now) {
    CaseView view = to_view(found.image, context.names);
    view.age = std::max(now - found.image.opened_at, base::Duration(0));
    view.overdue = view.due_at && now >= *view.due_at;
    if (found.image.kind == CaseKind::shortage) {
        view.missing = found.missing;
        if (found.missing > 0) {
            add_at_risk(context, found, view);
        }
    }
    return view;
}

std::expected<CasePage, Problem> look_at_cases(const Context& context, const Filter& filter) {
    Look seen;
    const auto done = look_at_state(context, [&](const core::State& state, Sequence position) {
        seen.position = position;
        look(state, filter, seen);
    });
    if (!done) {
        return std::unexpected(done.error());
    }
    CasePage page;
    page.position = context.names.position(seen.position);
    const base::Time now = context.time();
    for (const Found& found : seen.cases) {
        page.cases.push_back(open_view(context, found, now));
    }
    if (seen.more) {
        page.next_cursor = std::to_string(seen.cases.back().image.id.value());
    }
    page.texts = std::move(seen.texts);
    return page;
}

// -- the end of a case ----------------------------------------------------------------------------

projection::Subject subject_of_case(const CaseImage& image) {
    if (image.reservation != ReservationId{}) {
        return projection::ReservationSubject{.reservation = image.reservation};
    }
    return projection::SkuSubject{
        .sku = image.sku,
        .pool = image.pool == kAnyPool ? std::nullopt : std::optional(image.pool)};
}

base::Result<std::optional<projection::EventRow>> find_end(const Context& context,
                                                           const CaseImage& image) {
    std::string resume_after;
    for (int i = 0; i < kPagesMax; ++i) {
        TRY(auto page, context.history.events(image.tenant, subject_of_case(image), resume_after,
                                              kPageSizeMax));
        for (auto& row : page.rows) {
            TRY(const auto event, decode(row.event));
            const auto* const end = std::get_if<CaseResolved>(&event);
            if (end != nullptr && end->image.id == image.id) {
                return std::optional(std::move(row));
            }
            if (row.sequence.value() <= image.id.value()) {
                return std::nullopt;
            }
        }
        resume_after = std::move(page.resume_after);
        if (resume_after.empty()) {
            return std::nullopt;
        }
    }
    return std::nullopt;
}

CaseView closed_view(const Context& context, projection::EventRow row, CasePage& page) {
    Reply reply = render_event(std::move(row.event), row.sequence, context.names);
    CaseView view;
    if (auto* const found = std::get_if<CaseView>(&reply.body)) {
        view = std::move(*found);
    }
    page.events.push_back(std::move(reply.event));
    return view;
}

Problem unreadable(std::string_view why) {
    base::log_error("a case cannot be read", {{"why", why}});
    return make_problem(RefusalCode::unavailable, "The case could not be read.");
}

std::expected<CasePage, Problem> read_closed(const Context& context, TenantId tenant, CaseId id) {
    auto opened = context.history.event_at(tenant, Sequence(id.value()));
    if (!opened) {
        return std::unexpected(unreadable(opened.error().message));
    }
    const auto event = *opened ? std::optional(decode((*opened)->event)) : std::nullopt;
    const auto* const begin = event && *event ? std::get_if<CaseOpened>(&**event) : nullptr;
    if (begin == nullptr) {
        return std::unexpected(make_problem(RefusalCode::unknown_case));
    }
    auto end = find_end(context, begin->image);
    if (!end) {
        return std::unexpected(unreadable(end.error().message));
    }
    CasePage page;
    page.position = context.names.position(context.history.position());
    page.cases.push_back(closed_view(context, *end ? std::move(**end) : std::move(**opened), page));
    return page;
}

std::expected<Filter, Problem> make_filter(const Context& context, const Principal& principal,
                                           const CaseListRequest& request) {
    Filter filter;
    if (request.kind) {
        filter.kind = parse_case_kind(*request.kind);
        if (!filter.kind) {
            return std::unexpected(invalid_parameter("kind", "Is not a kind of case."));
        }
    }
    if (auto problem = check_filter("sku", request.sku, kSkuBytesMax)) {
        return std::unexpected(std::move(*problem));
    }
    if (request.sku) {
        // Of an unknown SKU there are no cases.
        filter.sku =
            context.published.find_sku(sku_name(principal.tenant.text, *request.sku).digest)
                .value_or(SkuId(UINT32_MAX));
    }
    filter.tenant =
        context.published.find_tenant(principal.tenant.digest).value_or(TenantId(UINT32_MAX));
    return filter;
}

}  // namespace

void Cases::list(const Principal& principal, const CaseListRequest& request,
                 CasesCallback callback) const {
    const Context& context = runner_.context();
    auto filter = make_filter(context, principal, request);
    if (!filter) {
        callback(std::unexpected(std::move(filter).error()));
        return;
    }
    auto page = read_page(context, request.page,
                          {"cases", principal.tenant.text, request.kind, request.sku});
    if (!page) {
        callback(std::unexpected(std::move(page).error()));
        return;
    }
    filter->limit = page->limit;
    std::uint64_t after = 0;
    std::from_chars(page->resume_after.data(),
                    page->resume_after.data() + page->resume_after.size(), after);
    filter->after = CaseId(after);
    waiters_.for_history(kHistoryPatience, [&context, filter = *filter, page = *page,
                                            callback = std::move(callback)](bool) mutable {
        auto found = look_at_cases(context, filter);
        if (found) {
            found->next_cursor = next_cursor(context, page, found->next_cursor);
        }
        callback(std::move(found));
    });
}

void Cases::list_all(const Principal& principal, const CaseListRequest& request,
                     CasesCallback callback) const {
    const Context& context = runner_.context();
    auto filter = make_filter(context, principal, request);
    if (!filter) {
        callback(std::unexpected(std::move(filter).error()));
        return;
    }
    filter->limit = kExportMax;
    waiters_.for_history(kHistoryPatience,
                         [&context, filter = *filter, callback = std::move(callback)](
                             bool) mutable { callback(look_at_cases(context, filter)); });
}

void Cases::read(const Principal& principal, const std::string& id, CasesCallback callback) const {
    const Context& context = runner_.context();
    const auto found = context.names.find_case(id);
    const auto tenant = context.published.find_tenant(principal.tenant.digest);
    if (!found || !tenant) {
        callback(std::unexpected(make_problem(RefusalCode::unknown_case)));
        return;
    }
    const Filter filter{.tenant = *tenant, .only = *found, .limit = 1};
    waiters_.for_history(kHistoryPatience,
                         [&context, filter, callback = std::move(callback)](bool) mutable {
                             auto page = look_at_cases(context, filter);
                             if (page && page->cases.empty()) {
                                 page = read_closed(context, filter.tenant, *filter.only);
                             }
                             callback(std::move(page));
                         });
}

void Cases::resolve(const Principal& principal, const ResolveRequest& request, Callback callback) {
    auto command = make_command(runner_.context(), principal, request);
    if (!command) {
        callback(problem_reply(std::move(command).error()));
        return;
    }
    runner_.run(std::move(*command), {}, std::move(callback));
}

}  // namespace holdfast::api
