// Classes are data: put, versioned, and a change holds for later decisions only.
#include <functional>

#include "core/testing.hpp"
#include "model/limits.hpp"

namespace holdfast::core {
namespace {

using namespace model;
using namespace std::chrono_literals;
using enum RefusalCode;
using testing::World;

testing::Reply put(World& world, const std::string& name, const SkuClass& policy,
                   std::optional<std::uint32_t> version = {}) {
    return world.send(
        Operation::put_class,
        PutClass{
            .name = class_name("default", name), .policy = policy, .expected_version = version},
        {});
}

TEST(Classes, ANewOneGetsANumberAndItsFirstVersion) {
    World world;
    const auto reply = world.put_class("drop", [](SkuClass& c) { c.hold_ttl = 1min; });
    const auto& event = reply.as<ClassDefined>();
    EXPECT_EQ(event.sku_class.id, ClassId{1});
    EXPECT_EQ(event.sku_class.version, 1u);
    EXPECT_EQ(event.sku_class.name, "drop");
    EXPECT_EQ(event.sku_class.hold_ttl, 1min);
}

TEST(Classes, AChangeIsTheNextVersionAndTheSameAgainIsNone) {
    World world;
    const auto slower = [](SkuClass& c) { c.hold_ttl = 2min; };
    world.put_class("drop", [](SkuClass& c) { c.hold_ttl = 1min; });
    EXPECT_EQ(world.put_class("drop", slower).as<ClassDefined>().sku_class.version, 2u);
    const auto again = world.put_class("drop", slower);
    EXPECT_EQ(again.outcome, Outcome::shown);
    EXPECT_EQ(again.as<ClassDefined>().sku_class.version, 2u);
    const auto keyed = world.put_class("drop", slower, "k");
    EXPECT_EQ(keyed.outcome, Outcome::applied) << "the key has to be remembered";
    EXPECT_EQ(keyed.as<ClassDefined>().sku_class.version, 2u);
    EXPECT_EQ(world.put_class("drop", slower, "k").outcome, Outcome::replayed);
}

TEST(Classes, AnExpectedVersionMustBeThePresentOne) {
    World world;
    SkuClass policy = default_class();
    policy.hold_ttl = 1min;
    EXPECT_EQ(put(world, "drop", policy, 0).code(), none) << "0: it is not there yet";
    EXPECT_EQ(put(world, "drop", policy, 1).code(), none);
    policy.hold_ttl = 2min;
    const auto stale = put(world, "drop", policy, 7);
    EXPECT_EQ(stale.code(), version_mismatch);
    EXPECT_EQ(stale.refusal.version, 1u);
    EXPECT_EQ(put(world, "new", policy, 1).code(), version_mismatch);
    EXPECT_EQ(put(world, "drop", policy, 1).as<ClassDefined>().sku_class.version, 2u);
}

TEST(Classes, TheDefaultOneCanBeChangedLikeAnyOther) {
    World world;
    world.put_class("default", [](SkuClass& c) { c.hold_ttl = 1min; });
    world.receive("A", 1);
    EXPECT_EQ(world.hold("A", 1).image().expires_at, world.now() + 1min);
}

TEST(Classes, ATenantThatIsNotThereYetIsRegisteredByIt) {
    World world;
    world.tenant("other");
    const auto reply = world.put_class("drop", [](SkuClass&) {});
    EXPECT_EQ(reply.as<ClassDefined>().sku_class.id, ClassId{1});
    EXPECT_EQ(world.last_count(), 3u) << "tenant, its default class, this class";
    world.tenant("third");
    EXPECT_EQ(world.put_class("default", [](SkuClass& c) { c.hold_ttl = 1min; })
                  .as<ClassDefined>()
                  .sku_class.version,
              2u);
}

TEST(Classes, OfOneTenantAreNotThoseOfAnother) {
    World world;
    world.receive("A", 1);
    world.held("A", 1);
    world.tenant("other");
    world.receive("B", 1);
    world.put_class("default", [](SkuClass& c) { c.backorder_max = 5; });
    EXPECT_EQ(world.offered("B"), 6);
    world.tenant("default");
    EXPECT_EQ(world.hold("A", 1).code(), insufficient_stock);
}

TEST(Classes, WhatIsThereAnywayRegistersANewTenantAllTheSame) {
    World world;
    world.tenant("other");
    EXPECT_EQ(world.put_class("default", [](SkuClass&) {}).outcome, Outcome::applied);
    EXPECT_TRUE(world.core_state().find_tenant(tenant_name("other").digest));
    EXPECT_EQ(world.put_class("default", [](SkuClass&) {}).outcome, Outcome::shown);
    EXPECT_EQ(world.put_class(
                       "default", [](SkuClass&) {}, "key")
                  .outcome,
              Outcome::applied)
        << "a key is remembered";
}

TEST(Classes, AChangeHoldsForLaterDecisionsOnly) {
    World world;
    world.put_class("drop", [](SkuClass& c) { c.hold_ttl = 10min; });
    world.put_sku("A", "drop");
    world.receive("A", 10);
    const auto before = world.held("A", 5);
    world.put_class("drop", [](SkuClass& c) {
        c.hold_ttl = 1min;
        c.line_units_max = 2;
        c.safety_units = 100;
    });
    EXPECT_EQ(world.image(before).expires_at, world.now() + 10min);
    EXPECT_EQ(world.commit(before).code(), none) << "what is promised goes on";
    EXPECT_EQ(world.hold("A", 3).code(), limit_exceeded);
    EXPECT_EQ(world.hold("A", 1).code(), insufficient_stock);
}

TEST(Classes, BoundTheUnitsOfALine) {
    World world;
    world.put_class("drop", [](SkuClass& c) { c.line_units_max = 2; });
    world.put_sku("A", "drop");
    world.receive("A", 10);
    world.receive("B", 10);
    EXPECT_EQ(world.hold("A", 2).code(), none);
    const auto reply = world.create({.lines = {{"B", 9}, {"A", 3}}});
    EXPECT_EQ(reply.code(), limit_exceeded);
    EXPECT_EQ(reply.refusal.line, 1u);
    EXPECT_EQ(reply.refusal.limit, 2);
    EXPECT_EQ(world.create({.lines = {{"A", 2}, {"A", 2}}}).code(), none) << "it is per line";
}

TEST(Classes, WithoutTrackingCountNothing) {
    World world;
    world.put_class("gift", [](SkuClass& c) { c.tracking = Tracking::none; });
    world.put_sku("G", "gift");
    world.put_pool("east");
    const auto reply = world.create({.lines = {{.sku = "G", .quantity = 1'000, .pool = "east"}}});
    ASSERT_EQ(reply.code(), none);
    EXPECT_TRUE(reply.image().lines[0].untracked);
    EXPECT_EQ(reply.image().lines[0].pool, kDefaultPool) << "what is not counted is nowhere";
    EXPECT_EQ(world.image(reply.id()).lines[0].pool, kDefaultPool);
    EXPECT_EQ(world.commit(reply.id()).code(), none);
    EXPECT_EQ(world.ship(reply.id()).code(), none);
    EXPECT_EQ(world.cell("G"), CellImage{});
}

TEST(Classes, AHoldStaysCountedWhenItsSkuIsNotAnyMore) {
    World world;
    world.put_class("gift", [](SkuClass& c) { c.tracking = Tracking::none; });
    world.receive("A", 5);
    const auto counted = world.held("A", 3);
    world.put_sku("A", "gift");
    const auto free = world.held("A", 9);
    EXPECT_EQ(world.cell("A").held, 3);
    world.commit(counted);
    world.commit(free);
    EXPECT_EQ(world.cell("A").committed, 3);
    world.put_sku("A", "default");
    EXPECT_EQ(world.ship(free).code(), none);
    EXPECT_EQ(world.cell("A").on_hand, 5);
}

TEST(Classes, ThatCannotBeAreRefusedBeforeTheyReachTheLedger) {
    const std::function<void(SkuClass&)> impossible[] = {
        [](SkuClass& c) { c.hold_ttl = -1min; },
        [](SkuClass& c) { c.wait_max = -1s; },
        [](SkuClass& c) { c.lifetime_max = base::Duration::max(); },
        [](SkuClass& c) { c.safety_units = -1; },
        [](SkuClass& c) { c.backorder_max = -1; },
        [](SkuClass& c) { c.backorder_max = kLineQuantityMax + 1; },
        [](SkuClass& c) { c.stop_selling_at = -1; },
        [](SkuClass& c) { c.line_units_max = -1; },
        [](SkuClass& c) { c.count_units_max = -1; },
        [](SkuClass& c) { c.low_units = -1; },
        [](SkuClass& c) { c.safety_permille = 1001; },
        [](SkuClass& c) { c.count_permille_max = 1001; },
        [](SkuClass& c) { c.hold_permille = 999; },
        [](SkuClass& c) { c.hold_permille = 1'000'001; },
        [](SkuClass& c) { c.extensions_max = 65'536; },
        [](SkuClass& c) { c.caps[0].units = -1; },
        [](SkuClass& c) { c.caps[1].holds = -1; },
        [](SkuClass& c) { c.caps[2].unit_seconds = -1; },
    };
    World world;
    for (const auto& change : impossible) {
        EXPECT_EQ(world.put_class("x", change).code(), limit_exceeded);
        EXPECT_EQ(world.last_count(), 0u);
    }
    CapsByKind caps{};
    caps[0].units = -5;
    EXPECT_EQ(world.set_caps(caps).code(), limit_exceeded);
}

TEST(Classes, AreBoundedPerTenant) {
    World world;
    world.check_every(1'000'000);
    for (std::size_t i = 1; i < kClassesMax; ++i) {
        ASSERT_EQ(world.put_class("class " + std::to_string(i), [](SkuClass&) {}).code(), none);
    }
    const auto beyond = world.put_class("one more", [](SkuClass&) {});
    EXPECT_EQ(beyond.code(), limit_exceeded);
    EXPECT_EQ(beyond.refusal.limit, static_cast<std::int64_t>(kClassesMax));
    EXPECT_EQ(world.put_class("class 7", [](SkuClass& c) { c.hold_ttl = 1min; }).code(), none);
}

// -- what a changed class makes of stock that is promised already ---------------------------

TEST(Classes, FewerBackordersOpenTheShortageTheyLeave) {
    World world;
    world.put_class("late", [](SkuClass& c) { c.backorder_max = 10; });
    world.put_sku("A", "late");
    const auto id = world.held("A", 6);
    EXPECT_TRUE(world.cases(CaseKind::shortage).empty()) << "a backorder is no shortage";
    world.put_class("late", [](SkuClass& c) { c.backorder_max = 4; });
    ASSERT_EQ(world.cases(CaseKind::shortage).size(), 1u);
    EXPECT_EQ(world.cases(CaseKind::shortage)[0].units, 2);
    world.put_class("late", [](SkuClass& c) { c.backorder_max = 6; });
    EXPECT_TRUE(world.cases(CaseKind::shortage).empty());
    world.put_sku("A", "default");
    EXPECT_EQ(world.cases(CaseKind::shortage).size(), 1u) << "so does another class";
    EXPECT_EQ(world.state(id), ReservationState::held);
}

// A change of one class may concern as many cells as there are: more than a batch has room for.
TEST(Classes, WhatOneChangeAsksForComesInAsManyBatchesAsItTakes) {
    World world;
    world.check_every(1'000'000);
    constexpr int kSkus = 9'000;
    static_assert(kSkus > static_cast<int>(kBatchEventsMax));
    world.put_class("late", [](SkuClass& c) { c.backorder_max = 1; });
    for (int i = 0; i < kSkus; ++i) {
        world.put_sku("S" + std::to_string(i), "late");
        world.held("S" + std::to_string(i), 1);
    }
    world.put_class("late", [](SkuClass&) {});
    EXPECT_LE(world.last_count(), kBatchEventsMax);
    EXPECT_LT(world.cases(CaseKind::shortage).size(), std::size_t{kSkus});
    world.restore_from_snapshot();  // a restart in between loses none of it
    world.expire_due();
    EXPECT_EQ(world.cases(CaseKind::shortage).size(), std::size_t{kSkus});
}

}  // namespace
}  // namespace holdfast::core
