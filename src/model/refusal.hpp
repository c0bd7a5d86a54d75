// Refusals: every "no" a client can get, in one table.
//
// The core refuses with a code from the lower half (`malformed` and above never reach it). For each
// code the table says the HTTP status, the gRPC status, whether and how a retry can help, whether
// the ledger remembers it under the request's key, and one sentence for a person. A code exists
// only if a caller can react to it; retired codes stay reserved. Thread rule: free functions.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "model/ids.hpp"
#include "model/owner_caps.hpp"
#include "model/reason.hpp"
#include "model/reservation.hpp"
#include "model/stop.hpp"

namespace holdfast::model {

// Persisted (recorded ones): never renumber. In the order of judgement.
enum class RefusalCode : std::uint8_t {
    none = 0,
    // judged by the core, the first that applies answers
    idempotency_key_reused = 1,
    released_before_create = 2,
    unknown_sku = 3,
    unknown_pool = 4,
    unknown_reservation = 5,
    unknown_line = 6,
    limit_exceeded = 7,
    ttl_out_of_bounds = 8,
    version_mismatch = 9,
    expired = 10,
    illegal_transition = 11,
    quantity_exceeded = 12,
    extension_limit_reached = 13,
    lifetime_exceeded = 14,
    insufficient_stock = 15,
    late_commit_shortfall = 16,
    unknown_class = 17,  // judged with the unknown names
    unknown_case = 18,   // likewise
    unknown_transfer = 19,
    pool_required = 20,    // likewise: a movement of a SKU with several pools has to name one
    selling_stopped = 21,  // before the owners' caps
    owner_limit_exceeded = 22,
    count_stale = 23,   // the drift was computed before something that changes it
    plan_changed = 24,  // an approval of another plan than the one that is pending
    approval_by_submitter = 25,
    case_not_resolvable = 26,  // the case ends in another way
    // judged before the core
    malformed_request = 64,
    validation_failed = 65,
    idempotency_key_required = 66,
    unauthenticated = 67,
    forbidden = 68,
    not_found = 69,
    method_not_allowed = 70,
    payload_too_large = 71,
    unsupported_media_type = 72,
    // the service, not the request
    overloaded = 96,
    draining = 97,
    storage_full = 98,
    unavailable = 99,
};

enum class Retry : std::uint8_t {
    never,          // the same request cannot succeed
    same_key,       // retry as it is
    new_key,        // may succeed later, as a new attempt
    after_reading,  // read the present version first
};

struct RefusalEntry {
    RefusalCode code;
    std::string_view slug{};  // stable, snake_case: what clients switch on
    std::uint16_t http;
    std::string_view grpc{};  // canonical status name
    Retry retry;
    bool recorded;  // remembered under the request's key (bounded per tenant)
    std::string_view title{};
};

[[nodiscard]] const RefusalEntry& entry_of(RefusalCode code);
[[nodiscard]] std::span<const RefusalEntry> refusal_table();
[[nodiscard]] std::string_view to_string(Retry retry);

// One line that could not be given.
struct FailingLine {
    std::uint32_t line = 0;  // index in the request
    SkuId sku{};
    std::int64_t requested = 0;
    std::int64_t sellable = 0;  // or what the reservation has of it, for quantity_exceeded
    bool operator==(const FailingLine&) const = default;
};

// Another pool that has units of a failing line.
struct OtherPool {
    std::uint32_t line = 0;  // index in the request
    PoolId pool{};
    std::int64_t sellable = 0;
    bool operator==(const OtherPool&) const = default;
};

// Which cap a principal hit.
struct CapHit {
    PrincipalKind kind = PrincipalKind::agent;
    CapMeasure measure = CapMeasure::units;
    bool by_class = false;  // else over all classes
    ClassId sku_class{};
    std::int64_t used = 0;  // before this request
    bool operator==(const CapHit&) const = default;
};

// A "no" with what a caller needs to act on it. Unused parts are empty.
struct Refusal {
    RefusalCode code = RefusalCode::none;
    ReservationState state = ReservationState::held;  // illegal_transition, quantity_exceeded
    std::uint32_t line = 0;                           // unknown_sku, unknown_pool, unknown_line
    std::int64_t limit = 0;       // the bound that was hit, in the unit its code documents
    std::uint32_t version = 0;    // version_mismatch: the present one
    ReservationId reservation{};  // the reservation it is about, where there is one
    base::Time next_expiry_at = base::kNever;  // when held units may come back
    base::Time decided_at{};
    std::vector<FailingLine> lines{};
    std::uint32_t lines_omitted = 0;  // failing lines beyond those listed
    std::vector<OtherPool> alternatives{};
    CapHit cap{};                            // owner_limit_exceeded; `limit` is the cap
    StopScope stop = StopScope::everything;  // selling_stopped
    Reason stop_reason = Reason::none;       // selling_stopped
    base::Time until = base::kNever;         // selling_stopped: when it ends, if it does
    bool recorded = false;                   // whether a retry with this key gets this answer again
};

}  // namespace holdfast::model
