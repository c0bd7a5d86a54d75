// Transfers: on their way units are in neither pool.
#include "core/testing.hpp"
#include "model/limits.hpp"

namespace holdfast::core {
namespace {

using namespace model;
using namespace std::chrono_literals;
using enum RefusalCode;
using testing::World;

class Transfers : public ::testing::Test {
  protected:
    Transfers() {
        world_.put_pool("east");
        world_.receive("A", 10, "", "default");
    }
    TransferId send(std::int64_t quantity) {
        const auto reply = world_.transfer("A", "default", "east", quantity);
        EXPECT_EQ(reply.code(), none);
        return reply.as<TransferChanged>().transfer.id;
    }
    World world_;
};

TEST_F(Transfers, WhatIsOnItsWayIsInNeither) {
    const auto reply = world_.transfer("A", "default", "east", 4);
    const auto& event = reply.as<TransferChanged>();
    EXPECT_EQ(event.step, TransferStep::sent);
    EXPECT_EQ(event.transfer.in_transit(), 4);
    EXPECT_EQ(event.transfer.reference, "truck");
    EXPECT_EQ(event.transfer.sent_at, world_.now());
    EXPECT_EQ(world_.cell("A", "default").on_hand, 6);
    EXPECT_EQ(world_.cell("A", "east").on_hand, 0);
    EXPECT_EQ(world_.offered("A"), 6);
}

TEST_F(Transfers, ArriveInParts) {
    const auto id = send(4);
    EXPECT_EQ(world_.settle(id, 3).as<TransferChanged>().transfer.in_transit(), 1);
    EXPECT_EQ(world_.cell("A", "east").on_hand, 3);
    const auto more = world_.settle(id, 2);
    EXPECT_EQ(more.code(), quantity_exceeded);
    EXPECT_EQ(more.refusal.lines[0].sellable, 1);
    const auto last = world_.settle(id, {});
    EXPECT_EQ(last.as<TransferChanged>().units, 1);
    EXPECT_EQ(last.as<TransferChanged>().transfer.reference, "truck");
    EXPECT_EQ(world_.settle(id, {}).code(), unknown_transfer) << "nothing is on its way any more";
    EXPECT_EQ(world_.cell("A", "east").on_hand, 4);
}

TEST_F(Transfers, WhatIsLostArrivesNowhere) {
    const auto id = send(4);
    const auto reply = world_.settle(id, 1, true);
    EXPECT_EQ(reply.as<TransferChanged>().step, TransferStep::lost);
    world_.settle(id, {});
    EXPECT_EQ(world_.cell("A", "east").on_hand, 3);
    EXPECT_EQ(world_.cell("A", "default").on_hand, 6);
    EXPECT_TRUE(world_.core_state().transfers.empty());
}

TEST_F(Transfers, InstantOnesLeaveAndArriveAtOnce) {
    const auto reply = world_.transfer("A", "default", "east", 4, true);
    EXPECT_EQ(reply.as<TransferChanged>().step, TransferStep::moved);
    EXPECT_EQ(world_.cell("A", "default").on_hand, 6);
    EXPECT_EQ(world_.cell("A", "east").on_hand, 4);
    EXPECT_TRUE(world_.core_state().transfers.empty());
    EXPECT_EQ(world_.settle(reply.as<TransferChanged>().transfer.id, {}).code(), unknown_transfer);
}

TEST_F(Transfers, AreFactsThatMayTakeMoreThanThereIs) {
    world_.commit(world_.held("A", 8));
    send(15);
    EXPECT_EQ(world_.cell("A", "default").on_hand, -5);
    EXPECT_EQ(world_.cases(CaseKind::shortage).size(), 1u);
}

TEST_F(Transfers, ArrivalsRepairAShortage) {
    world_.sale({.lines = {{.sku = "A", .quantity = 3, .pool = "east"}}});
    ASSERT_EQ(world_.cases(CaseKind::shortage).size(), 1u);
    const auto id = send(3);
    EXPECT_EQ(world_.cases(CaseKind::shortage).size(), 1u);
    world_.settle(id, 2);
    EXPECT_EQ(world_.cases(CaseKind::shortage).size(), 1u);
    world_.settle(id, {});
    EXPECT_TRUE(world_.cases(CaseKind::shortage).empty());
}

TEST_F(Transfers, OfWhatIsUnknownAreRefused) {
    EXPECT_EQ(world_.transfer("B", "default", "east", 1).code(), unknown_sku);
    EXPECT_EQ(world_.transfer("A", "north", "east", 1).code(), unknown_pool);
    EXPECT_EQ(world_.transfer("A", "default", "north", 1).code(), unknown_pool);
    EXPECT_EQ(world_.settle(TransferId{99}, {}).code(), unknown_transfer);
    const auto id = send(1);
    world_.tenant("other");
    EXPECT_EQ(world_.settle(id, {}).code(), unknown_transfer) << "another tenant's";
}

TEST_F(Transfers, ThatCannotBeAreRefused) {
    EXPECT_EQ(world_.transfer("A", "default", "default", 1).code(), limit_exceeded);
    EXPECT_EQ(world_.transfer("A", "default", "default", 1, true).code(), limit_exceeded);
    EXPECT_EQ(world_.transfer("A", "default", "east", 0).code(), limit_exceeded);
    EXPECT_EQ(world_.transfer("A", "default", "east", -1).code(), limit_exceeded);
    EXPECT_EQ(world_.transfer("A", "default", "east", kLineQuantityMax + 1).code(), limit_exceeded);
    const auto id = send(1);
    EXPECT_EQ(world_.settle(id, 0).code(), limit_exceeded);
    EXPECT_EQ(world_.settle(id, -1, true).code(), limit_exceeded);
    world_.receive("A", kCellQuantityMax, "", "east");
    EXPECT_EQ(world_.settle(id, {}).code(), limit_exceeded);
    EXPECT_EQ(world_.settle(id, {}, true).code(), none);
}

TEST_F(Transfers, AreWithinTheLimitsOfBothCells) {
    world_.move(Operation::adjust_stock,
                {.sku = "A", .quantity = -kCellQuantityMax, .pool = "default"});
    const auto there = world_.cell("A", "default").on_hand;
    ASSERT_LT(there, -kCellQuantityMax + kLineQuantityMax);
    for (const bool instant : {false, true}) {
        EXPECT_EQ(world_.transfer("A", "default", "east", kLineQuantityMax, instant).code(),
                  limit_exceeded)
            << "the cell that they leave";
    }
    world_.receive("A", kCellQuantityMax - world_.cell("A", "east").on_hand, "", "east");
    EXPECT_EQ(world_.transfer("A", "default", "east", 1, true).code(), limit_exceeded)
        << "the cell that they reach";
    EXPECT_EQ(world_.transfer("A", "default", "east", 1).code(), none)
        << "on their way they are in neither";
    EXPECT_EQ(world_.cell("A", "default").on_hand, there - 1);
}

TEST_F(Transfers, SurviveASnapshot) {
    const auto id = send(4);
    world_.settle(id, 1);
    world_.restore_from_snapshot();
    const auto last = world_.settle(id, {});
    EXPECT_EQ(last.as<TransferChanged>().transfer.arrived, 4);
    EXPECT_EQ(last.as<TransferChanged>().transfer.reference, "truck");
}

}  // namespace
}  // namespace holdfast::core
