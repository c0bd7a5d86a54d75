// Pools: where a line may be served from, in which order, and what the reply says of it.
#include <algorithm>

#include "core/testing.hpp"
#include "model/limits.hpp"

namespace holdfast::core {
namespace {

using namespace model;
using namespace std::chrono_literals;
using enum RefusalCode;
using testing::World;

// "pool units" of each entry, in order.
std::vector<std::string> entries(const World& world, const ReservationImage& image) {
    std::vector<std::string> out;
    for (const auto& line : image.lines) {
        out.push_back((line.continues ? "+" : "") +
                      world.core_state().pool(image.tenant, line.pool).name + " " +
                      std::to_string(line.units.accepted));
    }
    return out;
}

using Entries = std::vector<std::string>;

// default 2, east 5, west 3 of A; priorities: west, default, east.
class PoolsOfLines : public ::testing::Test {
  protected:
    PoolsOfLines() {
        world_.put_pool("default", {.priority = 5});
        world_.put_pool("east", {.region = "eu", .priority = 9});
        world_.put_pool("west", {.region = "us", .priority = 1});
        world_.receive("A", 2, "", "default");
        world_.receive("A", 5, "", "east");
        world_.receive("A", 3, "", "west");
    }
    template <typename Change>
    void classify(Change&& change) {
        world_.put_class("own", change);
        world_.put_sku("A", "own");
    }
    testing::Reply take(std::int64_t quantity, testing::Cart cart = {}) {
        cart.lines = {{"A", quantity}};
        return world_.create(cart);
    }
    World world_;
};

TEST_F(PoolsOfLines, AnUnknownOneIsRefused) {
    EXPECT_EQ(world_.create({.lines = {{"A", 1}, {.sku = "A", .pool = "north"}}}).code(),
              unknown_pool);
    EXPECT_EQ(world_.receive("A", 1, "", "north").code(), unknown_pool);
    EXPECT_EQ(world_.put_pool("south", {}, "north").code(), unknown_pool);
}

TEST_F(PoolsOfLines, AMovementHasToNameOneOfSeveral) {
    EXPECT_EQ(world_.receive("A", 1).code(), pool_required);
    EXPECT_EQ(world_.adjust("A", -1).code(), pool_required);
    EXPECT_EQ(world_.safety_stock("A", 1).code(), pool_required);
    EXPECT_EQ(world_.count({.sku = "A", .counted = 2}).code(), pool_required);
    World one;
    EXPECT_EQ(one.receive("A", 1).code(), none) << "the only one there is";
}

TEST_F(PoolsOfLines, ByPriorityAndSplitOverAsManyAsItTakes) {
    const auto reply = take(6);
    EXPECT_EQ(entries(world_, reply.image()), (Entries{"west 3", "+default 2", "+east 1"}));
    EXPECT_EQ(reply.image().lines[0].requested, 6);
    EXPECT_EQ(reply.image().lines[1].requested, 0);
    EXPECT_EQ(world_.cell("A", "west").held, 3);
    EXPECT_EQ(world_.cell("A", "default").held, 2);
    EXPECT_EQ(world_.cell("A", "east").held, 1);
}

TEST_F(PoolsOfLines, OfEqualPriorityTheOlderOneServesFirst) {
    for (const auto* const name : {"default", "east", "west"}) {
        world_.put_pool(name);
    }
    EXPECT_EQ(entries(world_, take(8).image()), (Entries{"default 2", "+east 5", "+west 1"}));
}

TEST_F(PoolsOfLines, TheNamedOneServesAlone) {
    const auto reply = world_.create({.lines = {{.sku = "A", .quantity = 5, .pool = "east"}}});
    EXPECT_EQ(entries(world_, reply.image()), (Entries{"east 5"}));
    const auto more = world_.create({.lines = {{.sku = "A", .quantity = 1, .pool = "east"}}});
    EXPECT_EQ(more.code(), insufficient_stock);
    EXPECT_EQ(more.refusal.lines[0].sellable, 0);
    ASSERT_EQ(more.refusal.alternatives.size(), 2u);
    EXPECT_EQ(more.refusal.alternatives[0].sellable, 3) << "west, by priority";
    EXPECT_EQ(more.refusal.alternatives[1].sellable, 2);
}

TEST_F(PoolsOfLines, ANamedOnesRefusalSpeaksOfItsOwnHoldsOnly) {
    world_.create({.lines = {{.sku = "A", .quantity = 3, .pool = "west"}}, .ttl_seconds = 60});
    world_.create({.lines = {{.sku = "A", .quantity = 5, .pool = "east"}}, .ttl_seconds = 600});
    const auto reply = world_.create({.lines = {{.sku = "A", .quantity = 1, .pool = "east"}}});
    EXPECT_EQ(reply.refusal.next_expiry_at, world_.now() + 600s);
}

TEST_F(PoolsOfLines, ANamedOneWhereItNeverWasHasNone) {
    world_.put_pool("north");
    EXPECT_EQ(world_.create({.lines = {{.sku = "A", .quantity = 1, .pool = "north"}}}).code(),
              insufficient_stock);
}

TEST_F(PoolsOfLines, SingleTakesTheOneThatCanDoItAlone) {
    classify([](SkuClass& c) { c.allocation = Allocation::single; });
    EXPECT_EQ(entries(world_, take(4).image()), (Entries{"east 4"}));
    EXPECT_EQ(entries(world_, take(1).image()), (Entries{"west 1"})) << "the first that can";
    EXPECT_EQ(entries(world_, take(4).image()), (Entries{"west 2", "+default 2"}))
        << "nobody can: as by priority";
}

TEST_F(PoolsOfLines, WithoutSplitNobodyGetsASum) {
    classify([](SkuClass& c) { c.split = false; });
    EXPECT_EQ(world_.offered("A"), 5);
    const auto reply = take(6);
    EXPECT_EQ(reply.code(), insufficient_stock);
    EXPECT_EQ(reply.refusal.lines[0].sellable, 5);
    EXPECT_EQ(entries(world_, take(5).image()), (Entries{"east 5"}));
    EXPECT_EQ(entries(world_, take(3).image()), (Entries{"west 3"}));
}

TEST_F(PoolsOfLines, WithoutSplitAPartialLineComesFromTheFullestPool) {
    classify([](SkuClass& c) { c.split = false; });
    const auto reply = world_.create({.lines = {{.sku = "A", .quantity = 9, .min_quantity = 4}}});
    EXPECT_EQ(entries(world_, reply.image()), (Entries{"east 5"}));
    EXPECT_EQ(reply.image().lines[0].requested, 9);
}

TEST_F(PoolsOfLines, NearestGoesToTheRegionFirst) {
    classify([](SkuClass& c) { c.allocation = Allocation::nearest; });
    EXPECT_EQ(entries(world_, take(6, {.region = "eu"}).image()), (Entries{"east 5", "+west 1"}));
    EXPECT_EQ(entries(world_, take(1, {.region = "mars"}).image()), (Entries{"west 1"}));
}

TEST_F(PoolsOfLines, AFencedOneServesItsChannelsOnly) {
    world_.put_pool("west", {.region = "us", .priority = 1, .channels = {"tv", "app"}});
    EXPECT_EQ(world_.offered("A"), 7) << "for everybody";
    EXPECT_EQ(entries(world_, take(7).image()), (Entries{"default 2", "+east 5"}));
    EXPECT_EQ(take(1).code(), insufficient_stock);
    EXPECT_EQ(take(1, {.channel = "web"}).code(), insufficient_stock);
    EXPECT_EQ(
        world_.create({.lines = {{.sku = "A", .quantity = 1, .pool = "west"}}, .channel = "web"})
            .code(),
        insufficient_stock)
        << "also if it is named";
    EXPECT_EQ(entries(world_, take(1, {.channel = "app"}).image()), (Entries{"west 1"}));
}

TEST_F(PoolsOfLines, AFencedOneComesBeforeTheOpenOnes) {
    world_.put_pool("east", {.priority = 100, .channels = {"tv"}});
    EXPECT_EQ(entries(world_, take(9, {.channel = "tv"}).image()),
              (Entries{"east 5", "+west 3", "+default 1"}));
}

TEST_F(PoolsOfLines, TheOverflowOfAFencedOneComesLast) {
    world_.put_pool("east", {.channels = {"tv"}});
    world_.put_pool("west", {.channels = {"app"}}, "east");
    EXPECT_EQ(entries(world_, take(9, {.channel = "app"}).image()),
              (Entries{"west 3", "+default 2", "+east 4"}));
    EXPECT_EQ(entries(world_, take(1, {.channel = "tv"}).image()), (Entries{"east 1"}));
    EXPECT_EQ(take(1, {.channel = "tv"}).code(), insufficient_stock) << "the overflow goes one way";
}

TEST_F(PoolsOfLines, AChangedPoolHoldsForLaterDecisionsOnly) {
    const auto before = take(3).id();
    EXPECT_EQ(world_.put_pool("west", {.channels = {"tv"}}).as<PoolDefined>().pool.version, 2u);
    EXPECT_EQ(world_.commit(before).code(), none);
    EXPECT_EQ(world_.ship(before).code(), none);
    EXPECT_EQ(world_.cell("A", "west").on_hand, 0);
}

TEST_F(PoolsOfLines, AnExpectedVersionMustBeThePresentOne) {
    const auto put = [&](std::uint32_t version, std::int32_t priority) {
        return world_.send(Operation::put_pool,
                           PutPool{.name = world_.pool_name("west"),
                                   .settings = {.priority = priority},
                                   .overflow = {},
                                   .expected_version = version},
                           {});
    };
    const auto stale = put(7, 1);
    EXPECT_EQ(stale.code(), version_mismatch);
    EXPECT_EQ(stale.refusal.version, 1u);
    EXPECT_EQ(put(1, 2).as<PoolDefined>().pool.version, 2u);
    EXPECT_EQ(put(2, 2).outcome, Outcome::shown) << "the same again is no change";
}

TEST_F(PoolsOfLines, AreBoundedPerTenant) {
    World world;
    world.check_every(1'000'000);
    for (std::size_t i = 1; i < kPoolsMax; ++i) {
        ASSERT_EQ(world.put_pool("pool " + std::to_string(i)).code(), none);
    }
    EXPECT_EQ(world.put_pool("one more").code(), limit_exceeded);
    EXPECT_EQ(world.put_pool("pool 7", {.priority = 3}).code(), none);
}

TEST_F(PoolsOfLines, ANewTenantHasTheDefaultOne) {
    world_.tenant("other");
    EXPECT_EQ(world_.put_pool("east", {}, "north").code(), unknown_pool);
    EXPECT_EQ(world_.put_pool("east", {}, "default").code(), none) << "overflow into it";
    world_.tenant("third");
    EXPECT_EQ(world_.put_pool("default", {.priority = 3}).as<PoolDefined>().pool.version, 2u);
    world_.tenant("fourth");
    EXPECT_EQ(world_.put_pool("west").as<PoolDefined>().pool.id, PoolId{1});
}

TEST_F(PoolsOfLines, OfAnotherTenantAreOthers) {
    world_.tenant("other");
    EXPECT_EQ(world_.receive("A", 1, "", "east").code(), unknown_pool);
    EXPECT_EQ(world_.receive("A", 1).code(), none);
}

// -- how lines share what there is ----------------------------------------------------------

TEST_F(PoolsOfLines, TheSameSkuTwiceIsServedFromWhatTheFirstLineLeft) {
    const auto reply = world_.create({.lines = {{"A", 4}, {"A", 4}}});
    EXPECT_EQ(entries(world_, reply.image()),
              (Entries{"west 3", "+default 1", "default 1", "+east 3"}));
    EXPECT_EQ(world_.create({.lines = {{"A", 1}, {"A", 2}}}).code(), insufficient_stock);
    EXPECT_EQ(world_.create({.lines = {{"A", 1}, {"A", 1}}}).code(), none);
}

TEST_F(PoolsOfLines, AMinimumOfALaterLineComesBeforeTheWishOfAnEarlierOne) {
    const auto reply = world_.create(
        {.lines = {{.sku = "A", .quantity = 10, .min_quantity = 1}, {.sku = "A", .quantity = 8}}});
    ASSERT_EQ(reply.code(), none);
    LineQuantities first;
    LineQuantities second;
    bool at_second = false;
    for (const auto& line : reply.image().lines) {
        at_second = at_second || (!line.continues && line.requested == 8);
        (at_second ? second : first).accepted += line.units.accepted;
    }
    EXPECT_EQ(first.accepted, 2);
    EXPECT_EQ(second.accepted, 8);
}

TEST_F(PoolsOfLines, PartialGetsWhatThereIsOverAll) {
    const auto reply = take(99, {.partial = true});
    EXPECT_EQ(entries(world_, reply.image()), (Entries{"west 3", "+default 2", "+east 5"}));
    EXPECT_EQ(reply.image().lines[0].requested, 99);
    const auto none_left = take(1, {.partial = true});
    EXPECT_EQ(none_left.code(), insufficient_stock);
}

TEST_F(PoolsOfLines, SupersedeGivesBackInEveryPool) {
    const auto old = take(10).id();
    EXPECT_EQ(take(1).code(), insufficient_stock);
    const auto fresh = take(9, {.supersedes = old});
    EXPECT_EQ(entries(world_, fresh.image()), (Entries{"west 3", "+default 2", "+east 4"}));
    EXPECT_EQ(world_.state(old), ReservationState::superseded);
    EXPECT_EQ(world_.cell("A", "east"), (CellImage{.on_hand = 5, .held = 4}));
}

TEST_F(PoolsOfLines, ADeficitInOneIsNotPaidByAnother) {
    world_.commit(world_.create({.lines = {{.sku = "A", .quantity = 3, .pool = "west"}}}).id());
    world_.move(Operation::adjust_stock, {.sku = "A", .quantity = -3, .pool = "west"});
    EXPECT_EQ(world_.offered("A"), 7);
    EXPECT_EQ(entries(world_, take(7).image()), (Entries{"default 2", "+east 5"}));
    ASSERT_EQ(world_.cases(CaseKind::shortage).size(), 1u);
    EXPECT_EQ(world_.cases(CaseKind::shortage)[0].units, 3);
}

TEST_F(PoolsOfLines, DeadHoldsInAnyPoolGoBeforeASplitIsDecided) {
    take(3, {.ttl_seconds = 60});
    world_.wait(60s);
    EXPECT_EQ(entries(world_, take(5).image()), (Entries{"west 3", "+default 2"}))
        << "as if a sweeper had been there in time";
}

// -- verbs on split lines -------------------------------------------------------------------

TEST_F(PoolsOfLines, VerbsOnPartOfASplitLineTakeItsEntriesInOrder) {
    const auto id = world_.held({.lines = {{.sku = "A", .quantity = 6, .line_id = "x"}}});
    EXPECT_EQ(world_.commit(id, {.lines = {{.quantity = 4, .line_id = "x"}}}).code(), none);
    EXPECT_EQ(world_.line(id, 0), (LineQuantities{.accepted = 3, .committed = 3}));
    EXPECT_EQ(world_.line(id, 1), (LineQuantities{.accepted = 2, .held = 1, .committed = 1}));
    EXPECT_EQ(world_.release(id).code(), none);
    EXPECT_EQ(world_.ship(id, {.lines = {{"A", 4}}}).code(), none);
    EXPECT_EQ(world_.line(id, 0), (LineQuantities{.accepted = 3, .shipped = 3}));
    EXPECT_EQ(world_.cell("A", "west").on_hand, 0);
    EXPECT_EQ(world_.cell("A", "default").on_hand, 1);
    EXPECT_EQ(world_.return_units(id, {.lines = {{"A", 4}}}).code(), none);
    EXPECT_EQ(world_.cell("A", "west").on_hand, 3) << "back to where it came from";
    EXPECT_EQ(world_.cell("A", "default").on_hand, 2);
}

TEST_F(PoolsOfLines, ALineIsCalledByItsNumberHoweverManyPoolsServeIt) {
    world_.receive("B", 5, "", "east");
    const auto id = world_.held({.lines = {{"A", 6}, {"B", 2}}});
    ASSERT_EQ(world_.image(id).lines.size(), 4u);
    EXPECT_EQ(world_.commit(id, {.lines = {{.quantity = 2, .line_id = "2"}}}).code(), none);
    EXPECT_EQ(world_.cell("B", "east").committed, 2);
    EXPECT_EQ(world_.cancel(id, {.lines = {{.quantity = 6, .line_id = "1"}}}).code(), none);
    EXPECT_EQ(world_.commit(id, {.lines = {{.line_id = "3"}}}).code(), unknown_line);
    const auto too_many = world_.cancel(id, {.lines = {{.quantity = 3, .line_id = "2"}}});
    EXPECT_EQ(too_many.code(), quantity_exceeded);
    EXPECT_EQ(too_many.refusal.lines[0].sellable, 2);
}

TEST_F(PoolsOfLines, ALineOfOneSkuInTwoLinesIsTakenInOrder) {
    const auto id = world_.held({.lines = {{"A", 4}, {"A", 4}}});
    EXPECT_EQ(world_.commit(id, {.lines = {{"A", 5}}}).code(), none);
    EXPECT_EQ(world_.line(id, 0).committed, 3);
    EXPECT_EQ(world_.line(id, 1).committed, 1);
    EXPECT_EQ(world_.line(id, 2).committed, 1);
    EXPECT_EQ(world_.line(id, 3).held, 3);
}

// -- late money from another pool -----------------------------------------------------------

TEST_F(PoolsOfLines, LateMoneyIsServedWhereItWasBefore) {
    const auto old = take(6).id();
    world_.wait(15min);
    const auto reply = world_.commit(old);
    EXPECT_EQ(entries(world_, reply.image()), (Entries{"west 3", "+default 2", "+east 1"}));
}

TEST_F(PoolsOfLines, LateMoneyIsServedFromElsewhereIfItHasTo) {
    const auto old = world_
                         .create({.lines = {{.sku = "A",
                                             .quantity = 3,
                                             .line_id = "shoes",
                                             .group = "kit",
                                             .pool = "west"},
                                            {.sku = "A", .quantity = 1, .pool = "east"}},
                                  .reference = "cart"})
                         .id();
    world_.wait(15min);
    world_.create({.lines = {{.sku = "A", .quantity = 2, .pool = "west"}}});
    const auto reply = world_.commit(old, {.order_reference = "order"});
    ASSERT_EQ(reply.code(), none);
    EXPECT_EQ(entries(world_, reply.image()), (Entries{"west 1", "+default 2", "east 1"}));
    EXPECT_EQ(reply.image().lines[0].line_id, "shoes");
    EXPECT_EQ(reply.image().lines[0].group, "kit");
    EXPECT_EQ(reply.image().lines[0].requested, 3);
    EXPECT_EQ(reply.image().lines[1].line_id, "");
    EXPECT_EQ(reply.image().texts.reference, "cart");
    EXPECT_EQ(world_.image(reply.id()).lines[0].line_id, "shoes");
    EXPECT_EQ(world_.state(reply.id()), ReservationState::committed);
    EXPECT_EQ(world_.image(old).replaced_by, reply.id());
}

TEST_F(PoolsOfLines, LateMoneyForPartOfASplitLine) {
    const auto old = take(6).id();
    world_.wait(15min);
    world_.expire_due();
    const auto reply = world_.commit(old, {.lines = {{"A", 4}}});
    ASSERT_EQ(reply.code(), none);
    EXPECT_EQ(sum_lines(reply.image().lines).committed, 4);
    EXPECT_EQ(sum_lines(world_.image(old).lines).expired, 6);
}

TEST_F(PoolsOfLines, LateMoneyFindsNothingWhenTheSumIsTooSmall) {
    const auto old = take(6).id();
    world_.wait(15min);
    world_.expire_due();
    take(5);
    const auto reply = world_.commit(old);
    EXPECT_EQ(reply.code(), late_commit_shortfall);
    EXPECT_EQ(reply.refusal.lines[0].sellable, 5);
    EXPECT_EQ(world_.cases(CaseKind::late_money).size(), 1u);
}

}  // namespace
}  // namespace holdfast::core
