// What the ladders of judgement are made of; see precedence_test.cpp. Part of the core's tests.
// Thread rule: values.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/testing.hpp"

namespace holdfast::core::testing {

using model::RefusalCode;

using Applies = std::set<std::string>;  // names of the judgements that are to apply

struct Rung {
    std::string name;
    RefusalCode code;  // none: a success that changes nothing
};

using Pair = std::pair<std::string, std::string>;

struct Ladder {
    std::string operation;
    std::vector<Rung> rungs;
    std::function<Reply(const Applies&)> ask;
    std::map<Pair, std::string> impossible{};
};

inline const Rung kKeyReused{"key reused", RefusalCode::idempotency_key_reused};
inline const Rung kTombstone{"tombstone", RefusalCode::released_before_create};
inline const Rung kUnknownSku{"unknown SKU", RefusalCode::unknown_sku};
inline const Rung kUnknownPool{"unknown pool", RefusalCode::unknown_pool};
inline const Rung kUnknownClass{"unknown class", RefusalCode::unknown_class};
inline const Rung kUnknownReservation{"unknown reservation", RefusalCode::unknown_reservation};
inline const Rung kUnknownLine{"unknown line", RefusalCode::unknown_line};
inline const Rung kLimit{"limit", RefusalCode::limit_exceeded};
inline const Rung kAlready{"already", RefusalCode::none};
inline const Rung kVersion{"version", RefusalCode::version_mismatch};
inline const Rung kTransition{"transition", RefusalCode::illegal_transition};
inline const Rung kExpired{"expired", RefusalCode::expired};
inline const Rung kQuantity{"quantity", RefusalCode::quantity_exceeded};
inline const Rung kTtl{"TTL", RefusalCode::ttl_out_of_bounds};
inline const Rung kExtensions{"extensions", RefusalCode::extension_limit_reached};
inline const Rung kLifetime{"lifetime", RefusalCode::lifetime_exceeded};
inline const Rung kStock{"stock", RefusalCode::insufficient_stock};
inline const Rung kPoolRequired{"pool required", RefusalCode::pool_required};
inline const Rung kUnknownCase{"unknown case", RefusalCode::unknown_case};
inline const Rung kUnknownTransfer{"unknown transfer", RefusalCode::unknown_transfer};
inline const Rung kStopped{"stopped", RefusalCode::selling_stopped};
inline const Rung kOwner{"owner", RefusalCode::owner_limit_exceeded};
inline const Rung kStale{"stale", RefusalCode::count_stale};
inline const Rung kPlan{"plan", RefusalCode::plan_changed};
inline const Rung kSubmitter{"submitter", RefusalCode::approval_by_submitter};
inline const Rung kNotResolvable{"not resolvable", RefusalCode::case_not_resolvable};
inline const Rung kShortfall{"shortfall", RefusalCode::late_commit_shortfall};

inline constexpr auto kNothingIsKnownOfIt =
    "nothing more is known of a reservation that is not there";
inline constexpr auto kWholeOnly = "the success is of the whole reservation, the other names lines";
inline constexpr auto kOneState = "a reservation is in one state at a time";

inline std::map<Pair, std::string> unknown_excludes(const std::vector<std::string>& later) {
    std::map<Pair, std::string> out;
    for (const auto& name : later) {
        out[{"unknown reservation", name}] = kNothingIsKnownOfIt;
    }
    return out;
}

inline std::map<Pair, std::string> operator+(std::map<Pair, std::string> a,
                                             const std::map<Pair, std::string>& b) {
    a.insert(b.begin(), b.end());
    return a;
}

// Ladders of what is not about one reservation: precedence_stock_test.cpp.
[[nodiscard]] std::vector<Ladder> stock_ladders();

}  // namespace holdfast::core::testing
