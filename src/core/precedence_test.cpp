// The order of judgement is API: of two reasons to refuse, the earlier one answers.
//
// A ladder is one operation with its judgements in order. For each pair of them a world is built in
// which both apply, and the earlier one must answer; for each alone too, so that a pair cannot pass
// because the earlier one always applies. Pairs that cannot apply at once are listed with a reason.
#include "core/precedence_testing.hpp"
#include "model/limits.hpp"

namespace holdfast::core {
namespace {

using namespace model;
using namespace std::chrono_literals;
using namespace testing;

// -- create -------------------------------------------------------------------------------

Reply ask_create(const Applies& applies) {
    World world;
    world.define_class("careful",
                       [](SkuClass& c) { c.on_payment_timeout = PaymentTimeout::review; });
    world.define_class("short", [](SkuClass& c) { c.lifetime_max = 30min; });
    world.receive("A", 5);
    world.put_sku("R", "careful");
    world.receive("R", 1);
    world.put_sku("S", "short");
    world.receive("S", 9);
    Cart cart{.lines = {{"A", 1}}, .reference = "cart", .key = "k"};
    if (applies.contains("key reused")) {
        world.hold("A", 1, "k");
    }
    if (applies.contains("transition")) {
        const auto waiting = world.held({.lines = {{"R", 1}}, .reference = "cart"});
        world.begin_payment(waiting);
        world.wait(45min);
        world.expire_due();
        cart.supersedes_same_reference = true;
    }
    if (applies.contains("tombstone")) {
        if (applies.contains("transition")) {
            world.release_key("k");  // by reference would release what is in review
        } else {
            world.release_reference("cart", true);
        }
    }
    if (applies.contains("unknown SKU")) {
        cart.lines.push_back({"no such SKU", 1});
    }
    if (applies.contains("unknown pool")) {
        cart.lines.push_back({.sku = "A", .pool = "no such pool"});
    }
    if (applies.contains("unknown reservation")) {
        cart.supersedes = ReservationId{999};
    }
    if (applies.contains("limit")) {
        world.receive("B", 2 * kLineQuantityMax);
        cart.lines.push_back({"B", kLineQuantityMax + 1});
    }
    if (applies.contains("lifetime")) {
        cart.lines.push_back({"S", 1});
        cart.ttl_seconds = 3600;
    }
    if (applies.contains("TTL")) {
        cart.ttl_seconds = 24 * 3600 + 1;
    }
    if (applies.contains("stock")) {
        cart.lines.push_back({"A", 100});
    }
    if (applies.contains("owner")) {
        world.set_caps({OwnerCaps{.holds = 1}, {}, {}});
        world.receive("C", 1);
        world.create({.lines = {{"C", 1}}, .agent_id = "bot"});
        cart.agent_id = "bot";
    }
    if (applies.contains("stopped")) {
        world.stop_selling(StopScope::everything);
    }
    return world.create(cart);
}

// The tombstone is by the create key where the reference's hold must stay; then the key is unseen.
const Ladder kCreate{
    .operation = "create",
    .rungs = {kKeyReused, kTombstone, kUnknownSku, kUnknownPool, kUnknownReservation, kLimit,
              kTransition, kTtl, kLifetime, kStopped, kOwner, kStock},
    .ask = ask_create};

// -- the verbs of a reservation -----------------------------------------------------------

// A reservation of three units of A and the options of a verb on it.
struct Asked {
    World world;
    ReservationId id;
    With with{.key = "k"};

    explicit Asked(const Applies& applies, Operation operation) {
        world.receive("A", 20);
        id = world.held("A", 3);
        if (applies.contains("key reused")) {
            const auto other = world.held("A", 1);
            if (operation == Operation::ship || operation == Operation::return_units) {
                world.commit(other);
            }
            world.change(operation, other, {.lines = lines_of(operation), .key = "k"});
        }
        if (applies.contains("unknown line")) {
            with.lines.push_back({"no such SKU", 1});
        }
        if (applies.contains("version")) {
            with.version = 77;
        }
    }
    static std::vector<With::Part> lines_of(Operation operation) {
        return operation == Operation::return_units ? std::vector<With::Part>{{"A", 1}}
                                                    : std::vector<With::Part>{};
    }
    void finish(const Applies& applies) {
        if (applies.contains("quantity")) {
            with.lines.push_back({"A", 100});
        }
        if (applies.contains("unknown reservation")) {
            id = ReservationId{999};
        }
    }
};

Reply ask_begin_payment(const Applies& applies) {
    Asked asked(applies, Operation::begin_payment);
    if (applies.contains("already")) {
        asked.world.begin_payment(asked.id);
    }
    if (applies.contains("transition")) {
        asked.world.commit(asked.id);
    }
    if (applies.contains("lifetime")) {
        asked.world.define_class("default", [](SkuClass& c) { c.lifetime_max = 20min; });
    }
    if (applies.contains("TTL")) {
        asked.with.ttl_seconds = 7 * 24 * 3600 + 1;
    }
    asked.finish(applies);
    return asked.world.begin_payment(asked.id, asked.with);
}

const Ladder kBeginPayment{
    .operation = "begin_payment",
    .rungs = {kKeyReused, kUnknownReservation, kAlready, kVersion, kTransition, kTtl, kLifetime},
    .ask = ask_begin_payment,
    .impossible = unknown_excludes({"already", "version", "transition", "TTL", "lifetime"}) +
                  std::map<Pair, std::string>{{{"already", "transition"}, kOneState}}};

Reply ask_extend(const Applies& applies) {
    Asked asked(applies, Operation::extend);
    asked.with.ttl_seconds = applies.contains("already") ? 60 : 3600;
    if (applies.contains("transition")) {
        asked.world.commit(asked.id);
    }
    asked.world.define_class("default", [&](SkuClass& c) {
        c.extensions_max = applies.contains("extensions") ? 0 : 10;
        c.lifetime_max = applies.contains("lifetime") ? base::Duration(20min) : c.lifetime_max;
    });
    if (applies.contains("TTL")) {
        asked.with.ttl_seconds = 24 * 3600 + 1;
    }
    asked.finish(applies);
    return asked.world.extend(asked.id, asked.with);
}

constexpr auto kShorter = "an extension that moves nothing is within every bound";

const Ladder kExtend{
    .operation = "extend",
    .rungs = {kKeyReused, kUnknownReservation, kAlready, kVersion, kTransition, kTtl, kExtensions,
              kLifetime},
    .ask = ask_extend,
    .impossible =
        unknown_excludes({"already", "version", "transition", "TTL", "extensions", "lifetime"}) +
        std::map<Pair, std::string>{{{"already", "transition"}, kOneState},
                                    {{"already", "TTL"}, kShorter},
                                    {{"already", "lifetime"}, kShorter}}};

Reply ask_commit(const Applies& applies) {
    Asked asked(applies, Operation::commit);
    if (applies.contains("already")) {
        asked.world.commit(asked.id);
    }
    if (applies.contains("transition")) {
        asked.world.release(asked.id);
    }
    asked.finish(applies);
    return asked.world.commit(asked.id, asked.with);
}

std::map<Pair, std::string> verb_impossible() {
    return unknown_excludes({"unknown line", "already", "version", "transition", "quantity"}) +
           std::map<Pair, std::string>{{{"unknown line", "already"}, kWholeOnly},
                                       {{"already", "transition"}, kOneState},
                                       {{"already", "quantity"}, kWholeOnly}};
}

const std::vector<Rung> kVerbRungs = {kKeyReused, kUnknownReservation, kUnknownLine, kAlready,
                                      kVersion,   kTransition,         kQuantity};

const Ladder kCommit{
    .operation = "commit", .rungs = kVerbRungs, .ask = ask_commit, .impossible = verb_impossible()};

Reply ask_late_commit(const Applies& applies) {
    Asked asked(applies, Operation::commit);
    asked.world.define_class("default", [&](SkuClass& c) {
        c.late_commit = applies.contains("expired") ? LateCommit::refuse : LateCommit::retake;
    });
    asked.world.wait(15min);
    asked.world.expire_due();
    if (applies.contains("shortfall")) {
        asked.world.adjust("A", -20);
    }
    asked.finish(applies);
    return asked.world.commit(asked.id, asked.with);
}

const Ladder kLateCommit{
    .operation = "commit_of_an_expired_one",
    .rungs = {kKeyReused, kUnknownLine, kVersion, kExpired, kQuantity, kShortfall},
    .ask = ask_late_commit};

Reply ask_replaced_commit(const Applies& applies) {
    Asked asked(applies, Operation::commit);
    asked.world.wait(15min);
    if (applies.contains("already")) {
        asked.world.commit(asked.id);
    }
    asked.world.adjust("A", applies.contains("shortfall") ? -20 : 0);
    asked.finish(applies);
    return asked.world.commit(asked.id, asked.with);
}

// Every later commit answers with the successor, whatever else it says.
const Ladder kReplacedCommit{
    .operation = "commit_of_a_replaced_one",
    .rungs = {kKeyReused, kAlready, kUnknownLine, kVersion, kQuantity, kShortfall},
    .ask = ask_replaced_commit};

Reply ask_release(const Applies& applies) {
    Asked asked(applies, Operation::release);
    if (applies.contains("already")) {
        asked.world.release(asked.id);
    }
    if (applies.contains("transition")) {
        asked.world.commit(asked.id);
    }
    asked.finish(applies);
    return asked.world.release(asked.id, asked.with);
}

const Ladder kRelease{.operation = "release",
                      .rungs = kVerbRungs,
                      .ask = ask_release,
                      .impossible = verb_impossible()};

Reply ask_cancel(const Applies& applies) {
    Asked asked(applies, Operation::cancel);
    asked.with.reason = Reason::customer_request;
    asked.world.commit(asked.id);
    if (applies.contains("already")) {
        asked.world.cancel(asked.id, {.reason = Reason::customer_request});
    }
    if (applies.contains("transition")) {
        asked.world.ship(asked.id);
    }
    asked.finish(applies);
    return asked.world.cancel(asked.id, asked.with);
}

const Ladder kCancel{
    .operation = "cancel", .rungs = kVerbRungs, .ask = ask_cancel, .impossible = verb_impossible()};

// Shipments and returns that do not fit are facts and are parked: no transition, no quantity.
Reply ask_ship(const Applies& applies) {
    Asked asked(applies, Operation::ship);
    asked.world.commit(asked.id);
    if (applies.contains("already")) {
        asked.world.ship(asked.id);
    }
    asked.finish(applies);
    return asked.world.ship(asked.id, asked.with);
}

const Ladder kShip{
    .operation = "ship",
    .rungs = {kKeyReused, kUnknownReservation, kUnknownLine, kAlready, kVersion},
    .ask = ask_ship,
    .impossible = unknown_excludes({"unknown line", "already", "version"}) +
                  std::map<Pair, std::string>{{{"unknown line", "already"}, kWholeOnly}}};

Reply ask_return(const Applies& applies) {
    Asked asked(applies, Operation::return_units);
    asked.world.commit(asked.id);
    asked.world.ship(asked.id);
    asked.with.lines.push_back({"A", 1});
    if (applies.contains("limit")) {
        asked.world.receive("A", kCellQuantityMax - asked.world.cell("A").on_hand);
    }
    asked.finish(applies);
    return asked.world.return_units(asked.id, asked.with);
}

const Ladder kReturn{.operation = "return",
                     .rungs = {kKeyReused, kUnknownReservation, kUnknownLine, kVersion, kLimit},
                     .ask = ask_return,
                     .impossible = unknown_excludes({"unknown line", "version", "limit"})};

Reply ask_reallocate(const Applies& applies) {
    Asked asked(applies, Operation::reallocate);
    World& world = asked.world;
    if (applies.contains("key reused")) {
        // The constructor's change had nowhere to go.
        const auto other = world.held("A", 1);
        world.reallocate(other, {.key = "k", .to = "default"});
    }
    world.put_pool("east");
    world.receive("A", 3, "", "east");
    asked.with.to = applies.contains("unknown pool") ? "no such pool" : "east";
    if (applies.contains("already")) {
        world.reallocate(asked.id, {.to = "east"});
    }
    if (applies.contains("stock")) {
        world.sale({.lines = {{.sku = "A", .quantity = 3, .pool = "east"}}});
    }
    if (applies.contains("transition")) {
        world.release(asked.id);
    }
    asked.finish(applies);
    return world.reallocate(asked.id, asked.with);
}

constexpr auto kNothingMoves = "nothing has to move";

const Ladder kReallocate{
    .operation = "reallocate",
    .rungs = {kKeyReused, kUnknownReservation, kUnknownPool, kUnknownLine, kAlready, kVersion,
              kTransition, kQuantity, kStock},
    .ask = ask_reallocate,
    .impossible = unknown_excludes({"unknown pool", "unknown line", "already", "version",
                                    "transition", "quantity", "stock"}) +
                  std::map<Pair, std::string>{{{"unknown line", "already"}, kWholeOnly},
                                              {{"already", "transition"}, kOneState},
                                              {{"already", "quantity"}, kWholeOnly},
                                              {{"already", "stock"}, kNothingMoves}}};

Reply ask_close_short(const Applies& applies) {
    Asked asked(applies, Operation::close_short);
    asked.with.reason = Reason::refunded;
    if (applies.contains("already")) {
        asked.world.close_short(asked.id, {.reason = Reason::refunded});
    }
    if (applies.contains("transition")) {
        asked.world.release(asked.id);
    }
    asked.finish(applies);
    return asked.world.close_short(asked.id, asked.with);
}

const Ladder kCloseShort{.operation = "close_short",
                         .rungs = kVerbRungs,
                         .ask = ask_close_short,
                         .impossible = verb_impossible()};

// -- the test -----------------------------------------------------------------------------

class Precedence : public ::testing::TestWithParam<Ladder> {};

TEST_P(Precedence, WithoutAReasonNothingIsRefused) {
    EXPECT_EQ(GetParam().ask({}).code(), RefusalCode::none);
}

TEST_P(Precedence, EachJudgementAloneAnswers) {
    for (const auto& rung : GetParam().rungs) {
        const auto reply = GetParam().ask({rung.name});
        EXPECT_EQ(reply.code(), rung.code) << rung.name;
        EXPECT_NE(reply.outcome, Outcome::replayed) << rung.name;
    }
}

TEST_P(Precedence, OfTwoThatApplyTheEarlierOneAnswers) {
    const auto& ladder = GetParam();
    std::size_t judged = 0;
    for (std::size_t early = 0; early < ladder.rungs.size(); ++early) {
        for (std::size_t late = early + 1; late < ladder.rungs.size(); ++late) {
            const Pair pair{ladder.rungs[early].name, ladder.rungs[late].name};
            if (ladder.impossible.contains(pair)) {
                continue;
            }
            ++judged;
            EXPECT_EQ(ladder.ask({pair.first, pair.second}).code(), ladder.rungs[early].code)
                << pair.first << " before " << pair.second;
        }
    }
    const std::size_t all = ladder.rungs.size() * (ladder.rungs.size() - 1) / 2;
    EXPECT_EQ(judged + ladder.impossible.size(), all) << "an impossible pair names no rung";
}

INSTANTIATE_TEST_SUITE_P(Ladders, Precedence,
                         ::testing::Values(kCreate, kBeginPayment, kExtend, kCommit, kLateCommit,
                                           kReplacedCommit, kRelease, kCancel, kShip, kReturn,
                                           kReallocate, kCloseShort),
                         [](const auto& tested) { return tested.param.operation; });

INSTANTIATE_TEST_SUITE_P(StockLadders, Precedence, ::testing::ValuesIn(stock_ladders()),
                         [](const auto& tested) { return tested.param.operation; });

TEST(PrecedenceOfReplay, AReplayComesBeforeEverythingElse) {
    World world;
    world.receive("A", 1);
    const Cart cart{.lines = {{"A", 1}}, .reference = "cart", .key = "k"};
    const auto first = world.create(cart);
    world.release_reference("cart", true);
    world.adjust("A", -1);
    world.define_class("default", [](SkuClass& c) { c.lifetime_max = 1min; });
    EXPECT_EQ(world.create(cart).outcome, Outcome::replayed);
    EXPECT_EQ(world.create(cart).sequence, first.sequence);
}

}  // namespace
}  // namespace holdfast::core
