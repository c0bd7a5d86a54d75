// AskDice: random commands over few names, so that they meet each other. Part of the tests of
// NaiveModel. Thread rule: one thread.
#pragma once

#include <iterator>
#include <string>
#include <vector>

#include "base/prng.hpp"
#include "core/naive_model.hpp"

namespace holdfast::core::testing {

// What happens in one go: time passes, maybe a sweep or a crash, then a command.
struct Step {
    std::int64_t seconds = 0;
    std::uint32_t budget = 4;  // ends of holds and grants per batch
    bool sweep = false, crash = false;
    Ask ask{};
    bool settle = false;  // sweep until nothing is left to do, and compare what follows by itself
};

class AskDice {
  public:
    AskDice(std::uint64_t seed, const NaiveModel& model)
        : dice_(seed), model_(model), pools_(1 + dice_.below(4)) {}

    // Classes, pools and SKUs of an episode.
    std::vector<Step> beginning() {
        std::vector<Step> out;
        for (std::size_t c = 0; c < std::size(kClasses); ++c) {
            out.push_back({.ask = put_class(kClasses[c])});
        }
        for (std::size_t p = 1; p < pools_; ++p) {
            out.push_back({.ask = put_pool(kPlaces[p])});
        }
        for (std::size_t s = 0; s < std::size(kGoods) - 2; ++s) {
            out.push_back({.ask = {.operation = Op::put_sku,
                                   .name = kGoods[s],
                                   .to = kClasses[s % std::size(kClasses)]}});
            out.push_back({.ask = {.operation = Op::receive_stock,
                                   .name = kGoods[s],
                                   .pool = pool(true),
                                   .quantity = dice_.between(1, 12)}});
        }
        return out;
    }

    Step next() {
        Step out;
        if (dice_.chance(1, 2)) {
            out.seconds = dice_.between(1, dice_.chance(1, 10) ? 300 : 15);
        }
        out.budget = static_cast<std::uint32_t>(dice_.between(1, 4));
        out.sweep = dice_.chance(1, 10);
        out.crash = dice_.chance(1, 200);
        out.settle = dice_.chance(1, 3);
        if (!past_.empty() && dice_.chance(1, 8)) {
            out.ask = past_[dice_.below(past_.size())];  // a retry, or a repetition without a key
            return out;
        }
        out.ask = fresh();
        const bool meets = out.ask.operation != Op::resolve_case &&
                           out.ask.operation != Op::count_stock;  // see the fingerprints
        (out.ask.has_cart() ? out.ask.cart.key : out.ask.with.key) = key(meets);
        if (out.ask.operation != Op::resolve_case) {
            past_.push_back(out.ask);
        }
        return out;
    }

  private:
    using Op = model::Operation;
    static constexpr const char* kClasses[] = {"default", "basket", "drop", "part"};
    static constexpr const char* kPlaces[] = {"default", "north", "web", "shop"};
    static constexpr const char* kGoods[] = {"A", "B", "C", "D", "E", "new", "newer"};

    Ask fresh() {
        const auto roll = dice_.below(1000);
        if (roll < 330) {
            return create();
        }
        if (roll < 700) {
            return change();
        }
        if (roll < 860) {
            return move_stock();
        }
        if (roll < 900) {
            return count();
        }
        if (roll < 925) {
            return resolve();
        }
        if (roll < 950) {
            return {.operation = Op::record_sale,
                    .cart = sale(),
                    .at = occurred(),
                    .flag = dice_.chance(1, 2)};
        }
        if (roll < 975) {
            const bool by_key = dice_.chance(1, 2);
            return {.operation = Op::release_by_name,
                    .name = by_key ? some("k", 12) : some("r", 8),
                    .flag = !by_key && dice_.chance(1, 6),
                    .by_key = by_key};
        }
        return settings();
    }

    // -- creates and verbs -----------------------------------------------------------------
    Ask create() {
        Ask ask;
        auto& cart = ask.cart;
        const bool waits = dice_.chance(1, 4);
        for (auto lines = waits ? 1 : dice_.between(1, 3); lines > 0; --lines) {
            cart.lines.push_back(line());
            if (!waits && dice_.chance(1, 6)) {
                cart.lines.back().min_quantity = dice_.between(0, cart.lines.back().quantity);
            }
        }
        who(cart);
        if (dice_.chance(1, 2)) {
            cart.ttl_seconds = dice_.between(1, dice_.chance(1, 10) ? 400 : 200);
        }
        if (waits) {
            cart.wait_seconds = dice_.between(1, dice_.chance(1, 10) ? 200 : 100);
        }
        cart.supersedes_same_reference = !cart.reference.empty() && dice_.chance(1, waits ? 20 : 5);
        if (dice_.chance(1, waits ? 40 : 8)) {
            ask.supersedes = target();
        }
        cart.partial = !waits && dice_.chance(1, 4);
        cart.dry_run = dice_.chance(1, 20);
        return ask;
    }
    Cart::Line line() {
        return {.sku = dice_.chance(1, 60) ? "unknown" : sku(),
                .quantity = dice_.between(1, dice_.chance(1, 10) ? 9 : 4),
                .pool = dice_.chance(1, 4) ? pool(true) : ""};
    }
    void who(Cart& cart) {
        cart.reference = dice_.chance(1, 2) ? some("r", 8) : "";
        cart.agent_id = dice_.chance(1, 2) ? some("a", 2) : "";
        cart.operator_id = dice_.chance(1, 4) ? some("o", 2) : "";
        cart.customer = dice_.chance(1, 3) ? some("b", 3) : "";
        cart.channel = dice_.chance(1, 2) ? some("c", 2) : "";
        cart.region = dice_.chance(1, 3) ? some("g", 2) : "";
    }
    Cart sale() {
        Cart cart;
        for (auto lines = dice_.between(1, 2); lines > 0; --lines) {
            cart.lines.push_back(line());
            cart.lines.back().sku = dice_.chance(1, 10) ? good() : sku();
        }
        cart.reference = dice_.chance(1, 2) ? some("r", 8) : "";
        cart.channel = dice_.chance(1, 2) ? some("c", 2) : "";
        return cart;
    }
    Ask change() {
        static constexpr Op kVerbs[] = {
            Op::begin_payment, Op::commit, Op::commit,       Op::commit,     Op::release,
            Op::extend,        Op::ship,   Op::cancel,       Op::reallocate, Op::close_short,
            Op::begin_payment, Op::ship,   Op::return_units, Op::reallocate, Op::release};
        Ask ask{.operation = kVerbs[dice_.below(std::size(kVerbs))], .target = target()};
        auto& with = ask.with;
        const bool takes_lines = ask.operation != Op::begin_payment && ask.operation != Op::extend;
        if (takes_lines && (dice_.chance(1, 3) || ask.operation == Op::return_units)) {
            for (auto parts = dice_.between(1, 2); parts > 0; --parts) {
                with.lines.push_back({.sku = sku(), .quantity = dice_.between(1, 4)});
            }
        }
        if (dice_.chance(1, 10)) {
            with.version = static_cast<std::uint32_t>(dice_.between(1, 3));
        }
        if (ask.operation == Op::extend ||
            (ask.operation == Op::begin_payment && dice_.chance(1, 3))) {
            with.ttl_seconds = dice_.between(1, dice_.chance(1, 4) ? 450 : 250);
        }
        if (ask.operation == Op::reallocate) {
            with.to = pool(true);
            with.from = dice_.chance(1, 3) ? pool(true) : "";
        }
        if (ask.operation == Op::ship || ask.operation == Op::return_units) {
            ask.at = occurred();
        }
        with.disposition =
            dice_.chance(1, 3) ? model::Disposition::damaged : model::Disposition::restock;
        return ask;
    }

    // -- stock -----------------------------------------------------------------------------
    Ask move_stock() {
        Ask ask{.name = sku(), .pool = pool(false), .at = occurred()};
        const auto roll = dice_.below(20);
        if (roll < 7) {
            ask.operation = Op::receive_stock;
            ask.name = dice_.chance(1, 20) ? good() : ask.name;
            ask.quantity = dice_.between(1, 9);
        } else if (roll < 11) {
            ask.operation = Op::adjust_stock;
            ask.quantity = dice_.between(-6, 3);
            ask.quantity += ask.quantity == 0 ? 1 : 0;
            if (ask.quantity < 0 && dice_.chance(1, 4)) {
                ask.from_unavailable = reason();
            }
        } else if (roll < 13) {
            ask.operation = Op::set_safety_stock;
            ask.at.reset();
            ask.quantity = dice_.between(0, 3);
        } else if (roll < 15) {
            ask.operation = Op::mark_unavailable;
            ask.quantity = dice_.between(-3, 3);
            ask.quantity += ask.quantity == 0 ? 1 : 0;
            ask.reason = reason();
        } else if (roll < 18) {
            ask.operation = Op::transfer_stock;
            ask.pool = pool(true);
            ask.to = pool(true);
            ask.quantity = dice_.between(1, 5);
            ask.flag = dice_.chance(1, 3);
        } else {
            ask.operation = Op::settle_transfer;
            ask.name.clear();
            ask.pool.clear();
            const auto sent = model_.transfers.size();
            ask.target = sent > 0 && !dice_.chance(1, 20)
                             ? sent - 1 - dice_.below(std::min<std::size_t>(sent, 4))
                             : 1'000'000;
            ask.flag = dice_.chance(1, 4);
            if (dice_.chance(1, 2)) {
                ask.some = dice_.between(1, 3);
            }
        }
        return ask;
    }
    model::Reason reason() {
        return dice_.chance(1, 2) ? model::Reason::damage : model::Reason::quality_hold;
    }
    // Somebody looks at a shelf, mostly at one that holds nearly what the ledger says.
    Ask count() {
        Ask ask{
            .operation = Op::count_stock,
            .name = sku(),
            .pool = pool(false),
            .at = model_.now - dice_.between(-1, dice_.chance(1, 4) ? 60 : 5),
            .after_another = dice_.chance(1, 30),
            .lag = static_cast<std::uint32_t>(
                dice_.chance(1, 4) ? dice_.below(std::min<std::uint64_t>(model_.tick, 12) + 1) : 0),
            .who = some("ann", 2)};
        const auto known = NaiveModel::find(model_.skus, ask.name);
        const auto place = NaiveModel::find(model_.pools, ask.pool.empty() ? "default" : ask.pool);
        const std::int64_t there =
            known && place ? model_.cells[*known][*place].had(std::min(*ask.at, model_.now)) : 0;
        ask.quantity =
            std::max<std::int64_t>(there + (dice_.chance(1, 3) ? 0 : dice_.between(-6, 5)), 0);
        return ask;
    }
    // One of the cases there are, resolved in one of the ways there are.
    Ask resolve() {
        using model::CaseKind;
        Ask ask{.operation = Op::resolve_case,
                .flag = dice_.chance(1, 4),
                .kind = static_cast<CaseKind>(dice_.below(5)),
                .resolution = static_cast<model::Resolution>(2 + dice_.below(3)),
                .wrong_plan = dice_.chance(1, 6),
                .who = some("ann", 2)};
        if (ask.kind == CaseKind::unexpected_fact) {
            ask.nth = model_.facts.empty() ? 0 : dice_.below(model_.facts.size());
        } else if (ask.kind == CaseKind::late_money && !model_.late_money.empty()) {
            ask.target =
                *std::next(model_.late_money.begin(),
                           static_cast<std::ptrdiff_t>(dice_.below(model_.late_money.size())));
        } else if (ask.kind == CaseKind::review) {
            ask.target = target();
        } else if (ask.kind == CaseKind::count || ask.kind == CaseKind::shortage) {
            for (int tries = 0; tries < 8; ++tries) {
                ask.name = sku();
                ask.pool = pool(true);
                const auto place = NaiveModel::find(model_.pools, ask.pool);
                const auto known = NaiveModel::find(model_.skus, ask.name);
                if (place && known && model_.cells[*known][*place].pending) {
                    break;
                }
            }
        }
        return ask;
    }

    // -- settings --------------------------------------------------------------------------
    Ask settings() {
        const auto roll = dice_.below(20);
        if (roll < 3) {
            return put_class(kClasses[dice_.below(std::size(kClasses))]);
        }
        if (roll < 5) {
            return {
                .operation = Op::put_sku,
                .name = dice_.chance(1, 10) ? good() : sku(),
                .to = dice_.chance(1, 10) ? "unknown" : kClasses[dice_.below(std::size(kClasses))]};
        }
        if (roll < 8) {
            return put_pool(kPlaces[dice_.below(pools_)]);
        }
        if (roll < 11) {
            return {.operation = Op::set_caps, .caps = caps(2)};
        }
        Ask ask{.operation = Op::change_selling,
                .scope = static_cast<model::StopScope>(dice_.below(6)),
                .flag = dice_.chance(1, 2)};
        using model::StopScope;
        switch (ask.scope) {
            case StopScope::everything: ask.flag = ask.flag && dice_.chance(1, 2); break;
            case StopScope::sku: ask.name = sku(); break;
            case StopScope::pool: ask.name = pool(true); break;
            case StopScope::sku_class: ask.name = kClasses[dice_.below(std::size(kClasses))]; break;
            case StopScope::channel: ask.name = some("c", 2); break;
            case StopScope::agent: ask.name = some("a", 2); break;
        }
        if (ask.flag && !dice_.chance(1, 4)) {
            ask.at = model_.now + dice_.between(1, 60);
        }
        return ask;
    }
    Ask put_class(const std::string& name) {
        Policy p{.ttl = dice_.between(60, 100),
                 .ttl_max = dice_.between(200, 300),
                 .payment = dice_.between(150, 200),
                 .payment_max = dice_.between(300, 400),
                 .lifetime = dice_.between(240, 420),
                 .extensions = static_cast<std::uint32_t>(dice_.between(0, 2)),
                 .review = dice_.chance(1, 4),
                 .refuses_late = dice_.chance(1, 4),
                 .untracked = name != "default" && dice_.chance(1, 8)};
        p.safety_units = dice_.chance(1, 4) ? dice_.between(1, 2) : 0;
        p.safety_permille = static_cast<std::uint32_t>(dice_.chance(1, 6) ? 250 : 0);
        p.backorder = dice_.chance(1, 5) ? dice_.between(1, 3) : 0;
        p.hold_permille =
            static_cast<std::uint32_t>(dice_.chance(1, 4) ? dice_.between(1001, 2500) : 1000);
        p.stop_at = dice_.chance(1, 6) ? dice_.between(1, 2) : 0;
        p.allocation = static_cast<model::Allocation>(dice_.below(3));
        p.split = dice_.chance(2, 3);
        p.wait_max = dice_.chance(2, 3) ? 100 : 0;
        p.line_max = dice_.chance(1, 10) ? 4 : 0;
        p.caps = caps(6);
        p.count_units = dice_.between(0, 3);
        p.count_permille = static_cast<std::uint32_t>(dice_.chance(1, 3) ? 200 : 0);
        return {.operation = Op::put_class, .name = name, .policy = p};
    }
    Ask put_pool(const std::string& name) {
        Warehouse w{.region = dice_.chance(2, 3) ? some("g", 2) : "",
                    .priority = static_cast<std::int32_t>(dice_.between(0, 2))};
        if (dice_.chance(1, 3)) {
            w.channels.push_back(some("c", 2));
        }
        w.overflow = dice_.chance(1, 3) ? pool(true) : "";
        return {.operation = Op::put_pool, .name = name, .warehouse = w};
    }
    model::CapsByKind caps(std::uint64_t one_of) {
        model::CapsByKind out{};
        for (auto& cap : out) {
            if (dice_.chance(1, one_of)) {
                cap.units = dice_.chance(1, 2) ? dice_.between(3, 12) : 0;
                cap.holds = dice_.chance(1, 2) ? dice_.between(1, 5) : 0;
                cap.unit_seconds = dice_.chance(1, 3) ? dice_.between(200, 2000) : 0;
            }
        }
        return out;
    }

    // -- names -----------------------------------------------------------------------------
    std::string some(const char* prefix, std::uint64_t count) {
        return prefix + std::to_string(dice_.below(count));
    }
    std::string sku() { return kGoods[dice_.below(5)]; }
    std::string good() { return kGoods[dice_.below(std::size(kGoods))]; }
    std::string pool(bool always) {
        if (dice_.chance(1, 60)) {
            return "nowhere";
        }
        return always || pools_ > 1 || dice_.chance(1, 2) ? kPlaces[dice_.below(pools_)] : "";
    }
    std::optional<std::int64_t> occurred() {
        return dice_.chance(1, 3) ? std::optional(model_.now - dice_.between(-3, 60))
                                  : std::nullopt;
    }
    // Mostly one of the latest; sometimes one that is not there.
    std::size_t target() {
        const std::size_t count = model_.reservations.size();
        const std::size_t back = 1 + dice_.below(dice_.chance(1, 5) ? 60 : 8);
        return back <= count && !dice_.chance(1, 40) ? count - back : 1'000'000;
    }
    // Some keys come from a small pool, so that they meet each other.
    std::string key(bool meets) {
        const auto roll = dice_.below(10);
        return roll < 4            ? ""
               : roll < 6 && meets ? some("k", 12)
                                   : "fresh " + std::to_string(++fresh_keys_);
    }

    base::Prng dice_;
    const NaiveModel& model_;
    std::size_t pools_;
    std::vector<Ask> past_;
    std::uint64_t fresh_keys_ = 0;
};

}  // namespace holdfast::core::testing
