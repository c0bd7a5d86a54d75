// A drop: ten thousand buyers, a hundred units, retries and abandoned carts. Exactly a hundred are
// sold, nobody twice, and who waits is served in the order of arrival.
#include <algorithm>
#include <random>

#include "core/testing.hpp"

namespace holdfast::core {
namespace {

using namespace model;
using namespace std::chrono_literals;
using testing::Cart;
using testing::World;

constexpr int kBuyers = 10'000;
constexpr std::int64_t kUnits = 100;

struct Buyer {
    Cart cart;
    ReservationId id;
    bool done = false;
};

TEST(Drop, SellsEachUnitOnceInTheOrderOfArrival) {
    World world;
    world.check_every(5'000);
    world.put_class("drop", [](SkuClass& c) {
        c.hold_ttl = 2min;
        c.wait_max = 60min;
        c.line_units_max = 1;
        c.caps[static_cast<std::size_t>(PrincipalKind::buyer)] = {.units = 1};
    });
    world.put_sku("sneaker", "drop");
    world.receive("sneaker", kUnits);
    std::mt19937 dice(2026);
    std::vector<Buyer> buyers(kBuyers);
    for (int i = 0; i < kBuyers; ++i) {
        Buyer& buyer = buyers[static_cast<std::size_t>(i)];
        buyer.cart = {.lines = {{"sneaker", 1}},
                      .customer = "buyer " + std::to_string(i),
                      .wait_seconds = 3'600,
                      .key = "attempt of " + std::to_string(i)};
        const auto reply = world.create(buyer.cart);
        ASSERT_EQ(reply.code(), RefusalCode::none);
        buyer.id = reply.id();
        ASSERT_EQ(reply.state(), i < kUnits ? ReservationState::held : ReservationState::queued);
        if (reply.place) {
            ASSERT_EQ(reply.place->ahead, static_cast<std::uint32_t>(i - kUnits));
        }
        if (dice() % 4 == 0) {  // the network lost the answer
            ASSERT_EQ(world.create(buyer.cart).outcome, Outcome::replayed);
        }
    }
    // Of those who hold, one in three pays; the others forget about it. Nobody is served before
    // somebody who came earlier.
    std::int64_t sold = 0;
    std::size_t served_up_to = kUnits;
    for (int minute = 0; minute < 70; ++minute) {
        for (std::size_t i = 0; i < served_up_to; ++i) {
            Buyer& buyer = buyers[i];
            if (buyer.done || world.state(buyer.id) != ReservationState::held) {
                continue;
            }
            buyer.done = dice() % 3 == 0;
            if (buyer.done) {
                ASSERT_EQ(world.commit(buyer.id, {.key = "pay " + std::to_string(i)}).code(),
                          RefusalCode::none);
                ASSERT_EQ(world.commit(buyer.id, {.key = "pay " + std::to_string(i)}).outcome,
                          Outcome::replayed);
                ++sold;
            }
        }
        world.wait(1min);
        world.expire_due();
        while (served_up_to < buyers.size() &&
               world.state(buyers[served_up_to].id) != ReservationState::queued) {
            ++served_up_to;
        }
        for (std::size_t i = served_up_to; i < buyers.size(); ++i) {
            ASSERT_EQ(world.state(buyers[i].id), ReservationState::queued)
                << "the " << i << "th went before the " << served_up_to << "th";
        }
    }
    EXPECT_EQ(sold, kUnits);
    EXPECT_EQ(world.cell("sneaker"), (CellImage{.on_hand = kUnits, .committed = kUnits}));
    const auto committed = std::ranges::count_if(buyers, [&](const Buyer& buyer) {
        return world.state(buyer.id) == ReservationState::committed;
    });
    EXPECT_EQ(committed, kUnits);
    EXPECT_EQ(world.core_state().totals.waiters, 0u) << "the wait of the others is over";
    EXPECT_TRUE(world.core_state().cases.empty());
}

}  // namespace
}  // namespace holdfast::core
