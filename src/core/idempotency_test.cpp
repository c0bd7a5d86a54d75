// Idempotency is part of the write: keys, fingerprints, and which "no" is remembered.
#include <functional>

#include "core/testing.hpp"

namespace holdfast::core {
namespace {

using namespace model;
using namespace std::chrono_literals;
using testing::Reply;
using testing::World;

// A world with something to do for every operation.
struct Shop {
    Shop() {
        world.receive("A", 100);
        held = world.held("A", 9);
        sold = world.held("A", 9);
        world.commit(sold);
        shipped = world.held("A", 9);
        world.commit(shipped);
        world.ship(shipped);
    }
    World world;
    ReservationId held, sold, shipped;
};

struct KeyedOperation {
    const char* name;
    std::function<Reply(Shop&, const std::string& key)> run;
    std::function<Reply(Shop&, const std::string& key)> run_otherwise;  // another request
};

class EveryOperation : public ::testing::TestWithParam<KeyedOperation> {
  protected:
    Shop shop_;
};

TEST_P(EveryOperation, ARetryGetsTheOriginalEventAndHasNoSecondEffect) {
    const Reply first = GetParam().run(shop_, "k");
    ASSERT_EQ(first.outcome, Outcome::applied);
    const auto hash = shop_.world.core_state().hash;
    shop_.world.wait(1h);
    const Reply again = GetParam().run(shop_, "k");
    EXPECT_EQ(again.outcome, Outcome::replayed);
    EXPECT_EQ(again.sequence, first.sequence);
    EXPECT_EQ(*again.bytes, *first.bytes) << "today's reply is the original one, byte by byte";
    EXPECT_EQ(shop_.world.last_count(), 0u);
    EXPECT_EQ(shop_.world.core_state().hash, hash);
}

TEST_P(EveryOperation, TheSameKeyForAnotherRequestIsRefused) {
    ASSERT_EQ(GetParam().run(shop_, "k").outcome, Outcome::applied);
    const Reply other = GetParam().run_otherwise(shop_, "k");
    EXPECT_EQ(other.code(), RefusalCode::idempotency_key_reused);
    EXPECT_FALSE(other.refusal.recorded);
    EXPECT_EQ(shop_.world.last_count(), 0u);
}

TEST_P(EveryOperation, AnotherKeyIsAnotherAttempt) {
    ASSERT_EQ(GetParam().run(shop_, "k").outcome, Outcome::applied);
    EXPECT_NE(GetParam().run(shop_, "k2").outcome, Outcome::replayed);
}

TEST_P(EveryOperation, TheKeyIsInTheEventOfTheReply) {
    const Reply first = GetParam().run(shop_, "k");
    EXPECT_FALSE(key_of(*first.event)->key.empty());
    EXPECT_FALSE(key_of(*first.event)->fingerprint.empty());
}

const KeyedOperation kOperations[] = {
    {"create", [](Shop& s, const std::string& k) { return s.world.hold("A", 1, k); },
     [](Shop& s, const std::string& k) { return s.world.hold("A", 2, k); }},
    {"begin_payment",
     [](Shop& s, const std::string& k) { return s.world.begin_payment(s.held, {.key = k}); },
     [](Shop& s, const std::string& k) {
         return s.world.begin_payment(s.held, {.key = k, .payment_reference = "pi"});
     }},
    {"commit",
     [](Shop& s, const std::string& k) {
         return s.world.commit(s.held, {.lines = {{"A", 1}}, .key = k});
     },
     [](Shop& s, const std::string& k) { return s.world.commit(s.held, {.key = k}); }},
    {"release",
     [](Shop& s, const std::string& k) {
         return s.world.release(s.held, {.lines = {{"A", 1}}, .key = k});
     },
     [](Shop& s, const std::string& k) {
         return s.world.release(s.held, {.lines = {{"A", 2}}, .key = k});
     }},
    {"extend",
     [](Shop& s, const std::string& k) {
         return s.world.extend(s.held, {.key = k, .ttl_seconds = 3600});
     },
     [](Shop& s, const std::string& k) {
         return s.world.extend(s.held, {.key = k, .ttl_seconds = 3601});
     }},
    {"ship",
     [](Shop& s, const std::string& k) {
         return s.world.ship(s.sold, {.lines = {{"A", 1}}, .key = k});
     },
     [](Shop& s, const std::string& k) {
         return s.world.ship(s.sold, {.lines = {{"A", 1}}, .key = k, .document = "parcel"});
     }},
    {"ship_parked",
     [](Shop& s, const std::string& k) {
         return s.world.ship(s.sold, {.lines = {{"A", 10}}, .key = k});
     },
     [](Shop& s, const std::string& k) {
         return s.world.ship(s.sold, {.lines = {{"A", 11}}, .key = k});
     }},
    {"cancel",
     [](Shop& s, const std::string& k) {
         return s.world.cancel(s.sold, {.key = k, .reason = Reason::fraud});
     },
     [](Shop& s, const std::string& k) {
         return s.world.cancel(s.sold, {.key = k, .reason = Reason::other});
     }},
    {"return",
     [](Shop& s, const std::string& k) {
         return s.world.return_units(s.shipped, {.lines = {{"A", 1}}, .key = k});
     },
     [](Shop& s, const std::string& k) {
         return s.world.return_units(
             s.shipped, {.lines = {{"A", 1}}, .key = k, .disposition = Disposition::damaged});
     }},
    {"release_by_key",
     [](Shop& s, const std::string& k) { return s.world.release_key("create key", k); },
     [](Shop& s, const std::string& k) { return s.world.release_key("another", k); }},
    {"release_by_reference",
     [](Shop& s, const std::string& k) { return s.world.release_reference("cart", true, k); },
     [](Shop& s, const std::string& k) { return s.world.release_reference("cart", false, k); }},
    {"receive", [](Shop& s, const std::string& k) { return s.world.receive("new", 5, k); },
     [](Shop& s, const std::string& k) { return s.world.receive("new", 6, k); }},
    {"adjust", [](Shop& s, const std::string& k) { return s.world.adjust("A", -5, k); },
     [](Shop& s, const std::string& k) { return s.world.adjust("A", 5, k); }},
    {"safety_stock", [](Shop& s, const std::string& k) { return s.world.safety_stock("A", 5, k); },
     [](Shop& s, const std::string& k) { return s.world.safety_stock("A", 6, k); }},
    {"put_sku", [](Shop& s, const std::string& k) { return s.world.put_sku("new", "", k); },
     [](Shop& s, const std::string& k) { return s.world.put_sku("new", "default", k); }},
    {"no_op_commit",
     [](Shop& s, const std::string& k) { return s.world.commit(s.sold, {.key = k}); },
     [](Shop& s, const std::string& k) { return s.world.commit(s.held, {.key = k}); }},
    {"no_op_ship",
     [](Shop& s, const std::string& k) { return s.world.ship(s.shipped, {.key = k}); },
     [](Shop& s, const std::string& k) { return s.world.ship(s.sold, {.key = k}); }},
    {"no_op_extend",
     [](Shop& s, const std::string& k) {
         return s.world.extend(s.held, {.key = k, .ttl_seconds = 1});
     },
     [](Shop& s, const std::string& k) {
         return s.world.extend(s.held, {.key = k, .ttl_seconds = 2});
     }},
};

INSTANTIATE_TEST_SUITE_P(Keys, EveryOperation, ::testing::ValuesIn(kOperations),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST(Keys, AreScopedByOperation) {
    Shop shop;
    EXPECT_EQ(shop.world.hold("A", 1, "k").outcome, Outcome::applied);
    EXPECT_EQ(shop.world.receive("A", 1, "k").outcome, Outcome::applied);
    EXPECT_EQ(shop.world.commit(shop.held, {.key = "k"}).outcome, Outcome::applied);
}

TEST(Keys, ThatHadAnEffectNeverExpire) {
    World world;
    world.receive("A", 1);
    const auto id = world.hold("A", 1, "k").id();
    world.wait(std::chrono::years(3));
    world.expire_due();
    const auto reply = world.hold("A", 1, "k");
    EXPECT_EQ(reply.outcome, Outcome::replayed);
    EXPECT_EQ(reply.id(), id);
    EXPECT_EQ(reply.state(), ReservationState::held) << "the original answer, not today's state";
}

TEST(Keys, ASourceAndItsSequenceAreAKey) {
    World world;
    Command command{.operation = Operation::receive_stock,
                    .tenant = tenant_name("default"),
                    .request = MoveStock{.sku = world.sku_name("A"), .quantity = 5}};
    command.key = {.key = source_digest("default", "wms", 7),
                   .fingerprint = fingerprint(command),
                   .source = "wms",
                   .source_sequence = 7};
    const auto first = world.send(command);
    EXPECT_EQ(first.as<StockMoved>().key.source, "wms");
    EXPECT_EQ(first.as<StockMoved>().key.source_sequence, 7);
    EXPECT_EQ(world.send(command).outcome, Outcome::replayed);
    command.key.key = source_digest("default", "wms", 8);
    EXPECT_EQ(world.send(command).outcome, Outcome::applied);
    EXPECT_EQ(world.cell("A").on_hand, 10);
}

TEST(Keys, ANoOpSuccessWithAKeyIsRecordedAndRepeatsItsAnswer) {
    Shop shop;
    const auto version = shop.world.image(shop.sold).version;
    const auto first = shop.world.commit(shop.sold, {.key = "k"});
    EXPECT_EQ(first.outcome, Outcome::applied);
    EXPECT_EQ(first.image().version, version) << "nothing changed";
    shop.world.ship(shop.sold);
    EXPECT_EQ(shop.world.commit(shop.sold, {.key = "k"}).state(), ReservationState::committed);
}

TEST(Keys, ADryRunUsesNone) {
    World world;
    world.receive("A", 5);
    world.create({.lines = {{"A", 1}}, .dry_run = true, .key = "k"});
    EXPECT_EQ(world.core_state().keys.size(), 0u);
    EXPECT_EQ(world.hold("A", 1, "k").outcome, Outcome::applied);
    EXPECT_EQ(world.create({.lines = {{"A", 1}}, .dry_run = true, .key = "k"}).code(),
              RefusalCode::idempotency_key_reused);
}

TEST(Keys, ARetryWorksAfterASnapshot) {
    Shop shop;
    const auto first = shop.world.hold("A", 1, "k");
    shop.world.restore_from_snapshot();
    const auto again = shop.world.hold("A", 1, "k");
    EXPECT_EQ(again.outcome, Outcome::replayed);
    EXPECT_EQ(again.sequence, first.sequence);
    EXPECT_EQ(shop.world.hold("A", 2, "k").code(), RefusalCode::idempotency_key_reused);
}

// -- refusals that are remembered ---------------------------------------------------------

class Remembered : public ::testing::Test {
  protected:
    // A tenant that remembers three refusals, at most two a second.
    World world_{TenantRegistered{.tenant = TenantId{0},
                                  .recorded_refusals_max = 3,
                                  .recorded_refusals_per_second = 2,
                                  .tombstones_max = 2,
                                  .name = "default"}};
};

TEST_F(Remembered, ARetryOfARecordedRefusalGetsItAgainThoughStockCameIn) {
    world_.put_sku("A");
    const auto first = world_.hold("A", 1, "k");
    EXPECT_TRUE(first.refusal.recorded);
    EXPECT_EQ(first.as<RefusalRecorded>().refusal.code, RefusalCode::insufficient_stock);
    EXPECT_EQ(first.as<RefusalRecorded>().operation, Operation::create);
    world_.receive("A", 5);
    const auto again = world_.hold("A", 1, "k");
    EXPECT_EQ(again.outcome, Outcome::replayed);
    EXPECT_EQ(again.as<RefusalRecorded>().refusal.code, RefusalCode::insufficient_stock);
    EXPECT_EQ(*again.bytes, *first.bytes);
    EXPECT_EQ(world_.hold("A", 2, "k").code(), RefusalCode::idempotency_key_reused);
    EXPECT_TRUE(world_.hold("A", 1, "k2").accepted());
}

TEST_F(Remembered, WithoutAKeyNothingIsRecorded) {
    world_.put_sku("A");
    const auto reply = world_.hold("A", 1);
    EXPECT_FALSE(reply.refusal.recorded);
    EXPECT_EQ(world_.last_count(), 0u);
}

TEST_F(Remembered, TheOldestIsForgottenFirst) {
    world_.put_sku("A");
    for (const auto* key : {"k1", "k2", "k3", "k4"}) {
        world_.wait(1s);
        EXPECT_TRUE(world_.hold("A", 1, key).refusal.recorded);
    }
    world_.receive("A", 9);
    EXPECT_EQ(world_.hold("A", 1, "k2").outcome, Outcome::replayed);
    EXPECT_EQ(world_.hold("A", 1, "k4").outcome, Outcome::replayed);
    EXPECT_EQ(world_.hold("A", 1, "k1").outcome, Outcome::applied) << "judged anew";
    EXPECT_EQ(world_.core_state().tenant(TenantId{0}).recorded_refusals.size(), 3u);
}

TEST_F(Remembered, KeysThatHadAnEffectAreNeverPushedOut) {
    world_.receive("A", 1);
    world_.hold("A", 1, "first");
    for (int i = 0; i < 9; ++i) {
        world_.wait(1s);
        world_.hold("A", 1, "k" + std::to_string(i));
    }
    EXPECT_EQ(world_.hold("A", 1, "first").outcome, Outcome::replayed);
}

TEST_F(Remembered, BeyondTheRateARefusalIsAnsweredButNotRecorded) {
    world_.put_sku("A");
    EXPECT_TRUE(world_.hold("A", 1, "k1").refusal.recorded);
    EXPECT_TRUE(world_.hold("A", 1, "k2").refusal.recorded);
    const auto beyond = world_.hold("A", 1, "k3");
    EXPECT_EQ(beyond.code(), RefusalCode::insufficient_stock);
    EXPECT_FALSE(beyond.refusal.recorded);
    EXPECT_EQ(world_.last_count(), 0u);
    world_.at(999ms);
    EXPECT_FALSE(world_.hold("A", 1, "k3").refusal.recorded);
    world_.at(1s);
    EXPECT_TRUE(world_.hold("A", 1, "k3").refusal.recorded);
    EXPECT_TRUE(world_.hold("A", 1, "k4").refusal.recorded);
    EXPECT_FALSE(world_.hold("A", 1, "k5").refusal.recorded);
}

TEST_F(Remembered, TheRateSurvivesASnapshot) {
    world_.put_sku("A");
    world_.hold("A", 1, "k1");
    world_.hold("A", 1, "k2");
    world_.restore_from_snapshot();
    EXPECT_FALSE(world_.hold("A", 1, "k3").refusal.recorded);
    EXPECT_EQ(world_.hold("A", 1, "k1").outcome, Outcome::replayed);
    world_.wait(1s);
    world_.hold("A", 1, "k3");
    world_.hold("A", 1, "k4");
    world_.receive("A", 9);
    EXPECT_EQ(world_.hold("A", 1, "k2").outcome, Outcome::replayed);
    EXPECT_EQ(world_.hold("A", 1, "k1").outcome, Outcome::applied) << "the oldest went first";
}

TEST_F(Remembered, AtMostThreeFailingLinesAreRememberedAndTheRestIsCounted) {
    testing::Cart cart{.key = "k"};
    for (const auto* sku : {"A", "B", "C", "D", "E"}) {
        world_.put_sku(sku);
        cart.lines.push_back({sku, 1});
    }
    const auto first = world_.create(cart);
    EXPECT_EQ(first.refusal.lines.size(), 5u) << "the first answer is whole";
    const auto again = world_.create(cart);
    EXPECT_EQ(again.as<RefusalRecorded>().refusal.lines.size(), kRecordedLines);
    EXPECT_EQ(again.as<RefusalRecorded>().refusal.lines_omitted, 2u);
}

TEST_F(Remembered, AnUnknownTenantHasNothingToRecordIn) {
    world_.tenant("new");
    const auto reply = world_.hold("A", 1, "k");
    EXPECT_FALSE(reply.refusal.recorded);
    EXPECT_EQ(world_.last_count(), 0u);
}

TEST(RememberedNever, ATenantMayRememberNone) {
    World world(TenantRegistered{.tenant = TenantId{0},
                                 .recorded_refusals_max = 0,
                                 .recorded_refusals_per_second = 10,
                                 .tombstones_max = 0,
                                 .name = "default"});
    world.put_sku("A");
    EXPECT_FALSE(world.hold("A", 1, "k").refusal.recorded);
    EXPECT_EQ(world.release_key("k").code(), RefusalCode::limit_exceeded);
}

}  // namespace
}  // namespace holdfast::core
