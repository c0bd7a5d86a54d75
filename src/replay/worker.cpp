#include "replay/worker.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/check.hpp"
#include "base/digest.hpp"
#include "net/http_types.hpp"
#include "replay/requests.hpp"

namespace holdfast::replay {
namespace {

using base::Duration;
using client::RestAnswer;
using client::RestRequest;

// A cart that nobody pays must run out before the audit; one that is paid late, before its commit.
constexpr std::int64_t kAbandonedTtlSeconds = 2;
constexpr std::int64_t kLatePaymentTtlSeconds = 1;
constexpr Duration kLateCommitDelay{1'500};
constexpr std::uint64_t kJitterMs = 1'000;

// Refusals that real orders are expected to meet.
constexpr std::array<std::string_view, 7> kOrdinary = {
    "create insufficient_stock",
    "payment expired",
    "payment illegal_transition",
    "commit expired",
    "commit late_commit_shortfall",
    "release expired",
    "count count_stale",
};

}  // namespace

std::vector<Action> actions_of(const Cart& cart, std::uint64_t seed) {
    const auto dice = base::digest128({std::to_string(seed), "delay", cart.invoice});
    const Duration jitter(static_cast<std::int64_t>(dice.low % kJitterMs));
    std::vector<Action> actions = {{.act = Act::create}};
    switch (cart.payment) {
        case Payment::prompt:
            actions.push_back({.act = Act::pay});
            actions.push_back({.act = Act::commit});
            break;
        case Payment::late:
            actions.push_back({.act = Act::pay});
            actions.push_back({.act = Act::commit, .delay = kLateCommitDelay + jitter});
            break;
        case Payment::out_of_order:
            actions.push_back({.act = Act::commit, .delay = jitter});
            actions.push_back({.act = Act::pay});
            break;
        case Payment::released:
            actions.push_back({.act = Act::pay});
            actions.push_back({.act = Act::release, .delay = jitter});
            break;
        case Payment::never: break;
    }
    if (cart.is_bought() && cart.shipped) {
        actions.push_back({.act = Act::ship});
    }
    return actions;
}

void Worker::work() {
    while (const auto step = run_.schedule.next()) {
        do_step(*step);
    }
}

void Worker::do_step(std::size_t step) {
    const Step& planned = run_.plan.steps[step];
    switch (planned.kind) {
        case StepKind::cart:
            if (!do_cart(step, planned.index)) {
                return;
            }
            break;
        case StepKind::reversal: do_reversal(run_.plan.reversals[planned.index]); break;
        case StepKind::write_off: do_write_off(run_.plan.write_offs[planned.index]); break;
    }
    run_.schedule.finish(step);
}

bool Worker::do_cart(std::size_t step, std::size_t index) {
    const Cart& cart = run_.plan.carts[index];
    CartState& state = run_.carts[index];
    const std::vector<Action> actions = actions_of(cart, run_.options.seed);
    while (state.next_action < actions.size()) {
        const Action& action = actions[state.next_action];
        if (action.delay > Duration(0) && !std::exchange(state.waited, true)) {
            run_.schedule.put_off(step, action.delay);
            return false;
        }
        state.waited = false;
        ++state.next_action;
        if (do_action(action.act, cart, state) == Progress::done) {
            break;
        }
    }
    return true;
}

Worker::Progress Worker::do_action(Act act, const Cart& cart, CartState& state) {
    switch (act) {
        case Act::create: return create(cart, state);
        case Act::pay: pay(cart, state); return Progress::goes_on;
        case Act::commit: return commit(cart, state);
        case Act::release: return release(cart, state);
        case Act::ship: return ship(cart, state);
    }
    UNREACHABLE();
}

Worker::Progress Worker::create(const Cart& cart, CartState& state) {
    const std::int64_t asked = run_.options.rules.empty() ? run_.options.ttl_seconds : 0;
    const std::int64_t ttl = cart.payment == Payment::never ? kAbandonedTtlSeconds : asked;
    const auto answer = send("create", create_request(run_.id, cart, ttl));
    run_.statistics.count([&](Counts& counts) {
        ++counts.carts;
        ++(answer ? counts.accepted : counts.refused);
    });
    if (!answer) {
        return Progress::done;
    }
    state.id = answer->document["id"].text();
    run_.tally.add_reservation(answer->document);
    return Progress::goes_on;
}

void Worker::pay(const Cart& cart, const CartState& state) {
    const std::int64_t ttl = cart.payment == Payment::late ? kLatePaymentTtlSeconds : 0;
    if (const auto answer = send("payment", pay_request(run_.id, cart, state.id, ttl))) {
        run_.tally.add_reservation(answer->document);
    }
}

Worker::Progress Worker::commit(const Cart& cart, CartState& state) {
    const auto answer = send("commit", verb_request(run_.id, cart, state.id, "commit"));
    if (!answer) {
        if (last_code_ == "late_commit_shortfall" || last_code_ == "expired") {
            run_.tally.expire(state.id);
            run_.statistics.count([](Counts& counts) { ++counts.expired; });
        }
        return Progress::done;
    }
    run_.tally.add_reservation(answer->document);
    state.id = answer->document["id"].text();
    state.sold = true;
    const bool late = answer->document["committed_late"].flag();
    run_.statistics.count([&](Counts& counts) {
        ++counts.sold;
        counts.late_commits += late ? 1 : 0;
    });
    return Progress::goes_on;
}

Worker::Progress Worker::release(const Cart& cart, CartState& state) {
    if (const auto answer = send("release", verb_request(run_.id, cart, state.id, "release"))) {
        run_.tally.add_reservation(answer->document);
        run_.statistics.count([](Counts& counts) { ++counts.released; });
    } else if (last_code_ == "expired") {
        run_.tally.expire(state.id);
    }
    return Progress::done;
}

Worker::Progress Worker::ship(const Cart& cart, CartState& state) {
    if (const auto answer = send("ship", verb_request(run_.id, cart, state.id, "ship"))) {
        run_.tally.add_reservation(answer->document);
        state.shipped = true;
        run_.statistics.count([](Counts& counts) { ++counts.shipped; });
    }
    return Progress::done;
}

void Worker::do_reversal(const Reversal& reversal) {
    const CartState* sale = reversal.cart ? &run_.carts[*reversal.cart] : nullptr;
    if (sale == nullptr || !sale->sold) {
        if (const auto answer = send("adjustment", unrecorded_return_request(run_.id, reversal))) {
            run_.tally.add_adjustment(answer->document);
            run_.statistics.count([](Counts& counts) { ++counts.unrecorded_returns; });
        }
        return;
    }
    const auto request = take_back_request(run_.id, reversal, sale->id, sale->shipped);
    if (const auto answer = send(sale->shipped ? "return" : "cancel", request)) {
        run_.tally.add_reservation(answer->document);
        run_.statistics.count([&](Counts& counts) {
            ++(sale->shipped ? counts.returned_lines : counts.cancelled_lines);
        });
    }
}

// False if what is left is not known well enough: less than nothing would be left, or another count
// came in between.
bool Worker::count_write_off(const WriteOff& write_off) {
    // Once: two readings are not the same, and need not be.
    const auto now =
        sender_.send_once({.path = "/availability/" + net::percent_encode(write_off.sku)});
    const std::int64_t left =
        now && now->ok() ? now->document["on_hand"].number() - write_off.units : -1;
    if (left < 0) {
        return false;
    }
    const std::string as_of(now->document["as_of"].text());
    const auto answer = send("count", count_request(run_.id, write_off, left, as_of));
    if (!answer || answer->document["outcome"].text() == "outdated") {
        return false;
    }
    run_.tally.add_adjustment(answer->document);
    const bool pending = answer->document["outcome"].text() == "pending";
    if (pending) {
        if (const auto decided =
                send("approval", approve_request(run_.id, write_off, answer->document))) {
            run_.tally.add_approval(decided->document);
        }
    }
    run_.statistics.count([&](Counts& counts) {
        ++counts.write_offs;
        ++counts.counted;
        counts.approved += pending ? 1 : 0;
    });
    return true;
}

void Worker::do_write_off(const WriteOff& write_off) {
    if (run_.options.count_write_offs && count_write_off(write_off)) {
        return;
    }
    if (const auto answer = send("adjustment", write_off_request(run_.id, write_off))) {
        run_.tally.add_adjustment(answer->document);
        run_.statistics.count([](Counts& counts) { ++counts.write_offs; });
    }
}

std::optional<RestAnswer> Worker::send(std::string_view what, const RestRequest& request) {
    auto answer = sender_.send(request);
    if (!answer) {
        last_code_ = "none";
        run_.statistics.count(
            [&](Counts& counts) { ++counts.unexpected[std::string(what) + " without an answer"]; });
        return std::nullopt;
    }
    if (!answer->ok()) {
        count_refusal(what, *answer);
        return std::nullopt;
    }
    return *std::move(answer);
}

void Worker::count_refusal(std::string_view what, const RestAnswer& answer) {
    last_code_ = answer.code().empty() ? "HTTP " + std::to_string(answer.status)
                                       : std::string(answer.code());
    const std::string name = std::string(what) + ' ' + last_code_;
    const bool ordinary = std::ranges::find(kOrdinary, name) != kOrdinary.end();
    run_.statistics.count(
        [&](Counts& counts) { ++(ordinary ? counts.refusals : counts.unexpected)[name]; });
    if (answer.status == 401 || answer.status == 403) {
        run_.unauthorised = true;
        run_.schedule.stop();
    }
}

}  // namespace holdfast::replay
