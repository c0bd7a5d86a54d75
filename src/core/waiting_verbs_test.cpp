// Begin payment, extend, commit and release: the verbs on units that wait for a decision.
#include "core/testing.hpp"

namespace holdfast::core {
namespace {

using namespace model;
using namespace std::chrono_literals;
using enum ReservationState;
using testing::World;

// -- begin payment ------------------------------------------------------------------------

TEST(BeginPayment, ReArmsTheTimerWithThePaymentTtl) {
    World world;
    world.receive("A", 5);
    const auto id = world.held("A", 3);
    world.wait(10min);
    const auto reply =
        world.begin_payment(id, {.payment_reference = "pi_1", .payment_provider = "acme"});
    EXPECT_EQ(reply.state(), payment_pending);
    EXPECT_EQ(reply.image().expires_at, world.now() + 45min);
    EXPECT_EQ(reply.image().version, 2u);
    EXPECT_EQ(world.image(id).texts.payment_reference, "pi_1");
    EXPECT_EQ(world.image(id).texts.payment_provider, "acme");
}

TEST(BeginPayment, TakesATtlOfTheCallUpToTheClassesMaximum) {
    World world;
    world.receive("A", 5);
    const auto id = world.held("A", 1);
    constexpr std::int64_t kWeek = 7 * 24 * 3600;
    const auto refused = world.begin_payment(id, {.ttl_seconds = kWeek + 1});
    EXPECT_EQ(refused.code(), RefusalCode::ttl_out_of_bounds);
    EXPECT_EQ(refused.refusal.limit, kWeek);
    EXPECT_EQ(world.state(id), held);
    EXPECT_TRUE(world.begin_payment(id, {.ttl_seconds = kWeek}).accepted());
    EXPECT_EQ(world.image(id).expires_at, world.now() + 7 * 24h);
}

TEST(BeginPayment, DoesNotOutliveTheLifetime) {
    World world;
    world.define_class("short", [](SkuClass& c) { c.lifetime_max = 30min; });
    world.put_sku("A", "short");
    world.receive("A", 5);
    const auto id = world.held("A", 1);
    const auto refused = world.begin_payment(id);
    EXPECT_EQ(refused.code(), RefusalCode::lifetime_exceeded);
    EXPECT_EQ(refused.refusal.limit, 30 * 60);
    EXPECT_TRUE(world.begin_payment(id, {.ttl_seconds = 30 * 60}).accepted());
}

TEST(BeginPayment, ASecondOneIsASuccessThatReArmsNothing) {
    World world;
    world.receive("A", 5);
    const auto id = world.held("A", 3);
    world.begin_payment(id, {.payment_reference = "first"});
    const auto deadline = world.image(id).expires_at;
    world.wait(20min);
    const auto again = world.begin_payment(id, {.payment_reference = "second"});
    EXPECT_EQ(again.outcome, Outcome::shown);
    EXPECT_EQ(again.image().expires_at, deadline);
    EXPECT_EQ(world.image(id).texts.payment_reference, "first");
}

TEST(BeginPayment, IsRefusedWhereNothingIsHeld) {
    World world;
    world.receive("A", 5);
    const auto sold = world.held("A", 1);
    world.commit(sold);
    EXPECT_EQ(world.begin_payment(sold).code(), RefusalCode::illegal_transition);
    EXPECT_EQ(world.begin_payment(sold).refusal.state, committed);
    const auto dead = world.held("A", 1);
    world.wait(15min);
    EXPECT_EQ(world.begin_payment(dead).code(), RefusalCode::expired);
    const auto given_up = world.held("A", 1);
    world.release(given_up);
    EXPECT_EQ(world.begin_payment(given_up).refusal.state, released);
}

TEST(BeginPayment, OfTheRestAfterAPartialCommit) {
    World world;
    world.receive("A", 5);
    const auto id = world.held("A", 3);
    world.commit(id, {.lines = {{"A", 1}}});
    EXPECT_EQ(world.begin_payment(id).state(), payment_pending);
    world.wait(45min);
    world.expire_due();
    EXPECT_EQ(world.state(id), committed);
    EXPECT_EQ(world.line(id), (LineQuantities{.accepted = 3, .committed = 1, .expired = 2}));
}

// -- payment timeout and review -----------------------------------------------------------

TEST(PaymentTimeout, ReleasesTheUnitsByDefault) {
    World world;
    world.receive("A", 5);
    const auto id = world.held("A", 3);
    world.begin_payment(id);
    world.wait(45min);
    EXPECT_EQ(world.expire_due(), 1u);
    EXPECT_EQ(world.state(id), expired);
    EXPECT_EQ(world.sellable("A"), 5);
}

class Review : public ::testing::Test {
  protected:
    Review() {
        world_.define_class("careful",
                            [](SkuClass& c) { c.on_payment_timeout = PaymentTimeout::review; });
        world_.put_sku("A", "careful");
        world_.receive("A", 5);
        id_ = world_.held({.lines = {{"A", 3}}, .reference = "cart"});
        world_.begin_payment(id_);
        world_.wait(45min);
    }
    World world_;
    ReservationId id_;
};

TEST_F(Review, KeepsTheUnitsWhereTheClassSaysSo) {
    EXPECT_EQ(world_.expire_due(), 1u);
    EXPECT_EQ(world_.state(id_), review);
    EXPECT_EQ(world_.image(id_).expires_at, base::kNever);
    EXPECT_EQ(world_.image(id_).version, 3u);
    EXPECT_EQ(world_.cell("A").held, 3);
    world_.wait(std::chrono::years(1));
    EXPECT_EQ(world_.expire_due(), 0u);
    EXPECT_EQ(world_.state(id_), review);
}

TEST_F(Review, AHoldThatWasNotInPaymentStillExpires) {
    const auto plain = world_.held("A", 1);
    world_.wait(15min);
    world_.expire_due();
    EXPECT_EQ(world_.state(plain), expired);
    EXPECT_EQ(world_.state(id_), review);
}

TEST_F(Review, OneCarefulLineIsEnough) {
    world_.receive("B", 5);
    const auto mixed = world_.held({.lines = {{"B", 1}, {"A", 1}}});
    world_.begin_payment(mixed);
    world_.wait(45min);
    world_.expire_due();
    EXPECT_EQ(world_.state(mixed), review);
}

TEST_F(Review, MayBeCommitted) {
    EXPECT_TRUE(world_.commit(id_).accepted());
    EXPECT_EQ(world_.state(id_), committed);
}

TEST_F(Review, MayBeReleased) {
    EXPECT_TRUE(world_.release(id_).accepted());
    EXPECT_EQ(world_.state(id_), released);
    EXPECT_EQ(world_.sellable("A"), 5);
}

TEST_F(Review, MayBeReleasedByReference) {
    EXPECT_EQ(world_.release_reference("cart").as<ReleasedByName>().released,
              std::vector<ReservationId>{id_});
}

TEST_F(Review, HasNoOtherWayOut) {
    EXPECT_EQ(world_.begin_payment(id_).code(), RefusalCode::illegal_transition);
    EXPECT_EQ(world_.extend(id_, {.ttl_seconds = 60}).refusal.state, review);
    const auto by_id = world_.create({.lines = {{"A", 1}}, .supersedes = id_});
    EXPECT_EQ(by_id.code(), RefusalCode::illegal_transition);
    EXPECT_EQ(by_id.refusal.state, review);
    EXPECT_EQ(by_id.refusal.reservation, id_);
    EXPECT_EQ(
        world_.create({.lines = {{"A", 1}}, .reference = "cart", .supersedes_same_reference = true})
            .code(),
        RefusalCode::illegal_transition);
    EXPECT_EQ(world_.state(id_), review);
}

// -- extend -------------------------------------------------------------------------------

TEST(Extend, MovesTheDeadlineToNowPlusTtl) {
    World world;
    world.receive("A", 5);
    const auto id = world.held("A", 3);
    world.wait(10min);
    const auto reply = world.extend(id, {.ttl_seconds = 3600});
    EXPECT_EQ(reply.image().expires_at, world.now() + 1h);
    EXPECT_EQ(reply.image().extensions, 1u);
    world.wait(1h - 1ms);
    EXPECT_EQ(world.expire_due(), 0u);
}

TEST(Extend, NeverShortens) {
    World world;
    world.receive("A", 5);
    const auto id = world.held("A", 3);
    const auto reply = world.extend(id, {.ttl_seconds = 60});
    EXPECT_EQ(reply.outcome, Outcome::shown);
    EXPECT_EQ(reply.image().extensions, 0u);
    EXPECT_EQ(world.image(id).expires_at, world.now() + 15min);
}

TEST(Extend, IsBoundedByTheTtlTheCountAndTheLifetime) {
    World world;
    world.define_class("tight", [](SkuClass& c) {
        c.hold_ttl_max = 20min;
        c.extensions_max = 2;
        c.lifetime_max = 40min;
    });
    world.put_sku("A", "tight");
    world.receive("A", 5);
    const auto id = world.held("A", 1);
    const auto too_long = world.extend(id, {.ttl_seconds = 20 * 60 + 1});
    EXPECT_EQ(too_long.code(), RefusalCode::ttl_out_of_bounds);
    EXPECT_EQ(too_long.refusal.limit, 20 * 60);
    world.wait(10min);
    EXPECT_TRUE(world.extend(id, {.ttl_seconds = 20 * 60}).accepted());
    world.wait(15min);
    const auto too_old = world.extend(id, {.ttl_seconds = 15 * 60 + 1});
    EXPECT_EQ(too_old.code(), RefusalCode::lifetime_exceeded);
    EXPECT_EQ(too_old.refusal.limit, 40 * 60);
    EXPECT_TRUE(world.extend(id, {.ttl_seconds = 10 * 60}).accepted());
    const auto too_often = world.extend(id, {.ttl_seconds = 11 * 60});
    EXPECT_EQ(too_often.code(), RefusalCode::extension_limit_reached);
    EXPECT_EQ(too_often.refusal.limit, 2);
}

TEST(Extend, OfADefaultHoldEndsAfterTenTimes) {
    World world;
    world.receive("A", 5);
    const auto id = world.held("A", 1);
    for (int i = 0; i < 10; ++i) {
        world.wait(1min);
        EXPECT_TRUE(world.extend(id, {.ttl_seconds = 900}).accepted());
    }
    world.wait(1min);
    EXPECT_EQ(world.extend(id, {.ttl_seconds = 900}).code(), RefusalCode::extension_limit_reached);
}

TEST(Extend, WithoutATtlAsksForTheClassesOwn) {
    World world;
    world.receive("A", 5);
    const auto id = world.held("A", 1);
    world.wait(1min);
    EXPECT_EQ(world.extend(id).image().expires_at, world.now() + 15min);
}

TEST(Extend, IsForHeldUnitsOnly) {
    World world;
    world.receive("A", 5);
    const auto paying = world.held("A", 1);
    world.begin_payment(paying);
    EXPECT_EQ(world.extend(paying, {.ttl_seconds = 3600}).refusal.state, payment_pending);
    const auto sold = world.held("A", 1);
    world.commit(sold);
    EXPECT_EQ(world.extend(sold, {.ttl_seconds = 60}).code(), RefusalCode::illegal_transition);
    const auto dead = world.held("A", 1);
    world.wait(15min);
    EXPECT_EQ(world.extend(dead, {.ttl_seconds = 60}).code(), RefusalCode::expired);
}

// -- commit -------------------------------------------------------------------------------

TEST(Commit, SellsHeldUnitsAndStopsTheTimer) {
    World world;
    world.receive("A", 5);
    const auto id = world.held("A", 3);
    const auto reply = world.commit(id, {.order_reference = "order 1"});
    EXPECT_EQ(reply.state(), committed);
    EXPECT_EQ(reply.image().expires_at, base::kNever);
    EXPECT_EQ(world.line(id), (LineQuantities{.accepted = 3, .committed = 3}));
    EXPECT_EQ(world.cell("A"), (CellImage{.on_hand = 5, .committed = 3}));
    EXPECT_EQ(world.image(id).texts.order_reference, "order 1");
    world.wait(std::chrono::years(1));
    EXPECT_EQ(world.expire_due(), 0u);
    EXPECT_EQ(world.state(id), committed);
}

TEST(Commit, FromPaymentPendingToo) {
    World world;
    world.receive("A", 5);
    const auto id = world.held("A", 3);
    world.begin_payment(id);
    EXPECT_EQ(world.commit(id).state(), committed);
}

TEST(Commit, TwiceIsASuccessWithOneEffect) {
    World world;
    world.receive("A", 5);
    const auto id = world.held("A", 3);
    world.commit(id);
    EXPECT_EQ(world.commit(id).outcome, Outcome::shown);
    EXPECT_EQ(world.image(id).version, 2u);
    world.ship(id);
    EXPECT_EQ(world.commit(id).outcome, Outcome::shown);
    EXPECT_EQ(world.commit(id).state(), fulfilled);
}

TEST(Commit, PartOfItLeavesTheRestHeldUntilItsOwnDeadline) {
    World world;
    world.receive("A", 5);
    const auto id = world.held("A", 3);
    const auto reply = world.commit(id, {.lines = {{"A", 1}}});
    EXPECT_EQ(reply.state(), held);
    EXPECT_EQ(reply.image().expires_at, world.now() + 15min);
    EXPECT_EQ(world.line(id), (LineQuantities{.accepted = 3, .held = 2, .committed = 1}));
    world.wait(15min);
    EXPECT_EQ(world.expire_due(), 1u);
    EXPECT_EQ(world.line(id), (LineQuantities{.accepted = 3, .committed = 1, .expired = 2}));
    EXPECT_EQ(world.state(id), committed);
    EXPECT_EQ(world.sellable("A"), 4);
}

TEST(Commit, OfMoreThanIsHeldIsRefusedWhole) {
    World world;
    world.receive("A", 5);
    world.receive("B", 5);
    const auto id = world.held({.lines = {{"A", 3}, {"B", 1}}});
    const auto reply = world.commit(id, {.lines = {{"B", 1}, {"A", 4}}});
    EXPECT_EQ(reply.code(), RefusalCode::quantity_exceeded);
    EXPECT_EQ(reply.refusal.state, held);
    EXPECT_EQ(reply.refusal.lines,
              (std::vector<FailingLine>{
                  {.line = 1, .sku = world.sku("A"), .requested = 4, .sellable = 3}}));
    EXPECT_EQ(world.line(id, 1).held, 1);
}

TEST(Commit, AfterReleaseOrSupersedeIsRefused) {
    World world;
    world.receive("A", 5);
    const auto given_up = world.held("A", 1);
    world.release(given_up);
    EXPECT_EQ(world.commit(given_up).code(), RefusalCode::illegal_transition);
    EXPECT_EQ(world.commit(given_up).refusal.state, released);
    const auto old = world.held("A", 1);
    world.held({.lines = {{"A", 1}}, .supersedes = old});
    EXPECT_EQ(world.commit(old).refusal.state, superseded);
}

TEST(Commit, NamesLinesByIdByNumberAndBySku) {
    World world;
    world.receive("A", 9);
    world.receive("B", 9);
    const auto id = world.held({.lines = {{.sku = "A", .quantity = 2, .line_id = "x"},
                                          {"B", 2},
                                          {"A", 2},
                                          {.sku = "A", .quantity = 2, .line_id = "y"}}});
    world.commit(id, {.lines = {{.quantity = 1, .line_id = "y"}}});
    EXPECT_EQ(world.line(id, 3).committed, 1);
    world.commit(id, {.lines = {{.quantity = 2, .line_id = "3"}}});
    EXPECT_EQ(world.line(id, 2).committed, 2);
    world.commit(id, {.lines = {{"A", 3}}});
    EXPECT_EQ(world.line(id, 0).committed, 2) << "by SKU: its lines in order";
    EXPECT_EQ(world.line(id, 3).committed, 2);
    EXPECT_EQ(world.line(id, 1).held, 2);
    EXPECT_EQ(world.commit(id, {.lines = {{.line_id = "1"}}}).code(), RefusalCode::unknown_line)
        << "a line with an id does not answer to its number";
}

TEST(Commit, ALineThatIsNamedByItsIdIsReportedWithItsOwnSku) {
    World world;
    world.receive("first", 9);
    world.receive("A", 9);
    world.receive("B", 9);
    const auto id = world.held({.lines = {{"A", 1}, {.sku = "B", .quantity = 2, .line_id = "b"}}});
    const auto reply = world.commit(id, {.lines = {{.quantity = 3, .line_id = "b"}}});
    EXPECT_EQ(reply.code(), RefusalCode::quantity_exceeded);
    EXPECT_EQ(reply.refusal.lines.at(0).sku, world.sku("B"));
    EXPECT_EQ(reply.refusal.lines.at(0).sellable, 2);
}

TEST(Commit, TheSameLineNamedTwiceIsSummed) {
    World world;
    world.receive("A", 9);
    const auto id = world.held("A", 3);
    EXPECT_EQ(world.commit(id, {.lines = {{"A", 2}, {"A", 2}}}).code(),
              RefusalCode::quantity_exceeded);
    world.commit(id, {.lines = {{"A", 2}, {"A", 1}}});
    EXPECT_EQ(world.line(id).committed, 3);
}

TEST(Commit, AnUnknownLineIsNamedByItsIndexInTheRequest) {
    World world;
    world.receive("A", 9);
    world.receive("B", 9);
    const auto id = world.held("A", 3);
    for (const auto& part : {testing::With::Part{"B"}, testing::With::Part{.line_id = "2"},
                             testing::With::Part{"no such SKU"}}) {
        const auto reply = world.commit(id, {.lines = {{"A", 1}, part}});
        EXPECT_EQ(reply.code(), RefusalCode::unknown_line);
        EXPECT_EQ(reply.refusal.line, 1u);
        EXPECT_EQ(reply.refusal.reservation, id);
    }
}

// -- release ------------------------------------------------------------------------------

TEST(Release, GivesTheUnitsBackAtOnce) {
    World world;
    world.receive("A", 5);
    const auto id = world.held("A", 3);
    const auto reply = world.release(id);
    EXPECT_EQ(reply.state(), released);
    EXPECT_EQ(reply.image().expires_at, base::kNever);
    EXPECT_EQ(world.line(id), (LineQuantities{.accepted = 3, .released = 3}));
    EXPECT_EQ(world.sellable("A"), 5);
    EXPECT_EQ(world.core_state().totals.live_holds, 0u);
}

TEST(Release, OfTheRestOfWhatWasSoldInPartTwiceIsASuccess) {
    World world;
    world.receive("A", 5);
    const auto id = world.held("A", 2);
    world.commit(id, {.lines = {{"A", 1}}});
    EXPECT_EQ(world.release(id).state(), committed);
    const auto again = world.release(id);
    EXPECT_EQ(again.outcome, Outcome::shown);
    EXPECT_EQ(again.image().version, 3u);
    EXPECT_EQ(world.line(id), (LineQuantities{.accepted = 2, .committed = 1, .released = 1}));
}

TEST(Release, TwiceIsASuccess) {
    World world;
    world.receive("A", 5);
    const auto id = world.held("A", 3);
    world.release(id);
    EXPECT_EQ(world.release(id).outcome, Outcome::shown);
    EXPECT_EQ(world.image(id).version, 2u);
}

TEST(Release, PartOfItKeepsTheRest) {
    World world;
    world.receive("A", 5);
    const auto id = world.held("A", 3);
    const auto reply = world.release(id, {.lines = {{"A", 2}}});
    EXPECT_EQ(reply.state(), held);
    EXPECT_EQ(world.line(id), (LineQuantities{.accepted = 3, .held = 1, .released = 2}));
    EXPECT_EQ(world.release(id, {.lines = {{"A", 2}}}).code(), RefusalCode::quantity_exceeded);
    world.wait(15min);
    world.expire_due();
    EXPECT_EQ(world.line(id), (LineQuantities{.accepted = 3, .released = 2, .expired = 1}));
    EXPECT_EQ(world.state(id), expired) << "the last unit left by expiry";
}

TEST(Release, TheLastUnitDecidesHowItEnded) {
    World world;
    world.receive("A", 5);
    const auto id = world.held("A", 2);
    world.commit(id, {.lines = {{"A", 1}}});
    EXPECT_EQ(world.release(id).state(), committed) << "sold units remain";
    EXPECT_EQ(world.cancel(id, {.reason = Reason::customer_request}).state(), released);
}

TEST(Release, CannotUndoASale) {
    World world;
    world.receive("A", 5);
    const auto id = world.held("A", 3);
    world.commit(id);
    EXPECT_EQ(world.release(id).code(), RefusalCode::illegal_transition);
    EXPECT_EQ(world.release(id).refusal.state, committed);
    EXPECT_EQ(world.cell("A").committed, 3);
}

TEST(Release, OfWhatHasExpiredOrWasSupersededSaysSo) {
    World world;
    world.receive("A", 5);
    const auto dead = world.held("A", 1);
    world.wait(15min);
    EXPECT_EQ(world.release(dead).code(), RefusalCode::expired);
    const auto old = world.held("A", 1);
    world.held({.lines = {{"A", 1}}, .supersedes = old});
    EXPECT_EQ(world.release(old).code(), RefusalCode::illegal_transition);
    EXPECT_EQ(world.release(old).refusal.state, superseded);
}

// -- read ---------------------------------------------------------------------------------

TEST(Read, ShowsTheReservationAndEndsItIfItIsDead) {
    World world;
    world.receive("A", 5);
    const auto id = world.held({.lines = {{"A", 3}}, .reference = "cart"});
    EXPECT_EQ(world.read(id).outcome, Outcome::shown);
    EXPECT_EQ(world.read(id).image().texts.reference, "cart");
    EXPECT_EQ(world.last_count(), 0u);
    world.wait(15min);
    EXPECT_EQ(world.read(id).state(), expired);
    EXPECT_EQ(world.last_count(), 1u);
    EXPECT_EQ(world.read(ReservationId{999}).code(), RefusalCode::unknown_reservation);
}

}  // namespace
}  // namespace holdfast::core
