// Creating a hold: what is given, what is refused, and what the refusal says.
#include "core/testing.hpp"
#include "model/limits.hpp"

namespace holdfast::core {
namespace {

using namespace model;
using namespace std::chrono_literals;
using testing::World;

TEST(Create, HoldsUnitsForTheClassesDefaultTtl) {
    World world;
    world.receive("A", 5);
    const auto reply = world.hold("A", 3);
    EXPECT_EQ(reply.outcome, Outcome::applied);
    EXPECT_EQ(reply.state(), ReservationState::held);
    EXPECT_EQ(reply.image().version, 1u);
    EXPECT_EQ(reply.image().created_at, world.now());
    EXPECT_EQ(reply.image().first_created_at, world.now());
    EXPECT_EQ(reply.image().expires_at, world.now() + 15min);
    EXPECT_EQ(world.line(reply.id()), (LineQuantities{.accepted = 3, .held = 3}));
    EXPECT_EQ(world.cell("A"), (CellImage{.on_hand = 5, .held = 3}));
    EXPECT_EQ(world.sellable("A"), 2);
    EXPECT_EQ(world.core_state().totals.live_holds, 1u);
}

TEST(Create, TheIdIsTheSequenceOfItsEvent) {
    World world;
    world.receive("A", 5);
    const auto reply = world.hold("A", 1);
    EXPECT_EQ(reply.id().value(), reply.sequence.value());
}

TEST(Create, TheLastUnitGoesToTheFirstWhoAsks) {
    World world;
    world.receive("A", 1);
    EXPECT_TRUE(world.hold("A", 1).accepted());
    EXPECT_EQ(world.hold("A", 1).code(), RefusalCode::insufficient_stock);
    EXPECT_EQ(world.cell("A"), (CellImage{.on_hand = 1, .held = 1}));
}

TEST(Create, SeveralLinesAreAllOrNothing) {
    World world;
    world.receive("A", 5);
    world.receive("B", 1);
    const auto reply = world.create({.lines = {{"A", 2}, {"B", 2}}});
    EXPECT_EQ(reply.code(), RefusalCode::insufficient_stock);
    EXPECT_EQ(world.sellable("A"), 5);
    EXPECT_EQ(world.sellable("B"), 1);
    EXPECT_TRUE(world.create({.lines = {{"A", 2}, {"B", 1}}}).accepted());
}

TEST(Create, TheRefusalNamesAllFailingLinesAndTheNextDeadlineThatMayHelp) {
    World world;
    world.receive("A", 5);
    world.receive("B", 1);
    world.receive("C", 9);
    world.create({.lines = {{"B", 1}}, .ttl_seconds = 600});
    world.create({.lines = {{"A", 2}}, .ttl_seconds = 300});
    const auto reply = world.create({.lines = {{"A", 4}, {"C", 1}, {"B", 2}}});
    EXPECT_EQ(reply.refusal.lines,
              (std::vector<FailingLine>{
                  {.line = 0, .sku = world.sku("A"), .requested = 4, .sellable = 3},
                  {.line = 2, .sku = world.sku("B"), .requested = 2, .sellable = 0}}));
    EXPECT_EQ(reply.refusal.next_expiry_at, world.now() + 300s);
    EXPECT_EQ(reply.refusal.decided_at, world.now());
}

TEST(Create, TheSameSkuTwiceIsSummedForTheGuardAndStaysTwoLines) {
    World world;
    world.receive("A", 5);
    const auto refused = world.create({.lines = {{"A", 3}, {"A", 3}}});
    EXPECT_EQ(refused.code(), RefusalCode::insufficient_stock);
    EXPECT_EQ(refused.refusal.lines.at(0).line, 1u);
    EXPECT_EQ(refused.refusal.lines.at(0).sellable, 2);
    const auto id = world.held({.lines = {{"A", 3}, {"A", 2}}});
    EXPECT_EQ(world.line(id, 0).held, 3);
    EXPECT_EQ(world.line(id, 1).held, 2);
    EXPECT_EQ(world.cell("A").held, 5);
}

TEST(Create, PartialTakesWhatThereIs) {
    World world;
    world.receive("A", 2);
    world.receive("B", 9);
    const auto reply = world.create({.lines = {{"A", 5}, {"B", 4}}, .partial = true});
    EXPECT_EQ(world.line(reply.id(), 0), (LineQuantities{.accepted = 2, .held = 2}));
    EXPECT_EQ(reply.image().lines[0].requested, 5);
    EXPECT_EQ(world.line(reply.id(), 1), (LineQuantities{.accepted = 4, .held = 4}));
}

TEST(Create, PartialKeepsALineThatGotNothing) {
    World world;
    world.put_sku("A");
    world.receive("B", 1);
    const auto reply = world.create({.lines = {{"A", 5}, {"B", 1}}, .partial = true});
    EXPECT_EQ(world.line(reply.id(), 0), LineQuantities{});
    EXPECT_EQ(world.line(reply.id(), 1).held, 1);
}

TEST(Create, PartialThatWouldGetNothingAtAllIsRefusedWithEveryLine) {
    World world;
    world.put_sku("A");
    world.put_sku("B");
    const auto reply = world.create({.lines = {{"A", 5}, {"B", 1}}, .partial = true});
    EXPECT_EQ(reply.code(), RefusalCode::insufficient_stock);
    EXPECT_EQ(reply.refusal.lines.size(), 2u);
    EXPECT_EQ(reply.refusal.lines[1].requested, 1);
}

TEST(Create, AMinimumIsGivenOrTheCreateIsRefused) {
    World world;
    world.receive("A", 4);
    EXPECT_EQ(world.create({.lines = {{"A", 9, 5}}}).code(), RefusalCode::insufficient_stock);
    const auto id = world.held({.lines = {{"A", 9, 3}}});
    EXPECT_EQ(world.line(id), (LineQuantities{.accepted = 4, .held = 4}));
}

TEST(Create, AGenerousFirstLineDoesNotStarveALaterMinimum) {
    World world;
    world.receive("A", 6);
    const auto id = world.held({.lines = {{"A", 6, 1}, {"A", 4, 4}}});
    EXPECT_EQ(world.line(id, 0).held, 2);
    EXPECT_EQ(world.line(id, 1).held, 4);
}

TEST(Create, AMinimumIsKeptAlsoWherePartialIsAsked) {
    World world;
    world.receive("A", 2);
    EXPECT_EQ(world.create({.lines = {{"A", 5, 3}}, .partial = true}).code(),
              RefusalCode::insufficient_stock);
}

TEST(Create, SafetyStockIsNeverOffered) {
    World world;
    world.receive("A", 5);
    world.safety_stock("A", 3);
    EXPECT_EQ(world.hold("A", 3).code(), RefusalCode::insufficient_stock);
    EXPECT_TRUE(world.hold("A", 2).accepted());
    EXPECT_EQ(world.cell("A"), (CellImage{.on_hand = 5, .held = 2, .safety_stock = 3}));
}

TEST(Create, ADeficitIsRefusedAsNothingSellable) {
    World world;
    world.receive("A", 1);
    world.adjust("A", -4);
    const auto reply = world.hold("A", 1);
    EXPECT_EQ(reply.code(), RefusalCode::insufficient_stock);
    EXPECT_EQ(reply.refusal.lines.at(0).sellable, 0);
}

TEST(Create, AClassThatCountsNoUnitsIsAlwaysAccepted) {
    World world;
    world.define_class("service", [](SkuClass& c) { c.tracking = Tracking::none; });
    world.put_sku("gift card", "service");
    world.receive("A", 1);
    const auto id = world.held({.lines = {{"gift card", 1'000'000}, {"A", 1}}});
    EXPECT_EQ(world.line(id, 0).held, 1'000'000);
    EXPECT_TRUE(world.image(id).lines[0].untracked);
    EXPECT_EQ(world.cell("gift card"), CellImage{});
    world.commit(id);
    world.ship(id);
    world.return_units(id, {.lines = {{"gift card", 7}}});
    EXPECT_EQ(world.line(id, 0).returned, 7);
    EXPECT_EQ(world.cell("gift card"), CellImage{});
}

TEST(Create, UntrackedLinesDoNotHelpTrackedOnesThatAreShort) {
    World world;
    world.define_class("service", [](SkuClass& c) { c.tracking = Tracking::none; });
    world.put_sku("gift card", "service");
    world.put_sku("A");
    EXPECT_EQ(world.create({.lines = {{"gift card", 1}, {"A", 1}}}).code(),
              RefusalCode::insufficient_stock);
    EXPECT_TRUE(world.create({.lines = {{"gift card", 1}, {"A", 1}}, .partial = true}).accepted());
}

TEST(Create, ALineKeepsItsTrackingWhenTheSkuChangesItsClass) {
    World world;
    world.define_class("service", [](SkuClass& c) { c.tracking = Tracking::none; });
    world.receive("A", 5);
    const auto counted = world.held("A", 2);
    world.put_sku("A", "service");
    const auto uncounted = world.held("A", 50);
    world.commit(counted);
    world.commit(uncounted);
    EXPECT_EQ(world.cell("A"), (CellImage{.on_hand = 5, .committed = 2}));
}

TEST(Create, ATtlMayBeAskedForUpToTheClassesMaximum) {
    World world;
    world.receive("A", 5);
    const auto reply = world.create({.lines = {{"A", 1}}, .ttl_seconds = 24 * 3600});
    EXPECT_EQ(reply.image().expires_at, world.now() + 24h);
    const auto refused = world.create({.lines = {{"A", 1}}, .ttl_seconds = 24 * 3600 + 1});
    EXPECT_EQ(refused.code(), RefusalCode::ttl_out_of_bounds);
    EXPECT_EQ(refused.refusal.limit, 24 * 3600);
}

TEST(Create, TheStrictestClassAmongTheLinesRules) {
    World world;
    world.define_class("drop", [](SkuClass& c) {
        c.hold_ttl = 2min;
        c.hold_ttl_max = 5min;
    });
    world.receive("A", 5);
    world.put_sku("sneaker", "drop");
    world.receive("sneaker", 5);
    const auto reply = world.create({.lines = {{"A", 1}, {"sneaker", 1}}});
    EXPECT_EQ(reply.image().expires_at, world.now() + 2min);
    const auto refused =
        world.create({.lines = {{"A", 1}, {"sneaker", 1}}, .ttl_seconds = 5 * 60 + 1});
    EXPECT_EQ(refused.code(), RefusalCode::ttl_out_of_bounds);
    EXPECT_EQ(refused.refusal.limit, 5 * 60);
}

TEST(Create, QuantitiesBeyondTheLimitsAreRefusedBeforeAnythingChanges) {
    World world;
    world.receive("A", kCellQuantityMax);
    const auto line = world.hold("A", kLineQuantityMax + 1);
    EXPECT_EQ(line.code(), RefusalCode::limit_exceeded);
    EXPECT_EQ(line.refusal.limit, kLineQuantityMax);
    EXPECT_TRUE(world.hold("A", kLineQuantityMax).accepted());
    testing::Cart cart;
    cart.lines.resize(16, {"A", kLineQuantityMax});
    EXPECT_TRUE(world.create(cart).accepted());
    cart.lines.push_back({"A", 1});
    const auto whole = world.create(cart);
    EXPECT_EQ(whole.code(), RefusalCode::limit_exceeded);
    EXPECT_EQ(whole.refusal.limit, kReservationQuantityMax);
    EXPECT_EQ(world.cell("A").held, 17 * kLineQuantityMax);
}

TEST(Create, KeepsWhatTheClientSaid) {
    World world;
    world.receive("A", 5);
    CreateReservation request{
        .lines = {{.sku = world.sku_name("A"), .quantity = 2, .line_id = "x", .group = "kit"}},
        .reference = world.reference_name("cart 7"),
        .agent_id = "agent",
        .operator_id = "operator",
        .channel = "web",
        .customer = {.digest = {.high = 9, .low = 9}, .text = "Ann"},
        .metadata = {.digest = {.high = 8, .low = 8}, .text = "{}"}};
    const auto reply = world.send(Operation::create, request, "");
    for (const auto& image : {reply.image(), world.image(reply.id())}) {
        EXPECT_EQ(image.texts.reference, "cart 7");
        EXPECT_EQ(image.texts.agent_id, "agent");
        EXPECT_EQ(image.texts.operator_id, "operator");
        EXPECT_EQ(image.texts.channel, "web");
        EXPECT_EQ(image.customer, (base::Digest128{.high = 9, .low = 9}));
        EXPECT_EQ(image.metadata, (base::Digest128{.high = 8, .low = 8}));
        EXPECT_EQ(image.lines[0].line_id, "x");
        EXPECT_EQ(image.lines[0].group, "kit");
    }
}

TEST(Create, ADryRunShowsTheAnswerAndChangesNothing) {
    World world;
    world.receive("A", 5);
    const auto hash = world.core_state().hash;
    const auto reply = world.create({.lines = {{"A", 3}}, .dry_run = true, .key = "k"});
    EXPECT_EQ(reply.outcome, Outcome::shown);
    EXPECT_EQ(reply.id(), ReservationId{});
    EXPECT_EQ(reply.state(), ReservationState::held);
    EXPECT_EQ(world.last_count(), 0u);
    EXPECT_EQ(world.core_state().hash, hash);
    EXPECT_TRUE(world.hold("A", 3, "k").accepted());
}

TEST(Create, ADryRunThatIsRefusedIsNotRemembered) {
    World world;
    world.put_sku("A");
    const auto reply = world.create({.lines = {{"A", 3}}, .dry_run = true, .key = "k"});
    EXPECT_EQ(reply.code(), RefusalCode::insufficient_stock);
    EXPECT_FALSE(reply.refusal.recorded);
    EXPECT_EQ(world.last_count(), 0u);
}

}  // namespace
}  // namespace holdfast::core
