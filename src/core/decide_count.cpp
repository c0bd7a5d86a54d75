// Counts and cases: what somebody saw on the shelf, and what people decide about it.
#include <algorithm>
#include <utility>

#include "base/bytes.hpp"
#include "core/decide_internal.hpp"
#include "model/limits.hpp"

namespace holdfast::core {

using namespace model;

namespace {

// Whether something came after the position that could change what the ledger had for `as_of`.
bool is_stale(const CellFacts& facts, const CountStock& request, base::Time as_of) {
    if (facts.last_count != request.last_count) {
        return true;
    }
    const std::int64_t as_of_ms = base::to_ms(as_of);
    const std::size_t known = std::min<std::size_t>(facts.move_count, facts.moves.size());
    std::size_t newer = 0;
    for (std::size_t i = 0; i < known; ++i) {
        const CellFacts::Move& move = facts.moves[i];
        if (move.sequence > request.position) {
            ++newer;
            if (move.occurred_ms <= as_of_ms) {
                return true;
            }
        }
    }
    // All that is remembered came later, and so may something that is not.
    return newer == facts.moves.size() && facts.move_count > newer;
}

// Of two counts the one of the later moment is right. One that waits for approval gives way to a
// correction of the same moment; one that was rejected was none.
bool is_outdated(const State& state, const CellFacts& facts, base::Time as_of) {
    const Case* const pending = state.find_case(facts.pending_count);
    return base::to_ms(as_of) <= facts.counted_ms ||
           (pending != nullptr && as_of < pending->image.count.as_of);
}

bool within_threshold(const SkuClass& policy, std::int64_t on_hand, std::int64_t drift) {
    const __int128 share =
        (static_cast<__int128>(std::max<std::int64_t>(on_hand, 0)) * policy.count_permille_max +
         kPermille - 1) /
        kPermille;
    const __int128 size = drift < 0 ? -static_cast<__int128>(drift) : drift;
    return size <= std::max<__int128>(share, policy.count_units_max);
}

// False: on hand would be beyond what a cell can count.
bool add_drift(CellImage& cell, std::int64_t drift) {
    return !__builtin_add_overflow(cell.on_hand, drift, &cell.on_hand) &&
           cell.on_hand <= kCellQuantityMax && cell.on_hand >= -kCellQuantityMax;
}

base::Digest128 plan_of(const Sku& sku, const Pool& pool, const CountStock& request) {
    base::Buffer bytes;
    base::ByteWriter out(bytes);
    out.text(sku.name);
    out.text(pool.name);
    out.signed_varint(request.counted);
    out.signed_varint(request.drift);
    out.signed_varint(base::to_ms(request.as_of));
    out.varint(request.position.value());
    return base::digest128(bytes);
}

CaseResolved resolution_of(const Case& pending, Resolution resolution, base::Time now) {
    return {.image = pending.image, .resolution = resolution, .resolved_at = now, .key = {}};
}

struct Counted {
    const Asked& asked;
    const CountStock& request;
    SkuId sku;
    PoolId pool;
    // Nobody has seen what is yet to come, whatever the clock of whoever counted says.
    base::Time as_of;
    const CellFacts& facts;
    CellImage cell;  // grows with the events
};

StockCounted count_event(const Counted& counted, CountOutcome outcome) {
    const Asked& asked = counted.asked;
    return {
        .tenant = *asked.tenant,
        .sku = counted.sku,
        .pool = counted.pool,
        .outcome = outcome,
        .reason = Reason::cycle_count,
        .count = {.counted = counted.request.counted,
                  .drift = counted.request.drift,
                  .disputed = 0,
                  .as_of = counted.as_of,
                  .position = counted.request.position,
                  .plan = plan_of(asked.state.sku(counted.sku),
                                  asked.state.pool(*asked.tenant, counted.pool), counted.request)},
        .cell = counted.cell,
        .submitter = counted.request.submitter,
        .key = key_use(asked.command)};
}

// A newer count takes the place of one that waits: its disputed units are given back first.
void replace_pending(Counted& counted, Events& events) {
    const Case* const pending = counted.asked.state.find_case(counted.facts.pending_count);
    if (pending == nullptr) {
        return;
    }
    const PendingCount& old = pending->image.count;
    counted.cell.unavailable -= old.disputed;
    events.emplace_back(StockCounted{.tenant = *counted.asked.tenant,
                                     .sku = counted.sku,
                                     .pool = counted.pool,
                                     .outcome = CountOutcome::rejected,
                                     .reason = Reason::cycle_count,
                                     .count = {.counted = old.counted,
                                               .drift = old.drift,
                                               .disputed = -old.disputed,
                                               .as_of = old.as_of,
                                               .position = old.position,
                                               .plan = old.plan},
                                     .case_id = pending->image.id,
                                     .cell = counted.cell,
                                     .submitter = counted.request.submitter,
                                     .key = {}});
    events.emplace_back(resolution_of(*pending, Resolution::replaced, counted.asked.stamp.time));
}

Decision leave_pending(Counted& counted, Events events) {
    const Asked& asked = counted.asked;
    const std::int64_t disputed = std::max<std::int64_t>(-counted.request.drift, 0);
    counted.cell.unavailable += disputed;
    StockCounted event = count_event(counted, CountOutcome::pending);
    event.count.disputed = disputed;
    event.case_id = CaseId(asked.stamp.next.value() + events.size() + 1);
    const CaseImage image{.id = event.case_id,
                          .tenant = *asked.tenant,
                          .kind = CaseKind::count,
                          .opened_at = asked.stamp.time,
                          .sku = counted.sku,
                          .pool = counted.pool,
                          .units = counted.request.drift,
                          .reason = Reason::cycle_count,
                          .opened_by = counted.request.submitter,
                          .count = event.count};
    events.emplace_back(std::move(event));
    Decision out = applied(std::move(events));
    out.after.emplace_back(CaseOpened{.image = image});
    return out;
}

}  // namespace

Decision decide_count(const Asked& asked, const CountStock& request) {
    const auto sku = asked.state.find_sku(request.sku.digest);
    if (!sku) {
        return refused(asked, RefusalCode::unknown_sku);
    }
    auto pool = resolve_pool(asked, request.pool);
    if (!pool) {
        return std::move(pool).error();
    }
    // So many units cannot be disputed or corrected, whatever the ledger has.
    if (request.counted < 0 || request.counted > kCellQuantityMax ||
        request.drift > kCellQuantityMax || request.drift < -kCellQuantityMax) {
        return refuse_limit(asked, RefusalCode::limit_exceeded, kCellQuantityMax);
    }
    static const CellFacts kUntouched;
    const std::uint32_t cell = asked.state.find_cell(*sku, *pool);
    Counted counted{.asked = asked,
                    .request = request,
                    .sku = *sku,
                    .pool = *pool,
                    .as_of = std::min(request.as_of, asked.stamp.time),
                    .facts = cell != kNoIndex ? asked.state.cell_facts[cell] : kUntouched,
                    .cell = cell != kNoIndex ? asked.state.cells[cell].units : CellImage{}};
    Events events;
    if (is_outdated(asked.state, counted.facts, counted.as_of)) {
        events.emplace_back(count_event(counted, CountOutcome::outdated));
        return applied(std::move(events));
    }
    if (is_stale(counted.facts, request, counted.as_of)) {
        return refused(asked, RefusalCode::count_stale);
    }
    const std::int64_t before = counted.cell.on_hand;
    replace_pending(counted, events);
    if (!within_threshold(asked.state.class_of(*sku), before, request.drift)) {
        if (counted.cell.unavailable >
            kCellQuantityMax + std::min<std::int64_t>(request.drift, 0)) {
            return refuse_limit(asked, RefusalCode::limit_exceeded, kCellQuantityMax);
        }
        return leave_pending(counted, std::move(events));
    }
    if (!add_drift(counted.cell, request.drift)) {
        return refuse_limit(asked, RefusalCode::limit_exceeded, kCellQuantityMax);
    }
    StockCounted event =
        count_event(counted, request.drift == 0 ? CountOutcome::matched : CountOutcome::applied);
    event.delta = request.drift;
    events.emplace_back(std::move(event));
    return applied(std::move(events));
}

namespace {

// The count's case is decided: its disputed units come back, and on hand follows if it is approved.
Decision decide_pending(const Asked& asked, const ResolveCase& request, const Case& pending) {
    const bool approve = request.resolution == Resolution::approved;
    if (!approve && request.resolution != Resolution::rejected) {
        return refused(asked, RefusalCode::case_not_resolvable);
    }
    const CaseImage& image = pending.image;
    if (approve && request.plan != image.count.plan) {
        return refused(asked, RefusalCode::plan_changed);
    }
    const bool own = request.who == pending.opened_by;
    if (approve && own && !request.override_submitter) {
        return refused(asked, RefusalCode::approval_by_submitter);
    }
    const std::uint32_t cell = asked.state.find_cell(image.sku, image.pool);
    CellImage units = asked.state.cells[cell].units;
    units.unavailable -= image.count.disputed;
    const std::int64_t delta = approve ? image.count.drift : 0;
    if (!add_drift(units, delta)) {
        return refuse_limit(asked, RefusalCode::limit_exceeded, kCellQuantityMax);
    }
    StockCounted event{
        .tenant = image.tenant,
        .sku = image.sku,
        .pool = image.pool,
        .outcome = approve ? CountOutcome::applied : CountOutcome::rejected,
        .reason = request.reason == Reason::none ? Reason::cycle_count : request.reason,
        .count = image.count,
        .delta = delta,
        .case_id = image.id,
        .overridden = approve && own,
        .cell = units,
        .submitter = {},
        .decided_by = request.who,
        .note = request.note.digest,
        .key = {}};
    event.count.disputed = -image.count.disputed;
    Events events;
    events.emplace_back(std::move(event));
    CaseResolved resolved = resolution_of(pending, request.resolution, asked.stamp.time);
    resolved.reason = request.reason;
    resolved.note = request.note.digest;
    resolved.resolved_by = request.who;
    resolved.key = key_use(asked.command);
    events.emplace_back(std::move(resolved));
    return applied(std::move(events));
}

}  // namespace

Decision decide_resolve_case(const Asked& asked, const ResolveCase& request) {
    const Case* const found = asked.state.find_case(request.id);
    if (found == nullptr || found->image.tenant != asked.tenant) {
        return refused(asked, RefusalCode::unknown_case);
    }
    if (found->image.kind == CaseKind::count) {
        return decide_pending(asked, request, *found);
    }
    const bool by_hand =
        found->image.kind == CaseKind::late_money || found->image.kind == CaseKind::unexpected_fact;
    if (!by_hand || request.resolution != Resolution::acknowledged) {
        return refused(asked, RefusalCode::case_not_resolvable);
    }
    CaseResolved event = resolution_of(*found, Resolution::acknowledged, asked.stamp.time);
    event.reason = request.reason;
    event.note = request.note.digest;
    event.resolved_by = request.who;
    event.key = key_use(asked.command);
    Events events;
    events.emplace_back(std::move(event));
    return applied(std::move(events));
}

Events late_money(const Asked& asked, const ReservationImage& image, std::size_t events_before) {
    if (asked.state.find_case(CaseKind::late_money, image.id) != nullptr) {
        return {};
    }
    const LineQuantities totals = sum_lines(image.lines);
    // What the money is for, as its bearer or the client says it.
    const auto& commit = std::get<ChangeReservation>(asked.command.request);
    std::string_view reference = image.texts.reference;
    for (const std::string_view order :
         {image.texts.order_reference, std::string_view(commit.order_reference)}) {
        reference = order.empty() ? reference : order;
    }
    Events out;
    out.emplace_back(CaseOpened{.image = {.id = CaseId(asked.stamp.next.value() + events_before),
                                          .tenant = image.tenant,
                                          .kind = CaseKind::late_money,
                                          .opened_at = asked.stamp.time,
                                          .sku = image.lines.front().sku,
                                          .units = totals.expired + totals.released,
                                          .reservation = image.id,
                                          .reference = reference}});
    return out;
}

}  // namespace holdfast::core
