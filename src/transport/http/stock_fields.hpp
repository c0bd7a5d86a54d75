// JSON objects into the API's requests about facts: transfers, sales made elsewhere, counts, cases.
//
// Types only, as request_fields.hpp. Thread rule: free functions.
#pragma once

#include "api/stock_requests.hpp"
#include "transport/http/field_reader.hpp"
#include "transport/http/json_document.hpp"

namespace holdfast::transport::http {

[[nodiscard]] api::TransferRequest read_transfer(JsonValue body, Findings& findings);
[[nodiscard]] api::SettleTransferRequest read_settle_transfer(JsonValue body, bool lost,
                                                              Findings& findings);
[[nodiscard]] api::SaleRequest read_sale(JsonValue body, Findings& findings);
[[nodiscard]] api::CountRequest read_count(JsonValue body, Findings& findings);
[[nodiscard]] api::ResolveRequest read_resolve(JsonValue body, Findings& findings);

}  // namespace holdfast::transport::http
