#include "model/refusal.hpp"

#include <algorithm>
#include <array>

#include "base/check.hpp"

namespace holdfast::model {
namespace {

using enum RefusalCode;

constexpr std::array kTable = {
    RefusalEntry{idempotency_key_reused, "idempotency_key_reused", 422, "INVALID_ARGUMENT",
                 Retry::never, false, "This key was used for a different request"},
    RefusalEntry{released_before_create, "released_before_create", 409, "FAILED_PRECONDITION",
                 Retry::never, true, "This reservation was released before it was created"},
    RefusalEntry{unknown_sku, "unknown_sku", 422, "NOT_FOUND", Retry::new_key, false,
                 "The SKU is not registered"},
    RefusalEntry{unknown_pool, "unknown_pool", 422, "NOT_FOUND", Retry::new_key, false,
                 "The pool does not exist"},
    RefusalEntry{unknown_class, "unknown_class", 422, "NOT_FOUND", Retry::new_key, false,
                 "The class does not exist"},
    RefusalEntry{pool_required, "pool_required", 422, "INVALID_ARGUMENT", Retry::never, false,
                 "The tenant has several pools: name one"},
    RefusalEntry{unknown_reservation, "unknown_reservation", 404, "NOT_FOUND", Retry::never, false,
                 "There is no such reservation"},
    RefusalEntry{unknown_line, "unknown_line", 422, "NOT_FOUND", Retry::never, false,
                 "The reservation has no such line"},
    RefusalEntry{unknown_case, "unknown_case", 404, "NOT_FOUND", Retry::never, false,
                 "There is no such open case"},
    RefusalEntry{unknown_transfer, "unknown_transfer", 404, "NOT_FOUND", Retry::never, false,
                 "There is no such transfer on its way"},
    RefusalEntry{limit_exceeded, "limit_exceeded", 422, "OUT_OF_RANGE", Retry::never, false,
                 "A quantity or count is beyond its limit"},
    RefusalEntry{ttl_out_of_bounds, "ttl_out_of_bounds", 422, "OUT_OF_RANGE", Retry::never, false,
                 "The TTL or wait is beyond what the SKU's class allows"},
    RefusalEntry{version_mismatch, "version_mismatch", 412, "ABORTED", Retry::after_reading, false,
                 "It has changed since the given version"},
    RefusalEntry{count_stale, "count_stale", 409, "ABORTED", Retry::same_key, false,
                 "The stock moved while the count was being compared"},
    RefusalEntry{expired, "expired", 409, "FAILED_PRECONDITION", Retry::never, true,
                 "The reservation has expired"},
    RefusalEntry{illegal_transition, "illegal_transition", 409, "FAILED_PRECONDITION", Retry::never,
                 true, "The reservation's state does not allow this"},
    RefusalEntry{quantity_exceeded, "quantity_exceeded", 409, "FAILED_PRECONDITION", Retry::never,
                 true, "More units than there are in that state"},
    RefusalEntry{case_not_resolvable, "case_not_resolvable", 409, "FAILED_PRECONDITION",
                 Retry::never, false, "A case of this kind ends in another way"},
    RefusalEntry{plan_changed, "plan_changed", 409, "ABORTED", Retry::after_reading, false,
                 "What is pending is not what was approved"},
    RefusalEntry{approval_by_submitter, "approval_by_submitter", 403, "PERMISSION_DENIED",
                 Retry::never, false, "A count is approved by another principal than submitted it"},
    RefusalEntry{extension_limit_reached, "extension_limit_reached", 409, "FAILED_PRECONDITION",
                 Retry::never, false, "The hold cannot be extended any more often"},
    RefusalEntry{lifetime_exceeded, "lifetime_exceeded", 409, "FAILED_PRECONDITION", Retry::never,
                 false, "The hold would outlive its maximum lifetime"},
    RefusalEntry{selling_stopped, "selling_stopped", 409, "FAILED_PRECONDITION", Retry::new_key,
                 false, "Selling is stopped"},
    RefusalEntry{owner_limit_exceeded, "owner_limit_exceeded", 429, "RESOURCE_EXHAUSTED",
                 Retry::new_key, false, "The principal would hold more than its cap"},
    RefusalEntry{insufficient_stock, "insufficient_stock", 409, "FAILED_PRECONDITION",
                 Retry::new_key, true, "Not enough units can be sold"},
    RefusalEntry{late_commit_shortfall, "late_commit_shortfall", 409, "FAILED_PRECONDITION",
                 Retry::never, true, "The hold expired and its units are gone: refund or replace"},
    RefusalEntry{malformed_request, "malformed_request", 400, "INVALID_ARGUMENT", Retry::never,
                 false, "The request cannot be understood"},
    RefusalEntry{validation_failed, "validation_failed", 422, "INVALID_ARGUMENT", Retry::never,
                 false, "The request is well-formed but not valid"},
    RefusalEntry{idempotency_key_required, "idempotency_key_required", 400, "INVALID_ARGUMENT",
                 Retry::never, false, "This request needs an Idempotency-Key header"},
    RefusalEntry{unauthenticated, "unauthenticated", 401, "UNAUTHENTICATED", Retry::never, false,
                 "A valid API key is required"},
    RefusalEntry{forbidden, "forbidden", 403, "PERMISSION_DENIED", Retry::never, false,
                 "The API key's scopes do not allow this"},
    RefusalEntry{not_found, "not_found", 404, "NOT_FOUND", Retry::never, false,
                 "There is nothing here"},
    RefusalEntry{method_not_allowed, "method_not_allowed", 405, "UNIMPLEMENTED", Retry::never,
                 false, "This address does not know that method"},
    RefusalEntry{payload_too_large, "payload_too_large", 413, "INVALID_ARGUMENT", Retry::never,
                 false, "The request body is too large"},
    RefusalEntry{unsupported_media_type, "unsupported_media_type", 415, "INVALID_ARGUMENT",
                 Retry::never, false, "The body has another media type or encoding than it must"},
    RefusalEntry{overloaded, "overloaded", 503, "UNAVAILABLE", Retry::same_key, false,
                 "Too many requests are waiting"},
    RefusalEntry{draining, "draining", 503, "UNAVAILABLE", Retry::same_key, false,
                 "The service is shutting down"},
    RefusalEntry{storage_full, "storage_full", 503, "UNAVAILABLE", Retry::same_key, false,
                 "The disk is nearly full; only releases and reads are accepted"},
    RefusalEntry{unavailable, "unavailable", 503, "UNAVAILABLE", Retry::same_key, false,
                 "The outcome is not known; retry with the same key"},
};

}  // namespace

std::span<const RefusalEntry> refusal_table() { return kTable; }

const RefusalEntry& entry_of(RefusalCode code) {
    const auto* const found = std::ranges::find(kTable, code, &RefusalEntry::code);
    CHECK(found != kTable.end(), "a refusal code without an entry");
    return *found;
}

std::string_view to_string(Retry retry) {
    switch (retry) {
        case Retry::never: return "never";
        case Retry::same_key: return "same_key";
        case Retry::new_key: return "new_key";
        case Retry::after_reading: return "after_reading";
    }
    UNREACHABLE();
}

}  // namespace holdfast::model
