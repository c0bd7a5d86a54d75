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
#include "model/owner_caps.hpp"

namespace holdfast::model {

// What happens when a payment_pending hold reaches its deadline. Persisted: never renumber.
enum class PaymentTimeout : std::uint8_t { release = 0, review = 1 };

// What a commit after expiry does. Persisted: never renumber.
enum class LateCommit : std::uint8_t { retake = 0, refuse = 1 };

// Whether units are counted at all (`none`: gift cards, services). Persisted: never renumber.
enum class Tracking : std::uint8_t { counted = 0, none = 1 };

// From which pools a line is served. Persisted: never renumber.
enum class Allocation : std::uint8_t {
    priority = 0,  // pools in the order of their priority
    single = 1,    // one pool that can do it alone, first by priority; else as `priority`
    nearest = 2,   // pools of the create's region first, each group by priority
};

// Whose promise is at risk first when promised units are missing: held before payment_pending
// before review before committed, and within each in this order. Persisted: never renumber.
enum class ShortageOrder : std::uint8_t { newest_first = 0, oldest_first = 1 };

// How much the truth of an upstream system matters. `strict` is Holdfast alone; the others are
// kept for the gateway and change no decision here. Persisted: never renumber.
enum class Consistency : std::uint8_t { strict = 0, verified = 1, tolerant = 2 };

inline constexpr std::uint32_t kPermille = 1000;

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

    // -- how much is offered. All of these are per stock cell.
    std::int64_t safety_units = 0;      // never offered; the larger of this, the share below and
    std::uint32_t safety_permille = 0;  // the cell's own safety stock counts. Share of on hand
    std::int64_t backorder_max = 0;     // units that may be promised beyond what is there
    // Soft holds: up to this share of what can be sold may be held, and whoever commits or begins
    // payment first gets it. 1000: holds are firm.
    std::uint32_t hold_permille = kPermille;
    std::int64_t stop_selling_at = 0;  // with so few sellable or less new holds are refused; 0: off
    Allocation allocation = Allocation::priority;
    bool split = true;                // a line may be served from several pools
    base::Duration wait_max{};        // longest `wait_seconds`; zero: nobody waits
    std::int64_t line_units_max = 0;  // of one line; 0: no bound
    CapsByKind caps{};
    ShortageOrder shortage_order = ShortageOrder::newest_first;
    // A count applies by itself if it differs by no more than the larger of the two.
    std::int64_t count_units_max = 2;
    std::uint32_t count_permille_max = 20;
    Consistency consistency = Consistency::strict;
    // Callers without the scope `stock` see only in_stock, low (at most `low_units`) or out.
    bool banded = false;
    std::int64_t low_units = 5;
};

inline constexpr ClassId kDefaultClass{0};

// The class every tenant starts with: hold 15 min (at most 24 h), payment 45 min (at most 7 d),
// lifetime 8 d, 10 extensions, release on payment timeout, retake on late commit, 30 min of
// downtime grace for payments and none for holds.
[[nodiscard]] SkuClass default_class();

}  // namespace holdfast::model
