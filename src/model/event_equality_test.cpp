#include <tuple>

#include "model/event_codec.hpp"
#include "model/event_samples_test.hpp"

namespace holdfast::model {
namespace {

auto fields(const KeyUse& value) {
    const auto& [key, fingerprint, source, sequence] = value;
    return std::tuple(key, fingerprint, source, sequence);
}

auto fields(const LedgerCreated& value) {
    const auto& [ledger_id, id_key] = value;
    return std::tuple(ledger_id, id_key);
}

auto fields(const TenantRegistered& value) {
    const auto& [tenant, refusals, rate, tombstones, name] = value;
    return std::tuple(tenant, refusals, rate, tombstones, name);
}

auto fields(const SkuClass& value) {
    const auto& [id, version, name, hold, hold_max, payment, payment_max, lifetime, review,
                 extensions, on_timeout, late, tracking, held_grace, payment_grace, safety,
                 safety_share, backorder, factor, stop_at, allocation, split, wait_max, line_max,
                 caps, shortage_order, count_units, count_share, consistency, banded, low] = value;
    return std::tuple(id, version, name, hold, hold_max, payment, payment_max, lifetime, review,
                      extensions, on_timeout, late, tracking, held_grace, payment_grace, safety,
                      safety_share, backorder, factor, stop_at, allocation, split, wait_max,
                      line_max, caps, shortage_order, count_units, count_share, consistency, banded,
                      low);
}

auto fields(const ClassDefined& value) {
    const auto& [tenant, sku_class, key] = value;
    return std::tuple(tenant, fields(sku_class), fields(key));
}

auto fields(const Pool& value) {
    const auto& [id, version, name, kind, region, priority, channels, overflow] = value;
    return std::tuple(id, version, name, kind, region, priority, channels, overflow);
}

auto fields(const PoolDefined& value) {
    const auto& [tenant, pool, key] = value;
    return std::tuple(tenant, fields(pool), fields(key));
}

auto fields(const CapsSet& value) {
    const auto& [tenant, caps, key] = value;
    return std::tuple(tenant, caps, fields(key));
}

auto fields(const Stop& value) {
    const auto& [scope, name, reason, since, until, note, by] = value;
    return std::tuple(scope, name, reason, since, until, note, by);
}

auto fields(const SellingChanged& value) {
    const auto& [tenant, stop, stopped, key] = value;
    return std::tuple(tenant, fields(stop), stopped, fields(key));
}

auto fields(const SkuRegistered& value) {
    const auto& [tenant, sku, sku_class, name] = value;
    return std::tuple(tenant, sku, sku_class, name);
}

auto fields(const SkuUpdated& value) {
    const auto& [tenant, sku, sku_class, version, registered, key] = value;
    return std::tuple(tenant, sku, sku_class, version, registered, fields(key));
}

auto fields(const StockMoved& value) {
    const auto& [tenant, sku, pool, movement, reason, registered, delta, unavailable, why,
                 occurred_at, undoes, cell, note, reference, key] = value;
    return std::tuple(tenant, sku, pool, movement, reason, registered, delta, unavailable, why,
                      occurred_at, undoes, cell, note, reference, fields(key));
}

auto fields(const TransferImage& value) {
    const auto& [id, tenant, sku, from, to, quantity, arrived, lost, sent_at, reference] = value;
    return std::tuple(id, tenant, sku, from, to, quantity, arrived, lost, sent_at, reference);
}

auto fields(const TransferChanged& value) {
    const auto& [step, units, reason, occurred_at, transfer, from, to, key] = value;
    return std::tuple(step, units, reason, occurred_at, fields(transfer), from, to, fields(key));
}

auto fields(const StockCounted& value) {
    const auto& [tenant, sku, pool, outcome, reason, count, delta, case_id, overridden, cell,
                 submitter, decided_by, note, key] = value;
    return std::tuple(tenant, sku, pool, outcome, reason, count, delta, case_id, overridden, cell,
                      submitter, decided_by, note, fields(key));
}

auto fields(const CaseImage& value) {
    const auto& [id, tenant, kind, opened_at, due_at, sku, pool, units, reservation, fact, reason,
                 reference, opened_by, count] = value;
    return std::tuple(id, tenant, kind, opened_at, due_at, sku, pool, units, reservation, fact,
                      reason, reference, opened_by, count);
}

auto fields(const CaseOpened& value) {
    const auto& [image] = value;
    return std::tuple(fields(image));
}

auto fields(const CaseResolved& value) {
    const auto& [image, resolution, reason, resolved_at, note, resolved_by, key] = value;
    return std::tuple(fields(image), resolution, reason, resolved_at, note, resolved_by,
                      fields(key));
}

auto fields(const SafetyStockSet& value) {
    const auto& [tenant, sku, pool, cell, key] = value;
    return std::tuple(tenant, sku, pool, cell, fields(key));
}

auto fields(const LineImage& value) {
    const auto& [sku, pool, untracked, continues, soft, requested, units, line_id, group] = value;
    return std::tuple(sku, pool, untracked, continues, soft, requested, units, line_id, group);
}

auto fields(const Lines& lines) {
    std::vector<decltype(fields(lines.front()))> out;
    for (const auto& line : lines) {
        out.push_back(fields(line));
    }
    return out;
}

auto fields(const ReservationTexts& value) {
    const auto& [reference, agent, by, channel, payment, provider, order, region] = value;
    return std::tuple(reference, agent, by, channel, payment, provider, order, region);
}

auto fields(const ReservationImage& value) {
    const auto& [id, tenant, version, waiting, ended_as, extensions, late, created, first, expires,
                 hold_for, replaces, replaced_by, superseded_by, customer, metadata, texts, lines] =
        value;
    return std::tuple(id, tenant, version, waiting, ended_as, extensions, late, created, first,
                      expires, hold_for, replaces, replaced_by, superseded_by, customer, metadata,
                      fields(texts), fields(lines));
}

auto fields(const ReservationChanged& value) {
    const auto& [verb, reason, disposition, occurred_at, note, document, image, key] = value;
    return std::tuple(verb, reason, disposition, occurred_at, note, document, fields(image),
                      fields(key));
}

auto fields(const ReleasedByName& value) {
    const auto& [tenant, by_key, name, blocked_until, released, key] = value;
    return std::tuple(tenant, by_key, name, blocked_until, released, fields(key));
}

auto fields(const Refusal& value) {
    const auto& [code, state, line, limit, version, reservation, next_expiry_at, decided_at, lines,
                 omitted, alternatives, cap, stop, stop_reason, until, recorded] = value;
    return std::tuple(code, state, line, limit, version, reservation, next_expiry_at, decided_at,
                      lines, omitted, alternatives, cap, stop, stop_reason, until, recorded);
}

auto fields(const RefusalRecorded& value) {
    const auto& [tenant, operation, refusal, key] = value;
    return std::tuple(tenant, operation, fields(refusal), fields(key));
}

auto fields(const FactParked& value) {
    const auto& [tenant, verb, disposition, occurred_at, document, image, quantities, key] = value;
    return std::tuple(tenant, verb, disposition, occurred_at, document, fields(image), quantities,
                      fields(key));
}

auto fields(const DowntimeRecorded& value) {
    const auto& [from, to] = value;
    return std::tuple(from, to);
}

auto fields(const StateHashLogged& value) {
    const auto& [hash] = value;
    return std::tuple(hash);
}

}  // namespace

bool same(const Event& a, const Event& b) {
    if (a.index() != b.index()) {
        return false;
    }
    return std::visit(
        [&b]<typename Body>(const Body& body) { return fields(body) == fields(std::get<Body>(b)); },
        a);
}

base::Buffer encoded(const Event& event) {
    base::Buffer out;
    encode(event, out);
    return out;
}

}  // namespace holdfast::model
