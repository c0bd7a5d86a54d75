#include "model/reason.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "base/check.hpp"

namespace holdfast::model {
namespace {

constexpr std::array<std::string_view, kReasonCount> kNames = {"none",
                                                               "cycle_count",
                                                               "receipt",
                                                               "shipment",
                                                               "return",
                                                               "damage",
                                                               "shrinkage",
                                                               "theft",
                                                               "expired_goods",
                                                               "found",
                                                               "missing",
                                                               "mispick",
                                                               "misplaced",
                                                               "data_entry_error",
                                                               "unrecorded_inbound",
                                                               "unrecorded_outbound",
                                                               "unrecorded_return",
                                                               "transfer_in",
                                                               "transfer_out",
                                                               "quality_hold",
                                                               "quality_release",
                                                               "safety_stock_change",
                                                               "promotion",
                                                               "upstream_correction",
                                                               "late_commit_shortfall",
                                                               "manual_override",
                                                               "customer_request",
                                                               "payment_failed",
                                                               "fraud",
                                                               "other",
                                                               "disputed",
                                                               "refunded",
                                                               "replaced",
                                                               "substituted",
                                                               "demand",
                                                               "incident",
                                                               "recall"};

}  // namespace

std::string_view to_string(Reason reason) {
    CHECK(static_cast<std::size_t>(reason) < kNames.size());
    return kNames[static_cast<std::size_t>(reason)];
}

std::optional<Reason> parse_reason(std::string_view text) {
    const auto* const found = std::ranges::find(kNames, text);
    if (found == kNames.end() || found == kNames.begin()) {
        return std::nullopt;
    }
    return static_cast<Reason>(std::distance(kNames.begin(), found));
}

}  // namespace holdfast::model
