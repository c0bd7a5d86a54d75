#include "core/decide.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "core/decide_internal.hpp"
#include "model/limits.hpp"

namespace holdfast::core {

using namespace model;

namespace {

constexpr std::int64_t kMsPerSecond = 1000;

// A key that was seen: the first answer again, or a client's mistake.
std::optional<Decision> judge_key(const Asked& asked) {
    const Key& key = asked.command.key;
    if (key.empty()) {
        return std::nullopt;
    }
    const KeyRecord* const record = asked.state.keys.find(key.key);
    if (record == nullptr) {
        return std::nullopt;
    }
    if (!record->is_of(key.fingerprint)) {
        return refused(asked, RefusalCode::idempotency_key_reused);
    }
    Decision out;
    out.outcome = Outcome::replayed;
    out.replay_of = record->event;
    return out;
}

// A flood of refusals on a sold-out SKU may fill neither the ledger nor memory: beyond the tenant's
// rate a "no" is answered but not remembered.
bool may_record(const Asked& asked, RefusalCode code) {
    const auto* const create = std::get_if<CreateReservation>(&asked.command.request);
    if ((create != nullptr && create->dry_run) || asked.command.key.empty() || !asked.tenant ||
        !entry_of(code).recorded) {
        return false;
    }
    const Tenant& tenant = asked.state.tenant(*asked.tenant);
    const std::int64_t second = base::to_ms(asked.stamp.time) / kMsPerSecond;
    const std::uint32_t used = second == tenant.refusal_second ? tenant.refusals_in_second : 0;
    return tenant.recorded_refusals_max > 0 && used < tenant.recorded_refusals_per_second;
}

}  // namespace

Decision decide(const State& state, const Command& command, Stamp stamp) {
    const Asked asked{.state = state,
                      .command = command,
                      .stamp = stamp,
                      .tenant = state.find_tenant(command.tenant.digest)};
    if (auto known = judge_key(asked)) {
        return std::move(*known);
    }
    struct Dispatch {
        const Asked& asked;
        Decision operator()(const CreateReservation& r) const { return decide_create(asked, r); }
        Decision operator()(const ChangeReservation& r) const { return decide_change(asked, r); }
        Decision operator()(const ReleaseByName& r) const {
            return decide_release_by_name(asked, r);
        }
        Decision operator()(const MoveStock& r) const { return decide_movement(asked, r); }
        Decision operator()(const SetSafetyStock& r) const { return decide_safety_stock(asked, r); }
        Decision operator()(const PutSku& r) const { return decide_put_sku(asked, r); }
        Decision operator()(const ReadReservation& r) const { return decide_read(asked, r); }
        Decision operator()(const PutClass& r) const { return decide_put_class(asked, r); }
        Decision operator()(const PutPool& r) const { return decide_put_pool(asked, r); }
        Decision operator()(const SetCaps& r) const { return decide_caps(asked, r); }
        Decision operator()(const ChangeSelling& r) const { return decide_selling(asked, r); }
        Decision operator()(const TransferStock& r) const { return decide_transfer(asked, r); }
        Decision operator()(const SettleTransfer& r) const {
            return decide_settle_transfer(asked, r);
        }
        Decision operator()(const RecordSale& r) const { return decide_sale(asked, r); }
        Decision operator()(const CountStock& r) const { return decide_count(asked, r); }
        Decision operator()(const ResolveCase& r) const { return decide_resolve_case(asked, r); }
    };
    return std::visit(Dispatch{asked}, command.request);
}

bool is_dead(const Reservation& reservation, base::Time now) {
    return reservation.in_deadlines.linked() && reservation.deadline_ms <= base::to_ms(now);
}

Events genesis(base::Digest128 ledger_id, base::Digest128 id_key) {
    constexpr TenantId kFirst(0);
    return {LedgerCreated{.ledger_id = ledger_id, .id_key = id_key},
            TenantRegistered{.tenant = kFirst,
                             .recorded_refusals_max = kRecordedRefusalsMax,
                             .recorded_refusals_per_second = kRecordedRefusalsPerSecond,
                             .tombstones_max = kTombstonesMax,
                             .name = "default"},
            ClassDefined{.tenant = kFirst, .sku_class = default_class(), .key = {}}};
}

Decision applied(Events events) {
    Decision out;
    out.outcome = Outcome::applied;
    out.events = std::move(events);
    return out;
}

ReservationChanged& add_change(Events& events) {
    events.emplace_back(std::in_place_type<ReservationChanged>);
    return std::get<ReservationChanged>(events.back());
}

Decision shown(Event event) {
    Decision out;
    out.outcome = Outcome::shown;
    out.events.push_back(std::move(event));
    return out;
}

Decision expire_first(const Reservation& reservation) {
    Decision out;
    out.outcome = Outcome::expire_first;
    out.expire = reservation.id;
    return out;
}

Decision grant_first(const Reservation& waiter) {
    Decision out;
    out.outcome = Outcome::grant_first;
    out.grant = waiter.id;
    return out;
}

Decision refused(const Asked& asked, Refusal refusal) {
    Decision out;
    out.outcome = Outcome::refused;
    out.refusal = std::move(refusal);
    out.refusal.decided_at = asked.stamp.time;
    out.refusal.recorded = may_record(asked, out.refusal.code);
    if (out.refusal.recorded) {
        RefusalRecorded event{.tenant = *asked.tenant,
                              .operation = asked.command.operation,
                              .refusal = out.refusal,
                              .key = key_use(asked.command)};
        auto& lines = event.refusal.lines;
        if (lines.size() > kRecordedLines) {
            event.refusal.lines_omitted = static_cast<std::uint32_t>(lines.size() - kRecordedLines);
            lines.resize(kRecordedLines);
        }
        out.events.emplace_back(std::move(event));
    }
    return out;
}

Decision refused(const Asked& asked, RefusalCode code) {
    Refusal refusal;
    refusal.code = code;
    return refused(asked, std::move(refusal));
}

base::Time happened_at(const Asked& asked, const std::optional<base::Time>& stated) {
    return stated && *stated <= asked.stamp.time ? *stated : base::Time{};
}

KeyUse key_use(const Command& command) {
    return {.key = command.key.key,
            .fingerprint = command.key.fingerprint,
            .source = command.key.source,
            .source_sequence = command.key.source_sequence};
}

Decision unchanged(const Asked& asked, ReservationChanged event) {
    event.key = key_use(asked.command);
    if (event.key.empty()) {
        return shown(std::move(event));
    }
    Events events;
    events.emplace_back(std::move(event));
    return applied(std::move(events));
}

Policy policy_of(const State& state, std::span<const LineImage> lines) {
    CHECK(!lines.empty());
    Policy out;
    bool first = true;
    const auto tighten = [&first](auto& bound, auto value) {
        bound = first ? value : std::min(bound, value);
    };
    for (const auto& line : lines) {
        const SkuClass& c = state.class_of(line.sku);
        tighten(out.hold_ttl, c.hold_ttl);
        tighten(out.hold_ttl_max, c.hold_ttl_max);
        tighten(out.payment_ttl, c.payment_ttl);
        tighten(out.payment_ttl_max, c.payment_ttl_max);
        tighten(out.lifetime_max, c.lifetime_max);
        tighten(out.extensions_max, c.extensions_max);
        out.on_payment_timeout = std::max(out.on_payment_timeout, c.on_payment_timeout);
        out.late_commit = std::max(out.late_commit, c.late_commit);
        first = false;
    }
    return out;
}

TenantId ensure_tenant(const Asked& asked, Events& events) {
    if (asked.tenant) {
        return *asked.tenant;
    }
    const TenantId fresh(asked.state.tenants.size());
    events.emplace_back(TenantRegistered{.tenant = fresh,
                                         .recorded_refusals_max = kRecordedRefusalsMax,
                                         .recorded_refusals_per_second = kRecordedRefusalsPerSecond,
                                         .tombstones_max = kTombstonesMax,
                                         .name = asked.command.tenant.text});
    events.emplace_back(ClassDefined{.tenant = fresh, .sku_class = default_class(), .key = {}});
    return fresh;
}

Decision refuse_limit(const Asked& asked, RefusalCode code, std::int64_t limit) {
    Refusal refusal;
    refusal.code = code;
    refusal.limit = limit;
    return refused(asked, std::move(refusal));
}

Decision refuse_line(const Asked& asked, RefusalCode code, std::size_t line) {
    Refusal refusal;
    refusal.code = code;
    refusal.line = static_cast<std::uint32_t>(line);
    return refused(asked, std::move(refusal));
}

std::expected<PoolId, Decision> resolve_pool(const Asked& asked, const std::optional<Name>& pool) {
    if (!pool) {
        if (asked.tenant && asked.state.tenant(*asked.tenant).pools.size() > 1) {
            return std::unexpected(refused(asked, RefusalCode::pool_required));
        }
        return kDefaultPool;
    }
    if (pool->text == "default") {
        return kDefaultPool;
    }
    const auto found =
        asked.tenant ? asked.state.find_pool(*asked.tenant, pool->digest) : std::nullopt;
    if (!found) {
        return std::unexpected(refused(asked, RefusalCode::unknown_pool));
    }
    return *found;
}

const Reservation* dead_hold_of(const State& state, SkuId sku, base::Time now) {
    for (std::uint32_t c = state.sku(sku).cell; c != kNoIndex; c = state.next_cell(c)) {
        const Reservation* const due = state.first_due_in(state.cells[c]);
        if (due != nullptr && is_dead(*due, now)) {
            return due;
        }
    }
    return nullptr;
}

const Reservation* dead_hold_of(const State& state, std::span<const std::uint32_t> cells,
                                base::Time now) {
    for (const std::uint32_t cell : cells) {
        const Reservation* const due = state.first_due_in(state.cells[cell]);
        if (due != nullptr && is_dead(*due, now)) {
            return due;
        }
    }
    return nullptr;
}

}  // namespace holdfast::core
