// Random events of stock, of what a merchant decides about it, and of cases.
#include "model/event_random_test.hpp"

namespace holdfast::model {
namespace {

std::int64_t any_amount(Prng& dice) {
    return any_up_to(dice, std::numeric_limits<std::int64_t>::max());
}

CapsByKind any_caps(Prng& dice) {
    CapsByKind out;
    if (dice.chance(1, 4)) {
        return out;
    }
    for (auto& cap : out) {
        cap = {
            .units = any_amount(dice), .holds = any_amount(dice), .unit_seconds = any_amount(dice)};
    }
    return out;
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
            .payment_downtime_grace = any_duration(dice),
            .safety_units = any_amount(dice),
            .safety_permille = any<std::uint32_t>(dice),
            .backorder_max = any_amount(dice),
            .hold_permille = any<std::uint32_t>(dice),
            .stop_selling_at = any_amount(dice),
            .allocation = any_of(dice, Allocation::nearest),
            .split = coin(dice),
            .wait_max = any_duration(dice),
            .line_units_max = any_amount(dice),
            .caps = any_caps(dice),
            .shortage_order = any_of(dice, ShortageOrder::oldest_first),
            .count_units_max = any_amount(dice),
            .count_permille_max = any<std::uint32_t>(dice),
            .consistency = any_of(dice, Consistency::tolerant),
            .banded = coin(dice),
            .low_units = any_amount(dice)};
}

Pool any_pool(Prng& dice) {
    Pool out{.id = any_id<PoolId>(dice),
             .version = any<std::uint32_t>(dice),
             .name = std::string(any_text(dice)),
             .kind = any_of(dice, PoolKind::supplier),
             .region = std::string(any_text(dice)),
             .priority = any<std::int32_t>(dice)};
    for (auto left = dice.below(4); left > 0; --left) {
        out.channels.emplace_back(any_text(dice));
    }
    if (coin(dice)) {
        out.overflow = any_id<PoolId>(dice);
    }
    return out;
}

Stop any_stop(Prng& dice) {
    return {.scope = any_of(dice, kLastStopScope),
            .name = std::string(any_text(dice)),
            .reason = any_of(dice, kLastReason),
            .since = any_time(dice),
            .until = any_time(dice),
            .note = any_digest(dice),
            .by = std::string(any_text(dice))};
}

// The parts of a full cell reach 2^61, below which any amount may be on hand or missing.
CellImage any_cell(Prng& dice) {
    constexpr std::int64_t kPartMax = 1LL << 60;
    return {.on_hand = coin(dice) ? any_up_to(dice, std::numeric_limits<std::int64_t>::max())
                                  : -any_up_to(dice, 1LL << 62),
            .unavailable = any_up_to(dice, kPartMax),
            .held = any_up_to(dice, kPartMax),
            .committed = any_up_to(dice, kPartMax),
            .safety_stock = any_up_to(dice, kPartMax),
            .soft_held = any_up_to(dice, kPartMax)};
}

TransferImage any_transfer(Prng& dice) {
    TransferImage out{.id = any_public_id<TransferId>(dice),
                      .tenant = any_id<TenantId>(dice),
                      .sku = any_id<SkuId>(dice),
                      .from = any_id<PoolId>(dice),
                      .to = any_id<PoolId>(dice),
                      .quantity = any_amount(dice),
                      .sent_at = any_time(dice),
                      .reference = any_text(dice)};
    out.arrived = any_up_to(dice, out.quantity);
    out.lost = any_up_to(dice, out.quantity - out.arrived);
    return out;
}

PendingCount any_count(Prng& dice) {
    return {.counted = any_amount(dice),
            .drift = any<std::int64_t>(dice),
            .disputed = any<std::int64_t>(dice),
            .as_of = any_time(dice),
            .position = any_id<Sequence>(dice),
            .plan = any_digest(dice)};
}

CaseImage any_case(Prng& dice) {
    CaseImage out{.id = any_public_id<CaseId>(dice),
                  .tenant = any_id<TenantId>(dice),
                  .kind = any_of(dice, kLastCaseKind),
                  .opened_at = any_time(dice),
                  .due_at = any_time(dice),
                  .sku = any_id<SkuId>(dice),
                  .pool = coin(dice) ? kAnyPool : any_id<PoolId>(dice),
                  .units = any<std::int64_t>(dice),
                  .reservation = any_reservation(dice),
                  .fact = any_id<Sequence>(dice),
                  .reason = any_of(dice, kLastReason),
                  .reference = any_text(dice),
                  .opened_by = any_text(dice)};
    if (coin(dice)) {
        out.count = any_count(dice);
    }
    return out;
}

}  // namespace

void fill(Prng& dice, ClassDefined& out) {
    out = {.tenant = any_id<TenantId>(dice), .sku_class = any_class(dice), .key = any_key(dice)};
}

void fill(Prng& dice, PoolDefined& out) {
    out = {.tenant = any_id<TenantId>(dice), .pool = any_pool(dice), .key = any_key(dice)};
}

void fill(Prng& dice, CapsSet& out) {
    out = {.tenant = any_id<TenantId>(dice), .caps = any_caps(dice), .key = any_key(dice)};
}

void fill(Prng& dice, SellingChanged& out) {
    out = {.tenant = any_id<TenantId>(dice),
           .stop = any_stop(dice),
           .stopped = coin(dice),
           .key = any_key(dice)};
}

void fill(Prng& dice, StockMoved& out) {
    out = {.tenant = any_id<TenantId>(dice),
           .sku = any_id<SkuId>(dice),
           .pool = any_id<PoolId>(dice),
           .movement = any_of(dice, Movement::unavailable),
           .reason = any_of(dice, kLastReason),
           .sku_registered = coin(dice),
           .delta = any<std::int64_t>(dice),
           .unavailable_delta = coin(dice) ? 0 : any<std::int64_t>(dice),
           .unavailable_reason = coin(dice) ? Reason::none : any_of(dice, kLastReason),
           .occurred_at = any_time(dice),
           .undoes = any_id<Sequence>(dice),
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

void fill(Prng& dice, TransferChanged& out) {
    out = {.step = any_of(dice, TransferStep::moved),
           .units = any_amount(dice),
           .reason = any_of(dice, kLastReason),
           .occurred_at = any_time(dice),
           .transfer = any_transfer(dice),
           .from = any_cell(dice),
           .to = any_cell(dice),
           .key = any_key(dice)};
}

void fill(Prng& dice, StockCounted& out) {
    out = {.tenant = any_id<TenantId>(dice),
           .sku = any_id<SkuId>(dice),
           .pool = any_id<PoolId>(dice),
           .outcome = any_of(dice, kLastCountOutcome),
           .reason = any_of(dice, kLastReason),
           .count = any_count(dice),
           .delta = any<std::int64_t>(dice),
           .case_id = any_public_id<CaseId>(dice),
           .overridden = coin(dice),
           .cell = any_cell(dice),
           .submitter = any_text(dice),
           .decided_by = any_text(dice),
           .note = any_digest(dice),
           .key = any_key(dice)};
}

void fill(Prng& dice, CaseOpened& out) { out = {.image = any_case(dice)}; }

void fill(Prng& dice, CaseResolved& out) {
    out = {.image = any_case(dice),
           .resolution = any_of(dice, kLastResolution),
           .reason = any_of(dice, kLastReason),
           .resolved_at = any_time(dice),
           .note = any_digest(dice),
           .resolved_by = any_text(dice),
           .key = any_key(dice)};
}

}  // namespace holdfast::model
