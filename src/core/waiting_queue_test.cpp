// Waiting for units: who may, whose turn it is, and that nobody overtakes.
#include "core/testing.hpp"

namespace holdfast::core {
namespace {

using namespace model;
using namespace std::chrono_literals;
using enum RefusalCode;
using ReservationState::held;
using ReservationState::queued;
using ReservationState::released;
using ReservationState::superseded;
using testing::Cart;
using testing::World;

class Waiting : public ::testing::Test {
  protected:
    Waiting() {
        world_.put_class("drop", [](SkuClass& c) { c.wait_max = 10min; });
        world_.put_sku("A", "drop");
        world_.receive("A", 5);
    }
    Cart wish(std::int64_t quantity, Cart cart = {}) {
        cart.lines = {{"A", quantity}};
        cart.wait_seconds = cart.wait_seconds.value_or(600);
        return cart;
    }
    testing::Reply queue(std::int64_t quantity, const Cart& cart = {}) {
        return world_.create(wish(quantity, cart));
    }
    // A waiter that must not get its units at once.
    ReservationId waiter(std::int64_t quantity, const Cart& cart = {}) {
        const auto reply = queue(quantity, cart);
        EXPECT_EQ(reply.code(), none);
        EXPECT_EQ(reply.state(), queued);
        return reply.id();
    }
    World world_;
};

TEST_F(Waiting, WhoFindsUnitsFreeDoesNotWait) {
    const auto reply = queue(5);
    EXPECT_EQ(reply.state(), held);
    EXPECT_FALSE(reply.place.has_value());
}

TEST_F(Waiting, WhoFindsThemOnlyHeldWaits) {
    world_.held("A", 5);
    const auto reply = queue(2);
    EXPECT_EQ(reply.as<ReservationChanged>().verb, Verb::queue);
    EXPECT_EQ(reply.state(), queued);
    EXPECT_EQ(reply.image().expires_at, world_.now() + 10min) << "the end of waiting";
    EXPECT_EQ(reply.image().hold_for, 15min);
    EXPECT_EQ(reply.image().lines[0].requested, 2);
    EXPECT_EQ(reply.image().lines[0].units, LineQuantities{});
    ASSERT_TRUE(reply.place.has_value());
    EXPECT_EQ(reply.place->ahead, 0u);
    EXPECT_EQ(world_.cell("A").held, 5) << "nothing is promised to who waits";
}

TEST_F(Waiting, WhatIsSoldIsNotWaitedFor) {
    world_.commit(world_.held("A", 4));
    world_.held("A", 1);
    EXPECT_EQ(queue(2).code(), insufficient_stock);
    EXPECT_EQ(queue(1).state(), queued);
}

TEST_F(Waiting, OnlyASingleLineMay) {
    world_.held("A", 5);
    Cart cart = wish(1);
    cart.lines.push_back({"A", 1});
    EXPECT_EQ(world_.create(cart).code(), insufficient_stock);
    EXPECT_EQ(queue(1, {.dry_run = true}).code(), insufficient_stock);
    const auto old = world_.core_state().reservations[0].id;
    EXPECT_EQ(queue(6, {.supersedes = old}).code(), insufficient_stock);
}

TEST_F(Waiting, NoLongerThanTheClassAllows) {
    world_.held("A", 5);
    const auto reply = queue(1, {.wait_seconds = 601});
    EXPECT_EQ(reply.code(), ttl_out_of_bounds);
    EXPECT_EQ(reply.refusal.limit, 600);
    EXPECT_EQ(queue(1, {.wait_seconds = 0}).code(), insufficient_stock) << "no time at all";
    world_.receive("B", 1);
    world_.held("B", 1);
    EXPECT_EQ(world_.create({.lines = {{"B", 1}}, .wait_seconds = 1}).code(), ttl_out_of_bounds)
        << "nobody waits for a SKU whose class does not say so";
}

TEST_F(Waiting, WithoutSplitOnePoolMustHaveThemAll) {
    world_.put_pool("east");
    world_.put_class("drop", [](SkuClass& c) {
        c.wait_max = 10min;
        c.split = false;
    });
    world_.receive("A", 5, "", "east");
    world_.held("A", 5);
    world_.held("A", 5);
    EXPECT_EQ(queue(6).code(), insufficient_stock) << "it could never be served";
    EXPECT_EQ(queue(5).state(), queued);
}

// -- the grant ------------------------------------------------------------------------------

TEST_F(Waiting, ReleasedUnitsGoToWhoCameFirst) {
    const auto holder = world_.held("A", 5);
    const auto first = waiter(2);
    const auto second = waiter(2);
    world_.release(holder);
    EXPECT_EQ(world_.state(first), held);
    EXPECT_EQ(world_.state(second), held);
    EXPECT_EQ(world_.cell("A").held, 4);
    const auto events = world_.last_events();
    ASSERT_EQ(events.size(), 3u);
    EXPECT_EQ(std::get<ReservationChanged>(events[1]).verb, Verb::grant);
    EXPECT_EQ(std::get<ReservationChanged>(events[1]).image.id, first);
    EXPECT_EQ(std::get<ReservationChanged>(events[2]).image.id, second);
}

TEST_F(Waiting, TheHoldBeginsWithTheGrant) {
    const auto holder = world_.held("A", 5);
    const auto id = waiter(2, {.ttl_seconds = 300, .reference = "cart"});
    world_.wait(9min);
    world_.release(holder);
    const auto image = world_.image(id);
    EXPECT_EQ(state_of(image), held);
    EXPECT_EQ(image.expires_at, world_.now() + 5min);
    EXPECT_EQ(image.first_created_at, world_.now());
    EXPECT_EQ(image.created_at, world_.now() - 9min);
    EXPECT_EQ(image.hold_for, 0ms);
    EXPECT_EQ(image.version, 2u);
    EXPECT_EQ(image.texts.reference, "cart");
    world_.wait(5min);
    world_.expire_due();
    EXPECT_EQ(world_.state(id), ReservationState::expired);
}

TEST_F(Waiting, EveryWayInWhichUnitsComeBackServesThem) {
    const auto holder = world_.held("A", 5);
    const auto by_receipt = waiter(1);
    world_.receive("A", 1);
    EXPECT_EQ(world_.state(by_receipt), held);
    const auto by_count = waiter(1);
    world_.count({.sku = "A", .counted = 7, .drift = 1});
    EXPECT_EQ(world_.state(by_count), held);
    const auto by_expiry = waiter(1, {.ttl_seconds = 3600});
    world_.wait(9min);
    const auto by_safety = waiter(5);
    world_.wait(6min);
    world_.expire_due();
    EXPECT_EQ(world_.state(holder), ReservationState::expired);
    EXPECT_EQ(world_.state(by_expiry), ReservationState::expired) << "its wait was over before";
    EXPECT_EQ(world_.state(by_safety), held);
    const auto by_cancel = waiter(5);
    world_.commit(by_safety);
    EXPECT_EQ(world_.state(by_cancel), queued);
    world_.cancel(by_safety, {.reason = Reason::customer_request});
    EXPECT_EQ(world_.state(by_cancel), held);
}

TEST_F(Waiting, ReturnedUnitsServeThem) {
    const auto sold = world_.held("A", 4);
    world_.commit(sold);
    world_.ship(sold);
    const auto holder = world_.held("A", 1);
    const auto id = waiter(1);
    world_.return_units(sold, {.lines = {{"A", 1}}, .disposition = Disposition::damaged});
    EXPECT_EQ(world_.state(id), queued) << "nobody waits for what is broken";
    world_.return_units(sold, {.lines = {{"A", 1}}});
    EXPECT_EQ(world_.state(id), held);
    EXPECT_EQ(world_.state(holder), held);
}

TEST_F(Waiting, AWaiterWhoWantsMoreThanThereIsIsPassedOver) {
    const auto holder = world_.held("A", 5);
    const auto large = waiter(4);
    const auto small = waiter(2);
    world_.release(holder, {.lines = {{"A", 3}}});
    EXPECT_EQ(world_.state(large), queued);
    EXPECT_EQ(world_.state(small), held);
    world_.release(holder);
    EXPECT_EQ(world_.state(large), queued) << "three are there";
    world_.release(small);
    EXPECT_EQ(world_.state(large), held);
}

TEST_F(Waiting, ANewcomerTakesOnlyWhatNobodyWaitingCanUse) {
    const auto holder = world_.held("A", 5);
    const auto large = waiter(4);
    world_.release(holder, {.lines = {{"A", 3}}});
    const auto newcomer = world_.held("A", 2);
    EXPECT_EQ(world_.state(newcomer), held);
    EXPECT_EQ(world_.state(large), queued);
}

// The hold is dead, nobody has swept, a newcomer asks: the waiter was first.
TEST_F(Waiting, ANewcomerDoesNotOvertakeThroughADeadHold) {
    const auto holder = world_.create({.lines = {{"A", 5}}, .ttl_seconds = 60}).id();
    const auto first = waiter(3);
    world_.wait(60s);
    const auto newcomer = world_.hold("A", 3);
    EXPECT_EQ(newcomer.code(), insufficient_stock);
    EXPECT_EQ(world_.state(holder), ReservationState::expired);
    EXPECT_EQ(world_.state(first), held);
    EXPECT_EQ(world_.hold("A", 2).code(), none) << "what the waiter left";
}

TEST_F(Waiting, AReadDoesNotShowAWaiterWhoseTurnHasCome) {
    world_.create({.lines = {{"A", 5}}, .ttl_seconds = 60});
    const auto id = waiter(3);
    EXPECT_EQ(world_.read(id).state(), queued);
    world_.wait(60s);
    EXPECT_EQ(world_.read(id).state(), held);
}

TEST_F(Waiting, ForANamedPoolOnlyItsUnitsCount) {
    world_.put_pool("east");
    world_.receive("A", 2, "", "east");
    const auto here = world_.create({.lines = {{.sku = "A", .quantity = 5, .pool = "default"}}});
    const auto there = world_.create({.lines = {{.sku = "A", .quantity = 2, .pool = "east"}}});
    Cart east = wish(2);
    east.lines[0].pool = "east";
    const auto for_east = world_.create(east).id();
    const auto for_any = waiter(3);
    world_.release(here.id(), {.lines = {{"A", 3}}});
    EXPECT_EQ(world_.state(for_east), queued);
    EXPECT_EQ(world_.state(for_any), held);
    EXPECT_EQ(world_.image(for_any).lines[0].pool, kDefaultPool);
    world_.release(there.id());
    EXPECT_EQ(world_.state(for_east), held);
    EXPECT_EQ(world_.cell("A", "east").held, 2);
}

TEST_F(Waiting, AGrantMayBeSplit) {
    world_.put_pool("east");
    world_.receive("A", 2, "", "east");
    const auto holder = world_.held("A", 7);
    Cart cart = wish(6);
    cart.lines[0].line_id = "x";
    cart.lines[0].group = "kit";
    const auto id = world_.create(cart).id();
    EXPECT_EQ(world_.image(id).lines[0].pool, kAnyPool);
    world_.release(holder);
    const auto image = world_.image(id);
    ASSERT_EQ(image.lines.size(), 2u);
    EXPECT_EQ(image.lines[0].units.held, 5);
    EXPECT_EQ(image.lines[0].line_id, "x");
    EXPECT_EQ(image.lines[0].group, "kit");
    EXPECT_EQ(image.lines[0].requested, 6);
    EXPECT_EQ(image.lines[1].units.held, 1);
    EXPECT_TRUE(image.lines[1].continues);
}

TEST_F(Waiting, ForSoftUnitsTheGrantIsSoft) {
    world_.put_class("drop", [](SkuClass& c) {
        c.wait_max = 10min;
        c.hold_permille = 2'000;
    });
    const auto holder = world_.held("A", 10);
    const auto id = waiter(4);
    world_.release(holder, {.lines = {{"A", 4}}});
    EXPECT_EQ(world_.state(id), held);
    EXPECT_FALSE(is_firm(world_.image(id)));
    EXPECT_EQ(world_.cell("A").soft_held, 10);
}

// -- the end of waiting ---------------------------------------------------------------------

TEST_F(Waiting, EndsAtItsDeadline) {
    world_.held({.lines = {{"A", 5}}, .ttl_seconds = 3600});
    const auto id = waiter(1);
    world_.wait(10min - 1ms);
    EXPECT_EQ(world_.expire_due(), 0u);
    world_.wait(1ms);
    EXPECT_EQ(world_.expire_due(), 1u);
    EXPECT_EQ(world_.state(id), ReservationState::expired);
    EXPECT_EQ(world_.core_state().totals.waiters, 0u);
    EXPECT_EQ(world_.line(id), LineQuantities{}) << "it never had any";
}

TEST_F(Waiting, WhoseWaitIsOverGetsNothingHoweverLateTheSweeper) {
    const auto holder = world_.held({.lines = {{"A", 5}}, .ttl_seconds = 3600});
    const auto late = waiter(1);
    world_.wait(1min);
    const auto next = waiter(1);
    world_.wait(9min);
    world_.release(holder);
    EXPECT_EQ(world_.state(late), queued) << "nobody has said it yet";
    EXPECT_EQ(world_.state(next), held);
    EXPECT_EQ(world_.read(late).state(), ReservationState::expired);
}

TEST_F(Waiting, EndsByRelease) {
    const auto holder = world_.held("A", 5);
    const auto id = waiter(1);
    EXPECT_EQ(world_.release(id).state(), released);
    EXPECT_EQ(world_.release(id).outcome, Outcome::shown) << "twice is a success";
    world_.release(holder);
    EXPECT_EQ(world_.state(id), released);
    EXPECT_EQ(world_.cell("A").held, 0);
}

TEST_F(Waiting, EndsByReleaseByNameAndBySupersede) {
    world_.held({.lines = {{"A", 5}}, .ttl_seconds = 3600});
    const auto by_reference = waiter(1, {.reference = "cart"});
    const auto by_key = waiter(1, {.key = "k"});
    const auto replaced = waiter(1, {.reference = "other"});
    world_.release_reference("cart");
    EXPECT_EQ(world_.state(by_reference), released);
    world_.release_key("k");
    EXPECT_EQ(world_.state(by_key), released);
    world_.receive("B", 1);
    const auto fresh = world_.create(
        {.lines = {{"B", 1}}, .reference = "other", .supersedes_same_reference = true});
    EXPECT_EQ(fresh.code(), none);
    EXPECT_EQ(world_.state(replaced), superseded);
    EXPECT_EQ(world_.image(replaced).superseded_by, fresh.id());
    EXPECT_EQ(world_.core_state().totals.waiters, 0u);
}

TEST_F(Waiting, NothingElseCanBeDoneMeanwhile) {
    world_.held("A", 5);
    const auto id = waiter(1);
    EXPECT_EQ(world_.begin_payment(id).code(), illegal_transition);
    EXPECT_EQ(world_.extend(id).code(), illegal_transition);
    EXPECT_EQ(world_.commit(id).code(), illegal_transition);
    EXPECT_EQ(world_.commit(id, {.lines = {{"A", 1}}}).code(), illegal_transition);
    EXPECT_EQ(world_.cancel(id, {.reason = Reason::customer_request}).code(), illegal_transition);
    EXPECT_EQ(world_.close_short(id, {.reason = Reason::refunded}).code(), illegal_transition);
    EXPECT_EQ(world_.reallocate(id, {.to = "default"}).code(), illegal_transition);
    EXPECT_EQ(world_.state(id), queued);
    EXPECT_EQ(world_.image(id).version, 1u);
}

TEST_F(Waiting, MoneyForAWaitThatEndedTakesNothing) {
    const auto holder = world_.held({.lines = {{"A", 5}}, .ttl_seconds = 3600});
    const auto id = waiter(2);
    world_.wait(10min);
    world_.release(holder);
    EXPECT_EQ(world_.commit(id).code(), expired) << "there is nothing that it could take again";
    EXPECT_EQ(world_.cell("A"), CellImage{.on_hand = 5});
}

// -- what else may stand in the way -----------------------------------------------------------

TEST_F(Waiting, AStopInBetweenHoldsTheQueueAndItsEndLetsItGo) {
    const auto holder = world_.held("A", 5);
    const auto id = waiter(1);
    const auto other = waiter(1, {.channel = "tv"});
    world_.stop_selling(StopScope::sku, "A");
    world_.release(holder);
    EXPECT_EQ(world_.state(id), queued);
    world_.stop_selling(StopScope::channel, "tv");
    world_.resume_selling(StopScope::sku, "A");
    EXPECT_EQ(world_.state(id), held);
    EXPECT_EQ(world_.state(other), queued);
    world_.resume_selling(StopScope::channel, "tv");
    EXPECT_EQ(world_.state(other), held);
}

TEST_F(Waiting, AStopThatEndsByItselfLetsTheQueueGo) {
    const auto holder = world_.held("A", 5);
    const auto id = waiter(1);
    world_.stop_selling(StopScope::everything, "", world_.now() + 1min);
    world_.release(holder);
    world_.wait(1min - 1ms);
    world_.expire_due();
    EXPECT_EQ(world_.state(id), queued);
    world_.wait(1ms);
    world_.expire_due();
    EXPECT_EQ(world_.state(id), held);
}

TEST_F(Waiting, AStoppedPoolServesNobody) {
    world_.put_pool("east");
    const auto holder = world_.held("A", 5);
    const auto id = waiter(1);
    world_.stop_selling(StopScope::pool, "default");
    world_.release(holder);
    EXPECT_EQ(world_.state(id), queued);
    world_.receive("A", 1, "", "east");
    EXPECT_EQ(world_.state(id), held);
    EXPECT_EQ(world_.cell("A", "east").held, 1);
}

TEST_F(Waiting, AThresholdHoldsTheQueueToo) {
    world_.put_class("drop", [](SkuClass& c) {
        c.wait_max = 10min;
        c.stop_selling_at = 2;
    });
    const auto holder = world_.held("A", 3);
    EXPECT_EQ(queue(1).code(), selling_stopped) << "two are left, and they are not sold";
    world_.put_class("drop", [](SkuClass& c) { c.wait_max = 10min; });
    world_.held("A", 2);
    const auto id = waiter(1);
    world_.put_class("drop", [](SkuClass& c) {
        c.wait_max = 10min;
        c.stop_selling_at = 2;
    });
    world_.release(holder, {.lines = {{"A", 2}}});
    EXPECT_EQ(world_.state(id), queued);
    world_.release(holder);
    EXPECT_EQ(world_.state(id), held);
}

TEST_F(Waiting, ALooserRuleServesThem) {
    world_.held("A", 5);
    const auto id = waiter(2);
    world_.put_class("drop", [](SkuClass& c) {
        c.wait_max = 10min;
        c.backorder_max = 2;
    });
    EXPECT_EQ(world_.state(id), held);
}

TEST_F(Waiting, AnotherClassOfTheSkuServesThem) {
    world_.held("A", 5);
    const auto id = waiter(2);
    world_.put_class("late", [](SkuClass& c) { c.backorder_max = 2; });
    world_.put_sku("A", "late");
    EXPECT_EQ(world_.state(id), held);
}

TEST_F(Waiting, AnOpenedPoolServesThem) {
    world_.put_pool("tv", {.channels = {"tv"}});
    world_.receive("A", 4, "", "tv");
    world_.held("A", 5);
    const auto id = waiter(2);
    world_.put_pool("tv");
    EXPECT_EQ(world_.state(id), held);
}

CapsByKind agents(OwnerCaps caps) { return {caps, {}, {}}; }

TEST_F(Waiting, ACapIsJudgedAtTheGrant) {
    world_.set_caps(agents({.units = 3}));
    const auto holder = world_.held("A", 5);
    const auto first = waiter(2, {.agent_id = "bot"});
    const auto second = waiter(2, {.agent_id = "bot"});
    const auto other = waiter(2, {.agent_id = "other"});
    world_.release(holder);
    EXPECT_EQ(world_.state(first), held);
    EXPECT_EQ(world_.state(second), queued) << "passed over, it would be four";
    EXPECT_EQ(world_.state(other), held);
}

TEST_F(Waiting, EveryCapIsJudgedAtTheGrant) {
    for (const auto& caps : {agents({.holds = 1}), agents({.unit_seconds = 2'000})}) {
        world_.set_caps(caps);
        const auto holder = world_.held("A", 5);
        const auto first = waiter(2, {.agent_id = "bot"});
        const auto second = waiter(2, {.agent_id = "bot"});
        world_.release(holder);
        EXPECT_EQ(world_.state(first), held);
        EXPECT_EQ(world_.state(second), queued) << "passed over";
        world_.release(first);
        EXPECT_EQ(world_.state(second), held) << "its turn";
        world_.release(second);
    }
}

TEST_F(Waiting, WhoIsPassedOverTwiceIsServedOnce) {
    world_.set_caps(agents({.units = 4}));
    world_.receive("B", 5);
    const auto elsewhere = world_.held({.lines = {{"B", 2}}, .agent_id = "bot"});
    const auto holder = world_.held("A", 5);
    const auto id = waiter(2, {.agent_id = "bot"});
    world_.set_caps(agents({.units = 2}));
    world_.release(holder, {.lines = {{.sku = "A", .quantity = 2}}});
    world_.release(holder, {.lines = {{.sku = "A", .quantity = 2}}});
    EXPECT_EQ(world_.state(id), queued);
    world_.release(elsewhere);
    EXPECT_EQ(world_.state(id), held);
    EXPECT_EQ(world_.cell("A").held, 3);
}

TEST_F(Waiting, AStopOfTheClassHoldsTheQueueToo) {
    const auto holder = world_.held("A", 5);
    const auto id = waiter(2);
    world_.stop_selling(StopScope::sku_class, "drop");
    world_.release(holder);
    EXPECT_EQ(world_.state(id), queued);
    world_.resume_selling(StopScope::sku_class, "drop");
    EXPECT_EQ(world_.state(id), held);
}

TEST_F(Waiting, QueuesOfSeveralSkusAreServedByOneEvent) {
    world_.put_sku("B", "drop");
    world_.receive("B", 1);
    const auto a = world_.held("A", 5);
    const auto b = world_.held("B", 1);
    const auto for_a = waiter(5);
    const auto for_b = world_.held({.lines = {{.sku = "B", .quantity = 1}}, .wait_seconds = 600});
    world_.stop_selling(StopScope::everything);
    world_.release(a);
    world_.release(b);
    EXPECT_EQ(world_.state(for_a), queued);
    EXPECT_EQ(world_.state(for_b), queued);
    world_.resume_selling(StopScope::everything);
    EXPECT_EQ(world_.state(for_a), held);
    EXPECT_EQ(world_.state(for_b), held);
}

TEST_F(Waiting, AnOwnerWhoHoldsLessIsServed) {
    world_.set_caps(agents({.units = 3}));
    world_.receive("B", 5);
    const auto elsewhere = world_.held({.lines = {{"B", 3}}, .agent_id = "bot"});
    const auto holder = world_.held("A", 5);
    world_.set_caps(agents({.units = 4}));
    const auto id = waiter(1, {.agent_id = "bot"});
    world_.set_caps(agents({.units = 3}));
    world_.release(holder);
    EXPECT_EQ(world_.state(id), queued);
    world_.release(elsewhere);
    EXPECT_EQ(world_.state(id), held) << "though nothing happened to what it waits for";
}

TEST_F(Waiting, ALargerCapServesThem) {
    world_.set_caps(agents({.units = 4}));
    world_.receive("B", 5);
    world_.held({.lines = {{"B", 3}}, .agent_id = "bot"});
    const auto holder = world_.held("A", 5);
    const auto id = waiter(1, {.agent_id = "bot"});
    world_.set_caps(agents({.units = 3}));
    world_.release(holder);
    EXPECT_EQ(world_.state(id), queued);
    world_.set_caps({});
    EXPECT_EQ(world_.state(id), held);
}

TEST_F(Waiting, DoesNotCountAsUnitSeconds) {
    world_.set_caps(agents({.unit_seconds = 700}));
    const auto holder = world_.held("A", 5);
    const auto id = waiter(1, {.ttl_seconds = 600, .agent_id = "bot"});
    world_.wait(9min);
    world_.release(holder);
    EXPECT_EQ(world_.state(id), held) << "600 unit-seconds from the grant on";
    EXPECT_EQ(world_.create({.lines = {{"A", 1}}, .ttl_seconds = 101, .agent_id = "bot"}).code(),
              owner_limit_exceeded);
    EXPECT_EQ(world_.create({.lines = {{"A", 1}}, .ttl_seconds = 100, .agent_id = "bot"}).code(),
              none);
}

// -- the budget of a batch --------------------------------------------------------------------

TEST_F(Waiting, GrantsBeyondTheBudgetComeWithTheNextBatch) {
    const auto holder = world_.held("A", 5);
    std::vector<ReservationId> ids;
    for (int i = 0; i < 5; ++i) {
        ids.push_back(waiter(1));
    }
    world_.expiry_budget(2);
    world_.release(holder);
    EXPECT_EQ(world_.cell("A").held, 2);
    const auto undecided = world_.hold("A", 1);
    EXPECT_EQ(undecided.outcome, Outcome::grant_first) << "it waits, undecided, for its turn";
    EXPECT_EQ(world_.cell("A").held, 4);
    world_.expire_due();
    EXPECT_EQ(world_.cell("A").held, 5);
    EXPECT_EQ(world_.hold("A", 1).code(), insufficient_stock);
    for (const auto id : ids) {
        EXPECT_EQ(world_.state(id), held);
    }
}

TEST_F(Waiting, ARestartForgetsNobodyWhoseTurnHasCome) {
    const auto holder = world_.held("A", 5);
    const auto id = waiter(1);
    world_.expiry_budget(0);
    world_.release(holder);
    EXPECT_EQ(world_.state(id), queued);
    world_.restore_from_snapshot();
    world_.expiry_budget(4096);
    world_.expire_due();
    EXPECT_EQ(world_.state(id), held);
}

TEST_F(Waiting, TheQueueSurvivesASnapshot) {
    const auto holder = world_.held("A", 5);
    const auto first = waiter(3);
    const auto second = waiter(3);
    world_.restore_from_snapshot();
    world_.release(holder);
    EXPECT_EQ(world_.state(first), held);
    EXPECT_EQ(world_.state(second), queued);
}

}  // namespace
}  // namespace holdfast::core
