// NaiveStock: what there is, where, and who may get it, as plainly as possible. Part of NaiveModel.
//
// Cells are figures and lists of movements; sums over promises are taken anew from all
// reservations after every change. Written from the specification, not from core/*.cpp.
// Thread rule: one thread.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/naive_ask.hpp"

namespace holdfast::core::testing {

class NaiveStock {
  public:
    using State = model::ReservationState;
    using Units = model::LineQuantities;
    using Code = model::RefusalCode;
    using Operation = model::Operation;
    static constexpr std::int64_t kNever = INT64_MAX;
    static constexpr std::size_t kSkus = 12;
    static constexpr std::size_t kPools = 6;
    static constexpr std::size_t kAnywhere = kPools;  // where a waiter without a wish is

    // A line's part in one pool.
    struct Part {
        std::size_t pool = 0;
        Units units{};
        bool operator==(const Part&) const = default;
    };
    struct Line {
        std::size_t sku = 0;
        std::optional<std::size_t> named{};  // pool that was asked for
        std::int64_t requested = 0;
        bool untracked = false, soft = false;
        std::vector<Part> parts{};

        [[nodiscard]] std::int64_t sum(std::int64_t Units::* part) const {
            std::int64_t out = 0;
            for (const auto& each : parts) {
                out += each.units.*part;
            }
            return out;
        }
    };
    struct Reservation {
        std::vector<Line> lines{};
        Cart asked{};  // reference, agent, operator, customer, channel, region
        std::int64_t created = 0, first_created = 0, deadline = kNever, hold_for = 0;  // seconds
        std::uint32_t version = 1, extensions = 0;
        State waiting = State::held, ended_as = State::released;
        std::optional<std::size_t> replaced_by{};
        std::optional<std::int64_t> left_at{};  // the newest shipment, as it says itself
        std::int64_t left_by = INT64_MIN;       // ... or when it was reported

        [[nodiscard]] std::int64_t sum(std::int64_t Units::* part) const {
            std::int64_t out = 0;
            for (const auto& line : lines) {
                out += line.sum(part);
            }
            return out;
        }
        [[nodiscard]] State state() const {
            return waiting == State::queued        ? State::queued
                   : sum(&Units::held) > 0         ? waiting
                   : sum(&Units::committed) > 0    ? State::committed
                   : sum(&Units::shipped) > 0      ? State::fulfilled
                   : sum(&Units::closed_short) > 0 ? State::reconciled
                                                   : ended_as;
        }
        [[nodiscard]] bool open() const {
            return waiting == State::queued || sum(&Units::held) > 0;
        }
    };
    struct Moved {
        std::uint64_t tick;
        std::int64_t at, delta;
    };
    struct Pending {
        std::int64_t drift = 0, disputed = 0, as_of = 0;
        std::string submitter{};
    };
    struct Cell {
        bool known = false;
        std::int64_t on_hand = 0, safety = 0;
        std::map<model::Reason, std::int64_t> unavailable{};
        std::int64_t held = 0, soft_held = 0, committed = 0;  // summed anew by `recount`
        std::vector<Moved> moves{};
        std::int64_t counted_at = INT64_MIN;  // the newest that was believed
        std::optional<Pending> pending{};

        [[nodiscard]] std::int64_t all_unavailable() const {
            std::int64_t out = 0;
            for (const auto& [reason, units] : unavailable) {
                out += units;
            }
            return out;
        }
        // What the ledger had at the end of that second.
        [[nodiscard]] std::int64_t had(std::int64_t as_of) const {
            std::int64_t out = 0;
            for (const auto& move : moves) {
                out += move.at <= as_of ? move.delta : 0;
            }
            return out;
        }
    };
    struct Sku {
        std::string name;
        std::size_t policy = 0;
    };
    template <typename Settings>
    struct Named {
        std::string name;
        Settings settings{};
    };
    struct Stop {
        model::StopScope scope;
        std::string name;
        std::int64_t until;
    };
    struct Whereabouts {
        std::string channel, region;
    };

    std::int64_t now = 0;           // seconds
    std::uint64_t tick = 0;         // commands so far
    std::uint64_t seen_before = 0;  // movements that a count had seen before they were reported
    std::vector<Sku> skus{};
    std::vector<Named<Policy>> policies{{.name = "default"}};
    std::vector<Named<Warehouse>> pools{{.name = "default"}};
    std::array<std::array<Cell, kPools>, kSkus> cells{};
    std::vector<Stop> stops{};
    model::CapsByKind caps{};
    std::vector<Reservation> reservations{};

    template <typename Things>
    static std::optional<std::size_t> find(const Things& things, const std::string& name) {
        for (std::size_t i = 0; i < things.size(); ++i) {
            if (things[i].name == name) {
                return i;
            }
        }
        return std::nullopt;
    }
    [[nodiscard]] const Policy& policy(std::size_t sku) const {
        return policies[skus[sku].policy].settings;
    }

    // Held, soft and committed units of every cell, from all lines of all reservations.
    void recount() {
        for (auto& row : cells) {
            for (auto& cell : row) {
                cell.held = cell.soft_held = cell.committed = 0;
            }
        }
        for (const auto& r : reservations) {
            for (const auto& line : r.lines) {
                for (const auto& part : line.parts) {
                    if (line.untracked || part.pool == kAnywhere) {
                        continue;
                    }
                    Cell& cell = cells[line.sku][part.pool];
                    cell.known = true;
                    (line.soft ? cell.soft_held : cell.held) += part.units.held;
                    cell.committed += part.units.committed;
                }
            }
        }
    }

    // -- what is offered -------------------------------------------------------------------
    // What a decision has taken already (below zero: given back), and whether for good.
    struct Draft {
        bool for_good = false;
        std::array<std::array<std::int64_t, kPools>, kSkus> firm{}, soft{};
    };

    // For good: on hand less unavailable, promised and safety units, plus the backorder limit.
    [[nodiscard]] std::int64_t free_units(std::size_t sku, std::size_t pool,
                                          const Draft& draft) const {
        const Cell& cell = cells[sku][pool];
        const Policy& p = policy(sku);
        const std::int64_t share =
            ((std::max<std::int64_t>(cell.on_hand, 0) * p.safety_permille) + 999) / 1000;
        return cell.on_hand - cell.all_unavailable() - cell.committed - cell.held -
               draft.firm[sku][pool] - std::max({cell.safety, p.safety_units, share});
    }
    [[nodiscard]] std::int64_t firm_left(std::size_t sku, std::size_t pool,
                                         const Draft& draft) const {
        return free_units(sku, pool, draft) + policy(sku).backorder;
    }
    [[nodiscard]] std::int64_t left(std::size_t sku, std::size_t pool, const Draft& draft) const {
        const Policy& p = policy(sku);
        if (draft.for_good || p.hold_permille == 1000) {
            return firm_left(sku, pool, draft);
        }
        const std::int64_t free = std::max<std::int64_t>(free_units(sku, pool, draft), 0);
        return (free * p.hold_permille / 1000) - cells[sku][pool].soft_held - draft.soft[sku][pool];
    }
    void take(std::size_t sku, std::size_t pool, std::int64_t units, Draft& draft) const {
        if (units == 0) {
            return;
        }
        const bool soft = !draft.for_good && policy(sku).hold_permille > 1000;
        (soft ? draft.soft : draft.firm)[sku][pool] += units;
    }
    // Promised units that are not there.
    [[nodiscard]] bool is_short(std::size_t sku, std::size_t pool) const {
        const Cell& cell = cells[sku][pool];
        return cell.committed + cell.held >
               cell.on_hand - cell.all_unavailable() + policy(sku).backorder;
    }

    // -- where from ------------------------------------------------------------------------
    [[nodiscard]] bool stopped(model::StopScope scope, const std::string& name) const {
        return std::ranges::any_of(stops, [&](const Stop& stop) {
            return stop.scope == scope && stop.name == name && now < stop.until;
        });
    }
    // 0: fenced for the channel; 1: open to all; 2: takes over from one of those; nothing: closed.
    [[nodiscard]] std::optional<int> rank(std::size_t pool, const std::string& channel) const {
        const auto serves = [&](const Warehouse& w) {
            return !channel.empty() && std::ranges::count(w.channels, channel) > 0;
        };
        const auto& w = pools[pool].settings;
        if (w.channels.empty()) {
            return 1;
        }
        if (serves(w)) {
            return 0;
        }
        for (const auto& other : pools) {
            if (other.settings.overflow == pools[pool].name && serves(other.settings)) {
                return 2;
            }
        }
        return std::nullopt;
    }
    [[nodiscard]] std::vector<std::size_t> usable(std::size_t sku,
                                                  const std::optional<std::size_t>& named,
                                                  const Whereabouts& where) const {
        std::vector<std::pair<std::array<std::int64_t, 3>, std::size_t>> out;
        for (std::size_t pool = 0; pool < pools.size(); ++pool) {
            const auto level = rank(pool, where.channel);
            if (!cells[sku][pool].known || !level || (named && *named != pool) ||
                stopped(model::StopScope::pool, pools[pool].name)) {
                continue;
            }
            const bool far = policy(sku).allocation == model::Allocation::nearest &&
                             !where.region.empty() && pools[pool].settings.region != where.region;
            out.push_back({{*level, static_cast<int>(far), pools[pool].settings.priority}, pool});
        }
        std::ranges::sort(out);
        std::vector<std::size_t> order;
        for (const auto& [key, pool] : out) {
            order.push_back(pool);
        }
        return order;
    }
    // What one reservation could get of the SKU.
    [[nodiscard]] std::int64_t sellable(std::size_t sku, const Whereabouts& where,
                                        const Draft& draft) const {
        std::int64_t sum = 0;
        std::int64_t best = 0;
        for (const auto pool : usable(sku, std::nullopt, where)) {
            const std::int64_t units = std::max<std::int64_t>(left(sku, pool, draft), 0);
            sum += units;
            best = std::max(best, units);
        }
        return policy(sku).split ? sum : best;
    }
    [[nodiscard]] bool sells_no_more(std::size_t sku, const Whereabouts& where,
                                     const Draft& draft) const {
        const std::int64_t at = policy(sku).stop_at;
        return at > 0 && sellable(sku, where, draft) <= at;
    }

    // -- allotment -------------------------------------------------------------------------
    struct Wanted {
        std::size_t sku = 0;
        std::optional<std::size_t> named{};
        bool untracked = false;
        std::int64_t requested = 0, minimum = 0;
    };
    struct Given {
        std::vector<std::vector<Part>> parts;  // per line; what is taken counts as accepted
        std::vector<Answer::Failing> failing;
    };

    // Every line its minimum, then the rest in the order of the lines. A minimum is taken even
    // where it is not there.
    [[nodiscard]] Given allot(const std::vector<Wanted>& wanted, const Whereabouts& where,
                              Draft draft) const {
        Given out;
        std::vector<std::vector<std::size_t>> from(wanted.size());
        out.parts.resize(wanted.size());
        const auto give = [&](std::size_t line, std::size_t pool, std::int64_t units) {
            auto& parts = out.parts[line];
            auto found = std::ranges::find(parts, pool, &Part::pool);
            if (found == parts.end()) {
                found = parts.insert(parts.end(), Part{.pool = pool});
            }
            found->units.accepted += units;
            take(wanted[line].sku, pool, units, draft);
        };
        const auto give_in_order = [&](std::size_t line, std::int64_t units) {
            for (const auto pool : from[line]) {
                const auto some =
                    std::clamp<std::int64_t>(left(wanted[line].sku, pool, draft), 0, units);
                if (some > 0) {
                    give(line, pool, some);
                }
                units -= some;
            }
            return units;
        };
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            const Wanted& line = wanted[i];
            if (line.untracked) {
                out.parts[i] = {Part{.pool = 0, .units = {.accepted = line.requested}}};
                continue;
            }
            from[i] = usable(line.sku, line.named, where);
            choose(line, from[i], draft);
            std::int64_t in_sight = 0;
            for (const auto pool : from[i]) {
                in_sight += std::max<std::int64_t>(left(line.sku, pool, draft), 0);
            }
            const std::int64_t missing = give_in_order(i, line.minimum);
            if (missing > 0) {
                out.failing.push_back({.line = static_cast<std::uint32_t>(i),
                                       .requested = line.requested,
                                       .sellable = in_sight});
                if (!from[i].empty()) {
                    give(i, from[i].front(), missing);
                }
            }
        }
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            std::int64_t given = 0;
            for (const auto& part : out.parts[i]) {
                given += part.units.accepted;
            }
            if (out.failing.empty() && !wanted[i].untracked) {
                give_in_order(i, wanted[i].requested - given);
            }
            if (out.parts[i].empty()) {  // a line that got nothing is still somewhere
                out.parts[i] = {
                    Part{.pool = !from[i].empty() ? from[i].front() : wanted[i].named.value_or(0)}};
            }
        }
        return out;
    }

    // A class that wants one pool, or can have no more: the first that does it alone; of a class
    // that cannot split else the one with most.
    void choose(const Wanted& line, std::vector<std::size_t>& from, const Draft& draft) const {
        const Policy& p = policy(line.sku);
        if (from.empty() || (p.split && p.allocation != model::Allocation::single)) {
            return;
        }
        for (const auto pool : from) {
            if (left(line.sku, pool, draft) >= line.requested) {
                from = {pool};
                return;
            }
        }
        if (!p.split) {
            std::size_t best = from.front();
            for (const auto pool : from) {
                const auto units = [&](std::size_t of) {
                    return std::max<std::int64_t>(left(line.sku, of, draft), 0);
                };
                best = units(pool) > units(best) ? pool : best;
            }
            from = {best};
        }
    }

    // -- owners ----------------------------------------------------------------------------
    // Units, holds and unit-seconds of held, counted units; of one class or of all.
    [[nodiscard]] std::array<std::int64_t, 3> used(const Reservation& r,
                                                   const std::optional<std::size_t>& of) const {
        std::int64_t units = 0;
        for (const auto& line : r.lines) {
            const bool counts = !line.untracked && (!of || skus[line.sku].policy == *of);
            units += counts ? line.sum(&Units::held) : 0;
        }
        // A hold in review has no deadline and counts for nobody.
        if (units == 0 || r.deadline == kNever || r.waiting == State::queued) {
            return {};
        }
        const std::int64_t begin = std::max(r.created, r.first_created);
        return {units, 1, units * std::max<std::int64_t>(r.deadline - begin, 0)};
    }
    [[nodiscard]] bool within_caps(const Reservation& fresh, const std::vector<std::size_t>& net_of,
                                   bool only_time = false) const {
        const std::array<std::string Cart::*, model::kPrincipalKinds> who{
            &Cart::agent_id, &Cart::operator_id, &Cart::customer};
        const auto within = [&](const model::OwnerCaps& cap, std::size_t kind,
                                const std::optional<std::size_t>& of) {
            const std::string& owner = fresh.asked.*who[kind];
            auto sum = used(fresh, of);
            if (owner.empty() || sum[0] == 0 || !cap.any()) {
                return true;
            }
            for (std::size_t i = 0; i < reservations.size(); ++i) {
                if (reservations[i].asked.*who[kind] == owner &&
                    std::ranges::count(net_of, i) == 0) {
                    const auto more = used(reservations[i], of);
                    for (std::size_t k = 0; k < 3; ++k) {
                        sum[k] += more[k];
                    }
                }
            }
            return (cap.units == 0 || only_time || sum[0] <= cap.units) &&
                   (cap.holds == 0 || only_time || sum[1] <= cap.holds) &&
                   (cap.unit_seconds == 0 || sum[2] <= cap.unit_seconds);
        };
        for (std::size_t kind = 0; kind < model::kPrincipalKinds; ++kind) {
            if (!within(caps[kind], kind, std::nullopt)) {
                return false;
            }
            for (std::size_t c = 0; c < policies.size(); ++c) {
                if (!within(policies[c].settings.caps[kind], kind, c)) {
                    return false;
                }
            }
        }
        return true;
    }

    // -- movements -------------------------------------------------------------------------
    void move(std::size_t sku, std::size_t pool, std::int64_t delta,
              const std::optional<std::int64_t>& at) {
        const bool past = at && *at <= now;  // nothing is told before it happens
        const std::int64_t when = past ? *at : now;
        Cell& cell = cells[sku][pool];
        cell.known = true;
        cell.on_hand += delta;
        if (delta == 0) {
            return;
        }
        cell.moves.push_back({.tick = tick, .at = when, .delta = delta});
        if (past && when <= cell.counted_at) {
            // Whoever counted last saw it: what was counted then stays what was there then.
            cell.on_hand -= delta;
            cell.moves.push_back({.tick = tick, .at = cell.counted_at, .delta = -delta});
            ++seen_before;
        } else if (cell.pending && when <= cell.pending->as_of) {
            cell.pending->drift -= delta;  // what was counted knows of it already
        }
    }
    void make_unavailable(std::size_t sku, std::size_t pool, model::Reason reason,
                          std::int64_t delta) {
        cells[sku][pool].known = true;
        auto& parts = cells[sku][pool].unavailable;
        if ((parts[reason] += delta) == 0) {
            parts.erase(reason);
        }
    }
};

}  // namespace holdfast::core::testing
