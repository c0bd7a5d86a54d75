// Memory forgets what is at rest, and no answer shows it. The naive model runs with a memory that
// forgets, too; here is what may be forgotten, and that coming back is exact.
#include "core/forget.hpp"

#include "core/state_hash.hpp"
#include "core/testing.hpp"

namespace holdfast::core {
namespace {

using namespace model;
using namespace std::chrono_literals;
using testing::World;

// A shop whose memory forgets after every command.
class Forget : public ::testing::Test {
  protected:
    Forget() {
        world_.forget_everything();
        world_.receive("A", 10, "r1");
    }
    [[nodiscard]] bool in_memory(ReservationId id) const {
        return world_.core_state().find_reservation(id) != nullptr;
    }
    ReservationId shipped() {
        const auto id = world_.held("A", 2);
        world_.commit(id);
        world_.ship(id);
        return id;
    }
    World world_;
};

TEST_F(Forget, WhatHoldsOrPromisesUnitsStays) {
    const auto cart = world_.held("A", 2);
    EXPECT_TRUE(in_memory(cart));
    world_.commit(cart);
    EXPECT_TRUE(in_memory(cart)) << "sold and not yet shipped";
    world_.ship(cart);
    EXPECT_FALSE(in_memory(cart));
    EXPECT_EQ(world_.core_state().archived.reservations, 1u);
}

TEST_F(Forget, AKeyWithAnEffectLeavesAndAReplayIsStillTheFirstAnswer) {
    const auto first = world_.hold("A", 1, "k");
    EXPECT_EQ(world_.core_state().keys.size(), 0u);
    const auto again = world_.hold("A", 1, "k");
    EXPECT_EQ(again.outcome, Outcome::replayed);
    EXPECT_EQ(again.sequence, first.sequence);
    EXPECT_EQ(world_.hold("A", 2, "k").code(), RefusalCode::idempotency_key_reused);
}

TEST_F(Forget, TheKeyOfARefusalStays) {
    EXPECT_EQ(world_.hold("A", 11, "no").code(), RefusalCode::insufficient_stock);
    EXPECT_EQ(world_.core_state().keys.size(), 1u);
}

TEST_F(Forget, AReturnOfWhatWasForgottenPutsItsUnitsBack) {
    const auto id = shipped();
    EXPECT_EQ(world_.return_units(id, {.lines = {{.sku = "A", .quantity = 1}}}).code(),
              RefusalCode::none);
    EXPECT_EQ(world_.cell("A").on_hand, 9);
    EXPECT_EQ(world_.line(id).returned, 1);
    world_.return_units(id, {.lines = {{.sku = "A", .quantity = 2}}});
    EXPECT_EQ(world_.cases(CaseKind::unexpected_fact).size(), 1u) << "one more than was shipped";
    EXPECT_TRUE(in_memory(id)) << "somebody has to look at it";
}

TEST_F(Forget, ALateCommitOfAForgottenHoldTakesItsUnitsAgainAndItsSuccessorIsFoundLater) {
    const auto cart = world_.held({.lines = {{.sku = "A", .quantity = 3}}, .reference = "order-1"});
    world_.wait(1h);
    world_.expire_due();
    EXPECT_FALSE(in_memory(cart));
    const auto late = world_.commit(cart);
    EXPECT_EQ(late.code(), RefusalCode::none);
    const auto successor = world_.image(cart).replaced_by;
    world_.ship(successor);
    EXPECT_FALSE(in_memory(successor));
    EXPECT_FALSE(in_memory(cart));
    EXPECT_EQ(world_.commit(cart).image().id, successor);
    EXPECT_EQ(world_.core_state().totals.late_commits, 1u);
}

TEST_F(Forget, WhatHasAnOpenCaseStaysUntilItIsResolved) {
    const auto cart = world_.held("A", 1);
    world_.release(cart);
    EXPECT_FALSE(in_memory(cart));
    world_.commit(cart);  // money for what was released
    ASSERT_EQ(world_.cases(CaseKind::late_money).size(), 1u);
    EXPECT_TRUE(in_memory(cart));
}

TEST_F(Forget, ReleasingAForgottenKeyLeavesNoTombstone) {
    world_.hold("A", 1, "k");
    world_.wait(1h);
    world_.expire_due();
    world_.release_key("k");
    EXPECT_EQ(world_.core_state().tombstones.size(), 0u);
}

TEST_F(Forget, ASnapshotSaysHowFarTheArchiveMustReach) {
    shipped();
    const auto back = World::snapshot_round_trip(world_.core_state());
    ASSERT_NE(back, nullptr);
    const Archived& archived = world_.core_state().archived;
    EXPECT_EQ(back->archived.reach, archived.reach);
    EXPECT_EQ(back->archived.offered, archived.offered);
    EXPECT_EQ(back->archived.reservations, 1u);
    EXPECT_EQ(back->archived.keys, 1u) << "the receipt's";
    EXPECT_EQ(back->hash, world_.core_state().hash);
}

TEST_F(Forget, PlacesAreUsedAgain) {
    shipped();
    const auto places = world_.core_state().reservations.size();
    for (int i = 0; i < 3; ++i) {
        shipped();
    }
    EXPECT_EQ(world_.core_state().reservations.size(), places);
}

// -- the functions themselves ---------------------------------------------------------------

TEST(ForgetAndThaw, AreInverse) {
    World world;
    world.receive("A", 10, "r1");
    const auto id = world.held({.lines = {{.sku = "A", .quantity = 2, .line_id = "l"}},
                                .reference = "order-1",
                                .agent_id = "bot",
                                .customer = "c"});
    world.commit(id, {.order_reference = "o"});
    world.ship(id);
    const auto state = World::snapshot_round_trip(world.core_state());
    const ReservationImage image = state->image_of(*state->find_reservation(id));
    base::Buffer bytes;
    encode(ReservationChanged{.image = image}, bytes);
    const auto event = decode(bytes);
    const std::uint64_t hash = state->hash;

    EXPECT_FALSE(forget(*state, {.id = id, .version = image.version - 1})) << "changed since";
    thaw(*state, std::get<ReservationChanged>(*event).image);
    EXPECT_EQ(recompute_hash(*state), hash) << "what is there does not come back";
    ASSERT_TRUE(forget(*state, {.id = id, .version = image.version, .since = Sequence(9)}));
    EXPECT_EQ(state->hash, hash);
    EXPECT_EQ(recompute_hash(*state), hash);
    EXPECT_EQ(state->archived.reach, Sequence(9));
    EXPECT_FALSE(forget(*state, {.id = id, .version = image.version})) << "it is gone already";

    thaw(*state, std::get<ReservationChanged>(*event).image);
    EXPECT_EQ(state->hash, hash);
    EXPECT_EQ(state->archived.hash, 0u);
    EXPECT_EQ(state->archived.reservations, 0u);
    EXPECT_EQ(check_invariants(*state).value_or("sound"), "sound");
}

// Whoever asks has seen the event that brought it to rest; memory looks all the same.
TEST(ForgetAndThaw, OnlyWhatIsAtRest) {
    World world;
    world.put_class("drop", [](SkuClass& c) { c.wait_max = 10min; });
    world.put_sku("A", "drop");
    world.receive("A", 3);
    const auto late = world.held("A", 1);
    world.release(late);
    world.commit(late);  // money for what was given up: a case
    const auto sold = world.held("A", 1);
    world.commit(sold);
    const auto hold = world.held("A", 2);
    const auto waiter = world.held({.lines = {{"A", 1}}, .wait_seconds = 600});
    EXPECT_EQ(world.hold("A", 99, "no").code(), RefusalCode::insufficient_stock);
    const auto state = World::snapshot_round_trip(world.core_state());
    for (const auto id : {sold, hold, waiter, late}) {
        EXPECT_FALSE(forget(*state, {.id = id, .version = world.image(id).version}));
    }
    const auto refused = world.key_digest(Operation::create, "no");
    ASSERT_NE(state->keys.find(refused), nullptr);
    EXPECT_FALSE(forget_key(*state, refused, Sequence(UINT64_MAX))) << "a refusal's place is here";
    EXPECT_EQ(recompute_hash(*state), state->hash);
}

TEST(ForgetAndThaw, OfAKeyAreInverse) {
    World world;
    world.receive("A", 10, "r1");
    const auto state = World::snapshot_round_trip(world.core_state());
    const auto key = world.key_digest(Operation::receive_stock, "r1");
    const KeyRecord record = *state->keys.find(key);
    EXPECT_FALSE(forget_key(*state, key, Sequence(record.event.value() - 1))) << "too new";
    thaw_key(*state, key, record);
    EXPECT_EQ(recompute_hash(*state), state->hash) << "what is there does not come back";
    ASSERT_TRUE(forget_key(*state, key, record.event));
    EXPECT_FALSE(forget_key(*state, key, record.event)) << "it is gone already";
    EXPECT_EQ(recompute_hash(*state), state->hash);
    thaw_key(*state, key, record);
    EXPECT_EQ(recompute_hash(*state), state->hash);
    EXPECT_EQ(state->archived.keys, 0u);
    EXPECT_EQ(state->archived.hash, 0u);
}

TEST(ForgetAndThaw, AReplayOfWhatWasForgottenNeedsAThawer) {
    World world;
    world.receive("A", 10);
    const auto id = world.held("A", 2);
    world.commit(id);
    world.ship(id);
    const auto state = World::snapshot_round_trip(world.core_state());
    ASSERT_TRUE(forget(*state, {.id = id, .version = world.image(id).version}));
    world.return_units(id, {.lines = {{.sku = "A", .quantity = 1}}});
    base::Buffer payload;
    encode(world.last_events().front(), payload);
    const auto failed = replay(*state, payload, Sequence(1'000), world.now());
    ASSERT_FALSE(failed.has_value());
    EXPECT_EQ(failed.error().code, base::ErrorCode::corrupted);
}

}  // namespace
}  // namespace holdfast::core
