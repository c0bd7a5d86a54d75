// What a cell offers: safety stock, backorders, soft holds, the threshold below which nothing
// sells.
#include "core/testing.hpp"

namespace holdfast::core {
namespace {

using namespace model;
using namespace std::chrono_literals;
using enum RefusalCode;
using testing::World;

class Offers : public ::testing::Test {
  protected:
    // A with so many units, of a class of its own.
    template <typename Change>
    void stock(std::int64_t units, Change&& change) {
        world_.put_class("own", change);
        world_.put_sku("A", "own");
        if (units != 0) {
            world_.receive("A", units);
        }
    }
    World world_;
};

TEST_F(Offers, SafetyUnitsAreNeverHeld) {
    stock(10, [](SkuClass& c) { c.safety_units = 4; });
    EXPECT_EQ(world_.offered("A"), 6);
    EXPECT_EQ(world_.hold("A", 7).code(), insufficient_stock);
    EXPECT_EQ(world_.hold("A", 6).code(), none);
}

TEST_F(Offers, AShareOfOnHandIsRoundedUp) {
    stock(21, [](SkuClass& c) { c.safety_permille = 100; });
    EXPECT_EQ(world_.offered("A"), 18) << "2.1 units are 3";
    world_.adjust("A", -21);
    EXPECT_EQ(world_.offered("A"), 0);
    world_.adjust("A", -5);
    EXPECT_EQ(world_.offered("A"), 0) << "no share of what is not there";
}

TEST_F(Offers, TheLargestOfThreeSafetiesCounts) {
    stock(100, [](SkuClass& c) {
        c.safety_units = 5;
        c.safety_permille = 100;
    });
    EXPECT_EQ(world_.offered("A"), 90);
    world_.safety_stock("A", 30);
    EXPECT_EQ(world_.offered("A"), 70);
    world_.put_class("own", [](SkuClass& c) { c.safety_units = 40; });
    EXPECT_EQ(world_.offered("A"), 60);
}

TEST_F(Offers, BackordersGoBeyondWhatIsThere) {
    stock(2, [](SkuClass& c) { c.backorder_max = 3; });
    EXPECT_EQ(world_.offered("A"), 5);
    const auto id = world_.held("A", 5);
    EXPECT_EQ(world_.hold("A", 1).code(), insufficient_stock);
    EXPECT_EQ(world_.commit(id).code(), none);
    EXPECT_TRUE(world_.cases(CaseKind::shortage).empty());
    world_.adjust("A", -1);
    EXPECT_EQ(world_.cases(CaseKind::shortage).size(), 1u) << "one more than was agreed to";
}

TEST_F(Offers, BackordersAreOfSafetyStockToo) {
    stock(4, [](SkuClass& c) {
        c.safety_units = 10;
        c.backorder_max = 8;
    });
    EXPECT_EQ(world_.offered("A"), 2);
}

// -- stop selling at ---------------------------------------------------------------------------

TEST_F(Offers, AClassStopsBeforeItsLastUnits) {
    stock(5, [](SkuClass& c) { c.stop_selling_at = 2; });
    EXPECT_EQ(world_.offered("A"), 5);
    EXPECT_EQ(world_.hold("A", 4).code(), none) << "five are to be had";
    EXPECT_EQ(world_.offered("A"), 0);
    const auto reply = world_.hold("A", 1);
    EXPECT_EQ(reply.code(), selling_stopped);
    EXPECT_EQ(reply.refusal.stop, StopScope::sku_class);
    EXPECT_EQ(reply.refusal.limit, 2);
}

TEST_F(Offers, ADeadHoldDoesNotStopSelling) {
    stock(5, [](SkuClass& c) { c.stop_selling_at = 2; });
    const auto dead = world_.held("A", 4);
    world_.wait(15min);
    EXPECT_EQ(world_.hold("A", 1).code(), none);
    EXPECT_EQ(world_.state(dead), ReservationState::expired);
}

TEST_F(Offers, OnlyPoolsThatMayServeCountForTheThreshold) {
    stock(2, [](SkuClass& c) { c.stop_selling_at = 2; });
    world_.put_pool("tv", {.channels = {"tv"}});
    world_.receive("A", 50, "", "tv");
    EXPECT_EQ(world_.hold("A", 1).code(), selling_stopped) << "the others are not for everybody";
    EXPECT_EQ(world_.create({.lines = {{"A", 1}}, .channel = "tv"}).code(), none);
}

TEST_F(Offers, WithoutSplitTheBestPoolCountsForTheThreshold) {
    world_.put_pool("east");
    world_.put_class("own", [](SkuClass& c) {
        c.split = false;
        c.stop_selling_at = 3;
    });
    world_.put_sku("A", "own");
    world_.receive("A", 3, "", "default");
    world_.receive("A", 3, "", "east");
    EXPECT_EQ(world_.hold("A", 1).code(), selling_stopped);
    world_.receive("A", 1, "", "east");
    EXPECT_EQ(world_.hold("A", 1).code(), none);
}

// -- soft holds --------------------------------------------------------------------------------

class SoftHolds : public Offers {
  protected:
    SoftHolds() {
        stock(10, [](SkuClass& c) { c.hold_permille = 1'500; });
    }
};

TEST_F(SoftHolds, AreMoreThanThereIsAndSaySo) {
    EXPECT_EQ(world_.offered("A"), 15);
    const auto reply = world_.hold("A", 10);
    EXPECT_FALSE(is_firm(reply.image()));
    EXPECT_EQ(world_.cell("A"), (CellImage{.on_hand = 10, .soft_held = 10}));
    EXPECT_EQ(world_.hold("A", 6).code(), insufficient_stock);
    EXPECT_EQ(world_.hold("A", 5).code(), none);
    EXPECT_TRUE(world_.cases(CaseKind::shortage).empty()) << "soft holds promise nothing";
}

TEST_F(SoftHolds, OfSeveralWhoPayTheFirstOnesWin) {
    const auto first = world_.held("A", 6);
    const auto second = world_.held("A", 6);
    const auto third = world_.held("A", 3);
    EXPECT_EQ(world_.commit(second).code(), none);
    const auto late = world_.commit(first);
    EXPECT_EQ(late.code(), insufficient_stock);
    EXPECT_EQ(late.refusal.reservation, first);
    ASSERT_EQ(late.refusal.lines.size(), 1u);
    EXPECT_EQ(late.refusal.lines[0],
              (FailingLine{.line = 0, .sku = world_.sku("A"), .requested = 6, .sellable = 4}));
    EXPECT_EQ(world_.commit(third).code(), none);
    EXPECT_EQ(world_.cell("A"), (CellImage{.on_hand = 10, .committed = 9, .soft_held = 6}));
    EXPECT_EQ(world_.commit(first, {.lines = {{"A", 1}}}).code(), none) << "what there still is";
}

TEST_F(SoftHolds, AreFirmOncePaymentHasBegun) {
    const auto first = world_.held("A", 7);
    const auto second = world_.held("A", 8);
    const auto reply = world_.begin_payment(first);
    EXPECT_TRUE(is_firm(reply.image()));
    EXPECT_EQ(world_.cell("A"), (CellImage{.on_hand = 10, .held = 7, .soft_held = 8}));
    EXPECT_EQ(world_.begin_payment(second).code(), insufficient_stock);
    EXPECT_EQ(world_.commit(second).code(), insufficient_stock);
    EXPECT_EQ(world_.commit(first).code(), none);
}

TEST_F(SoftHolds, ADeadFirmHoldDoesNotStandInTheWay) {
    const auto first = world_.held("A", 7);
    const auto second = world_.held({.lines = {{"A", 8}}, .ttl_seconds = 4 * 3600});
    world_.begin_payment(first);
    world_.wait(45min);
    EXPECT_EQ(world_.commit(second).code(), none);
    EXPECT_EQ(world_.state(first), ReservationState::expired);
}

TEST_F(SoftHolds, OfTheSameSkuTwiceAreGuardedTogether) {
    const auto id = world_.held({.lines = {{"A", 6}, {"A", 6}}});
    const auto reply = world_.commit(id);
    EXPECT_EQ(reply.code(), insufficient_stock);
    ASSERT_EQ(reply.refusal.lines.size(), 1u);
    EXPECT_EQ(reply.refusal.lines[0].line, 1u);
    EXPECT_EQ(reply.refusal.lines[0].sellable, 4);
}

TEST_F(SoftHolds, APartlyCommittedOneKeepsTheRestSoft) {
    const auto id = world_.held("A", 8);
    world_.commit(id, {.lines = {{"A", 3}}});
    EXPECT_EQ(world_.cell("A"), (CellImage{.on_hand = 10, .committed = 3, .soft_held = 5}));
    world_.release(id);
    EXPECT_EQ(world_.cell("A"), (CellImage{.on_hand = 10, .committed = 3}));
}

TEST_F(SoftHolds, StayWhatTheyAreWhenTheClassBecomesFirm) {
    const auto soft = world_.held("A", 9);
    world_.put_class("own", [](SkuClass&) {});
    EXPECT_EQ(world_.offered("A"), 10) << "a soft hold takes nothing from a firm one";
    const auto firm = world_.held("A", 4);
    EXPECT_EQ(world_.cell("A"), (CellImage{.on_hand = 10, .held = 4, .soft_held = 9}));
    EXPECT_EQ(world_.commit(soft).code(), insufficient_stock);
    EXPECT_EQ(world_.release(firm).code(), none);
    EXPECT_EQ(world_.commit(soft).code(), none);
}

TEST_F(SoftHolds, ExpireSoftly) {
    const auto id = world_.held("A", 9);
    world_.wait(15min);
    world_.expire_due();
    EXPECT_EQ(world_.cell("A"), CellImage{.on_hand = 10});
    EXPECT_EQ(world_.commit(id).code(), none) << "late money takes firm units";
    EXPECT_EQ(world_.cell("A"), (CellImage{.on_hand = 10, .committed = 9}));
}

TEST_F(SoftHolds, AreGivenBackWhenSuperseded) {
    const auto old = world_.held("A", 15);
    const auto fresh = world_.create({.lines = {{"A", 14}}, .supersedes = old});
    EXPECT_EQ(fresh.code(), none);
    EXPECT_EQ(world_.cell("A").soft_held, 14);
}

TEST_F(SoftHolds, CommitMayUseBackordersThatHoldsMayNot) {
    world_.put_class("own", [](SkuClass& c) {
        c.hold_permille = 1'500;
        c.backorder_max = 2;
    });
    const auto first = world_.held("A", 9);
    const auto second = world_.held("A", 3);
    EXPECT_EQ(world_.commit(first).code(), none);
    EXPECT_EQ(world_.commit(second).code(), none);
    EXPECT_TRUE(world_.cases(CaseKind::shortage).empty());
}

}  // namespace
}  // namespace holdfast::core
