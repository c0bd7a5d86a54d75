// Problem: a "no" as a client sees it, whatever wire it goes over (RFC 9457 on HTTP).
//
// Status, slug, title and retry advice come from the refusal table and nowhere else; a Problem adds
// what this one request needs. A problem made from a recorded refusal is a function of its event
// alone, so that a retry gets the same one. Thread rule: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "model/refusal.hpp"
#include "model/reservation.hpp"

namespace holdfast::api {

class Names;

// One thing that is wrong with a request. At most one of `pointer` and `parameter` is set.
struct ErrorItem {
    std::string detail{};
    std::string pointer{};    // JSON Pointer into the body, "" is the body itself
    std::string parameter{};  // query parameter, path segment or header
    bool in_body = true;
};

struct ProblemLine {
    std::uint32_t number = 0;  // from 1, in the request
    std::string_view sku{};    // interned, lives for ever
    std::int64_t requested = 0;
    std::int64_t sellable = 0;
};

// A pool that has units of a failing line.
struct ProblemAlternative {
    std::string_view sku{};
    std::string_view pool{};
    std::int64_t sellable = 0;
};

// Why nothing is sold at present.
struct ProblemStop {
    model::StopScope scope = model::StopScope::everything;
    model::Reason reason = model::Reason::none;
    std::optional<base::Time> until{};
};

// Which cap a principal would exceed; `limit` and `frees_at` stand in the problem.
struct ProblemCap {
    model::PrincipalKind kind = model::PrincipalKind::agent;
    model::CapMeasure measure = model::CapMeasure::units;
    std::string_view sku_class{};  // empty: over all classes
    std::int64_t used = 0;
};

struct Problem {
    model::RefusalCode code = model::RefusalCode::none;
    std::string detail{};
    std::vector<ErrorItem> errors{};
    std::vector<ProblemLine> lines{};
    std::uint32_t lines_omitted = 0;
    std::vector<ProblemAlternative> alternatives{};
    std::optional<ProblemStop> stop{};
    std::optional<ProblemCap> cap{};
    std::string reservation{};  // public id of what it is about
    std::optional<model::ReservationState> state{};
    std::optional<std::int64_t> limit{};
    std::optional<std::uint32_t> version{};
    std::optional<base::Time> next_expiry_at{};
    std::optional<base::Time> decided_at{};
    std::optional<base::Duration> retry_after{};
    std::optional<bool> recorded{};  // whether this key gets this answer again
};

// How long a client should wait before it tries again what the service could not take now.
inline constexpr base::Duration kServiceRetryAfter{1000};

[[nodiscard]] Problem make_problem(model::RefusalCode code, std::string detail = {});
[[nodiscard]] Problem invalid_body(std::string pointer, std::string detail);
[[nodiscard]] Problem invalid_parameter(std::string parameter, std::string detail);
[[nodiscard]] Problem malformed_parameter(std::string parameter, std::string detail);

// `tenant` is whose names the refusal means; nothing: of a tenant that nothing is known of. `where`
// is the JSON pointer of the line that an unknown name was in, if the request is at hand.
[[nodiscard]] Problem to_problem(const model::Refusal& refusal, const Names& names,
                                 std::optional<model::TenantId> tenant,
                                 std::string_view where = {});

}  // namespace holdfast::api
