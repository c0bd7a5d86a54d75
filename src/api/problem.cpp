#include "api/problem.hpp"

#include <algorithm>
#include <utility>

#include "api/names.hpp"
#include "base/check.hpp"

namespace holdfast::api {
namespace {

using model::Refusal;
using model::RefusalCode;

std::string in_state(const Refusal& refusal) {
    return "The reservation is " + std::string(model::to_string(refusal.state)) + ".";
}

std::string at_most(std::int64_t limit, std::string_view unit) {
    return "At most " + std::to_string(limit) + std::string(unit) + ".";
}

std::string cap_sentence(const Refusal& refusal) {
    return "The " + std::string(model::to_string(refusal.cap.kind)) + " may hold " +
           std::to_string(refusal.limit) + " " +
           std::string(model::to_string(refusal.cap.measure)) + " and holds " +
           std::to_string(refusal.cap.used) + ".";
}

// Quantities of cells and transfers can be exceeded, too; such a refusal is never recorded.
bool is_of_reservation(const Refusal& refusal) { return refusal.reservation.value() != 0; }

// One sentence that says what the title does not; from the refusal alone.
std::string detail_of(const Refusal& refusal) {
    switch (refusal.code) {
        case RefusalCode::illegal_transition: return in_state(refusal);
        case RefusalCode::quantity_exceeded:
            return is_of_reservation(refusal) ? in_state(refusal) : std::string();
        case RefusalCode::ttl_out_of_bounds:
        case RefusalCode::lifetime_exceeded: return at_most(refusal.limit, " seconds");
        case RefusalCode::limit_exceeded: return at_most(refusal.limit, "");
        case RefusalCode::extension_limit_reached: return at_most(refusal.limit, " extensions");
        case RefusalCode::version_mismatch:
            return "The present version is " + std::to_string(refusal.version) + ".";
        case RefusalCode::insufficient_stock:
            return std::to_string(refusal.lines.size() + refusal.lines_omitted) +
                   " line(s) ask for more than can be sold.";
        case RefusalCode::selling_stopped:
            return "Stopped: " + std::string(model::to_string(refusal.stop)) + ".";
        case RefusalCode::owner_limit_exceeded: return cap_sentence(refusal);
        default: return {};
    }
}

bool names_state(const Refusal& refusal) {
    const RefusalCode code = refusal.code;
    return code == RefusalCode::illegal_transition || code == RefusalCode::expired ||
           code == RefusalCode::late_commit_shortfall ||
           (code == RefusalCode::quantity_exceeded && is_of_reservation(refusal));
}

bool names_limit(RefusalCode code) {
    return code == RefusalCode::limit_exceeded || code == RefusalCode::ttl_out_of_bounds ||
           code == RefusalCode::extension_limit_reached || code == RefusalCode::lifetime_exceeded ||
           code == RefusalCode::owner_limit_exceeded;
}

void add_lines(Problem& out, const Refusal& refusal, const Names& names) {
    out.lines.reserve(refusal.lines.size());
    for (const auto& line : refusal.lines) {
        out.lines.push_back({.number = line.line + 1,
                             .sku = names.sku(line.sku),
                             .requested = line.requested,
                             .sellable = line.sellable});
    }
    out.lines_omitted = refusal.lines_omitted;
}

void add_alternatives(Problem& out, const Refusal& refusal, const Names& names,
                      model::TenantId tenant) {
    for (const auto& other : refusal.alternatives) {
        const auto line = std::ranges::find(refusal.lines, other.line, &model::FailingLine::line);
        if (line != refusal.lines.end()) {
            out.alternatives.push_back({.sku = names.sku(line->sku),
                                        .pool = names.pool(tenant, other.pool),
                                        .sellable = other.sellable});
        }
    }
}

void add_stop(Problem& out, const Refusal& refusal) {
    out.stop = ProblemStop{.scope = refusal.stop, .reason = refusal.stop_reason, .until = {}};
    if (refusal.until != base::kNever) {
        out.stop->until = refusal.until;
        if (refusal.until > refusal.decided_at) {
            out.retry_after = refusal.until - refusal.decided_at;
        }
    }
}

void add_cap(Problem& out, const Refusal& refusal, const Names& names,
             std::optional<model::TenantId> tenant) {
    out.cap = ProblemCap{.kind = refusal.cap.kind,
                         .measure = refusal.cap.measure,
                         .sku_class = {},
                         .used = refusal.cap.used};
    if (refusal.cap.by_class && tenant) {
        out.cap->sku_class = names.sku_class(*tenant, refusal.cap.sku_class);
    }
}

void add_times(Problem& out, const Refusal& refusal) {
    out.decided_at = refusal.decided_at;
    if (refusal.next_expiry_at != base::kNever) {
        out.next_expiry_at = refusal.next_expiry_at;
        if (refusal.next_expiry_at > refusal.decided_at) {
            out.retry_after = refusal.next_expiry_at - refusal.decided_at;
        }
    }
}

bool is_the_services(RefusalCode code) { return code >= RefusalCode::overloaded; }

}  // namespace

Problem make_problem(RefusalCode code, std::string detail) {
    Problem out{.code = code, .detail = std::move(detail)};
    if (is_the_services(code)) {
        out.retry_after = kServiceRetryAfter;
    }
    return out;
}

Problem invalid_body(std::string pointer, std::string detail) {
    Problem out = make_problem(RefusalCode::validation_failed);
    out.errors.push_back({.detail = std::move(detail), .pointer = std::move(pointer)});
    return out;
}

Problem invalid_parameter(std::string parameter, std::string detail) {
    Problem out = make_problem(RefusalCode::validation_failed);
    out.errors.push_back({.detail = std::move(detail),
                          .pointer = {},
                          .parameter = std::move(parameter),
                          .in_body = false});
    return out;
}

Problem malformed_parameter(std::string parameter, std::string detail) {
    Problem out = invalid_parameter(std::move(parameter), std::move(detail));
    out.code = RefusalCode::malformed_request;
    return out;
}

Problem to_problem(const Refusal& refusal, const Names& names,
                   std::optional<model::TenantId> tenant, std::string_view where) {
    CHECK(refusal.code != RefusalCode::none);
    Problem out = make_problem(refusal.code, detail_of(refusal));
    if (is_the_services(refusal.code)) {
        return out;
    }
    out.reservation = names.reservation(refusal.reservation);
    if (names_state(refusal)) {
        out.state = refusal.state;
    }
    if (names_limit(refusal.code)) {
        out.limit = refusal.limit;
    }
    if (refusal.code == RefusalCode::version_mismatch) {
        out.version = refusal.version;
    }
    if (model::entry_of(refusal.code).recorded) {
        out.recorded = refusal.recorded;
    }
    if (!where.empty()) {
        out.errors.push_back({.detail = std::string(model::entry_of(refusal.code).title),
                              .pointer = std::string(where)});
    }
    add_lines(out, refusal, names);
    if (tenant) {
        add_alternatives(out, refusal, names, *tenant);
    }
    add_times(out, refusal);
    if (refusal.code == RefusalCode::selling_stopped) {
        add_stop(out, refusal);
    }
    if (refusal.code == RefusalCode::owner_limit_exceeded) {
        add_cap(out, refusal, names, tenant);
    }
    return out;
}

}  // namespace holdfast::api
