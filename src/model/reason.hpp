// Reasons: why a quantity was corrected or a promise cancelled. One closed list for the whole
// product; `other` needs a note. Thread rule: free functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace holdfast::model {

// Persisted: never renumber.
enum class Reason : std::uint8_t {
    none = 0,
    cycle_count,
    receipt,
    shipment,
    return_,
    damage,
    shrinkage,
    theft,
    expired_goods,
    found,
    missing,
    mispick,
    misplaced,
    data_entry_error,
    unrecorded_inbound,
    unrecorded_outbound,
    unrecorded_return,
    transfer_in,
    transfer_out,
    quality_hold,
    quality_release,
    safety_stock_change,
    promotion,
    upstream_correction,
    late_commit_shortfall,
    manual_override,
    customer_request,
    payment_failed,
    fraud,
    other,
    disputed,     // a count that is not decided yet
    refunded,     // close short: the buyer got the money back
    replaced,     // close short: another reservation took its place
    substituted,  // close short: something else was sent
    demand,       // stop selling
    incident,     // stop selling
    recall,
};

inline constexpr std::uint8_t kReasonCount = static_cast<std::uint8_t>(Reason::recall) + 1;

[[nodiscard]] std::string_view to_string(Reason reason);
[[nodiscard]] std::optional<Reason> parse_reason(std::string_view text);

}  // namespace holdfast::model
