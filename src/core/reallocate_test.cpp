// Moving what is promised to another pool, in one step.
#include "core/testing.hpp"
#include "model/limits.hpp"

namespace holdfast::core {
namespace {

using namespace model;
using namespace std::chrono_literals;
using enum RefusalCode;
using testing::World;

class Reallocate : public ::testing::Test {
  protected:
    Reallocate() {
        world_.put_pool("east", {.priority = 1});
        world_.receive("A", 5, "", "default");
        world_.receive("A", 4, "", "east");
    }
    World world_;
};

TEST_F(Reallocate, CommittedUnitsMoveAndTheReservationStaysCommitted) {
    const auto id = world_.held("A", 3);
    world_.commit(id);
    EXPECT_EQ(world_.cell("A", "default").committed, 3);
    const auto reply = world_.reallocate(id, {.to = "east"});
    EXPECT_EQ(reply.as<ReservationChanged>().verb, Verb::reallocate);
    EXPECT_EQ(reply.state(), ReservationState::committed);
    EXPECT_EQ(world_.cell("A", "default"), (CellImage{.on_hand = 5}));
    EXPECT_EQ(world_.cell("A", "east"), (CellImage{.on_hand = 4, .committed = 3}));
    EXPECT_EQ(world_.ship(id).code(), none);
    EXPECT_EQ(world_.cell("A", "east").on_hand, 1);
}

TEST_F(Reallocate, HeldUnitsKeepTheirDeadline) {
    const auto id = world_.held("A", 3);
    world_.reallocate(id, {.to = "east"});
    EXPECT_EQ(world_.cell("A", "east").held, 3);
    world_.wait(15min);
    world_.expire_due();
    EXPECT_EQ(world_.state(id), ReservationState::expired);
    EXPECT_EQ(world_.cell("A", "east"), CellImage{.on_hand = 4});
}

TEST_F(Reallocate, OnlyToWhereTheUnitsAre) {
    const auto id = world_.held("A", 5);
    const auto reply = world_.reallocate(id, {.to = "east"});
    EXPECT_EQ(reply.code(), insufficient_stock);
    ASSERT_EQ(reply.refusal.lines.size(), 1u);
    EXPECT_EQ(reply.refusal.lines[0].sellable, 4);
    EXPECT_EQ(world_.reallocate(id, {.lines = {{"A", 4}}, .to = "east"}).code(), none);
    EXPECT_EQ(world_.cell("A", "default").held, 1);
    EXPECT_EQ(world_.cell("A", "east").held, 4);
}

TEST_F(Reallocate, ADeadHoldThereIsNotInTheWay) {
    const auto dead =
        world_.create({.lines = {{.sku = "A", .quantity = 4, .pool = "east"}}, .ttl_seconds = 60});
    const auto id = world_.held("A", 3);
    world_.wait(60s);
    EXPECT_EQ(world_.reallocate(id, {.to = "east"}).code(), none);
    EXPECT_EQ(world_.state(dead.id()), ReservationState::expired);
}

TEST_F(Reallocate, UnknownPoolsAreRefused) {
    const auto id = world_.held("A", 3);
    EXPECT_EQ(world_.reallocate(id, {.to = "north"}).code(), unknown_pool);
    EXPECT_EQ(world_.reallocate(id, {.from = "north", .to = "east"}).code(), unknown_pool);
    EXPECT_EQ(world_.reallocate(id, {}).code(), unknown_pool) << "somewhere it has to go";
}

TEST_F(Reallocate, WhatIsThereAlreadyNeedsNoEvent) {
    const auto id = world_.held("A", 3);
    EXPECT_EQ(world_.reallocate(id, {.to = "default"}).outcome, Outcome::shown);
    EXPECT_EQ(world_.last_count(), 0u);
    EXPECT_EQ(world_.image(id).version, 1u);
}

TEST_F(Reallocate, WhatIsOverCannotMove) {
    const auto id = world_.held("A", 3);
    world_.commit(id);
    world_.ship(id);
    EXPECT_EQ(world_.reallocate(id, {.to = "east"}).code(), illegal_transition);
    const auto gone = world_.held("A", 1);
    world_.release(gone);
    EXPECT_EQ(world_.reallocate(gone, {.to = "east"}).code(), illegal_transition);
}

TEST_F(Reallocate, OfASplitLineFromOnePoolOnly) {
    world_.receive("A", 3, "", "east");
    world_.put_pool("west", {.priority = 9});
    world_.receive("A", 9, "", "west");
    const auto id = world_.held("A", 8);  // default 5, east 3
    ASSERT_EQ(world_.image(id).lines.size(), 2u);
    EXPECT_EQ(world_.reallocate(id, {.from = "east", .to = "west"}).code(), none);
    const auto image = world_.image(id);
    ASSERT_EQ(image.lines.size(), 3u) << "an entry stays, though nothing is in it any more";
    EXPECT_EQ(image.lines[0].units.accepted, 5);
    EXPECT_EQ(image.lines[1].units.accepted, 0);
    EXPECT_EQ(image.lines[2].units.accepted, 3);
    EXPECT_TRUE(image.lines[2].continues);
    EXPECT_EQ(world_.reallocate(id, {.from = "west", .to = "east"}).code(), none);
    EXPECT_EQ(world_.image(id).lines.size(), 3u) << "back into the entry that is there";
    EXPECT_EQ(world_.line(id, 1).accepted, 3);
}

TEST_F(Reallocate, OneLineOfSeveral) {
    world_.receive("B", 5, "", "default");
    world_.receive("B", 5, "", "east");
    const auto id = world_.held({.lines = {{"A", 2}, {.sku = "B", .quantity = 2, .line_id = "b"}}});
    EXPECT_EQ(
        world_.reallocate(id, {.lines = {{.quantity = 1, .line_id = "b"}}, .to = "east"}).code(),
        none);
    const auto image = world_.image(id);
    ASSERT_EQ(image.lines.size(), 3u);
    EXPECT_EQ(image.lines[1].line_id, "b");
    EXPECT_EQ(image.lines[1].units.held, 1);
    EXPECT_EQ(image.lines[2].units.held, 1);
    EXPECT_EQ(image.lines[2].line_id, "");
    EXPECT_EQ(world_.commit(id, {.lines = {{.quantity = 2, .line_id = "b"}}}).code(), none);
    EXPECT_EQ(world_.cell("B", "default").committed, 1);
    EXPECT_EQ(world_.cell("B", "east").committed, 1);
}

TEST_F(Reallocate, OfTwoLinesOfOneSkuBothMoveAndAreGuardedTogether) {
    const auto id = world_.held({.lines = {{"A", 2}, {"A", 3}}});
    const auto reply = world_.reallocate(id, {.to = "east"});
    EXPECT_EQ(reply.code(), insufficient_stock);
    EXPECT_EQ(reply.refusal.lines[0].line, 1u);
    EXPECT_EQ(reply.refusal.lines[0].sellable, 2);
    world_.receive("A", 1, "", "east");
    EXPECT_EQ(world_.reallocate(id, {.to = "east"}).code(), none);
    EXPECT_EQ(world_.cell("A", "east").held, 5);
    EXPECT_EQ(world_.image(id).lines.size(), 4u);
}

TEST_F(Reallocate, RepairsAShortageWhereTheUnitsWere) {
    const auto id = world_.held("A", 3);
    world_.commit(id);
    world_.move(Operation::adjust_stock, {.sku = "A", .quantity = -5, .pool = "default"});
    ASSERT_EQ(world_.cases(CaseKind::shortage).size(), 1u);
    world_.reallocate(id, {.to = "east"});
    EXPECT_TRUE(world_.cases(CaseKind::shortage).empty());
}

TEST_F(Reallocate, AWrongVersionIsRefused) {
    const auto id = world_.held("A", 3);
    EXPECT_EQ(world_.reallocate(id, {.version = 9, .to = "east"}).code(), version_mismatch);
    EXPECT_EQ(world_.reallocate(id, {.version = 1, .to = "east"}).code(), none);
}

TEST_F(Reallocate, SoldUnitsOfALineMoveBeforeHeldOnes) {
    const auto id = world_.held("A", 4);
    world_.commit(id, {.lines = {{"A", 2}}});
    world_.reallocate(id, {.lines = {{"A", 3}}, .to = "east"});
    EXPECT_EQ(world_.cell("A", "east"), (CellImage{.on_hand = 4, .held = 1, .committed = 2}));
    EXPECT_EQ(world_.cell("A", "default"), (CellImage{.on_hand = 5, .held = 1}));
}

TEST_F(Reallocate, ASoftHoldNeedsFirmUnitsThere) {
    world_.put_class("soft", [](SkuClass& c) { c.hold_permille = 2'000; });
    world_.put_sku("A", "soft");
    const auto id = world_.held({.lines = {{.sku = "A", .quantity = 4, .pool = "default"}}});
    EXPECT_EQ(world_.reallocate(id, {.to = "east"}).code(), none);
    EXPECT_EQ(world_.cell("A", "east").soft_held, 4);
    EXPECT_EQ(world_.cell("A", "default").soft_held, 0);
}

TEST_F(Reallocate, EveryLineKeepsItsEntriesInTheirOrder) {
    world_.put_pool("west", {.priority = 2});
    world_.receive("B", 3, "", "default");
    for (const auto* const sku : {"A", "B"}) {
        world_.receive(sku, 9, "", "west");
    }
    const auto id = world_.held({.lines = {{"A", 5}, {"B", 3}}});
    EXPECT_EQ(world_.reallocate(id, {.lines = {{"B", 1}}, .to = "west"}).code(), none);
    EXPECT_EQ(world_.reallocate(id, {.lines = {{"A", 2}}, .to = "west"}).code(), none);
    EXPECT_EQ(world_.reallocate(id, {.lines = {{"A", 1}, {"B", 1}}, .to = "west"}).code(), none);
    const auto lines = world_.image(id).lines;
    ASSERT_EQ(lines.size(), 4u);
    EXPECT_EQ(lines[0].units.held, 2);
    EXPECT_EQ(lines[1].units.held, 3);
    EXPECT_EQ(lines[2].units.held, 1);
    EXPECT_EQ(lines[3].units.held, 2);
    EXPECT_FALSE(lines[2].continues);
    EXPECT_TRUE(lines[1].continues && lines[3].continues);
}

TEST_F(Reallocate, AReservationHasSoManyEntriesAtMost) {
    std::vector<testing::Cart::Line> lines;
    for (std::size_t i = 0; i < kLinesMax; ++i) {
        lines.push_back({.sku = "sku " + std::to_string(i)});
        world_.receive(lines.back().sku, 1, "", "default");
    }
    const auto id = world_.held({.lines = lines});
    for (std::size_t entries = kLinesMax; entries <= kEntriesMax; entries += kLinesMax) {
        const std::string pool = "pool " + std::to_string(entries);
        world_.put_pool(pool, {});
        for (const auto& line : lines) {
            world_.receive(line.sku, 1, "", pool);
        }
        const auto reply = world_.reallocate(id, {.to = pool});
        EXPECT_EQ(reply.code(), entries < kEntriesMax ? none : limit_exceeded);
    }
    EXPECT_EQ(world_.image(id).lines.size(), kEntriesMax);
}

}  // namespace
}  // namespace holdfast::core
