// SkuClass: a named, versioned policy that SKUs belong to.
//
// Classes live in the ledger (ClassDefined), so a decision replayed years later is judged by the
// class as it was. `default` exists from the start of every tenant. Durations are milliseconds.
// Thread rule: a value.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.hpp"
#include "model/ids.hpp"

namespace holdfast::model {

// What happens when a payment_pending hold reaches its deadline. Persisted: never renumber.
enum class PaymentTimeout : std::uint8_t { release = 0, review = 1 };

// What a commit after expiry does. Persisted: never renumber.
enum class LateCommit : std::uint8_t { retake = 0, refuse = 1 };

// Whether units are counted at all (`none`: gift cards, services). Persisted: never renumber.
enum class Tracking : std::uint8_t { counted = 0, none = 1 };

struct SkuClass {
    ClassId id;
    std::uint32_t version = 1;
    std::string name;
    base::Duration hold_ttl{};      // a create that asks for no TTL
    base::Duration hold_ttl_max{};  // more is refused, never clamped
    base::Duration payment_ttl{};   // re-armed by begin payment
    base::Duration payment_ttl_max{};
    base::Duration lifetime_max{};  // from first creation, through supersedes and extensions
    base::Duration review_max{};    // longer in review raises an alarm; the units stay held
    std::uint32_t extensions_max = 0;
    PaymentTimeout on_payment_timeout = PaymentTimeout::release;
    LateCommit late_commit = LateCommit::retake;
    Tracking tracking = Tracking::counted;
    // How much of the service's own downtime moves a deadline.
    base::Duration held_downtime_grace{};
    base::Duration payment_downtime_grace{};
};

inline constexpr ClassId kDefaultClass{0};

// The class every tenant starts with: hold 15 min (at most 24 h), payment 45 min (at most 7 d),
// lifetime 8 d, 10 extensions, release on payment timeout, retake on late commit, 30 min of
// downtime grace for payments and none for holds.
[[nodiscard]] SkuClass default_class();

}  // namespace holdfast::model
