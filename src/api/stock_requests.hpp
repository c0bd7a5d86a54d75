// StockRequests: facts about stock and what people decide about them, field by field as on the
// wire, nothing judged yet.
// Thread rule: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/requests.hpp"

namespace holdfast::api {

struct TransferRequest {
    Attempt attempt{};
    std::optional<std::string> sku{};
    std::optional<std::string> from{};
    std::optional<std::string> to{};
    std::optional<std::int64_t> quantity{};
    std::optional<bool> instant{};
    std::optional<std::string> reference{};
    std::optional<std::string> occurred_at{};
};

// Units of a transfer arrived, or were lost.
struct SettleTransferRequest {
    Attempt attempt{};
    std::string transfer{};  // public id
    bool lost = false;
    std::optional<std::int64_t> quantity{};
    std::optional<std::string> reason{};  // lost
    std::optional<std::string> occurred_at{};
};

struct SaleRequest {
    Attempt attempt{};
    std::vector<LineRequest> lines{};
    std::optional<std::string> channel{};
    std::optional<std::string> reference{};
    std::optional<std::string> customer_id{};
    std::optional<bool> shipped{};
    std::optional<std::string> occurred_at{};
};

struct WatermarkRequest {
    std::optional<std::string> source{};
    std::optional<std::int64_t> sequence{};
};

// What the counter says is deducted already, whenever it occurred.
struct IncludesRequest {
    std::optional<std::vector<std::string>> references{};
    std::vector<WatermarkRequest> watermarks{};
};

struct CountRequest {
    Attempt attempt{};
    std::optional<std::string> sku{};
    std::optional<std::string> pool{};
    std::optional<std::int64_t> counted{};
    std::optional<std::string> as_of{};
    std::optional<IncludesRequest> includes{};
    std::optional<std::string> by{};
};

struct ResolveRequest {
    Attempt attempt{};
    std::string id{};  // public id of a case
    std::optional<std::string> resolution{};
    std::optional<std::string> plan{};
    std::optional<std::string> reason{};
    std::optional<std::string> note{};
    std::optional<bool> override_submitter{};
    std::optional<std::string> by{};
};

// A page of anything that has a cursor.
struct PageRequest {
    std::optional<std::int64_t> limit{};
    std::optional<std::string> cursor{};
};

struct CaseListRequest {
    std::optional<std::string> kind{};
    std::optional<std::string> sku{};
    PageRequest page{};
};

struct TransferListRequest {
    std::optional<std::string> sku{};
    PageRequest page{};
};

// At most one is given; neither: now.
struct MomentRequest {
    std::optional<std::string> at{};        // a time
    std::optional<std::string> position{};  // a position token
};

struct ExplainRequest {
    std::string sku{};
    std::optional<std::string> pool{};
    MomentRequest moment{};
    std::optional<std::int64_t> limit{};  // named reservations of each kind
};

// Whose events: exactly one of the first six, or a SKU with a pool.
struct HistoryRequest {
    std::optional<std::string> sku{};
    std::optional<std::string> pool{};
    std::optional<std::string> reservation{};
    std::optional<std::string> reference{};
    std::optional<std::string> agent{};
    std::optional<std::string> operator_id{};
    std::optional<std::string> customer_id{};
    PageRequest page{};
};

struct EventsRequest {
    std::optional<std::string> after{};  // a position; none: from the beginning
    std::optional<std::int64_t> wait_seconds{};
    std::optional<std::int64_t> limit{};
};

struct OwnersRequest {
    std::optional<std::string> sort{};
    std::optional<std::string> kind{};
    std::optional<std::int64_t> limit{};
};

struct StrandedRequest {
    std::optional<std::string> pool{};
    std::optional<std::int64_t> transit_days{};  // on their way for longer than this
    PageRequest page{};
};

}  // namespace holdfast::api
