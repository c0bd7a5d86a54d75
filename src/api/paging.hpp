// Paging: what all lists with a cursor have in common. Thread rule: free functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "api/context.hpp"
#include "api/problem.hpp"
#include "api/stock_requests.hpp"

namespace holdfast::api {

struct Page {
    std::size_t limit = 0;
    std::string resume_after{};  // opaque to all but who made it; empty: from the beginning
    std::string scope{};         // what its cursors are sealed for
};

// Problems: validation_failed, naming the parameter.
[[nodiscard]] std::expected<std::size_t, Problem> read_limit(std::optional<std::int64_t> limit);

// `what` is the list and everything that filters it. Problems: validation_failed.
[[nodiscard]] std::expected<Page, Problem> read_page(
    const Context& context, const PageRequest& request,
    std::initializer_list<std::optional<std::string_view>> what);

// Empty if there is nothing to resume.
[[nodiscard]] std::string next_cursor(const Context& context, const Page& page,
                                      std::string_view resume_after);

// A filter that is a name: 1..bytes_max bytes of UTF-8.
[[nodiscard]] std::optional<Problem> check_filter(std::string_view parameter,
                                                  const std::optional<std::string>& value,
                                                  std::size_t bytes_max);

}  // namespace holdfast::api
