// Requests: what a client can ask, field by field as on the wire, nothing judged yet.
//
// A transport fills these in (types only); commands.hpp judges them and makes commands of them. An
// absent field is absent here too, because a retry is recognised by what was sent.
// Thread rule: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/event.hpp"

namespace holdfast::api {

// What makes two requests the same attempt: a key, or a source and its sequence number.
struct Attempt {
    std::optional<std::string> header_key{};  // see idempotency.hpp
    std::optional<std::string> body_key{};
    std::optional<std::string> source{};
    std::optional<std::int64_t> source_sequence{};
};

struct LineRequest {
    std::optional<std::string> line_id{};
    std::optional<std::string> sku{};
    std::optional<std::int64_t> quantity{};
    std::optional<std::string> pool{};
    std::optional<std::int64_t> min_quantity{};
    std::optional<std::string> group{};
};

struct CreateRequest {
    Attempt attempt{};
    std::vector<LineRequest> lines{};
    std::string lines_pointer = "/lines";  // "/items", or "" for the short form of one line
    std::optional<std::int64_t> ttl_seconds{};
    std::optional<std::string> reference{};
    std::optional<std::string> agent_id{};
    std::optional<std::string> operator_id{};
    std::optional<std::string> customer_id{};
    std::optional<std::string> channel{};
    std::optional<std::string> region{};
    std::optional<std::string> supersedes{};  // an id, or "same_reference"
    std::optional<bool> partial{};
    std::optional<bool> dry_run{};
    std::optional<std::int64_t> wait_seconds{};
    std::optional<std::vector<std::pair<std::string, std::string>>> metadata{};
    std::optional<std::string> seen_position{};
};

struct PartRequest {
    std::optional<std::string> line_id{};
    std::optional<std::string> sku{};
    std::optional<std::int64_t> quantity{};
};

// begin_payment, commit, release, extend, ship, cancel, return_units, reallocate, close_short.
struct ChangeRequest {
    model::Operation operation = model::Operation::commit;
    Attempt attempt{};
    std::string reservation{};  // public id
    // The versions the client accepts; an empty list accepts none. Absent: any.
    std::optional<std::vector<std::uint32_t>> versions{};
    std::optional<std::vector<PartRequest>> lines{};
    std::optional<std::int64_t> ttl_seconds{};
    std::optional<std::string> payment_reference{};
    std::optional<std::string> provider{};
    std::optional<std::string> order_reference{};
    std::optional<std::string> document{};  // `shipment_reference` of ship, `reference` of return
    std::optional<std::string> reason{};
    std::optional<std::string> note{};
    std::optional<std::string> disposition{};
    std::optional<std::string> occurred_at{};
    std::optional<std::string> from{};
    std::optional<std::string> to{};
};

struct ReleaseByNameRequest {
    Attempt attempt{};
    std::optional<std::string> key{};
    std::optional<std::string> reference{};
    std::optional<bool> block_late{};
};

// receive_stock (`quantity`), adjust_stock and mark_unavailable (`delta`).
struct MovementRequest {
    model::Operation operation = model::Operation::receive_stock;
    Attempt attempt{};
    std::optional<std::string> sku{};
    std::optional<std::string> pool{};
    std::optional<std::int64_t> quantity{};
    std::optional<std::int64_t> delta{};
    std::optional<std::string> reason{};
    std::optional<std::string> note{};
    std::optional<std::string> reference{};
    std::optional<std::string> occurred_at{};
    std::optional<std::string> from_unavailable{};  // adjust_stock: a reason
    std::optional<std::string> undoes{};            // adjust_stock: position of a movement
};

struct SafetyStockRequest {
    Attempt attempt{};
    std::optional<std::string> sku{};
    std::optional<std::string> pool{};
    std::optional<std::int64_t> quantity{};
};

struct PutSkuRequest {
    Attempt attempt{};
    std::string sku{};
    std::optional<std::vector<std::uint32_t>> versions{};  // as in ChangeRequest
    std::optional<std::string> sku_class{};
};

struct ListRequest {
    std::optional<std::string> state{};
    std::optional<std::string> reference{};
    std::optional<std::string> owner{};        // an agent or operator
    std::optional<std::string> customer_id{};  // a buyer; not together with `owner`
    std::optional<std::string> expires_before{};
    std::optional<std::int64_t> limit{};
    std::optional<std::string> cursor{};
};

}  // namespace holdfast::api
