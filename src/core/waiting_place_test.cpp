// Waiting for units: the place in the queue, and thousands who wait.
#include "core/testing.hpp"

namespace holdfast::core {
namespace {

using namespace model;
using namespace std::chrono_literals;
using enum RefusalCode;
using ReservationState::held;
using ReservationState::queued;
using testing::Cart;
using testing::World;

class WaitingPlace : public ::testing::Test {
  protected:
    WaitingPlace() {
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

// -- the place in the queue -------------------------------------------------------------------

TEST_F(WaitingPlace, SaysHowManyAreAhead) {
    world_.held("A", 5);
    const auto first = waiter(1);
    const auto second = waiter(1);
    const auto third = queue(1);
    EXPECT_EQ(third.place->ahead, 2u);
    world_.release(first);
    EXPECT_EQ(world_.read(third.id()).place->ahead, 1u);
    world_.release(second);
    EXPECT_EQ(world_.read(third.id()).place->ahead, 0u);
}

TEST_F(WaitingPlace, EstimatesWhenEnoughHoldsHaveEnded) {
    world_.held({.lines = {{"A", 2}}, .ttl_seconds = 60});
    world_.held({.lines = {{"A", 2}}, .ttl_seconds = 120});
    world_.held({.lines = {{"A", 1}}, .ttl_seconds = 180});
    EXPECT_EQ(queue(1).place->estimate_at, world_.now() + 60s);
    EXPECT_EQ(queue(1).place->estimate_at, world_.now() + 60s);
    EXPECT_EQ(queue(2).place->estimate_at, world_.now() + 120s);
    EXPECT_EQ(queue(1).place->estimate_at, world_.now() + 180s);
    EXPECT_EQ(queue(1).place->estimate_at, base::kNever) << "there are no more holds";
}

TEST_F(WaitingPlace, EstimatesNothingBehindAThousandHolds) {
    world_.check_every(1'000);
    world_.receive("A", 1'001 - 5);
    for (int i = 0; i < 1'001; ++i) {
        world_.held({.lines = {{"A", 1}}, .ttl_seconds = 60 + i});
    }
    EXPECT_EQ(queue(1'000).place->estimate_at, world_.now() + 60s + 999s);
    EXPECT_EQ(queue(1).place->estimate_at, base::kNever) << "a thousand and one holds have to end";
}

TEST_F(WaitingPlace, EstimatesOverAllPools) {
    world_.put_pool("east");
    world_.receive("A", 3, "", "east");
    world_.create({.lines = {{.sku = "A", .quantity = 3, .pool = "east"}}, .ttl_seconds = 60});
    world_.create({.lines = {{.sku = "A", .quantity = 5, .pool = "default"}}, .ttl_seconds = 120});
    EXPECT_EQ(queue(3).place->estimate_at, world_.now() + 60s);
    EXPECT_EQ(queue(1).place->estimate_at, world_.now() + 120s);
}

TEST_F(WaitingPlace, EstimatesNothingWhileAPaymentIsInReview) {
    world_.put_class("drop", [](SkuClass& c) {
        c.wait_max = 10min;
        c.on_payment_timeout = PaymentTimeout::review;
    });
    world_.begin_payment(world_.held("A", 5));
    world_.wait(45min);
    world_.expire_due();
    EXPECT_EQ(queue(1).place->estimate_at, base::kNever);
}

// -- thousands ----------------------------------------------------------------------------------

// Ten thousand wait for one unit at a time: each is served in the order of arrival.
TEST_F(WaitingPlace, TenThousandAreServedInTheOrderInWhichTheyCame) {
    world_.check_every(1'000'000);
    std::vector<ReservationId> holders;
    for (int i = 0; i < 5; ++i) {
        holders.push_back(world_.held("A", 1));
    }
    constexpr std::size_t kWaiters = 10'000;
    std::vector<ReservationId> waiters;
    for (std::size_t i = 0; i < kWaiters; ++i) {
        const auto reply = queue(1);
        ASSERT_EQ(reply.state(), queued);
        ASSERT_EQ(reply.place->ahead, i);
        waiters.push_back(reply.id());
    }
    std::size_t served = 0;
    for (std::size_t i = 0; served < kWaiters; ++i) {
        const auto holder = i < holders.size() ? holders[i] : waiters[i - holders.size()];
        ASSERT_EQ(world_.release(holder).code(), none);
        ASSERT_EQ(world_.state(waiters[served]), held) << "the " << served << "th";
        ++served;
        if (served < kWaiters) {
            ASSERT_EQ(world_.state(waiters[served]), queued);
        }
    }
}

}  // namespace
}  // namespace holdfast::core
