#include "api/reservation_lists.hpp"

#include <array>
#include <utility>

#include "api/cursor.hpp"
#include "api/private_data.hpp"
#include "api/render.hpp"
#include "api/text.hpp"
#include "api/time_text.hpp"
#include "base/log.hpp"
#include "model/event_codec.hpp"
#include "model/limits.hpp"

namespace holdfast::api {
namespace {

using namespace model;
using projection::ReservationFilter;

constexpr std::array kStates = {  // all there are
    ReservationState::held,      ReservationState::payment_pending, ReservationState::review,
    ReservationState::committed, ReservationState::fulfilled,       ReservationState::reconciled,
    ReservationState::released,  ReservationState::expired,         ReservationState::superseded,
    ReservationState::queued};

std::optional<ReservationState> parse_state(std::string_view text) {
    for (const auto state : kStates) {
        if (to_string(state) == text) {
            return state;
        }
    }
    return std::nullopt;
}

using FilterOrProblem = std::expected<ReservationFilter, Problem>;

std::optional<Problem> check_texts(const ListRequest& request) {
    const std::array<std::pair<const char*, const std::optional<std::string>*>, 3> texts = {
        {{"reference", &request.reference},
         {"owner", &request.owner},
         {"customer_id", &request.customer_id}}};
    for (const auto& [name, text] : texts) {
        const bool bad =
            *text && ((*text)->empty() || (*text)->size() > kReferenceBytesMax || !is_utf8(**text));
        if (bad) {
            return invalid_parameter(
                name, "Must be 1 to " + std::to_string(kReferenceBytesMax) + " bytes of UTF-8.");
        }
    }
    if (request.owner && request.customer_id) {
        return invalid_parameter("customer_id", "Cannot be combined with \"owner\".");
    }
    return std::nullopt;
}

FilterOrProblem make_filter(const Context& context, const std::string& tenant,
                            const ListRequest& request) {
    if (auto problem = check_texts(request)) {
        return std::unexpected(std::move(*problem));
    }
    ReservationFilter out;
    if (request.state) {
        out.state = parse_state(*request.state);
        if (!out.state) {
            return std::unexpected(invalid_parameter("state", "Is not a state."));
        }
    }
    if (request.reference) {
        out.reference = projection::reference_digest(*request.reference);
    }
    if (request.owner) {
        out.owner = projection::owner_digest(*request.owner);
    }
    if (request.customer_id) {
        out.owner = customer_digest(context.private_key, tenant, *request.customer_id);
    }
    if (request.expires_before) {
        out.expires_before = parse_time(*request.expires_before);
        if (!out.expires_before) {
            return std::unexpected(
                invalid_parameter("expires_before", "Must be an RFC 3339 time."));
        }
    }
    return out;
}

std::string scope_of(const std::string& tenant, const ListRequest& request) {
    base::Buffer bytes;
    base::ByteWriter out(bytes);
    out.text(tenant);
    for (const auto* field : {&request.state, &request.reference, &request.owner,
                              &request.customer_id, &request.expires_before}) {
        out.fixed(static_cast<std::uint8_t>(field->has_value()));
        out.text(field->value_or(""));
    }
    return std::string(base::as_text(bytes));
}

std::expected<std::size_t, Problem> page_size(const ListRequest& request) {
    if (!request.limit) {
        return kPageSizeDefault;
    }
    if (*request.limit < 1 || *request.limit > static_cast<std::int64_t>(kPageSizeMax)) {
        return std::unexpected(
            invalid_parameter("limit", "Must be 1 to " + std::to_string(kPageSizeMax) + "."));
    }
    return static_cast<std::size_t>(*request.limit);
}

Problem unreadable(std::string_view why) {
    base::log_error("reservations cannot be listed", {{"why", why}});
    return make_problem(RefusalCode::unavailable, "The list could not be read.");
}

std::expected<ReservationList, Problem> to_list(projection::ReservationPage page,
                                                const Names& names) {
    ReservationList out{.items = {},
                        .next_cursor = {},
                        .position = names.position(page.position),
                        .as_of = page.as_of};
    out.items.reserve(page.rows.size());
    for (auto& row : page.rows) {
        const auto event = decode(row);
        const auto* const changed = event ? std::get_if<ReservationChanged>(&*event) : nullptr;
        if (changed == nullptr) {
            return std::unexpected(unreadable("a row of the index does not decode"));
        }
        ReservationView view = to_view(changed->image, names);
        out.items.push_back({.view = std::move(view), .event = std::move(row)});
    }
    return out;
}

}  // namespace

std::expected<ReservationList, Problem> ReservationLists::list(const Principal& principal,
                                                               const ListRequest& request) const {
    const std::string& tenant = principal.tenant.text;
    auto filter = make_filter(context_, tenant, request);
    if (!filter) {
        return std::unexpected(std::move(filter).error());
    }
    const auto limit = page_size(request);
    if (!limit) {
        return std::unexpected(limit.error());
    }
    const std::string scope = scope_of(tenant, request);
    std::optional<std::string> resume_after("");
    if (request.cursor) {
        resume_after = open_cursor(context_.private_key, scope, *request.cursor);
    }
    if (!resume_after) {
        return std::unexpected(
            invalid_parameter("cursor", "Does not belong to this list and its filters."));
    }
    const auto known = context_.published.find_tenant(principal.tenant.digest);
    if (!known) {
        // A tenant that has done nothing yet has an empty list.
        const auto now = context_.published.freshness(context_.clock.now().wall);
        return ReservationList{.items = {},
                               .next_cursor = {},
                               .position = context_.names.position(now.position),
                               .as_of = now.as_of};
    }
    filter->tenant = *known;
    auto page = context_.index.list(*filter, *resume_after, *limit);
    if (!page) {
        return std::unexpected(unreadable(page.error().message));
    }
    const std::string next = std::move(page->resume_after);
    auto out = to_list(std::move(*page), context_.names);
    if (out && !next.empty()) {
        out->next_cursor = seal_cursor(context_.private_key, scope, next);
    }
    return out;
}

}  // namespace holdfast::api
