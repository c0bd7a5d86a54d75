// Stop selling: a switch that refuses new holds; what is promised goes on.
#include "core/testing.hpp"
#include "model/limits.hpp"

namespace holdfast::core {
namespace {

using namespace model;
using namespace std::chrono_literals;
using enum RefusalCode;
using testing::World;

class Stops : public ::testing::Test {
  protected:
    Stops() {
        world_.put_class("drop", [](SkuClass&) {});
        world_.put_sku("D", "drop");
        world_.receive("A", 50);
        world_.receive("D", 50);
    }
    testing::Reply take(const std::string& sku, testing::Cart cart = {}) {
        cart.lines = {{sku, 1}};
        return world_.create(cart);
    }
    World world_;
};

TEST_F(Stops, Everything) {
    world_.stop_selling(StopScope::everything);
    const auto reply = take("A");
    EXPECT_EQ(reply.code(), selling_stopped);
    EXPECT_EQ(reply.refusal.stop, StopScope::everything);
    EXPECT_EQ(reply.refusal.stop_reason, Reason::incident);
    EXPECT_EQ(reply.refusal.until, base::kNever);
    EXPECT_FALSE(reply.refusal.recorded);
    EXPECT_EQ(world_.offered("A"), 0);
    EXPECT_EQ(world_.resume_selling(StopScope::everything).code(), none);
    EXPECT_EQ(take("A").code(), none);
}

TEST_F(Stops, ASku) {
    world_.stop_selling(StopScope::sku, "A");
    const auto reply = world_.create({.lines = {{"D", 1}, {"A", 1}}});
    EXPECT_EQ(reply.code(), selling_stopped);
    EXPECT_EQ(reply.refusal.line, 1u);
    EXPECT_EQ(reply.refusal.stop, StopScope::sku);
    EXPECT_EQ(world_.offered("A"), 0);
    EXPECT_EQ(take("D").code(), none);
}

TEST_F(Stops, AClass) {
    world_.stop_selling(StopScope::sku_class, "drop");
    EXPECT_EQ(take("D").refusal.stop, StopScope::sku_class);
    EXPECT_EQ(world_.offered("D"), 0);
    EXPECT_EQ(take("A").code(), none);
}

TEST_F(Stops, AChannel) {
    world_.stop_selling(StopScope::channel, "tv");
    EXPECT_EQ(take("A", {.channel = "tv"}).refusal.stop, StopScope::channel);
    EXPECT_EQ(take("A", {.channel = "web"}).code(), none);
    EXPECT_EQ(take("A").code(), none);
}

TEST_F(Stops, AnAgent) {
    world_.stop_selling(StopScope::agent, "bot");
    EXPECT_EQ(take("A", {.agent_id = "bot"}).refusal.stop, StopScope::agent);
    EXPECT_EQ(take("A", {.agent_id = "other"}).code(), none);
}

TEST_F(Stops, APoolIsLeftOutAndTheOthersServe) {
    world_.put_pool("east");
    world_.receive("A", 2, "", "east");
    world_.stop_selling(StopScope::pool, "default");
    EXPECT_EQ(world_.offered("A"), 2);
    const auto reply = world_.hold("A", 2);
    EXPECT_EQ(reply.code(), none);
    EXPECT_EQ(reply.image().lines[0].pool, PoolId{1});
    EXPECT_EQ(world_.hold("A", 1).code(), insufficient_stock);
    const auto named = world_.create({.lines = {{.sku = "A", .quantity = 1, .pool = "default"}}});
    EXPECT_EQ(named.code(), selling_stopped);
    EXPECT_EQ(named.refusal.stop, StopScope::pool);
}

TEST_F(Stops, WhatIsPromisedGoesOn) {
    const auto paying = world_.held("A", 1);
    const auto waiting = world_.held("A", 1);
    const auto sold = world_.held("A", 1);
    world_.commit(sold);
    world_.stop_selling(StopScope::everything);
    EXPECT_EQ(world_.begin_payment(paying).code(), none);
    EXPECT_EQ(world_.commit(paying).code(), none);
    EXPECT_EQ(world_.extend(waiting, {.ttl_seconds = 3600}).code(), none);
    EXPECT_EQ(world_.ship(sold).code(), none);
    EXPECT_EQ(world_.return_units(sold, {.lines = {{"A", 1}}}).code(), none);
    EXPECT_EQ(world_.release(waiting).code(), none);
    EXPECT_EQ(world_.sale({.lines = {{"A", 1}}}).code(), none) << "a sale that was made is a fact";
}

TEST_F(Stops, LateMoneyIsServed) {
    const auto old = world_.held("A", 1);
    world_.wait(15min);
    world_.stop_selling(StopScope::everything);
    EXPECT_EQ(world_.commit(old).code(), none);
}

TEST_F(Stops, EndByThemselvesAtTheirTime) {
    world_.stop_selling(StopScope::sku, "A", world_.now() + 10min);
    EXPECT_EQ(take("A").refusal.until, world_.now() + 10min);
    world_.wait(10min - 1ms);
    EXPECT_EQ(take("A").code(), selling_stopped);
    world_.wait(1ms);
    EXPECT_EQ(take("A").code(), none);
    EXPECT_EQ(world_.offered("A"), 49);
}

TEST_F(Stops, TheSameAgainChangesNothing) {
    const auto first = world_.stop_selling(StopScope::sku, "A");
    world_.wait(1min);
    const auto again = world_.stop_selling(StopScope::sku, "A");
    EXPECT_EQ(again.outcome, Outcome::shown);
    EXPECT_EQ(again.as<SellingChanged>().stop.since, first.as<SellingChanged>().stop.since);
    EXPECT_EQ(world_.stop_selling(StopScope::sku, "A", world_.now() + 1h).outcome, Outcome::applied)
        << "another end is another stop";
    const ChangeSelling for_fraud{.scope = StopScope::sku,
                                  .subject = world_.sku_name("A"),
                                  .stopped = true,
                                  .reason = Reason::fraud,
                                  .until = world_.now() + 1h,
                                  .note = {},
                                  .who = "ann"};
    EXPECT_EQ(world_.send(Operation::change_selling, for_fraud, {}).outcome, Outcome::applied)
        << "so is another reason";
    EXPECT_EQ(world_.send(Operation::change_selling, for_fraud, {}).outcome, Outcome::shown);
    EXPECT_EQ(world_.core_state().tenants[0].stops.size(), 1u);
    EXPECT_EQ(world_.resume_selling(StopScope::sku, "D").outcome, Outcome::shown)
        << "it was selling";
}

TEST_F(Stops, OfWhatIsUnknownAreRefused) {
    EXPECT_EQ(world_.stop_selling(StopScope::sku, "no such SKU").code(), unknown_sku);
    EXPECT_EQ(world_.stop_selling(StopScope::pool, "no such pool").code(), unknown_pool);
    EXPECT_EQ(world_.stop_selling(StopScope::sku_class, "no such class").code(), unknown_class);
    world_.tenant("other");
    EXPECT_EQ(world_.stop_selling(StopScope::sku, "A").code(), unknown_sku);
    EXPECT_EQ(world_.stop_selling(StopScope::everything).code(), none);
    world_.tenant("default");
    EXPECT_EQ(take("A").code(), none) << "another tenant's stop";
}

TEST_F(Stops, AreBoundedAndThoseThatAreOverMakeRoom) {
    world_.check_every(1'000'000);
    for (std::size_t i = 0; i < kStopsMax; ++i) {
        ASSERT_EQ(
            world_.stop_selling(StopScope::channel, "c" + std::to_string(i), world_.now() + 10min)
                .code(),
            none);
    }
    EXPECT_EQ(world_.stop_selling(StopScope::channel, "tv").code(), limit_exceeded);
    EXPECT_EQ(world_.resume_selling(StopScope::channel, "c7").code(), none);
    EXPECT_EQ(world_.stop_selling(StopScope::channel, "tv").code(), none);
    world_.wait(10min);
    EXPECT_EQ(world_.stop_selling(StopScope::channel, "radio").code(), none);
    EXPECT_EQ(world_.core_state().tenants[0].stops.size(), 2u) << "tv and radio";
}

TEST_F(Stops, SurviveASnapshot) {
    world_.stop_selling(StopScope::channel, "tv", world_.now() + 10min);
    world_.stop_selling(StopScope::sku, "A");
    world_.restore_from_snapshot();
    EXPECT_EQ(take("A").code(), selling_stopped);
    EXPECT_EQ(take("D", {.channel = "tv"}).code(), selling_stopped);
}

}  // namespace
}  // namespace holdfast::core
