#include "partition/queue_exits.hpp"

#include <gtest/gtest.h>

#include <array>

#include "partition/testing.hpp"

namespace holdfast::partition {
namespace {

using model::ReservationId;
using testing::Bench;

class Bell final : public QueueExits::Bell {
  public:
    void ring() override { ++rung; }
    int rung = 0;
};

TEST(QueueExits, RingsOnceForEachReservationThatLeft) {
    QueueExits exits;
    const auto one = std::make_shared<Bell>();
    const auto two = std::make_shared<Bell>();
    const auto other = std::make_shared<Bell>();
    exits.hang_up(ReservationId(7), one);
    exits.hang_up(ReservationId(7), two);
    exits.hang_up(ReservationId(8), other);
    const std::array left = {ReservationId(7), ReservationId(9)};
    exits.left(left);
    exits.left(left);
    EXPECT_EQ(one->rung, 1);
    EXPECT_EQ(two->rung, 1);
    EXPECT_EQ(other->rung, 0);
    EXPECT_EQ(exits.size(), 1u);
}

TEST(QueueExits, WhatWasTakenDownIsSilent) {
    QueueExits exits;
    const auto gone = std::make_shared<Bell>();
    const auto stays = std::make_shared<Bell>();
    exits.hang_up(ReservationId(7), gone);
    exits.hang_up(ReservationId(7), stays);
    exits.take_down(ReservationId(7), *gone);
    exits.take_down(ReservationId(8), *gone);
    const std::array left = {ReservationId(7)};
    exits.left(left);
    EXPECT_EQ(gone->rung, 0);
    EXPECT_EQ(stays->rung, 1);
}

class Queued : public ::testing::Test {
  protected:
    Queued() {
        model::SkuClass policy = model::default_class();
        policy.wait_max = std::chrono::hours(1);
        bench_.ask(testing::with_key(
            model::Operation::put_class,
            model::PutClass{.name = model::class_name(testing::kTenant, "default"),
                            .policy = policy},
            ""));
        bench_.ask(testing::receipt("A", 1, "r"));
        holder_ = bench_.ask(testing::hold("A", 1, "h"))->image().id;
    }
    ReservationId wait_for_one(std::string_view key, std::int64_t seconds) {
        auto command = testing::hold("A", 1, key);
        std::get<model::CreateReservation>(command.request).wait_seconds = seconds;
        const auto asked = bench_.ask(std::move(command));
        EXPECT_EQ(model::state_of(asked->image()), model::ReservationState::queued);
        EXPECT_TRUE(asked->answer.place.has_value());
        return asked->image().id;
    }
    std::shared_ptr<Bell> bell_for(ReservationId id) {
        auto out = std::make_shared<Bell>();
        bench_.published->queue_exits().hang_up(id, out);
        return out;
    }

    Bench bench_;
    ReservationId holder_;
};

TEST_F(Queued, AGrantRingsForTheOneWhoGotTheUnits) {
    const auto first = wait_for_one("w1", 600);
    const auto second = wait_for_one("w2", 600);
    const auto bell_of_first = bell_for(first);
    const auto bell_of_second = bell_for(second);
    bench_.ask(testing::receipt("B", 1, "other"));
    EXPECT_EQ(bell_of_first->rung, 0);
    bench_.ask(testing::change(model::Operation::release, holder_));
    EXPECT_EQ(bell_of_first->rung, 1);
    EXPECT_EQ(bell_of_second->rung, 0);
    EXPECT_EQ(model::state_of(bench_.ask(testing::read(first))->image()),
              model::ReservationState::held);
}

TEST_F(Queued, GivingUpAndTheEndOfTheWaitRingToo) {
    const auto first = wait_for_one("w1", 600);
    const auto second = wait_for_one("w2", 5);
    const auto bell_of_first = bell_for(first);
    const auto bell_of_second = bell_for(second);
    bench_.ask(testing::change(model::Operation::release, first));
    EXPECT_EQ(bell_of_first->rung, 1);
    bench_.clock.advance(std::chrono::seconds(6));
    bench_.settle();
    EXPECT_EQ(bell_of_second->rung, 1);
}

}  // namespace
}  // namespace holdfast::partition
