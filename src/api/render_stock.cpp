// Transfers, counts and cases as views.
#include "api/render.hpp"

namespace holdfast::api {

using namespace model;

namespace {

std::int64_t minus_saturating(std::int64_t a, std::int64_t b) {
    std::int64_t out = 0;
    return __builtin_sub_overflow(a, b, &out) ? (b < 0 ? INT64_MAX : INT64_MIN) : out;
}

}  // namespace

TransferView to_view(const TransferChanged& event, const Names& names) {
    const TransferImage& image = event.transfer;
    return {.id = names.transfer(image.id),
            .sku = names.sku(image.sku),
            .from = names.pool(image.tenant, image.from),
            .to = names.pool(image.tenant, image.to),
            .quantity = image.quantity,
            .arrived = image.arrived,
            .lost = image.lost,
            .in_transit = image.in_transit(),
            .sent_at = image.sent_at,
            .reference = image.reference,
            .step = event.step,
            .units = event.units,
            .reason = event.reason,
            .occurred_at = event.occurred_at};
}

CountView to_view(const StockCounted& event, const Names& names) {
    const PendingCount& count = event.count;
    return {
        .sku = names.sku(event.sku),
        .pool = names.pool(event.tenant, event.pool),
        .outcome = event.outcome,
        .counted = count.counted,
        .ledger = minus_saturating(count.counted, count.drift),
        .drift = count.drift,
        .delta = event.delta,
        .disputed = count.disputed,
        .as_of = count.as_of,
        .plan = event.outcome == CountOutcome::pending ? base::to_hex(count.plan) : std::string(),
        .case_id = names.case_id(event.case_id),
        .submitter = event.submitter,
        .decided_by = event.decided_by,
        .overridden = event.overridden,
        .cell = event.cell};
}

CaseView to_view(const CaseImage& image, const Names& names) {
    CaseView view{.id = names.case_id(image.id),
                  .kind = image.kind,
                  .opened_at = image.opened_at,
                  .due_at = {},
                  .sku = names.sku(image.sku),
                  .pool = names.pool(image.tenant, image.pool),
                  .units = image.units,
                  .reservation = names.reservation(image.reservation),
                  .fact = image.fact == Sequence{} ? std::string() : names.position(image.fact),
                  .reference = image.reference,
                  .opened_by = image.opened_by,
                  .reason = image.reason,
                  .count = {},
                  .end = {},
                  .age = {},
                  .missing = {},
                  .at_risk = {}};
    if (image.due_at != base::kNever) {
        view.due_at = image.due_at;
    }
    if (image.kind == CaseKind::count) {
        view.count =
            PendingCountView{.counted = image.count.counted,
                             .ledger = minus_saturating(image.count.counted, image.count.drift),
                             .drift = image.count.drift,
                             .disputed = image.count.disputed,
                             .as_of = image.count.as_of,
                             .plan = base::to_hex(image.count.plan)};
    }
    return view;
}

}  // namespace holdfast::api
