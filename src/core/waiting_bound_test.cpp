// A queue has a bound: who comes beyond it is refused as if nobody could wait.
#include <chrono>

#include "core/apply.hpp"
#include "core/decide.hpp"
#include "core/testing.hpp"
#include "model/limits.hpp"

namespace holdfast::core {
namespace {

using namespace model;
using testing::World;

Command one_more(const World& world) {
    CreateReservation request;
    request.lines.push_back({.sku = world.sku_name("A"), .quantity = 1});
    request.wait_seconds = 60;
    return {.operation = Operation::create,
            .tenant = tenant_name("default"),
            .key = {},
            .request = std::move(request)};
}

// The world's events in a state of their own, which costs less to fill than a world.
Sequence copy(const World& world, State& state) {
    Sequence next(1);
    for (const auto& [sequence, bytes] : world.event_bytes()) {
        apply(state, *decode(*bytes), Sequence(sequence), world.now());
        next = Sequence(sequence + 1);
    }
    return next;
}

TEST(WaitingBound, AQueueIsNotEndless) {
    World world;
    world.define_class("default", [](SkuClass& c) { c.wait_max = std::chrono::hours(1); });
    world.receive("A", 1);
    world.held("A", 1);
    const auto first = world.create({.lines = {{.sku = "A", .quantity = 1}}, .wait_seconds = 60});
    ASSERT_EQ(first.state(), ReservationState::queued);

    State state;
    Sequence next = copy(world, state);
    auto waiter = first.as<ReservationChanged>();
    const auto judged = [&] {
        return decide(state, one_more(world), {.next = next, .time = world.now()});
    };
    while (state.totals.waiters < kWaitersMax - 1) {
        waiter.image.id = ReservationId(next.value());
        apply(state, waiter, next, world.now());
        next = Sequence(next.value() + 1);
    }
    EXPECT_EQ(judged().outcome, Outcome::applied);
    waiter.image.id = ReservationId(next.value());
    apply(state, waiter, next, world.now());
    next = Sequence(next.value() + 1);
    const Decision beyond = judged();
    EXPECT_EQ(beyond.outcome, Outcome::refused);
    EXPECT_EQ(beyond.refusal.code, RefusalCode::insufficient_stock);
}

}  // namespace
}  // namespace holdfast::core
