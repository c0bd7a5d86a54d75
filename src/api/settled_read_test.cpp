// A read of what waits is answered when the waiting is over, whenever that is.
#include "api/settled_read.hpp"

#include <algorithm>

#include "api/class_fields.hpp"
#include "api/testing.hpp"

namespace holdfast::api {
namespace {

using namespace testing;
using model::Operation;
using model::ReservationState;

class SettledRead : public ::testing::Test {
  protected:
    SettledRead() {
        const auto field = std::ranges::find(class_fields(), "wait_max_seconds", &ClassField::name);
        PutClassRequest request{.name = "default"};
        request.fields.push_back({.field = &*field, .number = 3'600});
        const Reply waits = world.answer([&](Callback callback) {
            world.service->policies.put_class(world.principal, request, std::move(callback));
        });
        EXPECT_EQ(waits.problem(), nullptr);
        world.receive("tea", 1);
        holder = create();
        queued = create(600);
    }
    std::string create(std::optional<std::int64_t> wait_seconds = std::nullopt) {
        const Reply made = world.create({.attempt = {.header_key = world.fresh_key()},
                                         .lines = {{.sku = "tea", .quantity = 1}},
                                         .wait_seconds = wait_seconds});
        EXPECT_EQ(made.problem(), nullptr);
        return std::get<ReservationView>(made.body).id;
    }
    void start_reading() {
        world.service->reservations.read(world.principal, queued, 60, [this](Reply reply) {
            state = std::get<ReservationView>(reply.body).state;
        });
    }
    void start_releasing() {
        world.service->reservations.change(
            world.principal,
            {.operation = Operation::release, .attempt = {}, .reservation = holder},
            [](const Reply& reply) { EXPECT_EQ(reply.problem(), nullptr); });
    }
    // The writer decides and the disk has it; what follows from the answers is still to come.
    void decide() {
        while (*world.writer->step(world.clock.now()) || world.writer->flusher().step()) {
        }
    }

    World world;
    std::string holder, queued;
    std::optional<ReservationState> state;
};

TEST_F(SettledRead, IsAnsweredOnceTheGrantCame) {
    start_reading();
    world.settle();
    EXPECT_FALSE(state.has_value()) << "it waits";
    start_releasing();
    world.settle();
    EXPECT_EQ(state, ReservationState::held);
}

TEST_F(SettledRead, DoesNotMissAGrantThatCameWhileItLooked) {
    start_reading();
    decide();  // the read found it queued, and nobody has looked at that answer yet
    start_releasing();
    decide();
    EXPECT_FALSE(state.has_value());
    world.settle();
    EXPECT_EQ(state, ReservationState::held);
}

TEST_F(SettledRead, TellsThatItStillWaitsWhenItsTimeIsOver) {
    start_reading();
    world.advance(std::chrono::seconds(60));
    EXPECT_EQ(state, ReservationState::queued);
}

}  // namespace
}  // namespace holdfast::api
