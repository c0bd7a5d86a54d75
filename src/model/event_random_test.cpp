#include "model/event_random_test.hpp"

#include "base/check.hpp"
#include "model/event_samples_test.hpp"

namespace holdfast::model {
namespace {

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

// Some go on with the line before.
LineImage any_line(Prng& dice, const Lines& before) {
    LineImage out{.sku = any_id<SkuId>(dice),
                  .pool = any_id<PoolId>(dice),
                  .untracked = coin(dice),
                  .continues = !before.empty() && coin(dice),
                  .soft = coin(dice),
                  .units = any_units(dice)};
    if (out.continues) {
        out.sku = before.back().sku;
        return out;
    }
    out.requested = coin(dice) ? out.units.accepted : any_up_to(dice, kLineUnitsBound - 1);
    out.line_id = any_text(dice);
    out.group = any_text(dice);
    return out;
}

// In the queue nothing is accepted yet.
void queue(Prng& dice, ReservationImage& image) {
    image.waiting = ReservationState::queued;
    for (auto& line : image.lines) {
        line.continues = false;
        line.units = {};
        line.requested = dice.between(1, kLineUnitsBound - 1);
    }
}

ReservationTexts any_texts(Prng& dice) {
    return {.reference = any_text(dice),
            .agent_id = any_text(dice),
            .operator_id = any_text(dice),
            .channel = any_text(dice),
            .payment_reference = any_text(dice),
            .payment_provider = any_text(dice),
            .order_reference = any_text(dice),
            .region = any_text(dice)};
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
                         .hold_for = any_duration(dice),
                         .replaces = any_reservation(dice),
                         .replaced_by = any_reservation(dice),
                         .superseded_by = any_reservation(dice),
                         .customer = any_digest(dice),
                         .metadata = any_digest(dice),
                         .texts = any_texts(dice)};
    out.first_created_at = coin(dice) ? out.created_at : any_time(dice);
    for (auto left = dice.below(kLinesMost + 1); left > 0; --left) {
        out.lines.push_back(any_line(dice, out.lines));
    }
    if (dice.chance(1, 8)) {
        queue(dice, out);
    }
    return out;
}

CapHit any_cap_hit(Prng& dice) {
    if (coin(dice)) {
        return {};
    }
    return {.kind = any_of(dice, PrincipalKind::buyer),
            .measure = any_of(dice, CapMeasure::unit_seconds),
            .by_class = coin(dice),
            .sku_class = any_id<ClassId>(dice),
            .used = any<std::int64_t>(dice)};
}

Refusal any_refusal(Prng& dice) {
    const auto table = refusal_table();
    Refusal out{.code = table[dice.below(table.size())].code,
                .state = any_of(dice, kLastReservationState),
                .line = any<std::uint32_t>(dice),
                .limit = any<std::int64_t>(dice),
                .version = any<std::uint32_t>(dice),
                .reservation = any_reservation(dice),
                .next_expiry_at = any_time(dice),
                .decided_at = any_time(dice),
                .lines_omitted = any<std::uint32_t>(dice),
                .cap = any_cap_hit(dice),
                .recorded = coin(dice)};
    if (coin(dice)) {
        out.stop = any_of(dice, kLastStopScope);
        out.stop_reason = any_of(dice, kLastReason);
        out.until = any_time(dice);
    }
    for (auto left = dice.below(kRecordedLines + 1); left > 0; --left) {
        out.lines.push_back({.line = any<std::uint32_t>(dice),
                             .sku = any_id<SkuId>(dice),
                             .requested = any<std::int64_t>(dice),
                             .sellable = any<std::int64_t>(dice)});
    }
    for (auto left = dice.below(kRecordedLines + 1); left > 0; --left) {
        out.alternatives.push_back({.line = any<std::uint32_t>(dice),
                                    .pool = any_id<PoolId>(dice),
                                    .sellable = any<std::int64_t>(dice)});
    }
    return out;
}

}  // namespace

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

void fill(Prng& dice, ReservationChanged& out) {
    out = {.verb = any_of(dice, kLastVerb),
           .reason = any_of(dice, kLastReason),
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
           .operation =
               static_cast<Operation>(dice.between(1, std::to_underlying(Operation::resolve_case))),
           .refusal = any_refusal(dice),
           .key = any_key(dice)};
}

void fill(Prng& dice, FactParked& out) {
    out = {.tenant = any_id<TenantId>(dice),
           .verb = any_of(dice, kLastVerb),
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

namespace {

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
