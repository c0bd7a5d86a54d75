// History rows: what the history stores under its keys, and the bytes of it.
//
// Each row has `to_bytes` and `from_bytes`; the latter gives nothing for bytes that do not parse.
// Persisted: another layout is another format version of the history.
// Internal to this folder. Thread rule: values.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "model/event.hpp"
#include "projection/history.hpp"
#include "projection/history_keys.hpp"

namespace holdfast::projection {

struct Progress {
    model::Sequence position{};
    base::Time as_of{};
};

// Units and how often; the sums of what is listed one by one elsewhere.
struct PromiseTotal {
    std::uint64_t promises = 0;
    std::int64_t units = 0;
};

struct CellRow {
    model::CellImage cell{};
    model::Sequence changed_by{};
    base::Time changed_at{};
    std::vector<OnHandTerm> terms;
    std::vector<UnavailableTerm> unavailable;  // by reason, none at zero
    std::array<PromiseTotal, kPromiseKinds> promises{};
    std::optional<LastCount> last_count;
    // By how much a movement's occurrence was ever after its recording; never below zero.
    base::Duration early_max{};
};

struct LineRow {
    model::SkuId sku{};
    model::PoolId pool{};
    bool untracked = false;
    bool continues = false;  // of the line before it, from another pool
    bool soft = false;
    model::LineQuantities units{};

    bool operator==(const LineRow&) const = default;
};

struct ReservationRow {
    std::vector<LineRow> lines;
    model::ReservationState waiting = model::ReservationState::held;
    base::Time expires_at = base::kNever;
    base::Time held_since = base::kNever;  // kNever: it never held units
    bool bought = false;                   // of what it held something was committed
    bool counted = false;                  // it is in its principals' figures

    bool operator==(const ReservationRow&) const = default;
};

struct PrincipalRow {
    PrincipalFigures figures{};
    std::int64_t wasted_unit_ms = 0;
};

struct SkuRow {
    SkuFigures figures{};
    // Sums over its cells.
    std::int64_t on_hand = 0;
    std::int64_t unavailable = 0;
    std::int64_t held = 0;  // soft too
    std::int64_t committed = 0;
};

struct ClassRow {
    base::Duration held_grace{};
    base::Duration payment_grace{};
};

struct TotalsRow {
    HistoryTotals figures{};
    std::int64_t released_unit_ms = 0;
    std::int64_t expired_unit_ms = 0;
};

// An open promise; the rest is in its key.
struct PromiseRow {
    std::int64_t units = 0;
    base::Time expires_at = base::kNever;

    bool operator==(const PromiseRow&) const = default;
};

[[nodiscard]] base::Buffer to_bytes(const Progress& row);
[[nodiscard]] base::Buffer to_bytes(const CellRow& row);
[[nodiscard]] base::Buffer to_bytes(const ReservationRow& row);
[[nodiscard]] base::Buffer to_bytes(const PrincipalRow& row);
[[nodiscard]] base::Buffer to_bytes(const SkuRow& row);
[[nodiscard]] base::Buffer to_bytes(const ClassRow& row);
[[nodiscard]] base::Buffer to_bytes(const TotalsRow& row);
[[nodiscard]] base::Buffer to_bytes(const PromiseRow& row);
[[nodiscard]] base::Buffer to_bytes(const OpenTransfer& row);

// Progress, CellRow, ... OpenTransfer.
template <typename Row>
[[nodiscard]] std::optional<Row> from_bytes(std::span<const std::byte> bytes);

}  // namespace holdfast::projection
