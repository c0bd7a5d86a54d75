// NaiveModel: what the machine promises, written as plainly as possible, for tests to compare with.
//
// Maps, vectors and loops over everything; holds end the moment their deadline passes. It knows
// nothing of events, ids or sweepers: reservations are numbered in the order they appear. Written
// from the design, not from core/decide*.cpp. Thread rule: one thread.
#pragma once

#include <deque>
#include <set>

#include "core/naive_verbs.hpp"

namespace holdfast::core::testing {

class NaiveModel : public NaiveVerbs {
  public:
    struct Transfer {
        std::size_t sku, from, to;
        std::int64_t on_its_way;
    };
    std::size_t refusals_max = 0, refusals_per_second = 0;
    std::vector<Transfer> transfers{};

    // `attempt` numbers the call, for replays to name it.
    Answer ask(const Ask& asked, std::size_t attempt) {
        ++tick;
        const auto key = std::pair(asked.operation, asked.key());
        if (const auto known = keys_.find(key); !key.second.empty() && known != keys_.end()) {
            if (!(known->second.ask == asked)) {
                return {.code = Code::idempotency_key_reused};
            }
            return {.replayed = true, .attempt = known->second.attempt};
        }
        Answer out = judge(asked);
        recount();
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
    struct Used {
        Ask ask;
        std::size_t attempt;
        std::optional<std::size_t> shows;
    };

    Answer judge(const Ask& asked) {
        switch (asked.operation) {
            case Operation::create: return create(asked);
            case Operation::release_by_name: return release_by_name(asked);
            case Operation::record_sale: return sell(asked);
            case Operation::receive_stock:
            case Operation::adjust_stock:
            case Operation::mark_unavailable:
            case Operation::set_safety_stock: return move_stock(asked);
            case Operation::transfer_stock: return transfer(asked);
            case Operation::settle_transfer: return settle_transfer(asked);
            case Operation::count_stock: return count(asked);
            case Operation::resolve_case: return resolve(asked);
            case Operation::put_sku: return put_sku(asked);
            case Operation::put_class: return put(policies, asked.name, asked.policy);
            case Operation::put_pool: return put_pool(asked);
            case Operation::set_caps:
                return {.changes = std::exchange(caps, asked.caps) != asked.caps};
            case Operation::change_selling: return change_selling(asked);
            default: return change(asked);
        }
    }

    // -- names -----------------------------------------------------------------------------
    template <typename Settings>
    static Answer put(std::vector<Named<Settings>>& things, const std::string& name,
                      const Settings& settings) {
        const auto known = find(things, name);
        if (!known) {
            things.push_back({.name = name, .settings = settings});
            return {};
        }
        return {.changes = !(std::exchange(things[*known].settings, settings) == settings)};
    }
    Answer put_pool(const Ask& asked) {
        if (!asked.warehouse.overflow.empty() && !find(pools, asked.warehouse.overflow)) {
            return {.code = Code::unknown_pool};
        }
        return put(pools, asked.name, asked.warehouse);
    }
    std::size_t register_sku(const std::string& name, std::size_t its_class) {
        skus.push_back({.name = name, .policy = its_class});
        cells[skus.size() - 1][0].known = true;
        return skus.size() - 1;
    }
    Answer put_sku(const Ask& asked) {
        const auto its_class = find(policies, asked.to.empty() ? "default" : asked.to);
        if (!its_class) {
            return {.code = Code::unknown_class};
        }
        const auto known = find(skus, asked.name);
        if (!known) {
            register_sku(asked.name, *its_class);
            return {};
        }
        const bool same = asked.to.empty() || skus[*known].policy == *its_class;
        skus[*known].policy = same ? skus[*known].policy : *its_class;
        return {.changes = !same};
    }
    Answer change_selling(const Ask& asked) {
        using model::StopScope;
        if (asked.scope == StopScope::sku && !find(skus, asked.name)) {
            return {.code = Code::unknown_sku};
        }
        if (asked.scope == StopScope::pool && !find(pools, asked.name)) {
            return {.code = Code::unknown_pool};
        }
        if (asked.scope == StopScope::sku_class && !find(policies, asked.name)) {
            return {.code = Code::unknown_class};
        }
        const std::int64_t until = asked.at.value_or(kNever);
        const auto same = [&](const Stop& stop) {
            return stop.scope == asked.scope && stop.name == asked.name;
        };
        const auto known = std::ranges::find_if(stops, same);
        const bool in_force = known != stops.end() && now < known->until;
        // An end that was reached is seen by nobody.
        Answer out{.changes = asked.flag ? !(in_force && known->until == until) : in_force,
                   .changes_or_not = known != stops.end() && !in_force};
        std::erase_if(stops, same);
        if (asked.flag) {
            stops.push_back({.scope = asked.scope, .name = asked.name, .until = until});
        }
        return out;
    }

    // -- creates ---------------------------------------------------------------------------
    [[nodiscard]] bool blocked(const std::pair<bool, std::string>& name) const {
        const auto found = tombstones_.find(name);
        return !name.second.empty() && found != tombstones_.end() && found->second > now;
    }
    // The holds that the new one takes the place of.
    std::set<std::size_t> superseded_by(const Ask& asked, Reservation& fresh) const {
        std::set<std::size_t> out;
        for (std::size_t i = 0; i < reservations.size(); ++i) {
            const auto& old = reservations[i];
            const bool same = asked.cart.supersedes_same_reference &&
                              !asked.cart.reference.empty() &&
                              old.asked.reference == asked.cart.reference;
            if (old.open() && (same || asked.supersedes == i)) {
                out.insert(i);
                fresh.first_created = std::min(fresh.first_created, old.first_created);
                fresh.extensions = std::max(fresh.extensions, old.extensions);
            }
        }
        return out;
    }

    Answer create(const Ask& asked) {
        const Cart& cart = asked.cart;
        if (blocked({true, cart.key}) || blocked({false, cart.reference})) {
            return {.code = Code::released_before_create};
        }
        Reservation fresh{.asked = cart, .created = now, .first_created = now};
        std::vector<Wanted> wanted;
        for (const auto& from : cart.lines) {
            const auto sku = find(skus, from.sku);
            if (!sku) {
                return {.code = Code::unknown_sku};
            }
            const auto pool = find(pools, from.pool);
            if (!from.pool.empty() && !pool) {
                return {.code = Code::unknown_pool};
            }
            const bool untracked = policy(*sku).untracked;
            fresh.lines.push_back({.sku = *sku,
                                   .named = pool,
                                   .requested = from.quantity,
                                   .untracked = untracked,
                                   .soft = !untracked && policy(*sku).hold_permille > 1000});
            wanted.push_back({.sku = *sku,
                              .named = pool,
                              .untracked = untracked,
                              .requested = from.quantity,
                              .minimum = untracked ? from.quantity
                                                   : from.min_quantity.value_or(
                                                         cart.partial ? 0 : from.quantity)});
        }
        if (asked.supersedes && *asked.supersedes >= reservations.size()) {
            return {.code = Code::unknown_reservation};
        }
        const auto replaced = superseded_by(asked, fresh);
        if (const Code code = beyond_limits(cart, fresh, replaced); code != Code::none) {
            return {.code = code};
        }
        return serve(asked, std::move(fresh), wanted, {replaced.begin(), replaced.end()});
    }

    Code beyond_limits(const Cart& cart, Reservation& fresh,
                       const std::set<std::size_t>& replaced) const {
        for (const auto& line : fresh.lines) {
            const std::int64_t most = policy(line.sku).line_max;
            if (most > 0 && line.requested > most) {
                return Code::limit_exceeded;
            }
        }
        for (const auto old : replaced) {
            if (reservations[old].waiting == State::review) {
                return Code::illegal_transition;
            }
        }
        const auto ttl = cart.ttl_seconds.value_or(strictest(fresh, &Policy::ttl));
        if (ttl > strictest(fresh, &Policy::ttl_max)) {
            return Code::ttl_out_of_bounds;
        }
        fresh.deadline = now + ttl;
        if (fresh.deadline > fresh.first_created + strictest(fresh, &Policy::lifetime)) {
            return Code::lifetime_exceeded;
        }
        return cart.wait_seconds && *cart.wait_seconds > policy(fresh.lines[0].sku).wait_max
                   ? Code::ttl_out_of_bounds
                   : Code::none;
    }

    // Stops, caps, stock.
    Answer serve(const Ask& asked, Reservation fresh, const std::vector<Wanted>& wanted,
                 const std::vector<std::size_t>& replaced) {
        const Cart& cart = asked.cart;
        Draft draft;
        for (const auto old : replaced) {
            for (const auto& line : reservations[old].lines) {
                for (const auto& part : line.parts) {
                    if (!line.untracked && part.units.held > 0) {
                        (line.soft ? draft.soft : draft.firm)[line.sku][part.pool] -=
                            part.units.held;
                    }
                }
            }
        }
        if (!selling(fresh) || !std::ranges::all_of(fresh.lines, [&](const Line& line) {
                return selling(line, where(fresh), draft);
            })) {
            return {.code = Code::selling_stopped};
        }
        Reservation least = fresh;
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            least.lines[i].parts = {Part{.units = {.held = wanted[i].minimum}}};
        }
        if (!within_caps(least, replaced)) {
            return {.code = Code::owner_limit_exceeded};
        }
        Given given = allot(wanted, where(fresh), draft);
        if (given.failing.empty()) {
            accept(fresh, given, &Units::held);
        }
        if (given.failing.empty() && fresh.sum(&Units::accepted) == 0) {
            for (std::size_t i = 0; i < wanted.size(); ++i) {
                given.failing.push_back({.line = static_cast<std::uint32_t>(i),
                                         .requested = wanted[i].requested,
                                         .sellable = 0});
            }
        }
        if (!given.failing.empty() && may_wait(asked, fresh)) {
            Line& line = fresh.lines[0];
            line.soft = false;
            line.parts = {Part{.pool = line.named.value_or(kAnywhere)}};
            fresh.hold_for = fresh.deadline - now;
            fresh.deadline = now + *cart.wait_seconds;
            fresh.waiting = State::queued;
        } else if (!given.failing.empty()) {
            return {.code = Code::insufficient_stock, .lines = given.failing};
        } else if (!within_caps(fresh, replaced)) {
            return {.code = Code::owner_limit_exceeded};
        }
        if (cart.dry_run) {
            return {.changes = false};
        }
        for (const auto old : replaced) {
            release_held(reservations[old], State::superseded);
        }
        reservations.push_back(std::move(fresh));
        for (const auto old : replaced) {
            changed(old);
        }
        return {.shows = reservations.size() - 1};
    }

    // It fails only because of what others hold for now.
    [[nodiscard]] bool may_wait(const Ask& asked, const Reservation& fresh) const {
        const Cart& cart = asked.cart;
        if (!cart.wait_seconds || cart.dry_run || fresh.lines.size() != 1 || asked.supersedes ||
            cart.supersedes_same_reference) {
            return false;
        }
        const Line& line = fresh.lines[0];
        Draft nobody_holds;
        for (std::size_t pool = 0; pool < pools.size(); ++pool) {
            nobody_holds.firm[line.sku][pool] = -cells[line.sku][pool].held;
            nobody_holds.soft[line.sku][pool] = -cells[line.sku][pool].soft_held;
        }
        std::int64_t sum = 0;
        std::int64_t best = 0;
        for (const auto pool : usable(line.sku, line.named, where(fresh))) {
            const auto units = std::max<std::int64_t>(left(line.sku, pool, nobody_holds), 0);
            sum += units;
            best = std::max(best, units);
        }
        return (policy(line.sku).split ? sum : best) >= line.requested;
    }

    Answer release_by_name(const Ask& asked) {
        bool reached = false;
        bool blocks = asked.flag;
        const auto release_it = [&](std::size_t index) {
            if (reservations[index].open()) {
                release_held(reservations[index], State::released);
                changed(index);
                reached = true;
            }
        };
        if (asked.by_key) {
            const auto known = keys_.find({Operation::create, asked.name});
            blocks = known == keys_.end() || !known->second.shows;
            if (!blocks) {
                release_it(*known->second.shows);
            }
        }
        for (std::size_t i = 0; i < reservations.size(); ++i) {
            if (!asked.by_key && reservations[i].asked.reference == asked.name) {
                release_it(i);
            }
        }
        if (blocks) {
            tombstones_[{asked.by_key, asked.name}] = now + policies[0].settings.lifetime;
        }
        return {.changes = reached || blocks};
    }

    // -- facts -----------------------------------------------------------------------------
    // Which cell a movement is about; an omitted pool is the only one there is.
    struct Where {
        Code code = Code::none;
        std::size_t sku = 0, pool = 0;
    };
    [[nodiscard]] Where cell_of(const std::string& sku, const std::string& pool,
                                bool is_new = false) const {
        const auto known = find(skus, sku);
        const auto place = find(pools, pool.empty() ? "default" : pool);
        return {.code = !known && !is_new                  ? Code::unknown_sku
                        : pool.empty() && pools.size() > 1 ? Code::pool_required
                        : !place                           ? Code::unknown_pool
                                                           : Code::none,
                .sku = known.value_or(0),
                .pool = place.value_or(0)};
    }

    Answer move_stock(const Ask& asked) {
        const bool receipt = asked.operation == Operation::receive_stock;
        const bool is_new = receipt && !find(skus, asked.name);
        const Where at = cell_of(asked.name, asked.pool, is_new);
        if (at.code != Code::none) {
            return {.code = at.code};
        }
        const std::size_t sku = is_new ? register_sku(asked.name, 0) : at.sku;
        Cell& cell = cells[sku][at.pool];
        if (asked.operation == Operation::set_safety_stock) {
            const bool same = cell.safety == asked.quantity;
            cell.safety = asked.quantity;
            cell.known = cell.known || !same || !asked.key().empty();
            return {.changes = !same};
        }
        const bool marks = asked.operation == Operation::mark_unavailable;
        const model::Reason reason = marks ? asked.reason : asked.from_unavailable;
        if (reason != model::Reason::none && cell.unavailable[reason] + asked.quantity < 0) {
            std::vector<Answer::Failing> lines{
                {.line = 0, .requested = -asked.quantity, .sellable = cell.unavailable[reason]}};
            std::erase_if(cell.unavailable, [](const auto& part) { return part.second == 0; });
            return {.code = Code::quantity_exceeded, .lines = lines};
        }
        if (reason != model::Reason::none) {
            make_unavailable(sku, at.pool, reason, asked.quantity);
        }
        move(sku, at.pool, marks ? 0 : asked.quantity, asked.at);
        return {};
    }

    Answer transfer(const Ask& asked) {
        const Where from = cell_of(asked.name, asked.pool);
        const Where to = cell_of(asked.name, asked.to);
        if (from.code != Code::none || to.code != Code::none) {
            return {.code = from.code != Code::none ? from.code : to.code};
        }
        if (from.pool == to.pool) {
            return {.code = Code::limit_exceeded};
        }
        move(from.sku, from.pool, -asked.quantity, asked.at);
        move(from.sku, to.pool, asked.flag ? asked.quantity : 0, asked.at);
        transfers.push_back({.sku = from.sku,
                             .from = from.pool,
                             .to = to.pool,
                             .on_its_way = asked.flag ? 0 : asked.quantity});
        return {};
    }
    Answer settle_transfer(const Ask& asked) {
        if (asked.target >= transfers.size() || transfers[asked.target].on_its_way == 0) {
            return {.code = Code::unknown_transfer};
        }
        Transfer& t = transfers[asked.target];
        const std::int64_t units = asked.some.value_or(t.on_its_way);
        if (units > t.on_its_way) {
            return {.code = Code::quantity_exceeded,
                    .lines = {{{.line = 0, .requested = units, .sellable = t.on_its_way}}}};
        }
        t.on_its_way -= units;
        move(t.sku, t.to, asked.flag ? 0 : units, asked.at);
        return {};
    }

    // A sale made elsewhere: allocated as a create, and what is not there from the first pool.
    Answer sell(const Ask& asked) {
        Reservation fresh{.asked = asked.cart, .created = now, .first_created = now};
        fresh.asked.region.clear();
        for (const auto& from : asked.cart.lines) {
            if (!from.pool.empty() && !find(pools, from.pool)) {
                return {.code = Code::unknown_pool};
            }
        }
        Draft draft{.for_good = true};
        std::set<std::size_t> known;
        for (std::size_t i = 0; i < skus.size(); ++i) {
            known.insert(i);
        }
        for (const auto& from : asked.cart.lines) {
            const auto found = find(skus, from.sku);
            Wanted line{.sku = found ? *found : register_sku(from.sku, 0),
                        .requested = from.quantity,
                        .minimum = from.quantity};
            line.named = find(pools, from.pool);
            line.untracked = policy(line.sku).untracked && known.contains(line.sku);
            auto parts = allot({line}, where(fresh), draft).parts[0];
            if (parts[0].units.accepted == 0 || !known.contains(line.sku)) {
                parts = {
                    Part{.pool = line.named.value_or(0), .units = {.accepted = from.quantity}}};
            }
            for (auto& part : parts) {
                (asked.flag ? part.units.shipped : part.units.committed) = part.units.accepted;
                take(line.sku, part.pool, line.untracked ? 0 : part.units.accepted, draft);
            }
            fresh.lines.push_back({.sku = line.sku,
                                   .named = line.named,
                                   .requested = from.quantity,
                                   .untracked = line.untracked,
                                   .parts = std::move(parts)});
        }
        for (const auto& line : fresh.lines) {
            for (const auto& part : line.parts) {
                if (!line.untracked) {
                    move(line.sku, part.pool, -part.units.shipped, asked.at);
                }
            }
        }
        reservations.push_back(std::move(fresh));
        return {.shows = reservations.size() - 1};
    }

    // -- counts and cases ------------------------------------------------------------------
    Answer count(const Ask& asked) {
        const Where at = cell_of(asked.name, asked.pool);
        if (at.code != Code::none) {
            return {.code = at.code};
        }
        Cell& cell = cells[at.sku][at.pool];
        const std::int64_t as_of = std::min(*asked.at, now);  // what is to come nobody has seen
        if (as_of <= cell.counted_at || (cell.pending && as_of < cell.pending->as_of)) {
            cell.known = true;
            return {.counted = model::CountOutcome::outdated};
        }
        const auto newer = [&](const Moved& move) { return move.tick + asked.lag >= tick; };
        const bool stale =
            asked.after_another || std::ranges::any_of(cell.moves, [&](const Moved& move) {
                return newer(move) && move.at <= as_of;
            });
        // Of many newer movements the ledger may not know the times any more: better to ask again.
        const bool too_many =
            std::ranges::count_if(cell.moves, newer) >= 4 && cell.moves.size() > 4;
        if (stale || too_many) {
            return {.code = Code::count_stale};
        }
        const Policy& p = policy(at.sku);
        const std::int64_t drift = asked.quantity - cell.had(as_of);
        const std::int64_t share =
            ((std::max<std::int64_t>(cell.on_hand, 0) * p.count_permille) + 999) / 1000;
        Answer out;
        give_back(at.sku, at.pool);
        cell.known = true;
        if (std::abs(drift) <= std::max(p.count_units, share)) {
            move(at.sku, at.pool, drift, as_of);
            cell.counted_at = as_of;
            out.counted = drift == 0 ? model::CountOutcome::matched : model::CountOutcome::applied;
            return out;
        }
        cell.pending = {.drift = drift,
                        .disputed = std::max<std::int64_t>(-drift, 0),
                        .as_of = as_of,
                        .submitter = asked.who};
        make_unavailable(at.sku, at.pool, model::Reason::disputed, cell.pending->disputed);
        out.counted = model::CountOutcome::pending;
        return out;
    }
    void give_back(std::size_t sku, std::size_t pool) {
        Cell& cell = cells[sku][pool];
        if (cell.pending) {
            make_unavailable(sku, pool, model::Reason::disputed, -cell.pending->disputed);
            cell.pending.reset();
        }
    }

    Answer resolve(const Ask& asked) {
        using model::CaseKind;
        using model::Resolution;
        if (asked.kind == CaseKind::count) {
            const Where at = cell_of(asked.name, asked.pool);
            return decide_count(asked, at.sku, at.pool);
        }
        if (asked.resolution != Resolution::acknowledged || asked.kind == CaseKind::shortage ||
            asked.kind == CaseKind::review) {
            return {.code = Code::case_not_resolvable};
        }
        if (asked.kind == CaseKind::late_money) {
            late_money.erase(asked.target);
        } else {
            facts.erase(facts.begin() + static_cast<std::ptrdiff_t>(asked.nth));
        }
        return {};
    }
    Answer decide_count(const Ask& asked, std::size_t sku, std::size_t pool) {
        using model::Resolution;
        const Pending pending = *cells[sku][pool].pending;
        const bool approves = asked.resolution == Resolution::approved;
        if (!approves && asked.resolution != Resolution::rejected) {
            return {.code = Code::case_not_resolvable};
        }
        if (approves && asked.wrong_plan) {
            return {.code = Code::plan_changed};
        }
        if (approves && asked.who == pending.submitter && !asked.flag) {
            return {.code = Code::approval_by_submitter};
        }
        give_back(sku, pool);
        if (approves) {
            move(sku, pool, pending.drift, pending.as_of);
            cells[sku][pool].counted_at = pending.as_of;
        }
        return {};
    }

    std::map<std::pair<Operation, std::string>, Used> keys_;
    std::deque<std::pair<Operation, std::string>> refusals_;  // oldest first
    std::vector<std::int64_t> refusal_seconds_;
    std::map<std::pair<bool, std::string>, std::int64_t> tombstones_;  // by key or reference
};

}  // namespace holdfast::core::testing
