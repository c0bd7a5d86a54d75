#include "model/event_samples_test.hpp"

namespace holdfast::model {
namespace {

SkuClass tickets() {
    auto out = default_class();
    out.id = ClassId(3);
    out.version = 2;
    out.name = "tickets";
    out.hold_ttl = std::chrono::minutes(5);
    out.on_payment_timeout = PaymentTimeout::review;
    out.late_commit = LateCommit::refuse;
    out.tracking = Tracking::none;
    out.held_downtime_grace = std::chrono::seconds(30);
    out.safety_units = 3;
    out.safety_permille = 50;
    out.backorder_max = 10;
    out.hold_permille = 1'500;
    out.stop_selling_at = 2;
    out.allocation = Allocation::nearest;
    out.split = false;
    out.wait_max = std::chrono::minutes(2);
    out.line_units_max = 8;
    out.caps[0] = {.units = 100, .holds = 20, .unit_seconds = 90'000};
    out.caps[2] = {.units = 4, .holds = 1};
    out.shortage_order = ShortageOrder::oldest_first;
    out.count_units_max = 0;
    out.count_permille_max = 5;
    out.consistency = Consistency::verified;
    out.banded = true;
    out.low_units = 20;
    return out;
}

Pool marketplace() {
    return {.id = PoolId(2),
            .version = 3,
            .name = "leipzig",
            .kind = PoolKind::supplier,
            .region = "eu-north",
            .priority = -5,
            .channels = {"web", "market"},
            .overflow = PoolId(1)};
}

SellingChanged stop() {
    return {.tenant = kTenant,
            .stop = {.scope = StopScope::channel,
                     .name = "market",
                     .reason = Reason::incident,
                     .since = kNoon,
                     .until = kNoon + std::chrono::hours(2),
                     .note = digest_of("note"),
                     .by = "ops"},
            .stopped = true,
            .key = plain_key()};
}

StockMoved receipt() {
    return {.tenant = kTenant,
            .sku = kSku,
            .sku_registered = true,
            .delta = 120,
            .occurred_at = kNoon,
            .cell = {.on_hand = 120},
            .reference = "ASN-55",
            .key = plain_key()};
}

StockMoved adjustment() {
    return {.tenant = kTenant,
            .sku = kSku,
            .pool = PoolId(1),
            .movement = Movement::adjustment,
            .reason = Reason::other,
            .delta = -7,
            .occurred_at = kNoon,
            .cell = {.on_hand = -2,
                     .unavailable = 1,
                     .held = 4,
                     .committed = 300,
                     .safety_stock = 5,
                     .soft_held = 6},
            .note = digest_of("note"),
            .reference = "count-3",
            .key = source_key()};
}

StockMoved quarantine() {
    return {.tenant = kTenant,
            .sku = kSku,
            .movement = Movement::unavailable,
            .reason = Reason::quality_hold,
            .unavailable_delta = 4,
            .unavailable_reason = Reason::quality_hold,
            .occurred_at = kNoon,
            .undoes = Sequence(1'000'009),
            .cell = {.on_hand = 120, .unavailable = 4},
            .key = plain_key()};
}

TransferChanged sent() {
    return {.step = TransferStep::sent,
            .units = 10,
            .occurred_at = kNoon,
            .transfer = {.id = TransferId(1'000'030),
                         .tenant = kTenant,
                         .sku = kSku,
                         .from = PoolId(0),
                         .to = PoolId(2),
                         .quantity = 10,
                         .sent_at = kNoon},
            .from = {.on_hand = 110},
            .key = plain_key()};
}

TransferChanged lost() {
    auto out = sent();
    out.step = TransferStep::lost;
    out.units = 3;
    out.reason = Reason::damage;
    out.occurred_at = kNoon + std::chrono::hours(30);
    out.transfer.arrived = 6;
    out.transfer.lost = 3;
    out.transfer.reference = "TO-12";
    out.to = {.on_hand = 6, .committed = 1};
    out.key = source_key();
    return out;
}

PendingCount short_count() {
    return {.counted = 100,
            .drift = -20,
            .disputed = 20,
            .as_of = kNoon - std::chrono::hours(1),
            .position = Sequence(1'000'031),
            .plan = digest_of("plan")};
}

StockCounted matched() {
    return {.tenant = kTenant,
            .sku = kSku,
            .count = {.counted = 120, .as_of = kNoon, .position = Sequence(1'000'031)},
            .cell = {.on_hand = 120},
            .submitter = "scanner-3",
            .key = source_key()};
}

StockCounted approved() {
    return {.tenant = kTenant,
            .sku = kSku,
            .pool = PoolId(1),
            .outcome = CountOutcome::applied,
            .reason = Reason::missing,
            .count = short_count(),
            .delta = -20,
            .case_id = CaseId(1'000'033),
            .overridden = true,
            .cell = {.on_hand = 100, .held = 2},
            .submitter = "scanner-3",
            .decided_by = "scanner-3",
            .note = digest_of("note"),
            .key = plain_key()};
}

CaseOpened shortage() {
    return {.image = {.id = CaseId(1'000'032),
                      .tenant = kTenant,
                      .opened_at = kNoon,
                      .sku = kSku,
                      .pool = kDefaultPool,
                      .units = 3}};
}

CaseImage count_case() {
    return {.id = CaseId(1'000'033),
            .tenant = kTenant,
            .kind = CaseKind::count,
            .opened_at = kNoon,
            .due_at = kNoon + std::chrono::days(2),
            .sku = kSku,
            .pool = PoolId(1),
            .units = -20,
            .reservation = kReservation,
            .fact = Sequence(1'000'029),
            .reason = Reason::cycle_count,
            .reference = "count-3",
            .opened_by = "scanner-3",
            .count = short_count()};
}

CaseResolved resolved() {
    return {.image = count_case(),
            .resolution = Resolution::approved,
            .reason = Reason::manual_override,
            .resolved_at = kNoon + std::chrono::hours(3),
            .note = digest_of("note"),
            .resolved_by = "ops",
            .key = plain_key()};
}

}  // namespace

std::vector<EventSample> stock_samples() {
    return {
        {"class_defined",
         ClassDefined{.tenant = kTenant, .sku_class = tickets(), .key = plain_key()}},
        {"stock_moved_receipt", receipt()},
        {"stock_moved_adjustment", adjustment()},
        {"safety_stock_set", SafetyStockSet{.tenant = kTenant,
                                            .sku = kSku,
                                            .pool = PoolId(1),
                                            .cell = {.on_hand = 40, .held = 2, .safety_stock = 5},
                                            .key = plain_key()}},
        {"pool_defined", PoolDefined{.tenant = kTenant, .pool = default_pool()}},
        {"pool_defined_full",
         PoolDefined{.tenant = kTenant, .pool = marketplace(), .key = plain_key()}},
        {"caps_set", CapsSet{.tenant = kTenant,
                             .caps = {{{.units = 500}, {.holds = 40}, {.unit_seconds = 7'200}}},
                             .key = plain_key()}},
        {"selling_changed", stop()},
        {"stock_moved_unavailable", quarantine()},
        {"transfer_changed_sent", sent()},
        {"transfer_changed_lost", lost()},
        {"stock_counted_matched", matched()},
        {"stock_counted_approved", approved()},
        {"case_opened_shortage", shortage()},
        {"case_opened_count", CaseOpened{.image = count_case()}},
        {"case_resolved", resolved()},
    };
}

}  // namespace holdfast::model
