// Owners: caps on what one agent, operator or buyer may hold at a time.
#include "core/owners.hpp"

#include "core/testing.hpp"
#include "model/limits.hpp"

namespace holdfast::core {
namespace {

using namespace model;
using namespace std::chrono_literals;
using enum RefusalCode;
using testing::Cart;
using testing::World;

class Owners : public ::testing::Test {
  protected:
    Owners() {
        world_.receive("A", 100);
        world_.receive("B", 100);
    }
    testing::Reply take(std::int64_t quantity, Cart cart) {
        cart.lines = {{"A", quantity}};
        return world_.create(cart);
    }
    World world_;
};

TEST_F(Owners, WithoutCapsNobodyIsKept) {
    take(5, {.agent_id = "bot", .operator_id = "acme", .customer = "eve"});
    EXPECT_EQ(world_.core_state().owners_by_scope.size(), 0u);
}

TEST_F(Owners, UnitsOfAnAgent) {
    world_.set_caps({OwnerCaps{.units = 5}, {}, {}});
    EXPECT_EQ(take(3, {.agent_id = "bot"}).code(), none);
    const auto reply = take(3, {.agent_id = "bot"});
    EXPECT_EQ(reply.code(), owner_limit_exceeded);
    EXPECT_EQ(reply.refusal.limit, 5);
    EXPECT_EQ(reply.refusal.cap.kind, PrincipalKind::agent);
    EXPECT_EQ(reply.refusal.cap.measure, CapMeasure::units);
    EXPECT_EQ(reply.refusal.cap.used, 3);
    EXPECT_FALSE(reply.refusal.cap.by_class);
    EXPECT_EQ(reply.refusal.next_expiry_at, world_.now() + 15min) << "when it frees";
    EXPECT_FALSE(reply.refusal.recorded);
    EXPECT_EQ(take(2, {.agent_id = "bot"}).code(), none);
    EXPECT_EQ(take(9, {.agent_id = "other"}).code(), owner_limit_exceeded);
    EXPECT_EQ(take(5, {.agent_id = "other"}).code(), none);
    EXPECT_EQ(take(50, {}).code(), none) << "who is nobody has no cap";
}

TEST_F(Owners, HoldsOfAnOperator) {
    world_.set_caps({OwnerCaps{}, OwnerCaps{.holds = 2}, {}});
    EXPECT_EQ(take(50, {.operator_id = "acme"}).code(), none);
    const auto second = take(1, {.operator_id = "acme"});
    const auto reply = take(1, {.operator_id = "acme"});
    EXPECT_EQ(reply.code(), owner_limit_exceeded);
    EXPECT_EQ(reply.refusal.cap.kind, PrincipalKind::operator_);
    EXPECT_EQ(reply.refusal.cap.measure, CapMeasure::holds);
    EXPECT_EQ(reply.refusal.cap.used, 2);
    world_.commit(second.id());
    EXPECT_EQ(take(1, {.operator_id = "acme"}).code(), none) << "what is sold is not held";
}

TEST_F(Owners, UnitSecondsOfABuyer) {
    world_.set_caps({OwnerCaps{}, OwnerCaps{}, OwnerCaps{.unit_seconds = 1'000}});
    EXPECT_EQ(take(5, {.ttl_seconds = 120, .customer = "eve"}).code(), none);
    const auto reply = take(5, {.ttl_seconds = 81, .customer = "eve"});
    EXPECT_EQ(reply.code(), owner_limit_exceeded);
    EXPECT_EQ(reply.refusal.cap.kind, PrincipalKind::buyer);
    EXPECT_EQ(reply.refusal.cap.measure, CapMeasure::unit_seconds);
    EXPECT_EQ(reply.refusal.cap.used, 600);
    EXPECT_EQ(take(5, {.ttl_seconds = 80, .customer = "eve"}).code(), none);
}

TEST_F(Owners, OneNameAsAgentAndAsOperatorAreTwo) {
    world_.set_caps({OwnerCaps{.units = 5}, OwnerCaps{.units = 5}, {}});
    EXPECT_EQ(take(5, {.agent_id = "acme"}).code(), none);
    EXPECT_EQ(take(5, {.operator_id = "acme"}).code(), none);
}

TEST_F(Owners, TheFirstCapInTheWayAnswers) {
    world_.set_caps({OwnerCaps{.units = 9}, OwnerCaps{.units = 5}, {}});
    const auto reply = take(6, {.agent_id = "bot", .operator_id = "acme"});
    EXPECT_EQ(reply.refusal.cap.kind, PrincipalKind::operator_);
    EXPECT_EQ(reply.refusal.cap.used, 0);
    EXPECT_EQ(reply.refusal.next_expiry_at, base::kNever) << "it holds nothing that could end";
}

TEST_F(Owners, ACapOfAClassIsAboutItsSkusOnly) {
    world_.put_class("drop", [](SkuClass& c) { c.caps[0].units = 2; });
    world_.put_sku("A", "drop");
    EXPECT_EQ(world_.create({.lines = {{"B", 50}}, .agent_id = "bot"}).code(), none);
    const auto mixed = [&](std::int64_t a) {
        return world_.create({.lines = {{"B", 9}, {"A", a}}, .agent_id = "bot"});
    };
    EXPECT_EQ(mixed(2).code(), none);
    const auto reply = mixed(1);
    EXPECT_EQ(reply.code(), owner_limit_exceeded);
    EXPECT_TRUE(reply.refusal.cap.by_class);
    EXPECT_EQ(reply.refusal.cap.sku_class, ClassId{1});
    EXPECT_EQ(reply.refusal.cap.used, 2);
}

TEST_F(Owners, WhatIsSupersededDoesNotCount) {
    world_.set_caps({OwnerCaps{.units = 5, .holds = 1, .unit_seconds = 5'000}, {}, {}});
    const auto old = take(5, {.agent_id = "bot"});
    EXPECT_EQ(take(6, {.supersedes = old.id(), .agent_id = "bot"}).code(), owner_limit_exceeded);
    EXPECT_EQ(world_.state(old.id()), ReservationState::held) << "refused: the old one stands";
    EXPECT_EQ(take(4, {.supersedes = old.id(), .agent_id = "bot"}).code(), none);
}

TEST_F(Owners, WhatSomebodyElseHeldDoesNotHelp) {
    world_.set_caps({OwnerCaps{.units = 5}, {}, {}});
    const auto other = take(5, {.agent_id = "other"});
    take(3, {.agent_id = "bot"});
    EXPECT_EQ(take(3, {.supersedes = other.id(), .agent_id = "bot"}).code(), owner_limit_exceeded);
}

TEST_F(Owners, DeadHoldsEndBeforeAnybodyIsRefused) {
    world_.set_caps({OwnerCaps{.units = 5, .holds = 2}, {}, {}});
    const auto first = take(2, {.ttl_seconds = 60, .agent_id = "bot"});
    const auto second = take(2, {.ttl_seconds = 60, .agent_id = "bot"});
    world_.wait(60s);
    EXPECT_EQ(take(5, {.agent_id = "bot"}).code(), none);
    EXPECT_EQ(world_.state(first.id()), ReservationState::expired);
    EXPECT_EQ(world_.state(second.id()), ReservationState::expired);
}

TEST_F(Owners, SaysWhenTheFirstOfSeveralHoldsEnds) {
    world_.set_caps({OwnerCaps{.holds = 2}, {}, {}});
    take(1, {.ttl_seconds = 600, .agent_id = "bot"});
    const auto sooner = take(1, {.ttl_seconds = 300, .agent_id = "bot"});
    EXPECT_EQ(take(1, {.agent_id = "bot"}).refusal.next_expiry_at, world_.now() + 300s);
    world_.extend(sooner.id(), {.ttl_seconds = 900});
    EXPECT_EQ(take(1, {.agent_id = "bot"}).refusal.next_expiry_at, world_.now() + 600s);
}

TEST_F(Owners, CapsThatComeLaterCountWhatIsHeld) {
    const auto id = take(4, {.agent_id = "bot"}).id();
    world_.set_caps({OwnerCaps{.units = 5}, {}, {}});
    EXPECT_EQ(take(2, {.agent_id = "bot"}).refusal.cap.used, 4);
    world_.set_caps({OwnerCaps{.units = 3}, {}, {}});
    EXPECT_EQ(take(1, {.agent_id = "bot"}).code(), owner_limit_exceeded);
    EXPECT_EQ(world_.commit(id).code(), none) << "what is promised goes on";
    EXPECT_EQ(take(3, {.agent_id = "bot"}).code(), none);
    world_.set_caps({});
    EXPECT_EQ(world_.core_state().owners_by_scope.size(), 0u);
}

TEST_F(Owners, CapsOfAClassThatComeLaterToo) {
    take(4, {.agent_id = "bot"});
    world_.put_class("default", [](SkuClass& c) { c.caps[0].units = 5; });
    EXPECT_EQ(take(2, {.agent_id = "bot"}).refusal.cap.used, 4);
}

TEST_F(Owners, ASkuThatChangesItsClassTakesItsHoldsAlong) {
    world_.put_class("drop", [](SkuClass& c) { c.caps[0].units = 5; });
    world_.create({.lines = {{"A", 4}, {"B", 1}}, .agent_id = "bot"});
    world_.put_sku("A", "drop");
    EXPECT_EQ(take(2, {.agent_id = "bot"}).refusal.cap.used, 4);
    world_.put_sku("B", "drop");
    EXPECT_EQ(take(1, {.agent_id = "bot"}).refusal.cap.used, 5);
    world_.put_sku("A", "default");
    EXPECT_EQ(take(9, {.agent_id = "bot"}).code(), none);
}

TEST_F(Owners, WhoAsksForAtLeastSoMuchGetsNotBeyondTheCap) {
    world_.set_caps({OwnerCaps{.units = 5}, {}, {}});
    const Cart greedy{.lines = {{.sku = "A", .quantity = 50, .min_quantity = 1}},
                      .agent_id = "bot"};
    EXPECT_EQ(world_.create(greedy).code(), owner_limit_exceeded);
    EXPECT_EQ(world_.create({.lines = {{"A", 6}}, .partial = true, .agent_id = "bot"}).code(),
              owner_limit_exceeded);
    EXPECT_EQ(world_.create({.lines = {{"A", 5}}, .partial = true, .agent_id = "bot"}).code(),
              none);
}

TEST_F(Owners, WhatIsNotCountedDoesNotFillACap) {
    world_.put_class("gift", [](SkuClass& c) { c.tracking = Tracking::none; });
    world_.put_sku("G", "gift");
    world_.set_caps({OwnerCaps{.units = 5, .holds = 1}, {}, {}});
    EXPECT_EQ(world_.create({.lines = {{"G", 50}}, .agent_id = "bot"}).code(), none);
    EXPECT_EQ(take(5, {.agent_id = "bot"}).code(), none);
}

TEST_F(Owners, WhatWaitsForAPersonDoesNotFillACap) {
    world_.put_class("default", [](SkuClass& c) { c.on_payment_timeout = PaymentTimeout::review; });
    world_.set_caps({OwnerCaps{.units = 5}, {}, {}});
    const auto id = take(5, {.agent_id = "bot"}).id();
    world_.begin_payment(id);
    world_.wait(45min);
    EXPECT_EQ(take(5, {.agent_id = "bot"}).code(), none);
    EXPECT_EQ(world_.state(id), ReservationState::review);
}

// A partly committed hold counts for what it still holds.
TEST_F(Owners, CountTheUnitsThatAreStillHeld) {
    world_.set_caps({OwnerCaps{.units = 5}, {}, {}});
    const auto id = take(5, {.agent_id = "bot"}).id();
    world_.commit(id, {.lines = {{"A", 3}}});
    EXPECT_EQ(take(4, {.agent_id = "bot"}).code(), owner_limit_exceeded);
    EXPECT_EQ(take(3, {.agent_id = "bot"}).code(), none);
}

TEST_F(Owners, ATenantThatIsNotThereYetIsRegisteredByItsCaps) {
    world_.tenant("other");
    EXPECT_EQ(world_.set_caps({}).outcome, Outcome::applied);
    EXPECT_EQ(world_.set_caps({}).outcome, Outcome::shown) << "the same again";
}

TEST_F(Owners, OfAnotherTenantAreOthers) {
    world_.set_caps({OwnerCaps{.units = 5}, {}, {}});
    take(5, {.agent_id = "bot"});
    world_.tenant("other");
    world_.receive("A", 9);
    world_.set_caps({OwnerCaps{.units = 5}, {}, {}});
    EXPECT_EQ(take(5, {.agent_id = "bot"}).code(), none);
    EXPECT_EQ(take(1, {.agent_id = "bot"}).refusal.cap.used, 5);
}

// No sum of what one owner holds overflows, however long and however much.
TEST_F(Owners, HaveSumsBeyondSixtyFourBits) {
    world_.set_caps({OwnerCaps{.unit_seconds = 1}, {}, {}});
    world_.receive("H", kCellQuantityMax);
    world_.put_class("long", [](SkuClass& c) {
        c.hold_ttl_max = 31 * 24h;
        c.lifetime_max = 300 * 24h;
    });
    world_.put_sku("H", "long");
    const Cart huge{.lines = {{"H", kLineQuantityMax}}, .ttl_seconds = 31 * 24 * 3600};
    world_.set_caps({});
    for (int i = 0; i < 20; ++i) {
        Cart cart = huge;
        cart.agent_id = "bot";
        ASSERT_EQ(world_.create(cart).code(), none);
    }
    world_.set_caps({OwnerCaps{.unit_seconds = INT64_MAX}, {}, {}});
    const auto reply = take(1, {.agent_id = "bot"});
    EXPECT_EQ(reply.code(), owner_limit_exceeded);
    EXPECT_EQ(reply.refusal.cap.used, INT64_MAX) << "told up to there";
}

TEST_F(Owners, AreTheSameAfterASnapshot) {
    world_.set_caps({OwnerCaps{.units = 5}, {}, OwnerCaps{.holds = 3}});
    take(4, {.agent_id = "bot", .customer = "eve"});
    world_.restore_from_snapshot();
    EXPECT_EQ(take(2, {.agent_id = "bot"}).refusal.cap.used, 4);
    EXPECT_EQ(take(1, {.agent_id = "bot", .customer = "eve"}).code(), none);
}

TEST_F(Owners, ALongerHoldIsJudgedByHowLongAndByNothingElse) {
    world_.set_caps({OwnerCaps{.units = 5, .unit_seconds = 1'000}, {}, {}});
    const auto id = take(5, {.ttl_seconds = 60, .agent_id = "bot"}).id();
    const auto reply = world_.extend(id, {.ttl_seconds = 201});
    EXPECT_EQ(reply.code(), owner_limit_exceeded);
    EXPECT_EQ(reply.refusal.cap.measure, CapMeasure::unit_seconds);
    EXPECT_EQ(reply.refusal.cap.used, 0) << "net of the hold itself";
    world_.set_caps({OwnerCaps{.units = 2, .holds = 0, .unit_seconds = 1'000}, {}, {}});
    EXPECT_EQ(world_.extend(id, {.ttl_seconds = 200}).code(), none) << "it has its units already";
    EXPECT_EQ(world_.begin_payment(id, {.ttl_seconds = 900}).code(), none)
        << "nobody is kept from paying";
}

TEST_F(Owners, AShorterDeadlineMakesRoomForWhoWaits) {
    world_.put_class("default", [](SkuClass& c) { c.wait_max = 600s; });
    world_.set_caps({OwnerCaps{.unit_seconds = 1'000}, {}, {}});
    const auto all = world_.held("B", world_.sellable("B"));
    const auto waits = world_.create(
        {.lines = {{"B", 1}}, .ttl_seconds = 200, .agent_id = "bot", .wait_seconds = 600});
    const auto pays = take(1, {.ttl_seconds = 900, .agent_id = "bot"}).id();
    world_.release(all);
    EXPECT_EQ(world_.state(waits.id()), ReservationState::queued);
    world_.begin_payment(pays, {.ttl_seconds = 60});
    EXPECT_EQ(world_.state(waits.id()), ReservationState::held);
}

TEST_F(Owners, ASkuThatLeavesACappedClassMakesRoomForWhoWaits) {
    world_.put_class("drop", [](SkuClass& c) {
        c.caps[0].units = 2;
        c.wait_max = 600s;
    });
    world_.put_sku("A", "drop");
    world_.put_sku("B", "drop");
    const auto all = world_.held("B", world_.sellable("B"));
    const auto waits = world_.create({.lines = {{"B", 1}}, .agent_id = "bot", .wait_seconds = 600});
    take(2, {.agent_id = "bot"});
    world_.release(all);
    EXPECT_EQ(world_.state(waits.id()), ReservationState::queued);
    world_.put_sku("A", "default");
    EXPECT_EQ(world_.state(waits.id()), ReservationState::held);
}

}  // namespace
}  // namespace holdfast::core
