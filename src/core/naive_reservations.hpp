// NaiveReservations: holds, queues and parked facts. Part of NaiveModel.
//
// A hold ends the moment its deadline passes. Grants to waiters are the machine's to time: it says
// whom it granted (`grant`) and the model says whether that was right, what is owed, and whether
// somebody was overtaken. Thread rule: one thread.
#pragma once

#include <set>

#include "core/naive_stock.hpp"

namespace holdfast::core::testing {

class NaiveReservations : public NaiveStock {
  public:
    // A shipment or return that did not fit; quantities by line.
    struct Fact {
        std::size_t reservation = 0;
        bool ships = true, damaged = false;
        std::vector<std::int64_t> quantities{};
        std::int64_t at = 0;
    };
    std::vector<Fact> facts{};           // open ones, oldest first
    std::set<std::size_t> late_money{};  // reservations with an open case

    void wait(std::int64_t seconds) {
        now += seconds;
        for (auto& r : reservations) {
            if (!r.open() || r.deadline > now) {
                continue;
            }
            ++r.version;
            r.deadline = kNever;
            if (r.waiting == State::queued) {
                end_wait(r, State::expired);
            } else if (r.waiting == State::payment_pending && any(r, &Policy::review)) {
                r.waiting = State::review;
            } else {
                move_all(r, &Units::held, &Units::expired);
                r.ended_as = State::expired;
            }
        }
        recount();
    }

    // -- queues ----------------------------------------------------------------------------
    [[nodiscard]] std::vector<std::size_t> queue(std::size_t sku) const {
        std::vector<std::size_t> out;
        for (std::size_t i = 0; i < reservations.size(); ++i) {
            if (reservations[i].waiting == State::queued && reservations[i].lines[0].sku == sku) {
                out.push_back(i);
            }
        }
        return out;
    }
    // The waiter whose turn it is: the oldest that fits.
    [[nodiscard]] std::optional<std::size_t> next_grant(std::size_t sku) const {
        for (const auto i : queue(sku)) {
            if (granted(reservations[i])) {
                return i;
            }
        }
        return std::nullopt;
    }
    // The machine granted it. False: it was not its turn.
    [[nodiscard]] bool grant(std::size_t index) {
        Reservation& r = reservations[index];
        if (r.waiting != State::queued || next_grant(r.lines[0].sku) != index) {
            return false;
        }
        r = *granted(r);
        changed(index);
        return true;
    }

  protected:
    [[nodiscard]] bool any(const Reservation& r, bool Policy::* flag) const {
        return std::ranges::any_of(r.lines,
                                   [&](const Line& line) { return policy(line.sku).*flag; });
    }
    template <typename Value>
    [[nodiscard]] Value strictest(const Reservation& r, Value Policy::* bound) const {
        Value out = policy(r.lines.front().sku).*bound;
        for (const auto& line : r.lines) {
            out = std::min(out, policy(line.sku).*bound);
        }
        return out;
    }
    static void move_all(Reservation& r, std::int64_t Units::* from, std::int64_t Units::* to) {
        for (auto& line : r.lines) {
            for (auto& part : line.parts) {
                part.units.*to += std::exchange(part.units.*from, 0);
            }
        }
    }
    static void end_wait(Reservation& r, State as) {
        r.waiting = State::held;
        r.ended_as = as;
        r.hold_for = 0;
        r.deadline = kNever;
    }
    static void release_held(Reservation& r, State as) {
        move_all(r, &Units::held, &Units::released);
        r.ended_as = as;
        r.deadline = kNever;
        if (r.waiting == State::queued) {
            end_wait(r, as);
        }
        ++r.version;
    }
    [[nodiscard]] static Whereabouts where(const Reservation& r) {
        return {.channel = r.asked.channel, .region = r.asked.region};
    }
    // Takes the parts as held, or as something else, units of the lines.
    static void accept(Reservation& r, Given given, std::int64_t Units::* as) {
        for (std::size_t i = 0; i < r.lines.size(); ++i) {
            for (auto& part : given.parts[i]) {
                part.units.*as = part.units.accepted;
            }
            r.lines[i].parts = std::move(given.parts[i]);
        }
    }
    [[nodiscard]] bool selling(const Reservation& r) const {
        using model::StopScope;
        const auto& channel = r.asked.channel;
        const auto& agent = r.asked.agent_id;
        return !stopped(StopScope::everything, "") &&
               (channel.empty() || !stopped(StopScope::channel, channel)) &&
               (agent.empty() || !stopped(StopScope::agent, agent));
    }
    [[nodiscard]] bool selling(const Line& line, const Whereabouts& from,
                               const Draft& draft) const {
        using model::StopScope;
        const Sku& sku = skus[line.sku];
        return !stopped(StopScope::sku, sku.name) &&
               !stopped(StopScope::sku_class, policies[sku.policy].name) &&
               !(line.named && stopped(StopScope::pool, pools[*line.named].name)) &&
               (line.untracked || !sells_no_more(line.sku, from, draft));
    }

    // The reservation after the grant, if it fits now.
    [[nodiscard]] std::optional<Reservation> granted(const Reservation& waiter) const {
        Reservation r = waiter;
        Line& line = r.lines[0];
        if (!selling(r) || !selling(line, where(r), {})) {
            return std::nullopt;
        }
        Given given = allot({{.sku = line.sku,
                              .named = line.named,
                              .requested = line.requested,
                              .minimum = line.requested}},
                            where(r), {});
        if (!given.failing.empty()) {
            return std::nullopt;
        }
        accept(r, std::move(given), &Units::held);
        line.soft = policy(line.sku).hold_permille > 1000;
        r.waiting = State::held;
        r.first_created = now;
        r.deadline = now + r.hold_for;
        r.hold_for = 0;
        ++r.version;
        return within_caps(r, {}) ? std::optional(r) : std::nullopt;
    }

    // After every change of a reservation: sums, and facts that fit by now.
    void changed(std::size_t index) {
        Reservation& r = reservations[index];
        for (std::size_t f = 0; f < facts.size();) {
            const std::size_t about = facts[f].reservation;
            const bool fits = about == index || reservations[about].replaced_by == index;
            if (!fits || !settle(r, facts[f])) {
                ++f;
                continue;
            }
            facts.erase(facts.begin() + static_cast<std::ptrdiff_t>(f));
            f = 0;
        }
        recount();
    }
    bool settle(Reservation& r, const Fact& fact) {
        Reservation after = r;
        std::vector<std::vector<std::int64_t>> moved(r.lines.size());
        for (std::size_t i = 0; i < r.lines.size(); ++i) {
            std::int64_t n = fact.quantities[i];
            for (auto& part : after.lines[i].parts) {
                Units& units = part.units;
                const auto some =
                    std::min(n, fact.ships ? units.committed : units.shipped - units.returned);
                units.committed -= fact.ships ? some : 0;
                (fact.ships ? units.shipped : units.returned) += some;
                n -= some;
                moved[i].push_back(some);
            }
            if (n > 0) {
                return false;
            }
        }
        r = after;
        ++r.version;
        // What comes back left before it came.
        const bool in_order = fact.ships || r.left_by <= fact.at;
        goods_moved(r, moved, fact.ships, fact.damaged, in_order ? fact.at : r.left_at);
        return true;
    }
    void goods_moved(Reservation& r, const std::vector<std::vector<std::int64_t>>& units,
                     bool ships, bool damaged, std::optional<std::int64_t> at) {
        if (at && *at > now) {
            at.reset();  // nothing is told before it happens
        }
        if (ships) {
            r.left_at = at;
            r.left_by = at.value_or(now);
        }
        for (std::size_t i = 0; i < r.lines.size(); ++i) {
            for (std::size_t p = 0; p < r.lines[i].parts.size() && !r.lines[i].untracked; ++p) {
                const auto pool = r.lines[i].parts[p].pool;
                if (units[i][p] == 0) {
                    continue;
                }
                move(r.lines[i].sku, pool, ships ? -units[i][p] : units[i][p], at);
                if (!ships && damaged) {
                    make_unavailable(r.lines[i].sku, pool, model::Reason::damage, units[i][p]);
                }
            }
        }
    }
};

}  // namespace holdfast::core::testing
