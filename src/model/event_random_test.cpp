#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "base/check.hpp"
#include "model/event_body.hpp"
#include "model/event_samples_test.hpp"

namespace holdfast::model {
namespace {

using base::Prng;

// Every length of varint is as likely as every other, and the ends of the range are common.
template <typename Integer>
Integer any(Prng& dice) {
    constexpr int kBits = std::numeric_limits<Integer>::digits;
    const auto raw = dice.next() >> dice.below(64);
    const auto value = static_cast<Integer>(raw);
    switch (dice.below(8)) {
        case 0: return 0;
        case 1: return std::numeric_limits<Integer>::max();
        case 2: return std::numeric_limits<Integer>::min();
        case 3: return static_cast<Integer>(std::uint64_t{1} << dice.below(kBits));
        default: return dice.chance(1, 2) ? value : static_cast<Integer>(-value);
    }
}

std::int64_t any_up_to(Prng& dice, std::int64_t most) {
    switch (dice.below(6)) {
        case 0: return 0;
        case 1: return most;
        default: return dice.between(0, std::max<std::int64_t>(most >> dice.below(62), 1) - 1);
    }
}

template <typename Id>
Id any_id(Prng& dice) {
    return Id(any<typename Id::rep>(dice));
}

ReservationId any_reservation(Prng& dice) {
    return ReservationId(any<std::uint64_t>(dice) % kReservationIdBound);
}

base::Time any_time(Prng& dice) {
    return dice.chance(1, 8) ? base::kNever : base::time_from_ms(any<std::int64_t>(dice));
}

base::Duration any_duration(Prng& dice) {
    return base::Duration(any_up_to(dice, std::numeric_limits<std::int64_t>::max()));
}

base::Digest128 any_digest(Prng& dice) {
    return dice.chance(1, 4)
               ? base::Digest128{}
               : base::Digest128{.high = dice.next(), .low = any<std::uint64_t>(dice)};
}

template <typename Enum>
Enum any_of(Prng& dice, Enum last) {
    return static_cast<Enum>(dice.below(std::to_underlying(last) + std::uint64_t{1}));
}

bool coin(Prng& dice) { return dice.chance(1, 2); }

// Texts are views: all of them look into one page of every byte there is.
std::string_view any_text(Prng& dice) {
    static const std::string page = [] {
        std::string out;
        for (int i = 0; i < 1'024; ++i) {
            out.push_back(static_cast<char>(i * 7));
        }
        return out;
    }();
    constexpr std::array<std::size_t, 6> kLengths = {0, 0, 1, 127, 128, 255};
    const auto length = coin(dice) ? kLengths[dice.below(kLengths.size())] : dice.below(300);
    return std::string_view(page).substr(dice.below(256), length);
}

KeyUse any_key(Prng& dice) {
    if (dice.chance(1, 4)) {
        return {};
    }
    return {.key = any_digest(dice),
            .fingerprint = any_digest(dice),
            .source = any_text(dice),
            .source_sequence = any<std::int64_t>(dice)};
}

SkuClass any_class(Prng& dice) {
    return {.id = any_id<ClassId>(dice),
            .version = any<std::uint32_t>(dice),
            .name = std::string(any_text(dice)),
            .hold_ttl = any_duration(dice),
            .hold_ttl_max = any_duration(dice),
            .payment_ttl = any_duration(dice),
            .payment_ttl_max = any_duration(dice),
            .lifetime_max = any_duration(dice),
            .review_max = any_duration(dice),
            .extensions_max = any<std::uint32_t>(dice),
            .on_payment_timeout = any_of(dice, PaymentTimeout::review),
            .late_commit = any_of(dice, LateCommit::refuse),
            .tracking = any_of(dice, Tracking::none),
            .held_downtime_grace = any_duration(dice),
            .payment_downtime_grace = any_duration(dice)};
}

// The parts of a full cell reach 2^61, below which any amount may be on hand or missing.
CellImage any_cell(Prng& dice) {
    constexpr std::int64_t kPartMax = 1LL << 60;
    return {.on_hand = coin(dice) ? any_up_to(dice, std::numeric_limits<std::int64_t>::max())
                                  : -any_up_to(dice, 1LL << 62),
            .unavailable = any_up_to(dice, kPartMax),
            .held = any_up_to(dice, kPartMax),
            .committed = any_up_to(dice, kPartMax),
            .safety_stock = any_up_to(dice, kPartMax)};
}

LineQuantities any_units(Prng& dice) {
    LineQuantities out;
    const std::array parts = {&out.held,     &out.committed, &out.shipped,
                              &out.released, &out.expired,   &out.closed_short};
    if (dice.chance(1, 4)) {  // all units in one place, up to the bound
        *parts[dice.below(parts.size())] = any_up_to(dice, kLineUnitsBound - 1);
    } else {
        for (auto* part : parts) {
            *part = any_up_to(dice, kLineUnitsBound / 8);
        }
    }
    for (const auto* part : parts) {
        out.accepted += *part;
    }
    out.returned = any_up_to(dice, out.shipped);
    return out;
}

LineImage any_line(Prng& dice) {
    LineImage out{.sku = any_id<SkuId>(dice),
                  .pool = any_id<PoolId>(dice),
                  .untracked = coin(dice),
                  .units = any_units(dice),
                  .line_id = any_text(dice),
                  .group = any_text(dice)};
    out.requested = coin(dice) ? out.units.accepted : any_up_to(dice, kLineUnitsBound - 1);
    return out;
}

ReservationTexts any_texts(Prng& dice) {
    return {.reference = any_text(dice),
            .agent_id = any_text(dice),
            .operator_id = any_text(dice),
            .channel = any_text(dice),
            .payment_reference = any_text(dice),
            .payment_provider = any_text(dice),
            .order_reference = any_text(dice)};
}

ReservationImage any_image(Prng& dice) {
    constexpr std::size_t kLinesMost = kReservationUnitsBound / kLineUnitsBound;
    ReservationImage out{.id = any_reservation(dice),
                         .tenant = any_id<TenantId>(dice),
                         .version = any<std::uint32_t>(dice),
                         .waiting = any_of(dice, ReservationState::superseded),
                         .ended_as = any_of(dice, ReservationState::superseded),
                         .extensions = any<std::uint16_t>(dice),
                         .committed_late = coin(dice),
                         .created_at = any_time(dice),
                         .expires_at = any_time(dice),
                         .replaces = any_reservation(dice),
                         .replaced_by = any_reservation(dice),
                         .superseded_by = any_reservation(dice),
                         .customer = any_digest(dice),
                         .metadata = any_digest(dice),
                         .texts = any_texts(dice)};
    out.first_created_at = coin(dice) ? out.created_at : any_time(dice);
    for (auto left = dice.below(kLinesMost + 1); left > 0; --left) {
        out.lines.push_back(any_line(dice));
    }
    return out;
}

Refusal any_refusal(Prng& dice) {
    const auto table = refusal_table();
    Refusal out{.code = table[dice.below(table.size())].code,
                .state = any_of(dice, ReservationState::superseded),
                .line = any<std::uint32_t>(dice),
                .limit = any<std::int64_t>(dice),
                .version = any<std::uint32_t>(dice),
                .reservation = any_reservation(dice),
                .next_expiry_at = any_time(dice),
                .decided_at = any_time(dice),
                .lines_omitted = any<std::uint32_t>(dice),
                .recorded = coin(dice)};
    for (auto left = dice.below(kRecordedLines + 1); left > 0; --left) {
        out.lines.push_back({.line = any<std::uint32_t>(dice),
                             .sku = any_id<SkuId>(dice),
                             .requested = any<std::int64_t>(dice),
                             .sellable = any<std::int64_t>(dice)});
    }
    return out;
}

void fill(Prng& dice, LedgerCreated& out) {
    out = {.ledger_id = any_digest(dice), .id_key = any_digest(dice)};
}

void fill(Prng& dice, TenantRegistered& out) {
    out = {.tenant = any_id<TenantId>(dice),
           .recorded_refusals_max = any<std::uint32_t>(dice),
           .recorded_refusals_per_second = any<std::uint32_t>(dice),
           .tombstones_max = any<std::uint32_t>(dice),
           .name = any_text(dice)};
}

void fill(Prng& dice, ClassDefined& out) {
    out = {.tenant = any_id<TenantId>(dice), .sku_class = any_class(dice)};
}

void fill(Prng& dice, SkuRegistered& out) {
    out = {.tenant = any_id<TenantId>(dice),
           .sku = any_id<SkuId>(dice),
           .sku_class = any_id<ClassId>(dice),
           .name = any_text(dice)};
}

void fill(Prng& dice, SkuUpdated& out) {
    out = {.tenant = any_id<TenantId>(dice),
           .sku = any_id<SkuId>(dice),
           .sku_class = any_id<ClassId>(dice),
           .version = any<std::uint32_t>(dice),
           .registered = coin(dice),
           .key = any_key(dice)};
}

void fill(Prng& dice, StockMoved& out) {
    out = {.tenant = any_id<TenantId>(dice),
           .sku = any_id<SkuId>(dice),
           .pool = any_id<PoolId>(dice),
           .movement = any_of(dice, Movement::adjustment),
           .reason = any_of(dice, Reason::other),
           .sku_registered = coin(dice),
           .delta = any<std::int64_t>(dice),
           .occurred_at = any_time(dice),
           .cell = any_cell(dice),
           .note = any_digest(dice),
           .reference = any_text(dice),
           .key = any_key(dice)};
}

void fill(Prng& dice, SafetyStockSet& out) {
    out = {.tenant = any_id<TenantId>(dice),
           .sku = any_id<SkuId>(dice),
           .pool = any_id<PoolId>(dice),
           .cell = any_cell(dice),
           .key = any_key(dice)};
}

void fill(Prng& dice, ReservationChanged& out) {
    out = {.verb = any_of(dice, Verb::replace),
           .reason = any_of(dice, Reason::other),
           .disposition = any_of(dice, Disposition::damaged),
           .occurred_at = any_time(dice),
           .note = any_digest(dice),
           .document = any_text(dice),
           .image = any_image(dice),
           .key = any_key(dice)};
}

void fill(Prng& dice, ReleasedByName& out) {
    out = {.tenant = any_id<TenantId>(dice),
           .by_key = coin(dice),
           .name = any_digest(dice),
           .blocked_until = any_time(dice),
           .key = any_key(dice)};
    for (auto left = dice.below(6); left > 0; --left) {
        out.released.push_back(any_reservation(dice));
    }
}

void fill(Prng& dice, RefusalRecorded& out) {
    out = {.tenant = any_id<TenantId>(dice),
           .operation = static_cast<Operation>(dice.between(1, 13)),
           .refusal = any_refusal(dice),
           .key = any_key(dice)};
}

void fill(Prng& dice, FactParked& out) {
    out = {.tenant = any_id<TenantId>(dice),
           .verb = any_of(dice, Verb::replace),
           .disposition = any_of(dice, Disposition::damaged),
           .occurred_at = any_time(dice),
           .document = any_text(dice),
           .image = any_image(dice),
           .key = any_key(dice)};
    for (std::size_t i = 0; i < out.image.lines.size(); ++i) {
        out.quantities.push_back(any_up_to(dice, std::numeric_limits<std::int64_t>::max()));
    }
}

void fill(Prng& dice, DowntimeRecorded& out) {
    out = {.from = any_time(dice), .to = any_time(dice)};
}

void fill(Prng& dice, StateHashLogged& out) { out = {.hash = any<std::uint64_t>(dice)}; }

template <std::size_t... kIndex>
Event pick(Prng& dice, std::size_t type, std::index_sequence<kIndex...>) {
    Event out;
    (..., (kIndex == type ? fill(dice, out.emplace<kIndex>()) : void()));
    return out;
}

}  // namespace

Event random_event(base::Prng& dice, std::size_t type) {
    CHECK(type < kEventTypes);
    return pick(dice, type, std::make_index_sequence<kEventTypes>{});
}

}  // namespace holdfast::model
