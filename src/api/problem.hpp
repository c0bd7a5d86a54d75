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

struct Problem {
    model::RefusalCode code = model::RefusalCode::none;
    std::string detail{};
    std::vector<ErrorItem> errors{};
    std::vector<ProblemLine> lines{};
    std::uint32_t lines_omitted = 0;
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

// `where` is the JSON pointer of the line that an unknown name was in, if the request is at hand.
[[nodiscard]] Problem to_problem(const model::Refusal& refusal, const Names& names,
                                 std::string_view where = {});

}  // namespace holdfast::api
