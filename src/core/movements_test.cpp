// Movements of stock: unavailable units with their reasons, and corrections that name them.
#include "core/testing.hpp"
#include "model/limits.hpp"

namespace holdfast::core {
namespace {

using namespace model;
using namespace std::chrono_literals;
using enum RefusalCode;
using enum Operation;
using testing::World;

class Movements : public ::testing::Test {
  protected:
    Movements() { world_.receive("A", 10); }
    testing::Reply mark(std::int64_t units, Reason reason) {
        return world_.move(mark_unavailable, {.sku = "A", .quantity = units, .reason = reason});
    }
    World world_;
};

TEST_F(Movements, UnavailableUnitsStayOnHandAndAreNotSold) {
    const auto reply = mark(3, Reason::damage);
    const auto& event = reply.as<StockMoved>();
    EXPECT_EQ(event.movement, Movement::unavailable);
    EXPECT_EQ(event.delta, 0);
    EXPECT_EQ(event.unavailable_delta, 3);
    EXPECT_EQ(world_.cell("A"), (CellImage{.on_hand = 10, .unavailable = 3}));
    EXPECT_EQ(world_.offered("A"), 7);
    EXPECT_EQ(world_.hold("A", 8).code(), insufficient_stock);
}

TEST_F(Movements, BecomeAvailableAgainByReason) {
    mark(3, Reason::damage);
    mark(2, Reason::quality_hold);
    EXPECT_EQ(mark(-2, Reason::quality_hold).code(), none);
    const auto beyond = mark(-4, Reason::damage);
    EXPECT_EQ(beyond.code(), quantity_exceeded);
    ASSERT_EQ(beyond.refusal.lines.size(), 1u);
    EXPECT_EQ(beyond.refusal.lines[0].requested, 4);
    EXPECT_EQ(beyond.refusal.lines[0].sellable, 3);
    EXPECT_EQ(mark(-1, Reason::quality_hold).code(), quantity_exceeded) << "of its own reason";
    EXPECT_EQ(mark(-3, Reason::damage).code(), none);
    EXPECT_EQ(world_.cell("A"), CellImage{.on_hand = 10});
}

TEST_F(Movements, AreOfOnePool) {
    world_.put_pool("east");
    world_.receive("A", 5, "", "east");
    const testing::Move east{.sku = "A", .quantity = 5, .pool = "east", .reason = Reason::damage};
    EXPECT_EQ(world_.move(mark_unavailable, east).code(), none);
    EXPECT_EQ(world_
                  .move(mark_unavailable,
                        {.sku = "A", .quantity = -1, .pool = "default", .reason = Reason::damage})
                  .code(),
              quantity_exceeded);
    EXPECT_EQ(world_.offered("A"), 10);
}

TEST_F(Movements, WritingOffWhatIsUnavailableCountsOnce) {
    mark(3, Reason::damage);
    EXPECT_EQ(world_
                  .move(adjust_stock, {.sku = "A",
                                       .quantity = -2,
                                       .reason = Reason::damage,
                                       .from_unavailable = Reason::damage})
                  .code(),
              none);
    EXPECT_EQ(world_.cell("A"), (CellImage{.on_hand = 8, .unavailable = 1}));
    EXPECT_EQ(world_.offered("A"), 7) << "as before";
    EXPECT_EQ(world_
                  .move(adjust_stock, {.sku = "A",
                                       .quantity = -2,
                                       .reason = Reason::damage,
                                       .from_unavailable = Reason::damage})
                  .code(),
              quantity_exceeded);
}

TEST_F(Movements, WhatIsDamagedOnReturnIsUnavailableAsDamaged) {
    const auto id = world_.held("A", 4);
    world_.commit(id);
    world_.ship(id);
    world_.return_units(id, {.lines = {{"A", 3}}, .disposition = Disposition::damaged});
    EXPECT_EQ(world_.cell("A"), (CellImage{.on_hand = 9, .unavailable = 3}));
    EXPECT_EQ(mark(-3, Reason::damage).code(), none) << "repaired";
}

TEST_F(Movements, AnUndoingOneNamesWhatItUndoes) {
    const auto wrong = world_.adjust("A", -4);
    MoveStock request{.sku = world_.sku_name("A"),
                      .quantity = 4,
                      .reason = Reason::data_entry_error,
                      .undoes = wrong.sequence};
    const auto reply = world_.send(adjust_stock, request, {});
    EXPECT_EQ(reply.as<StockMoved>().undoes, wrong.sequence);
    EXPECT_EQ(world_.cell("A").on_hand, 10);
}

TEST_F(Movements, UnavailableUnitsThatWerePromisedAreAShortage) {
    world_.held("A", 8);
    mark(5, Reason::quality_hold);
    ASSERT_EQ(world_.cases(CaseKind::shortage).size(), 1u);
    EXPECT_EQ(world_.cases(CaseKind::shortage)[0].units, 3);
    mark(-3, Reason::quality_hold);
    EXPECT_TRUE(world_.cases(CaseKind::shortage).empty());
}

TEST_F(Movements, AreWithinTheLimitsOfACell) {
    EXPECT_EQ(mark(kCellQuantityMax + 1, Reason::damage).code(), limit_exceeded);
    EXPECT_EQ(mark(kCellQuantityMax, Reason::damage).code(), none);
    EXPECT_EQ(mark(1, Reason::damage).code(), limit_exceeded);
    EXPECT_EQ(world_.offered("A"), 0);
    EXPECT_EQ(world_.safety_stock("A", -1).code(), limit_exceeded);
}

// What a count that waits for approval disputes is given back by the decision, by nothing else.
TEST_F(Movements, CannotGiveBackWhatACountDisputes) {
    mark(2, Reason::disputed);
    world_.count({.sku = "A", .counted = 5, .drift = -5});
    ASSERT_EQ(world_.cell("A").unavailable, 7);
    EXPECT_EQ(mark(-3, Reason::disputed).code(), quantity_exceeded);
    EXPECT_EQ(mark(-2, Reason::disputed).code(), none);
    EXPECT_EQ(world_
                  .move(adjust_stock, {.sku = "A",
                                       .quantity = -1,
                                       .reason = Reason::missing,
                                       .from_unavailable = Reason::disputed})
                  .code(),
              quantity_exceeded);
    const auto id = world_.cases(CaseKind::count)[0].id;
    EXPECT_EQ(world_.resolve({.id = id, .resolution = Resolution::rejected, .who = "bob"}).code(),
              none);
    EXPECT_EQ(world_.cell("A"), CellImage{.on_hand = 10});
}

TEST_F(Movements, TheReasonsSurviveASnapshot) {
    mark(3, Reason::damage);
    mark(2, Reason::quality_hold);
    world_.restore_from_snapshot();
    EXPECT_EQ(mark(-3, Reason::quality_hold).code(), quantity_exceeded);
    EXPECT_EQ(mark(-2, Reason::quality_hold).code(), none);
}

}  // namespace
}  // namespace holdfast::core
