// Release by create key or by reference: also of what was never seen.
#include "core/testing.hpp"

namespace holdfast::core {
namespace {

using namespace model;
using namespace std::chrono_literals;
using enum ReservationState;
using testing::Cart;
using testing::World;

TEST(ReleaseByKey, ReleasesTheReservationThatTheKeyCreated) {
    World world;
    world.receive("A", 5);
    const auto id = world.hold("A", 3, "k").id();
    const auto reply = world.release_key("k");
    const auto& summary = reply.as<ReleasedByName>();
    EXPECT_TRUE(summary.by_key);
    EXPECT_EQ(summary.released, std::vector<ReservationId>{id});
    EXPECT_EQ(summary.blocked_until, base::Time{}) << "the key was seen: nothing to block";
    EXPECT_EQ(world.state(id), released);
}

TEST(ReleaseByKey, OfANeverSeenKeyBlocksTheLateCreate) {
    World world;
    world.receive("A", 5);
    const auto reply = world.release_key("k");
    EXPECT_EQ(reply.as<ReleasedByName>().blocked_until, world.now() + 8 * 24h);
    EXPECT_TRUE(reply.as<ReleasedByName>().released.empty());
    const auto late = world.hold("A", 3, "k");
    EXPECT_EQ(late.code(), RefusalCode::released_before_create);
    EXPECT_EQ(world.sellable("A"), 5);
    EXPECT_TRUE(world.hold("A", 3, "another").accepted());
    EXPECT_TRUE(world.hold("A", 1).accepted());
}

TEST(ReleaseByKey, OfAKeyWhoseReservationHoldsNothingMoreIsASuccess) {
    World world;
    world.receive("A", 5);
    const auto id = world.hold("A", 3, "k").id();
    world.commit(id);
    const auto reply = world.release_key("k");
    EXPECT_TRUE(reply.accepted());
    EXPECT_TRUE(reply.as<ReleasedByName>().released.empty());
    EXPECT_EQ(world.cell("A").committed, 3) << "a late release cannot undo a sale";
}

// The refusal may be forgotten to keep its bound; a late duplicate of the create must not hold
// then.
TEST(ReleaseByKey, OfAKeyThatWasRefusedBlocksIt) {
    World world;
    world.put_sku("A");
    EXPECT_EQ(world.hold("A", 3, "k").code(), RefusalCode::insufficient_stock);
    const auto reply = world.release_key("k");
    EXPECT_TRUE(reply.as<ReleasedByName>().released.empty());
    EXPECT_EQ(reply.as<ReleasedByName>().blocked_until, world.now() + 8 * 24h);
    EXPECT_EQ(world.hold("A", 3, "k").outcome, Outcome::replayed);
}

TEST(ReleaseByKey, EndsADeadHoldAsExpiredNotReleased) {
    World world;
    world.receive("A", 5);
    const auto id = world.hold("A", 3, "k").id();
    world.wait(15min);
    EXPECT_TRUE(world.release_key("k").as<ReleasedByName>().released.empty());
    EXPECT_EQ(world.state(id), expired);
}

TEST(ReleaseByKey, TheTombstoneEndsWithTheLifetime) {
    World world;
    world.receive("A", 5);
    world.release_key("k");
    world.wait(8 * 24h - 1ms);
    EXPECT_EQ(world.hold("A", 1, "k").code(), RefusalCode::released_before_create);
    World later;
    later.receive("A", 5);
    later.release_key("k");
    later.wait(8 * 24h);
    EXPECT_TRUE(later.hold("A", 1, "k").accepted());
}

TEST(ReleaseByReference, ReleasesAllHoldsOfTheReference) {
    World world;
    world.receive("A", 5);
    const Cart cart{.lines = {{"A", 1}}, .reference = "cart"};
    const auto first = world.held(cart);
    const auto sold = world.held(cart);
    const auto second = world.held(cart);
    world.commit(sold);
    const auto other = world.held({.lines = {{"A", 1}}, .reference = "other"});
    const auto reply = world.release_reference("cart");
    EXPECT_EQ(reply.as<ReleasedByName>().released, (std::vector{second, first}));
    EXPECT_FALSE(reply.as<ReleasedByName>().by_key);
    EXPECT_EQ(world.last_count(), 3u);
    EXPECT_EQ(world.state(first), released);
    EXPECT_EQ(world.state(sold), committed);
    EXPECT_EQ(world.state(other), held);
}

TEST(ReleaseByReference, WithoutBlockLateALaterCreateIsWelcome) {
    World world;
    world.receive("A", 5);
    EXPECT_TRUE(world.release_reference("cart").as<ReleasedByName>().released.empty());
    EXPECT_TRUE(world.create({.lines = {{"A", 1}}, .reference = "cart"}).accepted());
}

TEST(ReleaseByReference, ThatReachesNothingWritesNothingUnlessItHasAKeyToRecord) {
    World world;
    const auto reply = world.release_reference("cart");
    EXPECT_EQ(reply.outcome, Outcome::shown);
    EXPECT_EQ(world.last_count(), 0u);
    EXPECT_EQ(world.release_reference("cart", false, "k").outcome, Outcome::applied);
    EXPECT_EQ(world.release_reference("cart", false, "k").outcome, Outcome::replayed);
}

TEST(ReleaseByReference, WithBlockLateRefusesCreatesUnderIt) {
    World world;
    world.receive("A", 5);
    const auto id = world.held({.lines = {{"A", 1}}, .reference = "cart"});
    const auto reply = world.release_reference("cart", true);
    EXPECT_EQ(reply.as<ReleasedByName>().blocked_until, world.now() + 8 * 24h);
    EXPECT_EQ(world.state(id), released);
    EXPECT_EQ(world.create({.lines = {{"A", 1}}, .reference = "cart"}).code(),
              RefusalCode::released_before_create);
    EXPECT_TRUE(world.create({.lines = {{"A", 1}}, .reference = "other"}).accepted());
}

TEST(ReleaseByReference, EndsDeadHoldsAsExpired) {
    World world;
    world.receive("A", 5);
    const auto dead = world.held({.lines = {{"A", 1}}, .reference = "cart"});
    world.wait(15min);
    const auto young = world.held({.lines = {{"A", 1}}, .reference = "cart"});
    EXPECT_EQ(world.release_reference("cart").as<ReleasedByName>().released, std::vector{young});
    EXPECT_EQ(world.state(dead), expired);
}

// -- the bounded table of tombstones ------------------------------------------------------

class Tombstones : public ::testing::Test {
  protected:
    World world_{TenantRegistered{.tenant = TenantId{0},
                                  .recorded_refusals_max = 10,
                                  .recorded_refusals_per_second = 10,
                                  .tombstones_max = 2,
                                  .name = "default"}};
};

TEST_F(Tombstones, AFullTableIsARefusalNotAForgottenPromise) {
    world_.release_key("k1");
    world_.release_reference("r1", true);
    const auto reply = world_.release_key("k2");
    EXPECT_EQ(reply.code(), RefusalCode::limit_exceeded);
    EXPECT_EQ(reply.refusal.limit, 2);
    EXPECT_EQ(world_.release_reference("r2", true).code(), RefusalCode::limit_exceeded);
    EXPECT_EQ(world_.release_reference("r2").code(), RefusalCode::none);
}

TEST_F(Tombstones, ThatEndedMakeRoom) {
    world_.release_key("k1");
    world_.wait(1h);
    world_.release_key("k2");
    world_.wait(8 * 24h - 1h);
    EXPECT_TRUE(world_.release_key("k3").accepted());
    EXPECT_EQ(world_.release_key("k4").code(), RefusalCode::limit_exceeded);
    world_.wait(1h);
    EXPECT_TRUE(world_.release_key("k4").accepted());
    EXPECT_EQ(world_.core_state().tombstones.size(), 2u);
}

TEST_F(Tombstones, RenewingOneTakesNoMoreRoom) {
    world_.release_reference("r1", true);
    world_.wait(1h);
    for (int i = 0; i < 5; ++i) {
        EXPECT_TRUE(world_.release_reference("r1", true).accepted());
    }
    EXPECT_TRUE(world_.release_reference("r2", true).accepted());
    EXPECT_EQ(world_.release_reference("r3", true).code(), RefusalCode::limit_exceeded);
    EXPECT_TRUE(world_.release_reference("r1", true).accepted()) << "also when the table is full";
}

TEST_F(Tombstones, ARenewedOneLivesFromItsLastRelease) {
    world_.receive("A", 5);
    world_.release_reference("r1", true);
    world_.wait(24h);
    world_.release_reference("r1", true);
    world_.wait(7 * 24h);
    EXPECT_TRUE(world_.release_reference("r2", true).accepted());
    EXPECT_EQ(world_.release_reference("r3", true).code(), RefusalCode::limit_exceeded)
        << "r1 was renewed and is still there";
    EXPECT_EQ(world_.create({.lines = {{"A", 1}}, .reference = "r1"}).code(),
              RefusalCode::released_before_create);
    world_.wait(24h);
    EXPECT_TRUE(world_.create({.lines = {{"A", 1}}, .reference = "r1"}).accepted());
    EXPECT_TRUE(world_.release_reference("r3", true).accepted());
}

TEST_F(Tombstones, SurviveASnapshotInTheirOrder) {
    world_.release_reference("r1", true);
    world_.wait(1h);
    world_.release_reference("r2", true);
    world_.release_reference("r1", true);
    world_.restore_from_snapshot();
    world_.wait(8 * 24h - 1h);
    EXPECT_EQ(world_.release_reference("r3", true).code(), RefusalCode::limit_exceeded);
    world_.wait(1h);
    EXPECT_TRUE(world_.release_reference("r3", true).accepted());
}

}  // namespace
}  // namespace holdfast::core
