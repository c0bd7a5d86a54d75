// PolicyRequests: what a merchant can decide, field by field as on the wire, nothing judged yet.
// Thread rule: values.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/class_fields.hpp"
#include "api/requests.hpp"
#include "model/owner_caps.hpp"

namespace holdfast::api {

struct ClassFieldValue {
    const ClassField* field = nullptr;
    std::int64_t number = 0;
    std::string word{};  // of a field of words
};

struct CapRequest {
    std::optional<std::int64_t> units{};
    std::optional<std::int64_t> holds{};
    std::optional<std::int64_t> unit_seconds{};
};

using CapsRequest = std::array<std::optional<CapRequest>, model::kPrincipalKinds>;

// A field that is not among `fields` gets the value of a new class `default`.
struct PutClassRequest {
    Attempt attempt{};
    std::string name{};
    std::optional<std::vector<std::uint32_t>> versions{};  // as in ChangeRequest
    std::vector<ClassFieldValue> fields{};
    CapsRequest caps{};
    std::optional<bool> dry_run{};
};

struct PutPoolRequest {
    Attempt attempt{};
    std::string name{};
    std::optional<std::vector<std::uint32_t>> versions{};
    std::optional<std::string> kind{};
    std::optional<std::string> region{};
    std::optional<std::int64_t> priority{};
    std::optional<std::vector<std::string>> channels{};
    std::optional<std::string> overflow{};
};

// Caps over all classes; what is absent has none.
struct PutCapsRequest {
    Attempt attempt{};
    CapsRequest caps{};
};

struct SellingRequest {
    Attempt attempt{};
    bool stop = true;  // else selling goes on
    std::optional<std::string> scope{};
    std::optional<std::string> name{};
    std::optional<std::string> reason{};
    std::optional<std::string> until{};
    std::optional<std::string> note{};
    std::optional<std::string> by{};
};

// Everything held that all given filters fit.
struct ReleaseMatchingRequest {
    Attempt attempt{};
    std::optional<std::string> sku{};
    std::optional<std::string> sku_class{};
    std::optional<std::string> channel{};
    std::optional<std::string> agent_id{};
    std::optional<std::string> older_than{};
    std::optional<bool> include_payment{};
    std::optional<bool> dry_run{};
    std::optional<std::string> reason{};
};

struct TokenRequest {
    Attempt attempt{};  // not looked at: each request gets a token of its own
    std::optional<std::int64_t> ttl_seconds{};
};

}  // namespace holdfast::api
