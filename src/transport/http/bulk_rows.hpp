// BulkRows: lines of an NDJSON body into requests, all of them or none.
//
// Each line is an object with `kind`, `source` and `row` beside the fields of the request it stands
// for; source and row are its key, so sending a file again repeats nothing.
// Thread rule: free functions.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "api/context.hpp"
#include "api/principal.hpp"
#include "api/problem.hpp"
#include "api/requests.hpp"
#include "api/stock_requests.hpp"

namespace holdfast::transport::http {

inline constexpr std::size_t kBulkRowsMax = 10'000;

using BulkRequest = std::variant<api::MovementRequest, api::CountRequest, api::SafetyStockRequest,
                                 api::PutSkuRequest, api::CreateRequest, api::SaleRequest>;

struct BulkRow {
    std::size_t line = 0;  // from 1, in the body
    std::string source;
    std::int64_t row = 0;
    BulkRequest request;
};

// Everything that can be judged without the ledger is. Problems name the line in their detail.
[[nodiscard]] std::expected<std::vector<BulkRow>, api::Problem> read_rows(
    const api::Context& context, const api::Principal& principal, std::string_view body);

}  // namespace holdfast::transport::http
