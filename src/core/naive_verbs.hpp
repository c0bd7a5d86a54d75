// NaiveVerbs: what is asked of one reservation, and late money. Part of NaiveModel.
//
// Thread rule: one thread.
#pragma once

#include <map>

#include "core/naive_reservations.hpp"

namespace holdfast::core::testing {

class NaiveVerbs : public NaiveReservations {
  protected:
    // Units by line and part that the request names.
    struct Selection {
        bool unknown_line = false;
        std::vector<std::vector<std::int64_t>> units;
        std::vector<Answer::Failing> missing{};
        std::vector<std::vector<std::pair<std::size_t, std::size_t>>> missing_at{};  // named
    };

    static std::int64_t actionable(Operation verb, const Units& units, bool late) {
        switch (verb) {
            case Operation::ship: return units.committed;
            case Operation::cancel:
            case Operation::close_short:
            case Operation::reallocate: return units.held + units.committed;
            case Operation::return_units: return units.shipped - units.returned;
            default: return late ? units.expired : units.held;
        }
    }
    [[nodiscard]] Selection select(const Ask& asked, const Reservation& r, bool late) const {
        Selection out;
        const auto from = find(pools, asked.with.from);
        std::vector<std::vector<std::int64_t>> left;
        for (const auto& line : r.lines) {
            auto& row = left.emplace_back();
            for (const auto& part : line.parts) {
                const bool there = asked.with.from.empty() || from == part.pool;
                row.push_back(there ? actionable(asked.operation, part.units, late) : 0);
            }
            out.units.emplace_back(row.size());
        }
        if (asked.with.lines.empty()) {
            out.units = left;
            return out;
        }
        for (std::size_t p = 0; p < asked.with.lines.size(); ++p) {
            const auto& part = asked.with.lines[p];
            std::int64_t wanted = part.quantity;
            std::vector<std::pair<std::size_t, std::size_t>> named;
            for (std::size_t i = 0; i < r.lines.size(); ++i) {
                if (skus[r.lines[i].sku].name != part.sku) {
                    continue;
                }
                for (std::size_t e = 0; e < r.lines[i].parts.size(); ++e) {
                    if (!asked.with.from.empty() && from != r.lines[i].parts[e].pool) {
                        continue;
                    }
                    named.emplace_back(i, e);
                    const auto some =
                        std::clamp<std::int64_t>(wanted, 0, left[i][e] - out.units[i][e]);
                    out.units[i][e] += some;
                    wanted -= some;
                }
            }
            if (named.empty()) {
                out.unknown_line = true;
                return out;
            }
            if (wanted > 0) {
                out.missing.push_back({.line = static_cast<std::uint32_t>(p),
                                       .requested = part.quantity,
                                       .sellable = part.quantity - wanted});
                out.missing_at.push_back(named);
            }
        }
        return out;
    }

    // What left or came back of what late money replaced is its successor's.
    [[nodiscard]] std::size_t bearer_of(const Ask& asked) const {
        const bool fact =
            asked.operation == Operation::ship || asked.operation == Operation::return_units;
        return fact ? reservations[asked.target].replaced_by.value_or(asked.target) : asked.target;
    }
    Answer change(const Ask& asked) {
        if (asked.target >= reservations.size()) {
            return {.code = Code::unknown_reservation};
        }
        const std::size_t index = bearer_of(asked);
        Reservation& r = reservations[index];
        const Operation verb = asked.operation;
        const State state = r.state();
        if (verb == Operation::commit && r.replaced_by) {
            return {.changes = false, .shows = r.replaced_by};
        }
        if (verb == Operation::reallocate &&
            (!find(pools, asked.with.to) ||
             (!asked.with.from.empty() && !find(pools, asked.with.from)))) {
            return {.code = Code::unknown_pool};
        }
        const bool late = verb == Operation::commit && state == State::expired;
        const Selection chosen = select(asked, r, late);
        if (chosen.unknown_line) {
            return {.code = Code::unknown_line};
        }
        if (is_done(asked, r, chosen)) {
            return {.changes = false, .shows = index};
        }
        if (asked.with.version && *asked.with.version != reservations[asked.target].version) {
            return {.code = Code::version_mismatch};
        }
        if (late ? any(r, &Policy::refuses_late) : !allows(verb, r)) {
            const bool money = verb == Operation::commit &&
                               (state == State::released || state == State::superseded ||
                                r.sum(&Units::expired) + r.sum(&Units::released) > 0);
            if (money) {
                late_money.insert(index);
            }
            return {.code = state == State::expired && verb != Operation::close_short &&
                                    verb != Operation::reallocate
                                ? Code::expired
                                : Code::illegal_transition};
        }
        if (const Code bound = beyond_bound(asked, r); bound != Code::none) {
            return {.code = bound};
        }
        const bool fact = verb == Operation::ship || verb == Operation::return_units;
        const bool nothing_sold =
            verb == Operation::ship && asked.with.lines.empty() && r.sum(&Units::committed) == 0;
        if (fact && (!chosen.missing.empty() || nothing_sold)) {
            return park(asked, r, chosen, nothing_sold);
        }
        if (!chosen.missing.empty() && state != State::queued) {
            return {.code = Code::quantity_exceeded, .lines = chosen.missing};
        }
        if (late) {
            return retake(index, chosen.units);
        }
        if (verb == Operation::reallocate) {
            return reallocate(asked, index, chosen);
        }
        if (auto soft = not_firm(asked, r, chosen.units)) {
            return {.code = Code::insufficient_stock, .lines = soft};
        }
        if (verb == Operation::extend && !may_last(index, now + asked_ttl(asked, r))) {
            return {.code = Code::owner_limit_exceeded};
        }
        act(asked, r, chosen.units);
        changed(index);
        return {.shows = index};
    }

    // Of a payment or an extension.
    [[nodiscard]] std::int64_t asked_ttl(const Ask& asked, const Reservation& r) const {
        const bool payment = asked.operation == Operation::begin_payment;
        return asked.with.ttl_seconds.value_or(
            strictest(r, payment ? &Policy::payment : &Policy::ttl));
    }
    [[nodiscard]] bool is_done(const Ask& asked, const Reservation& r,
                               const Selection& chosen) const {
        const bool whole = asked.with.lines.empty();
        const bool holds = r.sum(&Units::held) > 0;
        const bool sells = r.sum(&Units::committed) > 0;
        const bool left = r.sum(&Units::shipped) > 0;
        switch (asked.operation) {
            case Operation::begin_payment: return r.state() == State::payment_pending;
            case Operation::extend:
                return r.state() == State::held && now + asked_ttl(asked, r) <= r.deadline;
            case Operation::commit: return whole && !holds && (sells || left);
            case Operation::ship: return whole && !holds && !sells && left;
            case Operation::release: return whole && !holds && gave_up(r);
            case Operation::cancel: return whole && r.state() == State::released;
            case Operation::close_short: return whole && r.state() == State::reconciled;
            case Operation::reallocate:
                return (holds || sells) && chosen.missing.empty() &&
                       leaving(asked, r, chosen).empty();
            default: return false;
        }
    }
    // The last to end was given up, or some of it.
    static bool gave_up(const Reservation& r) {
        return r.state() == State::released ||
               (r.ended_as == State::released && r.sum(&Units::released) > 0);
    }
    static bool allows(Operation verb, const Reservation& r) {
        const bool holds = r.sum(&Units::held) > 0;
        switch (verb) {
            case Operation::begin_payment:
            case Operation::extend: return r.state() == State::held;
            case Operation::cancel:
            case Operation::close_short:
            case Operation::reallocate: return holds || r.sum(&Units::committed) > 0;
            case Operation::release: return holds || r.waiting == State::queued;
            case Operation::commit: return holds;
            default: return true;
        }
    }
    [[nodiscard]] Code beyond_bound(const Ask& asked, const Reservation& r) const {
        const bool payment = asked.operation == Operation::begin_payment;
        if (!payment && asked.operation != Operation::extend) {
            return Code::none;
        }
        const auto ttl = asked_ttl(asked, r);
        if (ttl > strictest(r, payment ? &Policy::payment_max : &Policy::ttl_max)) {
            return Code::ttl_out_of_bounds;
        }
        if (!payment && r.extensions >= strictest(r, &Policy::extensions)) {
            return Code::extension_limit_reached;
        }
        return now + ttl > r.first_created + strictest(r, &Policy::lifetime)
                   ? Code::lifetime_exceeded
                   : Code::none;
    }
    // Whether its owners may hold it so long: it has its units already.
    [[nodiscard]] bool may_last(std::size_t index, std::int64_t deadline) const {
        Reservation longer = reservations[index];
        longer.deadline = deadline;
        return within_caps(longer, {index}, true);
    }
    // What a soft hold lacks when it is to become firm.
    [[nodiscard]] std::optional<std::vector<Answer::Failing>> not_firm(
        const Ask& asked, const Reservation& r,
        const std::vector<std::vector<std::int64_t>>& units) const {
        std::vector<Answer::Failing> out;
        const bool pays = asked.operation == Operation::begin_payment;
        if (!pays && asked.operation != Operation::commit) {
            return std::nullopt;
        }
        Draft draft{.for_good = true};
        for (std::size_t i = 0; i < r.lines.size(); ++i) {
            for (std::size_t p = 0; p < r.lines[i].parts.size() && r.lines[i].soft; ++p) {
                const auto& part = r.lines[i].parts[p];
                const auto n = pays ? part.units.held : units[i][p];
                if (n == 0) {
                    continue;
                }
                const auto there = left(r.lines[i].sku, part.pool, draft);
                if (there < n) {
                    out.push_back({.line = static_cast<std::uint32_t>(i),
                                   .requested = n,
                                   .sellable = std::max<std::int64_t>(there, 0)});
                }
                take(r.lines[i].sku, part.pool, n, draft);
            }
        }
        return out.empty() ? std::nullopt : std::optional(out);
    }

    Answer park(const Ask& asked, const Reservation& r, const Selection& chosen, bool all) {
        Fact fact{.reservation = bearer_of(asked),
                  .ships = asked.operation == Operation::ship,
                  .damaged = asked.with.disposition == model::Disposition::damaged,
                  .quantities = std::vector<std::int64_t>(r.lines.size()),
                  .at = std::min(asked.at.value_or(now), now)};  // it happened when it was reported
        auto units = chosen.units;
        // What is missing is about units that may yet come to it, else about the first named.
        for (std::size_t m = 0; m < chosen.missing.size(); ++m) {
            std::int64_t rest = chosen.missing[m].requested - chosen.missing[m].sellable;
            for (const auto& [i, p] : chosen.missing_at[m]) {
                const Units& there = r.lines[i].parts[p].units;
                const auto room = there.held + (fact.ships ? 0 : there.committed) -
                                  (units[i][p] - chosen.units[i][p]);
                const auto some = std::clamp<std::int64_t>(room, 0, rest);
                units[i][p] += some;
                rest -= some;
            }
            const auto& [i, p] = chosen.missing_at[m].front();
            units[i][p] += rest;
        }
        for (std::size_t i = 0; i < r.lines.size(); ++i) {
            fact.quantities[i] = std::reduce(units[i].begin(), units[i].end());
            if (all) {
                const auto promised = r.sum(&Units::held) > 0      ? &Units::held
                                      : r.sum(&Units::expired) > 0 ? &Units::expired
                                                                   : &Units::accepted;
                fact.quantities[i] =
                    r.sum(&Units::accepted) == 0 ? r.lines[i].requested : r.lines[i].sum(promised);
            }
        }
        facts.push_back(std::move(fact));
        return {.parked = true};
    }
    Answer retake(std::size_t old, const std::vector<std::vector<std::int64_t>>& units) {
        Reservation fresh = reservations[old];
        Draft draft{.for_good = true};
        bool same = true;
        std::int64_t total = 0;
        std::vector<Wanted> wanted;
        for (std::size_t i = 0; i < units.size(); ++i) {
            Line& line = fresh.lines[i];
            Wanted want{.sku = line.sku, .untracked = line.untracked};
            for (std::size_t p = 0; p < line.parts.size(); ++p) {
                const auto n = units[i][p];
                line.parts[p].units = {.accepted = n, .committed = n};
                same = same &&
                       (line.untracked || n == 0 || left(line.sku, line.parts[p].pool, draft) >= n);
                take(line.sku, line.parts[p].pool, line.untracked ? 0 : n, draft);
                want.requested += n;
            }
            line.soft = false;
            want.minimum = want.requested;
            total += want.requested;
            wanted.push_back(want);
        }
        if (total == 0) {
            return {.code = Code::expired};
        }
        if (!same) {
            Given given = allot(wanted, where(fresh), {.for_good = true});
            if (!given.failing.empty()) {
                late_money.insert(old);
                return {.code = Code::late_commit_shortfall, .lines = given.failing};
            }
            accept(fresh, std::move(given), &Units::committed);
        }
        fresh.version = 1;
        fresh.created = now;
        fresh.ended_as = State::released;
        fresh.waiting = State::held;
        ++reservations[old].version;
        reservations[old].replaced_by = reservations.size();
        late_money.erase(old);
        reservations.push_back(std::move(fresh));
        changed(old);
        changed(reservations.size() - 1);
        return {.shows = reservations.size() - 1};
    }

    // Units per line that leave their parts for another pool.
    [[nodiscard]] std::map<std::size_t, std::int64_t> leaving(const Ask& asked,
                                                              const Reservation& r,
                                                              const Selection& chosen) const {
        std::map<std::size_t, std::int64_t> out;
        for (std::size_t i = 0; i < r.lines.size(); ++i) {
            for (std::size_t p = 0; p < r.lines[i].parts.size() && !r.lines[i].untracked; ++p) {
                if (r.lines[i].parts[p].pool != find(pools, asked.with.to) &&
                    chosen.units[i][p] > 0) {
                    out[i] += chosen.units[i][p];
                }
            }
        }
        return out;
    }
    Answer reallocate(const Ask& asked, std::size_t index, const Selection& chosen) {
        Reservation& r = reservations[index];
        const std::size_t to = *find(pools, asked.with.to);
        std::vector<Answer::Failing> failing;
        Draft draft{.for_good = true};
        for (const auto& [i, units] : leaving(asked, r, chosen)) {
            const std::size_t sku = r.lines[i].sku;
            const auto there = cells[sku][to].known ? left(sku, to, draft) : 0;
            if (there < units) {
                failing.push_back({.line = static_cast<std::uint32_t>(i),
                                   .requested = units,
                                   .sellable = std::max<std::int64_t>(there, 0)});
            } else {
                take(sku, to, units, draft);
            }
        }
        if (!failing.empty()) {
            return {.code = Code::insufficient_stock, .lines = failing};
        }
        for (std::size_t i = 0; i < r.lines.size(); ++i) {
            Units arrives;
            auto& parts = r.lines[i].parts;
            for (std::size_t p = 0; p < parts.size() && !r.lines[i].untracked; ++p) {
                const auto n = parts[p].pool == to ? 0 : chosen.units[i][p];
                Units& units = parts[p].units;
                const auto sold = std::min(n, units.committed);
                units.accepted -= n, units.committed -= sold, units.held -= n - sold;
                arrives.accepted += n, arrives.committed += sold, arrives.held += n - sold;
            }
            if (arrives.accepted == 0) {
                continue;
            }
            auto found = std::ranges::find(parts, to, &Part::pool);
            if (found == parts.end()) {
                found = parts.insert(parts.end(), Part{.pool = to});
            }
            found->units.accepted += arrives.accepted;
            found->units.committed += arrives.committed;
            found->units.held += arrives.held;
        }
        ++r.version;
        changed(index);
        return {.shows = index};
    }

    void act(const Ask& asked, Reservation& r,
             const std::vector<std::vector<std::int64_t>>& moved) {
        ++r.version;
        if (r.waiting == State::queued) {
            return end_wait(r, State::released);
        }
        for (std::size_t i = 0; i < moved.size(); ++i) {
            for (std::size_t p = 0; p < moved[i].size(); ++p) {
                Units& units = r.lines[i].parts[p].units;
                const std::int64_t n = moved[i][p];
                const std::int64_t sold = std::min(n, units.committed);
                switch (asked.operation) {
                    case Operation::commit: units.held -= n, units.committed += n; break;
                    case Operation::release: units.held -= n, units.released += n; break;
                    case Operation::cancel:
                        units.committed -= sold, units.held -= n - sold, units.released += n;
                        break;
                    case Operation::close_short:
                        units.committed -= sold, units.held -= n - sold, units.closed_short += n;
                        break;
                    case Operation::ship: units.committed -= n, units.shipped += n; break;
                    case Operation::return_units: units.returned += n; break;
                    default: break;
                }
            }
            r.lines[i].soft = r.lines[i].soft && asked.operation != Operation::begin_payment;
        }
        if (asked.operation == Operation::ship || asked.operation == Operation::return_units) {
            goods_moved(r, moved, asked.operation == Operation::ship,
                        asked.with.disposition == model::Disposition::damaged, asked.at);
        }
        if (asked.operation == Operation::begin_payment) {
            r.waiting = State::payment_pending;
            r.deadline = now + asked_ttl(asked, r);
        }
        if (asked.operation == Operation::extend) {
            r.deadline = now + asked_ttl(asked, r);
            ++r.extensions;
        }
        if (asked.operation == Operation::release || asked.operation == Operation::cancel) {
            r.ended_as = State::released;
        }
        r.deadline = r.sum(&Units::held) > 0 ? r.deadline : kNever;
    }
};

}  // namespace holdfast::core::testing
