// NaiveModel: what the machine promises, written as plainly as possible, for tests to compare with.
//
// Maps, vectors and loops over everything; holds end the moment their deadline passes. It knows
// nothing of events, ids or sweepers: reservations are numbered in the order they appear. Written
// from the design, not from core/decide*.cpp. Thread rule: one thread.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/testing.hpp"

namespace holdfast::core::testing {

// A command, by the numbers of its reservations.
struct Ask {
    model::Operation operation = model::Operation::create;
    Cart cart{};
    With with{};
    std::size_t target = 0;
    std::optional<std::size_t> supersedes{};
    std::string name{};         // SKU of a movement; reference or create key of a release by name
    std::int64_t quantity = 0;  // of a movement
    bool block_late = false;
    bool by_key = false;
    bool operator==(const Ask&) const = default;

    [[nodiscard]] const std::string& key() const {
        return operation == model::Operation::create ? cart.key : with.key;
    }
};

struct Answer {
    model::RefusalCode code = model::RefusalCode::none;
    bool changes = true;  // else a success without an effect
    bool parked = false;  // a fact that did not fit
    bool replayed = false;
    bool recorded = false;               // of a refusal
    std::optional<std::size_t> shows{};  // the reservation in the reply
    std::size_t attempt = 0;             // which answer is replayed
};

class NaiveModel {
  public:
    struct Policy {
        std::int64_t ttl, ttl_max, payment, payment_max, lifetime;  // seconds
        std::uint32_t extensions;
        bool review = false, refuses_late = false, untracked = false;
    };
    struct Line {
        std::string sku;
        std::int64_t requested;
        model::LineQuantities units;
    };
    struct Reservation {
        std::vector<Line> lines;
        std::string reference;
        std::int64_t first_created, deadline;  // seconds
        std::uint32_t version = 1, extensions = 0;
        model::ReservationState waiting = State::held, ended_as = State::released;
        std::optional<std::size_t> replaced_by{};

        [[nodiscard]] std::int64_t sum(std::int64_t model::LineQuantities::* part) const {
            return std::accumulate(
                lines.begin(), lines.end(), std::int64_t{0},
                [&](std::int64_t n, const Line& line) { return n + line.units.*part; });
        }
        [[nodiscard]] model::ReservationState state() const {
            return sum(&Units::held) > 0        ? waiting
                   : sum(&Units::committed) > 0 ? State::committed
                   : sum(&Units::shipped) > 0   ? State::fulfilled
                                                : ended_as;
        }
    };
    struct Stock {
        std::int64_t on_hand = 0, unavailable = 0, safety = 0;
    };
    static constexpr std::int64_t kNever = INT64_MAX;

    std::map<std::string, Policy> policies;  // by SKU: the SKUs there are
    std::size_t refusals_max = 0, refusals_per_second = 0;
    std::map<std::string, Stock> stock{};
    std::vector<Reservation> reservations{};
    std::int64_t now = 0;  // seconds

    void wait(std::int64_t seconds) {
        now += seconds;
        for (auto& r : reservations) {
            if (r.sum(&Units::held) == 0 || r.deadline > now) {
                continue;
            }
            ++r.version;
            r.deadline = kNever;
            if (r.waiting == State::payment_pending && any(r, &Policy::review)) {
                r.waiting = State::review;
                continue;
            }
            move(r, &Units::held, &Units::expired);
            r.ended_as = State::expired;
        }
    }

    [[nodiscard]] std::int64_t promised(const std::string& sku,
                                        std::int64_t model::LineQuantities::* part) const {
        std::int64_t out = 0;
        for (const auto& r : reservations) {
            for (const auto& line : r.lines) {
                out += line.sku == sku && !policies.at(sku).untracked ? line.units.*part : 0;
            }
        }
        return out;
    }

    // `attempt` numbers the call, for replays to name it.
    Answer ask(const Ask& asked, std::size_t attempt) {
        const auto key = std::pair(asked.operation, asked.key());
        if (const auto known = keys_.find(key); !key.second.empty() && known != keys_.end()) {
            if (!(known->second.ask == asked)) {
                return {.code = Code::idempotency_key_reused};
            }
            return {.replayed = true, .attempt = known->second.attempt};
        }
        Answer out = judge(asked);
        if (key.second.empty() || asked.cart.dry_run) {
            return out;
        }
        out.recorded = out.code != Code::none && model::entry_of(out.code).recorded &&
                       std::ranges::count(refusal_seconds_, now) <
                           static_cast<std::ptrdiff_t>(refusals_per_second);
        if (out.recorded) {
            refusal_seconds_.push_back(now);
            refusals_.push_back(key);
            if (refusals_.size() > refusals_max) {
                keys_.erase(refusals_.front());
                refusals_.pop_front();
            }
        }
        if (out.code == Code::none || out.recorded) {
            keys_[key] = {.ask = asked, .attempt = attempt, .shows = out.shows};
        }
        return out;
    }

  private:
    using State = model::ReservationState;
    using Units = model::LineQuantities;
    using Code = model::RefusalCode;
    using Operation = model::Operation;
    struct Used {
        Ask ask;
        std::size_t attempt;
        std::optional<std::size_t> shows;
    };

    [[nodiscard]] bool any(const Reservation& r, bool Policy::* flag) const {
        return std::ranges::any_of(r.lines,
                                   [&](const Line& line) { return policies.at(line.sku).*flag; });
    }
    template <typename Value>
    [[nodiscard]] Value strictest(const Reservation& r, Value Policy::* bound) const {
        Value out = policies.at(r.lines.front().sku).*bound;
        for (const auto& line : r.lines) {
            out = std::min(out, policies.at(line.sku).*bound);
        }
        return out;
    }
    static void move(Reservation& r, std::int64_t Units::* from, std::int64_t Units::* to) {
        for (auto& line : r.lines) {
            line.units.*to += std::exchange(line.units.*from, 0);
        }
    }
    [[nodiscard]] std::int64_t sellable(const std::string& sku) const {
        const auto found = stock.find(sku);
        const Stock cell = found == stock.end() ? Stock{} : found->second;
        return cell.on_hand - cell.unavailable - cell.safety - promised(sku, &Units::held) -
               promised(sku, &Units::committed);
    }
    [[nodiscard]] bool blocked(const std::pair<bool, std::string>& name) const {
        const auto found = tombstones_.find(name);
        return !name.second.empty() && found != tombstones_.end() && found->second > now;
    }

    Answer judge(const Ask& asked) {
        switch (asked.operation) {
            case Operation::create: return create(asked);
            case Operation::release_by_name: return release_by_name(asked);
            case Operation::receive_stock:
            case Operation::adjust_stock: stock[asked.name].on_hand += asked.quantity; return {};
            case Operation::set_safety_stock:
                return {.changes = std::exchange(stock[asked.name].safety, asked.quantity) !=
                                   asked.quantity};
            default: break;
        }
        if (asked.target >= reservations.size()) {
            return {.code = Code::unknown_reservation};
        }
        return change(asked);
    }

    // Gives each line what it gets; false if a minimum is not there.
    bool allot(const Cart& cart, Reservation& fresh, const std::set<std::size_t>& replaced) {
        std::map<std::string, std::int64_t> free;
        for (const auto& line : fresh.lines) {
            free[line.sku] = policies.at(line.sku).untracked ? INT64_MAX / 2 : sellable(line.sku);
        }
        for (const auto old : replaced) {
            for (const auto& line : reservations[old].lines) {
                free[line.sku] += line.units.held;
            }
        }
        const auto take = [&](Line& line, std::int64_t units) {
            free[line.sku] -= units;
            line.units.accepted += units;
            line.units.held += units;
        };
        bool enough = true;
        for (std::size_t i = 0; i < fresh.lines.size(); ++i) {
            const auto& line = cart.lines[i];
            const bool whole = policies.at(line.sku).untracked || !cart.partial;
            const std::int64_t minimum =
                policies.at(line.sku).untracked
                    ? line.quantity
                    : line.min_quantity.value_or(whole ? line.quantity : 0);
            take(fresh.lines[i], minimum);
            enough = enough && (minimum == 0 || free[line.sku] >= 0);
        }
        for (auto& line : fresh.lines) {
            take(line,
                 std::clamp(free[line.sku], std::int64_t{0}, line.requested - line.units.accepted));
        }
        return enough && fresh.sum(&Units::accepted) > 0;
    }

    Answer create(const Ask& asked) {
        const Cart& cart = asked.cart;
        if (blocked({true, cart.key}) || blocked({false, cart.reference})) {
            return {.code = Code::released_before_create};
        }
        Reservation fresh{.lines = {}, .reference = cart.reference, .first_created = now};
        for (const auto& line : cart.lines) {
            if (!policies.contains(line.sku)) {
                return {.code = Code::unknown_sku};
            }
            fresh.lines.push_back({.sku = line.sku, .requested = line.quantity, .units = {}});
        }
        std::set<std::size_t> replaced;
        if (asked.supersedes && *asked.supersedes >= reservations.size()) {
            return {.code = Code::unknown_reservation};
        }
        for (std::size_t i = 0; i < reservations.size(); ++i) {
            const auto& old = reservations[i];
            const bool same = cart.supersedes_same_reference && !cart.reference.empty() &&
                              old.reference == cart.reference;
            if (old.sum(&Units::held) > 0 && (same || asked.supersedes == i)) {
                replaced.insert(i);
                fresh.first_created = std::min(fresh.first_created, old.first_created);
                fresh.extensions = std::max(fresh.extensions, old.extensions);
            }
        }
        for (const auto old : replaced) {
            if (reservations[old].waiting == State::review) {
                return {.code = Code::illegal_transition};
            }
        }
        const auto ttl = cart.ttl_seconds.value_or(strictest(fresh, &Policy::ttl));
        if (ttl > strictest(fresh, &Policy::ttl_max)) {
            return {.code = Code::ttl_out_of_bounds};
        }
        fresh.deadline = now + ttl;
        if (fresh.deadline > fresh.first_created + strictest(fresh, &Policy::lifetime)) {
            return {.code = Code::lifetime_exceeded};
        }
        if (!allot(cart, fresh, replaced)) {
            return {.code = Code::insufficient_stock};
        }
        if (cart.dry_run) {
            return {.changes = false};
        }
        for (const auto old : replaced) {
            release(reservations[old], State::superseded);
        }
        reservations.push_back(std::move(fresh));
        return {.shows = reservations.size() - 1};
    }

    static void release(Reservation& r, State as) {
        move(r, &Units::held, &Units::released);
        r.ended_as = as;
        r.deadline = kNever;
        ++r.version;
    }

    Answer release_by_name(const Ask& asked) {
        bool reached = false;
        bool blocks = asked.block_late;
        const auto release_it = [&](Reservation& r) {
            if (r.sum(&Units::held) > 0) {
                release(r, State::released);
                reached = true;
            }
        };
        if (asked.by_key) {
            const auto known = keys_.find({Operation::create, asked.name});
            blocks = known == keys_.end();
            if (!blocks && known->second.shows) {
                release_it(reservations[*known->second.shows]);
            }
        }
        for (auto& r : reservations) {
            if (!asked.by_key && r.reference == asked.name) {
                release_it(r);
            }
        }
        if (blocks) {
            tombstones_[{asked.by_key, asked.name}] = now + 8 * 24 * 3600;
        }
        return {.changes = reached || blocks};
    }

    Answer change(const Ask& asked) {
        Reservation& r = reservations[asked.target];
        const Operation verb = asked.operation;
        const State state = r.state();
        if (verb == Operation::commit && r.replaced_by) {
            return {.changes = false, .shows = r.replaced_by};
        }
        const bool late = verb == Operation::commit && state == State::expired;
        std::vector<std::int64_t> units;
        bool missing = false;
        if (!select(asked, r, late, units, missing)) {
            return {.code = Code::unknown_line};
        }
        if (is_done(asked, r)) {
            return {.changes = false, .shows = asked.target};
        }
        if (asked.with.version && *asked.with.version != r.version) {
            return {.code = Code::version_mismatch};
        }
        if (late ? any(r, &Policy::refuses_late) : !allows(verb, r)) {
            return {.code = state == State::expired ? Code::expired : Code::illegal_transition};
        }
        if (const Code bound = beyond_bound(asked, r); bound != Code::none) {
            return {.code = bound};
        }
        const bool fact = verb == Operation::ship || verb == Operation::return_units;
        const bool nothing_sold =
            verb == Operation::ship && asked.with.lines.empty() && r.sum(&Units::committed) == 0;
        if (fact && (missing || nothing_sold)) {
            return {.parked = true};
        }
        if (missing) {
            return {.code = Code::quantity_exceeded};
        }
        if (late) {
            return retake(asked.target, units);
        }
        act(asked, r, units);
        return {.shows = asked.target};
    }

    static std::int64_t actionable(Operation verb, const Units& units, bool late) {
        switch (verb) {
            case Operation::ship: return units.committed;
            case Operation::cancel: return units.held + units.committed;
            case Operation::return_units: return units.shipped - units.returned;
            default: return late ? units.expired : units.held;
        }
    }

    // Units per line that the parts name; false if one names no line.
    static bool select(const Ask& asked, const Reservation& r, bool late,
                       std::vector<std::int64_t>& units, bool& missing) {
        std::vector<std::int64_t> left;
        for (const auto& line : r.lines) {
            left.push_back(actionable(asked.operation, line.units, late));
        }
        units = asked.with.lines.empty() ? left : std::vector<std::int64_t>(left.size());
        for (const auto& part : asked.with.lines) {
            std::int64_t wanted = part.quantity;
            bool known = false;
            for (std::size_t i = 0; i < r.lines.size(); ++i) {
                if (r.lines[i].sku == part.sku) {
                    known = true;
                    const auto taken = std::min(wanted, left[i] - units[i]);
                    units[i] += taken;
                    wanted -= taken;
                }
            }
            if (!known) {
                return false;
            }
            missing = missing || wanted > 0;
        }
        return true;
    }

    [[nodiscard]] bool is_done(const Ask& asked, const Reservation& r) const {
        const bool whole = asked.with.lines.empty();
        const bool holds = r.sum(&Units::held) > 0;
        const bool sells = r.sum(&Units::committed) > 0;
        const bool left = r.sum(&Units::shipped) > 0;
        switch (asked.operation) {
            case Operation::begin_payment: return r.state() == State::payment_pending;
            case Operation::extend:
                return r.state() == State::held && now + *asked.with.ttl_seconds <= r.deadline;
            case Operation::commit: return whole && !holds && (sells || left);
            case Operation::ship: return whole && !holds && !sells && left;
            case Operation::release:
            case Operation::cancel: return whole && r.state() == State::released;
            default: return false;
        }
    }

    static bool allows(Operation verb, const Reservation& r) {
        const bool holds = r.sum(&Units::held) > 0;
        switch (verb) {
            case Operation::begin_payment:
            case Operation::extend: return r.state() == State::held;
            case Operation::cancel: return holds || r.sum(&Units::committed) > 0;
            case Operation::commit:
            case Operation::release: return holds;
            default: return true;
        }
    }

    [[nodiscard]] Code beyond_bound(const Ask& asked, const Reservation& r) const {
        const bool payment = asked.operation == Operation::begin_payment;
        if (!payment && asked.operation != Operation::extend) {
            return Code::none;
        }
        const auto ttl = asked.with.ttl_seconds.value_or(strictest(r, &Policy::payment));
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

    Answer retake(std::size_t old, const std::vector<std::int64_t>& units) {
        Reservation fresh = reservations[old];
        std::map<std::string, std::int64_t> wanted;
        for (std::size_t i = 0; i < units.size(); ++i) {
            fresh.lines[i].units = {.accepted = units[i], .committed = units[i]};
            wanted[fresh.lines[i].sku] += units[i];
        }
        for (const auto& [sku, quantity] : wanted) {
            // A line of which nothing is wanted still finds a deficit.
            if (!policies.at(sku).untracked && sellable(sku) < quantity) {
                return {.code = Code::late_commit_shortfall};
            }
        }
        fresh.version = 1;
        fresh.ended_as = State::released;
        fresh.waiting = State::held;
        ++reservations[old].version;
        reservations[old].replaced_by = reservations.size();
        reservations.push_back(std::move(fresh));
        return {.shows = reservations.size() - 1};
    }

    void act(const Ask& asked, Reservation& r, const std::vector<std::int64_t>& moved) {
        ++r.version;
        for (std::size_t i = 0; i < moved.size(); ++i) {
            Units& units = r.lines[i].units;
            Stock& cell = stock[r.lines[i].sku];
            const std::int64_t n = moved[i];
            const std::int64_t counted = policies.at(r.lines[i].sku).untracked ? 0 : n;
            const std::int64_t sold = std::min(n, units.committed);
            switch (asked.operation) {
                case Operation::commit: units.held -= n, units.committed += n; break;
                case Operation::release: units.held -= n, units.released += n; break;
                case Operation::cancel:
                    units.committed -= sold, units.held -= n - sold, units.released += n;
                    break;
                case Operation::ship:
                    units.committed -= n, units.shipped += n, cell.on_hand -= counted;
                    break;
                case Operation::return_units:
                    units.returned += n, cell.on_hand += counted;
                    cell.unavailable +=
                        asked.with.disposition == model::Disposition::damaged ? counted : 0;
                    break;
                default: break;
            }
        }
        if (asked.operation == Operation::begin_payment) {
            r.waiting = State::payment_pending;
            r.deadline = now + asked.with.ttl_seconds.value_or(strictest(r, &Policy::payment));
        }
        if (asked.operation == Operation::extend) {
            r.deadline = now + *asked.with.ttl_seconds;
            ++r.extensions;
        }
        if (asked.operation == Operation::release || asked.operation == Operation::cancel) {
            r.ended_as = State::released;
        }
        r.deadline = r.sum(&Units::held) > 0 ? r.deadline : kNever;
    }

    std::map<std::pair<Operation, std::string>, Used> keys_;
    std::deque<std::pair<Operation, std::string>> refusals_;  // oldest first
    std::vector<std::int64_t> refusal_seconds_;
    std::map<std::pair<bool, std::string>, std::int64_t> tombstones_;  // by key or reference
};

}  // namespace holdfast::core::testing
