#include "model/event_samples_test.hpp"

#include <algorithm>
#include <iterator>

namespace holdfast::model {
base::Digest128 digest_of(std::string_view text) { return base::digest128({text}); }

KeyUse plain_key() { return {.key = digest_of("key"), .fingerprint = digest_of("fingerprint")}; }

KeyUse source_key() {
    auto key = plain_key();
    key.source = "till-7";
    key.source_sequence = 90'210;
    return key;
}

namespace {

ReservationImage held_image() {
    ReservationImage out;
    out.id = kReservation;
    out.version = 1;
    out.created_at = kNoon;
    out.first_created_at = kNoon;
    out.expires_at = kNoon + std::chrono::minutes(15);
    out.texts.reference = "order-536365";
    out.lines = {{.sku = kSku, .requested = 2, .units = {.accepted = 2, .held = 2}}};
    return out;
}

ReservationTexts all_texts() {
    return {.reference = "order-536365",
            .agent_id = "agent-9",
            .operator_id = "acme",
            .channel = "web",
            .payment_reference = "pi_3N5b",
            .payment_provider = "stripe",
            .order_reference = "SO-1001",
            .region = "eu-north"};
}

// Everything there is, and more than one line.
ReservationImage full_image() {
    auto out = held_image();
    out.version = 9;
    out.waiting = ReservationState::payment_pending;
    out.ended_as = ReservationState::superseded;
    out.extensions = 3;
    out.committed_late = true;
    out.first_created_at = kNoon - std::chrono::hours(20);
    out.replaces = ReservationId(1'000'003);
    out.replaced_by = ReservationId(1'000'018);
    out.superseded_by = ReservationId(1'000'019);
    out.hold_for = std::chrono::minutes(5);
    out.customer = digest_of("customer");
    out.metadata = digest_of("metadata");
    out.texts = all_texts();
    out.lines = {{.sku = kSku,
                  .requested = 20,
                  .units = {.accepted = 18,
                            .held = 1,
                            .committed = 2,
                            .shipped = 3,
                            .released = 4,
                            .expired = 5,
                            .closed_short = 3,
                            .returned = 2},
                  .line_id = "l1",
                  .group = "kit"},
                 {.sku = SkuId(70'000),
                  .pool = PoolId(2),
                  .untracked = true,
                  .requested = 1,
                  .units = {.accepted = 1, .committed = 1}}};
    return out;
}

ReservationChanged hold() {
    return {.verb = Verb::hold, .image = held_image(), .key = plain_key()};
}

// Five of a line from two pools, the second of them softly.
ReservationChanged split_hold() {
    auto out = hold();
    out.image.texts.region = "eu-north";
    out.image.lines = {
        {.sku = kSku, .requested = 5, .units = {.accepted = 3, .held = 3}, .line_id = "l1"},
        {.sku = kSku,
         .pool = PoolId(2),
         .continues = true,
         .soft = true,
         .units = {.accepted = 2, .held = 2}}};
    return out;
}

ReservationChanged queued() {
    auto out = hold();
    out.verb = Verb::queue;
    out.image.waiting = ReservationState::queued;
    out.image.expires_at = kNoon + std::chrono::seconds(30);
    out.image.hold_for = std::chrono::minutes(15);
    out.image.lines = {{.sku = kSku, .pool = kAnyPool, .requested = 2}};
    return out;
}

ReservationChanged full_change() {
    return {.verb = Verb::return_units,
            .reason = Reason::customer_request,
            .disposition = Disposition::damaged,
            .occurred_at = kNoon + std::chrono::hours(70),
            .note = digest_of("note"),
            .document = "RMA-7",
            .image = full_image(),
            .key = source_key()};
}

RefusalRecorded sold_out() {
    return {.tenant = kTenant,
            .operation = Operation::create,
            .refusal = {.code = RefusalCode::insufficient_stock,
                        .next_expiry_at = kNoon + std::chrono::minutes(4),
                        .decided_at = kNoon,
                        .lines = {{.line = 0, .sku = kSku, .requested = 3, .sellable = 1}},
                        .recorded = true},
            .key = plain_key()};
}

RefusalRecorded full_refusal() {
    auto out = sold_out();
    out.operation = Operation::ship;
    out.refusal.code = RefusalCode::quantity_exceeded;
    out.refusal.state = ReservationState::committed;
    out.refusal.line = 4;
    out.refusal.limit = 2'000;
    out.refusal.version = 5;
    out.refusal.reservation = kReservation;
    out.refusal.lines.push_back({.line = 2, .sku = SkuId(9), .requested = 500, .sellable = 0});
    out.refusal.lines_omitted = 7;
    out.refusal.alternatives = {{.line = 2, .pool = PoolId(3), .sellable = 900}};
    out.refusal.cap = {.kind = PrincipalKind::buyer,
                       .measure = CapMeasure::unit_seconds,
                       .by_class = true,
                       .sku_class = ClassId(3),
                       .used = 1'800};
    out.refusal.stop = StopScope::pool;
    out.refusal.stop_reason = Reason::recall;
    out.refusal.until = kNoon + std::chrono::hours(2);
    out.key = source_key();
    return out;
}

std::vector<EventSample> make_samples() {
    std::vector<EventSample> out = {
        {"ledger_created",
         LedgerCreated{.ledger_id = digest_of("ledger"), .id_key = digest_of("ids")}},
        {"tenant_registered", TenantRegistered{.tenant = kTenant,
                                               .recorded_refusals_max = 100'000,
                                               .recorded_refusals_per_second = 1'000,
                                               .tombstones_max = 50'000,
                                               .name = "default"}},
        {"sku_registered",
         SkuRegistered{.tenant = kTenant, .sku = kSku, .sku_class = ClassId(3), .name = "85123A"}},
        {"sku_updated", SkuUpdated{.tenant = kTenant,
                                   .sku = kSku,
                                   .sku_class = ClassId(3),
                                   .version = 2,
                                   .registered = true,
                                   .key = plain_key()}},
        {"reservation_changed_hold", hold()},
        {"reservation_changed_split", split_hold()},
        {"reservation_changed_queued", queued()},
        {"reservation_changed_full", full_change()},
        {"released_by_name", ReleasedByName{.tenant = kTenant,
                                            .by_key = true,
                                            .name = digest_of("create key"),
                                            .blocked_until = kNoon + std::chrono::days(8),
                                            .released = {kReservation, ReservationId(1'000'020)},
                                            .key = plain_key()}},
        {"refusal_recorded_sold_out", sold_out()},
        {"refusal_recorded_full", full_refusal()},
        {"fact_parked", FactParked{.tenant = kTenant,
                                   .verb = Verb::return_units,
                                   .disposition = Disposition::damaged,
                                   .occurred_at = kNoon,
                                   .document = "RMA-8",
                                   .image = full_image(),
                                   .quantities = {3, 0},
                                   .key = source_key()}},
        {"downtime_recorded",
         DowntimeRecorded{.from = kNoon, .to = kNoon + std::chrono::minutes(3)}},
        {"state_hash_logged", StateHashLogged{.hash = 0x0123456789abcdefULL}},
    };
    std::ranges::move(stock_samples(), std::back_inserter(out));
    return out;
}

}  // namespace

const std::vector<EventSample>& event_samples() {
    static const auto samples = make_samples();
    return samples;
}

}  // namespace holdfast::model
