// Receipts, adjustments, safety stock, SKU settings; and that tenants do not see each other.
#include "core/testing.hpp"
#include "model/limits.hpp"

namespace holdfast::core {
namespace {

using namespace model;
using namespace std::chrono_literals;
using testing::World;

TEST(Receipt, AddsUnitsAndRegistersTheSku) {
    World world;
    const auto reply = world.receive("A", 5);
    const auto& moved = reply.as<StockMoved>();
    EXPECT_TRUE(moved.sku_registered);
    EXPECT_EQ(moved.movement, Movement::receipt);
    EXPECT_EQ(moved.delta, 5);
    EXPECT_EQ(moved.cell, (CellImage{.on_hand = 5}));
    EXPECT_EQ(world.last_count(), 2u);
    EXPECT_FALSE(world.receive("A", 2).as<StockMoved>().sku_registered);
    EXPECT_EQ(world.cell("A"), (CellImage{.on_hand = 7}));
    EXPECT_EQ(world.core_state().class_of(world.sku("A")).name, "default");
}

TEST(Receipt, KeepsItsDocumentAndWhenItHappened) {
    World world;
    const auto arrived = world.now() - 1h;
    const auto reply = world.send(Operation::receive_stock,
                                  MoveStock{.sku = world.sku_name("A"),
                                            .pool = pool_name("default", "default"),
                                            .quantity = 5,
                                            .reference = "delivery 1",
                                            .occurred_at = arrived},
                                  "");
    EXPECT_EQ(reply.as<StockMoved>().reference, "delivery 1");
    EXPECT_EQ(reply.as<StockMoved>().occurred_at, arrived);
}

TEST(Adjustment, IsAFactAlsoBelowZero) {
    World world;
    world.receive("A", 5);
    world.held("A", 4);
    const auto reply = world.adjust("A", -7);
    EXPECT_EQ(reply.as<StockMoved>().movement, Movement::adjustment);
    EXPECT_EQ(reply.as<StockMoved>().reason, Reason::cycle_count);
    EXPECT_EQ(reply.as<StockMoved>().delta, -7);
    EXPECT_EQ(world.cell("A"), (CellImage{.on_hand = -2, .held = 4}));
    EXPECT_EQ(world.sellable("A"), -6);
}

TEST(Adjustment, WhatComesInRepairsPromisesBeforeNewBuyers) {
    World world;
    world.receive("A", 5);
    const auto id = world.held("A", 4);
    world.adjust("A", -3);
    EXPECT_EQ(world.hold("A", 1).code(), RefusalCode::insufficient_stock);
    world.receive("A", 2);
    EXPECT_EQ(world.hold("A", 1).code(), RefusalCode::insufficient_stock);
    world.receive("A", 1);
    EXPECT_TRUE(world.hold("A", 1).accepted());
    EXPECT_TRUE(world.commit(id).accepted());
}

TEST(Adjustment, OfAnUnknownSkuIsRefused) {
    World world;
    EXPECT_EQ(world.adjust("A", 1).code(), RefusalCode::unknown_sku);
}

TEST(Movement, BeyondTheCellsLimitIsRefused) {
    World world;
    EXPECT_EQ(world.receive("A", kCellQuantityMax + 1).code(), RefusalCode::limit_exceeded);
    EXPECT_TRUE(world.receive("A", kCellQuantityMax).accepted());
    const auto reply = world.receive("A", 1);
    EXPECT_EQ(reply.code(), RefusalCode::limit_exceeded);
    EXPECT_EQ(reply.refusal.limit, kCellQuantityMax);
    EXPECT_TRUE(world.adjust("A", -kCellQuantityMax).accepted());
    EXPECT_TRUE(world.adjust("A", -kCellQuantityMax).accepted());
    EXPECT_EQ(world.adjust("A", -1).code(), RefusalCode::limit_exceeded);
    EXPECT_EQ(world.adjust("A", -kCellQuantityMax - 1).code(), RefusalCode::limit_exceeded);
    EXPECT_EQ(world.cell("A").on_hand, -kCellQuantityMax);
}

TEST(Movement, OfACellFarBelowItsLimitDoesNotOverflow) {
    World world;
    world.receive("A", kCellQuantityMax);
    std::vector<ReservationId> sold;
    testing::Cart cart;
    cart.lines.resize(16, {"A", kLineQuantityMax});
    for (int i = 0; i < 4; ++i) {
        sold.push_back(world.held(cart));
        world.commit(sold.back());
    }
    world.adjust("A", -kCellQuantityMax);
    world.adjust("A", -kCellQuantityMax);
    for (const auto id : sold) {
        EXPECT_TRUE(world.ship(id).accepted()) << "a fact, also beyond the limit";
    }
    EXPECT_EQ(world.cell("A").on_hand, -kCellQuantityMax - 4 * kReservationQuantityMax);
    EXPECT_EQ(world.adjust("A", -1).code(), RefusalCode::limit_exceeded);
    EXPECT_TRUE(world.receive("A", kCellQuantityMax).accepted());
}

TEST(SafetyStock, IsSetNotAdded) {
    World world;
    world.receive("A", 5);
    EXPECT_EQ(world.safety_stock("A", 2).as<SafetyStockSet>().cell.safety_stock, 2);
    world.safety_stock("A", 3);
    EXPECT_EQ(world.sellable("A"), 2);
}

TEST(SafetyStock, AboveWhatIsThereIsADeficit) {
    World world;
    world.receive("A", 5);
    world.safety_stock("A", 9);
    EXPECT_EQ(world.sellable("A"), -4);
}

TEST(SafetyStock, TheSameAgainIsShownOrRecordsItsKey) {
    World world;
    world.receive("A", 5);
    world.safety_stock("A", 2);
    EXPECT_EQ(world.safety_stock("A", 2).outcome, Outcome::shown);
    EXPECT_EQ(world.last_count(), 0u);
    EXPECT_EQ(world.safety_stock("A", 2, "k").outcome, Outcome::applied);
    EXPECT_EQ(world.safety_stock("A", 2, "k").outcome, Outcome::replayed);
}

TEST(SafetyStock, IsJudgedByNamesAndLimits) {
    World world;
    EXPECT_EQ(world.safety_stock("A", 2).code(), RefusalCode::unknown_sku);
    world.put_sku("A");
    EXPECT_EQ(world.safety_stock("A", kCellQuantityMax + 1).code(), RefusalCode::limit_exceeded);
}

TEST(PutSku, RegistersOnceAndChangesTheClassWithANewVersion) {
    World world;
    world.define_class("drop", [](SkuClass&) {});
    const auto first = world.put_sku("A");
    EXPECT_TRUE(first.as<SkuUpdated>().registered);
    EXPECT_EQ(first.as<SkuUpdated>().version, 1u);
    const auto second = world.put_sku("A", "drop");
    EXPECT_FALSE(second.as<SkuUpdated>().registered);
    EXPECT_EQ(second.as<SkuUpdated>().version, 2u);
    EXPECT_EQ(world.core_state().class_of(world.sku("A")).name, "drop");
    EXPECT_EQ(world.put_sku("A").as<SkuUpdated>().sku_class, ClassId{1}) << "not sent: kept";
}

TEST(PutSku, TheSameAgainIsShownOrRecordsItsKey) {
    World world;
    world.put_sku("A", "default");
    EXPECT_EQ(world.put_sku("A", "default").outcome, Outcome::shown);
    const auto recorded = world.put_sku("A", "", "k");
    EXPECT_EQ(recorded.outcome, Outcome::applied);
    EXPECT_EQ(recorded.as<SkuUpdated>().version, 1u);
    EXPECT_EQ(world.put_sku("A", "", "k").outcome, Outcome::replayed);
}

TEST(PutSku, OfAnUnknownClassIsRefused) {
    World world;
    EXPECT_EQ(world.put_sku("A", "no such class").code(), RefusalCode::unknown_class);
    EXPECT_FALSE(world.core_state().find_sku(world.sku_name("A").digest).has_value());
    world.tenant("new");
    EXPECT_EQ(world.put_sku("A", "drop").code(), RefusalCode::unknown_class);
    EXPECT_EQ(world.last_count(), 0u);
    EXPECT_TRUE(world.put_sku("A", "default").accepted());
}

TEST(Class, ARedefinitionIsFollowedByLaterDecisionsOnly) {
    World world;
    world.receive("A", 5);
    const auto before = world.held("A", 1);
    world.define_class("default", [](SkuClass& c) { c.hold_ttl = 1min; });
    const auto after = world.held("A", 1);
    EXPECT_EQ(world.image(before).expires_at, world.now() + 15min);
    EXPECT_EQ(world.image(after).expires_at, world.now() + 1min);
}

// -- pools: only `default` so far ---------------------------------------------------------

TEST(Pools, OnlyDefaultIsKnown) {
    World world;
    world.receive("A", 5);
    const auto create =
        world.create({.lines = {{"A", 1}, {.sku = "A", .quantity = 1, .pool = "shop"}}});
    EXPECT_EQ(create.code(), RefusalCode::unknown_pool);
    EXPECT_EQ(create.refusal.line, 1u);
    EXPECT_TRUE(world.create({.lines = {{.sku = "A", .pool = "default"}}}).accepted());
    const Name shop = pool_name("default", "shop");
    EXPECT_EQ(world
                  .send(Operation::receive_stock,
                        MoveStock{.sku = world.sku_name("A"), .pool = shop, .quantity = 1}, "")
                  .code(),
              RefusalCode::unknown_pool);
    EXPECT_EQ(world
                  .send(Operation::set_safety_stock,
                        SetSafetyStock{.sku = world.sku_name("A"), .pool = shop, .units = 1}, "")
                  .code(),
              RefusalCode::unknown_pool);
}

// -- tenants ------------------------------------------------------------------------------

TEST(Tenants, HaveSkusOfTheirOwn) {
    World world;
    world.receive("A", 5);
    world.tenant("other");
    EXPECT_EQ(world.hold("A", 1).code(), RefusalCode::unknown_sku);
    const auto reply = world.receive("A", 1);
    EXPECT_EQ(world.last_count(), 4u) << "tenant, its class, SKU, receipt";
    EXPECT_EQ(reply.as<StockMoved>().tenant, TenantId{1});
    EXPECT_TRUE(world.hold("A", 1).accepted());
    world.tenant("default");
    EXPECT_EQ(world.sellable("A"), 5);
}

TEST(Tenants, CannotTouchOrSeeEachOthersReservations) {
    World world;
    world.receive("A", 5);
    const auto id = world.held("A", 1);
    for (const std::string name : {"unregistered", "other"}) {
        world.tenant(name);
        for (const auto operation :
             {Operation::begin_payment, Operation::commit, Operation::release, Operation::extend,
              Operation::ship, Operation::cancel, Operation::return_units}) {
            EXPECT_EQ(world.change(operation, id).code(), RefusalCode::unknown_reservation);
        }
        EXPECT_EQ(world.read(id).code(), RefusalCode::unknown_reservation);
        EXPECT_EQ(world.last_count(), 0u);
        world.tenant("other");
        world.receive("A", 5);
        EXPECT_EQ(world.create({.lines = {{"A", 1}}, .supersedes = id}).code(),
                  RefusalCode::unknown_reservation);
    }
}

TEST(Tenants, HaveReferencesAndKeysOfTheirOwn) {
    World world;
    world.receive("A", 5);
    const auto mine = world.held({.lines = {{"A", 1}}, .reference = "cart", .key = "k"});
    world.tenant("other");
    world.receive("A", 5);
    EXPECT_TRUE(world.release_reference("cart").as<ReleasedByName>().released.empty());
    EXPECT_TRUE(world.hold("A", 2, "k").accepted());
    const auto reply =
        world.create({.lines = {{"A", 1}}, .reference = "cart", .supersedes_same_reference = true});
    EXPECT_TRUE(reply.accepted());
    world.tenant("default");
    EXPECT_EQ(world.state(mine), ReservationState::held);
}

TEST(Tenants, AreRegisteredByTheirFirstWrite) {
    World world;
    world.tenant("by put");
    EXPECT_TRUE(world.put_sku("A").accepted());
    world.tenant("by release");
    EXPECT_TRUE(world.release_key("k").accepted());
    EXPECT_EQ(world.last_count(), 3u);
    world.tenant("never");
    EXPECT_EQ(world.adjust("A", 1, "k").code(), RefusalCode::unknown_sku);
    EXPECT_EQ(world.core_state().tenants.size(), 3u);
    EXPECT_FALSE(world.core_state().find_tenant(tenant_name("never").digest).has_value());
}

}  // namespace
}  // namespace holdfast::core
