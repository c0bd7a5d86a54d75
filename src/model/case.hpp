// Cases: what a person has to look at. One worklist for everything that the rules cannot settle.
//
// A case is opened and resolved by events; both carry it whole. Its id is the sequence of the event
// that opened it. Thread rule: values; texts are views like those of a reservation's image.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/digest.hpp"
#include "base/time.hpp"
#include "model/ids.hpp"
#include "model/reason.hpp"

namespace holdfast::model {

// Persisted: never renumber.
enum class CaseKind : std::uint8_t {
    shortage = 0,         // a cell promised more units than there are; ends when it does not
    late_money = 1,       // a commit came for a hold that is gone
    review = 2,           // a payment timed out and its class asks for a person
    count = 3,            // a count differs by more than its class lets pass
    unexpected_fact = 4,  // a shipment, return or sale that does not fit what the ledger knows
};
inline constexpr CaseKind kLastCaseKind = CaseKind::unexpected_fact;

// How it ended. Persisted: never renumber.
enum class Resolution : std::uint8_t {
    repaired = 0,      // shortage: stock came in or promises went away
    settled = 1,       // review decided; parked fact met its partner
    approved = 2,      // count: applied
    rejected = 3,      // count: thrown away
    acknowledged = 4,  // late money, unexpected fact: a person dealt with it, see reason and note
    replaced = 5,      // count: a newer count of the cell came
};
inline constexpr Resolution kLastResolution = Resolution::replaced;

[[nodiscard]] std::string_view to_string(CaseKind kind);
[[nodiscard]] std::optional<CaseKind> parse_case_kind(std::string_view text);
[[nodiscard]] std::string_view to_string(Resolution resolution);

// A count that waits for approval.
struct PendingCount {
    std::int64_t counted = 0;
    std::int64_t drift = 0;     // counted minus what the ledger had for `as_of`
    std::int64_t disputed = 0;  // units that are not sold until it is decided
    base::Time as_of{};
    Sequence position{};     // that the drift was computed at
    base::Digest128 plan{};  // what an approval must name: a digest of all that would be done
    bool operator==(const PendingCount&) const = default;
};

struct CaseImage {
    CaseId id{};
    TenantId tenant{};
    CaseKind kind = CaseKind::shortage;
    base::Time opened_at{};
    base::Time due_at = base::kNever;  // overdue from here on (review: review_max of its class)
    SkuId sku{};                       // of shortage and count; of the first line otherwise
    PoolId pool = kAnyPool;            // of shortage and count
    std::int64_t units = 0;            // when it was opened
    ReservationId reservation{};       // 0: none
    Sequence fact{};                   // unexpected_fact: the FactParked event
    Reason reason = Reason::none;      // what it was opened with
    std::string_view reference{};
    std::string_view opened_by{};  // API key or claimed principal whose command opened it
    PendingCount count{};          // of kind `count`
};

}  // namespace holdfast::model
