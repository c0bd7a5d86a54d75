// What must hold of every state, and what makes two states one.
#include <algorithm>
#include <chrono>

#include "base/check.hpp"
#include "core/invariants.hpp"
#include "core/replay.hpp"
#include "tests/explore/command.hpp"
#include "tests/explore/twin.hpp"

namespace holdfast::explore {

using namespace model;
using core::testing::NaiveModel;

namespace {

// Longer than anything in a scope: a hold, a payment, a wait, and what each of them may become.
constexpr std::int64_t kLongSeconds = 100;
constexpr int kRounds = 8;  // what ends may make room for what waits, and that ends, too

std::string told(const std::string& what, auto machine, auto naive) {
    return what + ": machine " + std::to_string(machine) + ", model " + std::to_string(naive);
}

base::Time time_of(std::int64_t second) {
    return second == NaiveModel::kNever ? base::kNever : kStart + std::chrono::seconds(second);
}

void add_units(base::ByteWriter& out, const LineQuantities& units) {
    for (const auto n : {units.accepted, units.held, units.committed, units.shipped, units.released,
                         units.expired, units.closed_short, units.returned}) {
        out.signed_varint(n);
    }
}

// How far off a time is; what lies so far back that no bound sees it is one and the same.
void add_time(base::ByteWriter& out, base::Time time, base::Time now) {
    const auto off = time == base::kNever
                         ? std::int64_t{INT64_MAX}
                         : std::max<std::int64_t>((time - now).count(), -kLongSeconds * 1'000);
    out.signed_varint(off);
}

}  // namespace

std::string Twin::judge() const {
    if (const auto broken = core::check_invariants(*state_)) {
        return *broken;
    }
    if (auto differs = replay_again(); !differs.empty()) {
        return differs;
    }
    Twin later(*this);
    later.forget();
    std::string out = later.sweep();
    out = out.empty() ? later.compare_states() : out;
    return out.empty() ? later.let_time_pass() : out;
}

// The whole ledger into an empty state, which forgets nothing.
std::string Twin::replay_again() const {
    core::State fresh;
    for (const auto& batch : batches_) {
        const auto done = core::replay(fresh, *batch.payload, batch.first, batch.time, {}, {});
        if (!done) {
            return "replay: " + done.error().message;
        }
    }
    if (fresh.hash != state_->hash || fresh.totals != state_->totals) {
        return "replay leads to another state";
    }
    return {};
}

// Nothing but time: every hold and every wait ends, and nothing that was sold is touched.
std::string Twin::let_time_pass() {
    for (int round = 0; round < kRounds; ++round) {
        now_ += std::chrono::seconds(kLongSeconds);
        model_.wait(kLongSeconds);
        if (auto out = sweep(); !out.empty()) {
            return out;
        }
    }
    if (state_->first_due() != nullptr || state_->totals.waiters != 0) {
        return "time has passed, and somebody still holds or waits";
    }
    return compare_states();
}

std::string Twin::compare_states() const {
    if (const auto broken = core::check_invariants(*state_)) {
        return *broken;
    }
    if (ids_.size() != model_.reservations.size()) {
        return told("reservations", ids_.size(), model_.reservations.size());
    }
    for (std::size_t i = 0; i < ids_.size(); ++i) {
        if (auto out = compare_reservation(i); !out.empty()) {
            return "reservation " + std::to_string(i) + ": " + out;
        }
    }
    for (std::size_t s = 0; s < model_.skus.size(); ++s) {
        if (auto out = compare_cell(s); !out.empty()) {
            return model_.skus[s].name + ": " + out;
        }
        if (const auto owed = model_.next_grant(s)) {
            return "reservation " + std::to_string(*owed) + " is owed a grant";
        }
    }
    return compare_cases();
}

std::string Twin::compare_reservation(std::size_t number) const {
    const ReservationImage machine = image(number);
    const auto& naive = model_.reservations[number];
    if (state_of(machine) != naive.state()) {
        return "machine " + std::string(to_string(state_of(machine))) + ", model " +
               std::string(to_string(naive.state()));
    }
    if (machine.version != naive.version) {
        return told("version", machine.version, naive.version);
    }
    if (machine.extensions != naive.extensions) {
        return told("extensions", machine.extensions, naive.extensions);
    }
    if (machine.expires_at != time_of(naive.deadline)) {
        return told("deadline", base::to_ms(machine.expires_at),
                    base::to_ms(time_of(naive.deadline)));
    }
    if (machine.first_created_at != time_of(naive.first_created)) {
        return "first created at another time";
    }
    if (machine.replaced_by != (naive.replaced_by ? id_of(*naive.replaced_by) : ReservationId{})) {
        return "replaced by another";
    }
    std::size_t at = 0;
    for (const auto& line : naive.lines) {
        for (const auto& part : line.parts) {
            if (at == machine.lines.size() || !(machine.lines[at++].units == part.units)) {
                return "other units";
            }
        }
    }
    return at == machine.lines.size() ? "" : "more entries";
}

std::string Twin::compare_cell(std::size_t sku) const {
    const auto& naive = model_.cells[sku][0];
    const SkuId id(static_cast<std::uint32_t>(sku));
    const CellImage& machine = state_->cell_of(id).units;
    const CellImage wanted{.on_hand = naive.on_hand,
                           .unavailable = naive.all_unavailable(),
                           .held = naive.held,
                           .committed = naive.committed,
                           .safety_stock = naive.safety,
                           .soft_held = naive.soft_held};
    if (machine == wanted) {
        return {};
    }
    return told("on hand", machine.on_hand, wanted.on_hand) + ", " +
           told("held", machine.held, wanted.held) + ", " +
           told("committed", machine.committed, wanted.committed) + ", " +
           told("unavailable", machine.unavailable, wanted.unavailable);
}

std::string Twin::compare_cases() const {
    std::multiset<std::pair<CaseKind, std::size_t>> machine;
    std::multiset<std::pair<CaseKind, std::size_t>> naive;
    for (const auto& [id, record] : state_->cases) {
        const bool of_cell = record.image.kind == CaseKind::shortage;
        machine.emplace(record.image.kind,
                        of_cell ? record.image.sku.value() : number_of(record.image.reservation));
    }
    for (std::size_t s = 0; s < model_.skus.size(); ++s) {
        if (model_.is_short(s, 0)) {
            naive.emplace(CaseKind::shortage, s);
        }
    }
    for (const auto about : model_.late_money) {
        naive.emplace(CaseKind::late_money, about);
    }
    for (const auto& fact : model_.facts) {
        naive.emplace(CaseKind::unexpected_fact, fact.reservation);
    }
    return machine == naive ? "" : told("other cases", machine.size(), naive.size());
}

// -- one state or two -------------------------------------------------------------------------

base::Digest128 Twin::canonical() const {
    base::Buffer bytes;
    base::ByteWriter out(bytes);
    for (std::uint32_t c = 0; c < state_->cells.size(); ++c) {
        const CellImage& units = state_->cells[c].units;
        for (const auto n : {units.on_hand, units.unavailable, units.held, units.committed,
                             units.safety_stock, units.soft_held}) {
            out.signed_varint(n);
        }
    }
    for (std::size_t i = 0; i < ids_.size(); ++i) {
        const ReservationImage r = image(i);
        out.varint(state_->find_reservation(ids_[i]) != nullptr);
        out.varint(static_cast<std::uint64_t>(r.waiting));
        out.varint(static_cast<std::uint64_t>(r.ended_as));
        out.varint(r.extensions);
        add_time(out, r.expires_at, now_);
        add_time(out, r.first_created_at, now_);
        out.signed_varint(r.hold_for.count());
        out.varint(r.replaced_by.value() != 0 ? number_of(r.replaced_by) + 1 : 0);
        out.text(r.texts.reference);
        out.text(r.texts.agent_id);
        for (const auto& line : r.lines) {
            out.varint(line.sku.value());
            out.signed_varint(line.requested);
            add_units(out, line.units);
        }
    }
    add_keys(out);
    add_cases(out);
    add_model(out);
    return base::digest128(bytes);
}

base::Digest128 Twin::canonical_at_rest() const {
    Twin later(*this);
    return later.sweep().empty() ? later.canonical() : base::Digest128{};
}

// What each key and name is used for, and what the tenant remembers of refusals.
void Twin::add_keys(base::ByteWriter& out) const {
    const core::Tenant& tenant = state_->tenants[0];
    for (const auto key : keys_) {
        const auto* const record = state_->keys.find(key);
        const auto* const tombstone = state_->tombstones.find(key);
        out.digest(key);
        out.varint(record == nullptr ? 0 : record->refusal ? 1 : 2);
        out.varint(record == nullptr ? 0 : record->fingerprint);
        out.varint(record == nullptr ? 0 : number_of(ReservationId(record->event.value())));
        add_time(out, base::time_from_ms(tombstone != nullptr ? tombstone->until_ms : 0), now_);
    }
    for (const auto refused : tenant.recorded_refusals) {
        out.digest(refused);
    }
    const std::int64_t second = base::to_ms(now_) / 1'000;
    out.varint(tenant.refusal_second == second ? tenant.refusals_in_second : 0);
    out.varint(tenant.stops.size());
    for (const auto& caps : tenant.caps) {
        out.signed_varint(caps.units);
        out.signed_varint(caps.holds);
    }
}

void Twin::add_cases(base::ByteWriter& out) const {
    for (const auto& [id, record] : state_->cases) {
        out.varint(static_cast<std::uint64_t>(record.image.kind));
        out.varint(number_of(record.image.reservation));
    }
    for (const auto& [sequence, fact] : state_->parked) {
        out.varint(number_of(fact.reservation));
        out.varint(static_cast<std::uint64_t>(fact.verb));
        out.varint(static_cast<std::uint64_t>(fact.disposition));
        for (const auto n : fact.quantities) {
            out.signed_varint(n);
        }
    }
}

// Equal machines beside unequal models are two states: then the second is judged, too.
void Twin::add_model(base::ByteWriter& out) const {
    for (const auto& r : model_.reservations) {
        out.varint(static_cast<std::uint64_t>(r.state()));
        add_time(out, time_of(r.deadline), now_);
        for (const auto& line : r.lines) {
            for (const auto& part : line.parts) {
                add_units(out, part.units);
            }
        }
    }
    for (std::size_t s = 0; s < model_.skus.size(); ++s) {
        out.signed_varint(model_.cells[s][0].on_hand);
    }
    out.varint(model_.facts.size());
    out.varint(model_.late_money.size());
}

}  // namespace holdfast::explore
