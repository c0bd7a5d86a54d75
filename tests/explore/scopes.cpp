#include "tests/explore/scopes.hpp"

namespace holdfast::explore {

using core::testing::Ask;
using core::testing::Cart;
using core::testing::Policy;
using core::testing::With;
using model::Operation;
using model::Reason;

namespace {

using Actions = std::vector<Action>;

// Two seconds to buy, three to pay, five to live; one extension.
Policy short_lives() {
    Policy out;
    out.ttl = 2;
    out.ttl_max = 3;
    out.payment = 3;
    out.payment_max = 4;
    out.lifetime = 5;
    out.extensions = 1;
    out.wait_max = 2;
    return out;
}

Ask define(const Policy& policy) {
    return {.operation = Operation::put_class, .name = "default", .policy = policy};
}
Ask stock(Operation operation, const std::string& sku, std::int64_t units) {
    return {.operation = operation, .name = sku, .quantity = units};
}
Ask receipt(std::int64_t units) { return stock(Operation::receive_stock, "A", units); }

Cart cart(std::int64_t units, const std::string& key = {}) {
    return {.lines = {{.sku = "A", .quantity = units}}, .key = key};
}
Action create(const std::string& name, Cart what) {
    return {.name = name, .asked = {.operation = Operation::create, .cart = std::move(what)}};
}
// `units`: of A; 0: all of it.
Ask verb(Operation operation, std::size_t target, std::int64_t units = 0, With with = {}) {
    if (units > 0) {
        with.lines = {{.sku = "A", .quantity = units}};
    }
    return {.operation = operation, .with = std::move(with), .target = target};
}
Action act(const std::string& name, Ask what) { return {.name = name, .asked = std::move(what)}; }
// The verb on the first and on the second reservation.
void on_both(Actions& out, const std::string& name, Operation operation) {
    out.push_back(act(name + " 0", verb(operation, 0)));
    out.push_back(act(name + " 1", verb(operation, 1)));
}
Action second() { return {.name = "second", .kind = Action::Kind::second}; }
Action sweep() { return {.name = "sweep", .kind = Action::Kind::sweep}; }
Action forget() { return {.name = "forget", .kind = Action::Kind::forget}; }

// A hold from its beginning to its sale or end, beside another that wants the same units.
Scope life() {
    Scope out{.name = "life",
              .setup = {define(short_lives()), receipt(2)},
              .actions = {second(), sweep(), create("hold 1", cart(1)), create("hold 2", cart(2))},
              .depth = 8};
    on_both(out.actions, "pay", Operation::begin_payment);
    on_both(out.actions, "extend", Operation::extend);
    on_both(out.actions, "commit", Operation::commit);
    out.actions.push_back(act("commit 1 of 0", verb(Operation::commit, 0, 1)));
    on_both(out.actions, "release", Operation::release);
    out.actions.push_back(
        act("commit 0 as of version 0", verb(Operation::commit, 0, 0, {.version = 0})));
    out.actions.push_back(act("extend 0 by 3", verb(Operation::extend, 0, 0, {.ttl_seconds = 3})));
    out.actions.push_back(act("extend 0 by 4", verb(Operation::extend, 0, 0, {.ttl_seconds = 4})));
    return out;
}

// Sold units: what leaves, what is taken back, what returns, in any order.
Scope sold() {
    Scope out{.name = "sold",
              .setup = {define(short_lives()), receipt(2)},
              .actions = {create("hold 2", cart(2)), second(),
                          act("commit 0", verb(Operation::commit, 0)),
                          act("commit 1 of 0", verb(Operation::commit, 0, 1)),
                          act("ship 0", verb(Operation::ship, 0)),
                          act("ship 1 of 0", verb(Operation::ship, 0, 1)),
                          act("cancel 0", verb(Operation::cancel, 0)),
                          act("cancel 1 of 0", verb(Operation::cancel, 0, 1)),
                          act("return 0", verb(Operation::return_units, 0)),
                          act("return 1 of 0", verb(Operation::return_units, 0, 1)),
                          act("return 1 of 0 damaged",
                              verb(Operation::return_units, 0, 1,
                                   {.disposition = model::Disposition::damaged})),
                          act("close 1 of 0 short",
                              verb(Operation::close_short, 0, 1, {.reason = Reason::replaced})),
                          act("lose 1", stock(Operation::adjust_stock, "A", -1)),
                          act("find 1", receipt(1))},
              .reservations_max = 2,
              .depth = 5};
    Ask sale{.operation = Operation::record_sale, .cart = cart(1)};
    out.actions.push_back(act("sell 1 elsewhere", sale));
    return out;
}

// Retries, reused keys, refusals that are remembered, tombstones, and what left memory.
Scope keys() {
    Scope out{.name = "keys",
              .setup = {define(short_lives()), receipt(1)},
              .actions = {second(), sweep(), forget(), create("hold 1 as k", cart(1, "k")),
                          create("hold 2 as k", cart(2, "k")), create("hold 1 as l", cart(1, "l")),
                          act("commit 0 as m", verb(Operation::commit, 0, 0, {.key = "m"})),
                          act("commit 1 of 0 as m", verb(Operation::commit, 0, 1, {.key = "m"})),
                          act("release 0", verb(Operation::release, 0)),
                          act("release 0 as m", verb(Operation::release, 0, 0, {.key = "m"})),
                          act("ship 0 as n", verb(Operation::ship, 0, 1, {.key = "n"})),
                          act("return 0 as n", verb(Operation::return_units, 0, 1, {.key = "n"})),
                          act("find 1", receipt(1))},
              .depth = 5};
    for (const std::string name : {"k", "l"}) {
        Ask release{.operation = Operation::release_by_name, .name = name, .by_key = true};
        out.actions.push_back(act("release what " + name + " made", release));
    }
    return out;
}

// Who waits, who overtakes, what wakes them.
Scope waiting() {
    Cart waits = cart(1);
    waits.wait_seconds = 2;
    Cart waits_for_both = cart(2);
    waits_for_both.wait_seconds = 1;
    Scope out{
        .name = "waiting",
        .setup = {define(short_lives()), receipt(2)},
        .actions = {second(), sweep(), create("hold 2", cart(2)), create("hold 1", cart(1)),
                    create("wait for 1", waits), create("wait for 2", waits_for_both),
                    act("commit 1 of 0", verb(Operation::commit, 0, 1)), act("find 1", receipt(1)),
                    act("lose 1", stock(Operation::adjust_stock, "A", -1))},
        .reservations_max = 4,
        .depth = 6};
    on_both(out.actions, "release", Operation::release);
    for (const bool stopped : {true, false}) {
        Ask selling{.operation = Operation::change_selling, .flag = stopped};
        out.actions.push_back(act(stopped ? "stop" : "resume", selling));
    }
    return out;
}

// One owner with a cap that holds again and again under one reference.
Scope owners() {
    Policy policy = short_lives();
    policy.lifetime = 4;
    Cart first = cart(1);
    first.reference = "r";
    first.agent_id = "bot";
    Cart again = first;
    again.supersedes_same_reference = true;
    Cart both = cart(2);
    both.agent_id = "bot";
    Ask replace{.operation = Operation::create, .cart = both, .supersedes = 0};
    Ask caps{.operation = Operation::set_caps};
    caps.caps[static_cast<std::size_t>(model::PrincipalKind::agent)] = {.units = 2, .holds = 2};
    Scope out{.name = "owners",
              .setup = {define(policy), receipt(3), caps},
              .actions = {second(), sweep(), create("hold 1 for r", first),
                          create("hold 1 for r again", again), create("hold 2", both),
                          act("hold 2 instead of 0", replace)},
              .reservations_max = 4,
              .depth = 6};
    on_both(out.actions, "commit", Operation::commit);
    on_both(out.actions, "extend", Operation::extend);
    out.actions.push_back(act("pay 0", verb(Operation::begin_payment, 0)));
    for (const bool block : {true, false}) {
        Ask release{.operation = Operation::release_by_name, .name = "r", .flag = block};
        out.actions.push_back(act(block ? "release r for good" : "release r", release));
    }
    return out;
}

// Several lines in one reservation: all or nothing, what there is, the same SKU twice.
Scope carts() {
    const Cart both{.lines = {{.sku = "A", .quantity = 1}, {.sku = "B", .quantity = 1}}};
    Cart some = both;
    some.partial = true;
    Cart at_least = both;
    at_least.lines[0].quantity = 2;
    at_least.lines[0].min_quantity = 1;
    const Cart twice{.lines = {{.sku = "A", .quantity = 1}, {.sku = "A", .quantity = 1}}};
    Cart asked_only = both;
    asked_only.dry_run = true;
    Scope out{
        .name = "carts",
        .setup = {define(short_lives()), receipt(2), stock(Operation::receive_stock, "B", 1)},
        .actions = {second(), sweep(), create("hold 1 of each", both),
                    create("hold what there is", some), create("hold 1 or 2 A, and B", at_least),
                    create("hold A twice", twice), create("try 1 of each", asked_only),
                    act("commit A of 0", verb(Operation::commit, 0, 1)),
                    act("release A of 0", verb(Operation::release, 0, 1)),
                    act("cancel A of 0", verb(Operation::cancel, 0, 1)), act("find A", receipt(1)),
                    act("lose B", stock(Operation::adjust_stock, "B", -1))},
        .reservations_max = 3,
        .depth = 5};
    on_both(out.actions, "commit", Operation::commit);
    on_both(out.actions, "release", Operation::release);
    return out;
}

}  // namespace

std::vector<Scope> scopes() { return {life(), sold(), keys(), waiting(), owners(), carts()}; }

}  // namespace holdfast::explore
