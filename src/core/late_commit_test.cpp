// Late money: a commit that arrives after the hold expired.
#include "core/testing.hpp"

namespace holdfast::core {
namespace {

using namespace model;
using namespace std::chrono_literals;
using enum ReservationState;
using testing::World;

class LateCommit : public ::testing::Test {
  protected:
    LateCommit() {
        world_.receive("A", 5);
        world_.receive("B", 5);
        old_ = world_.held(
            {.lines = {{.sku = "A", .quantity = 3, .line_id = "a", .group = "kit"}, {"B", 1}},
             .reference = "a reference that is long enough to live on the heap",
             .agent_id = "agent",
             .channel = "web"});
        world_.begin_payment(old_, {.payment_reference = "pi_1", .payment_provider = "acme"});
        world_.wait(45min);
    }
    World world_;
    ReservationId old_;
};

TEST_F(LateCommit, TakesTheStockAgainAsANewCommittedReservation) {
    const auto reply = world_.commit(old_, {.order_reference = "order 1"});
    EXPECT_EQ(reply.outcome, Outcome::applied);
    const auto fresh = reply.id();
    EXPECT_NE(fresh, old_);
    EXPECT_EQ(reply.state(), committed);
    EXPECT_TRUE(reply.image().committed_late);
    EXPECT_EQ(reply.image().replaces, old_);
    EXPECT_EQ(reply.image().version, 1u);
    EXPECT_EQ(reply.image().created_at, world_.now());
    EXPECT_EQ(reply.image().expires_at, base::kNever);
    EXPECT_EQ(world_.line(fresh, 0), (LineQuantities{.accepted = 3, .committed = 3}));
    EXPECT_EQ(world_.line(fresh, 1), (LineQuantities{.accepted = 1, .committed = 1}));
    EXPECT_EQ(world_.cell("A"), (CellImage{.on_hand = 5, .committed = 3}));
    EXPECT_EQ(world_.core_state().totals.late_commits, 1u);
    EXPECT_EQ(world_.core_state().totals.live_holds, 0u);
}

TEST_F(LateCommit, TheOldOneStaysExpiredAndKnowsItsSuccessor) {
    const auto fresh = world_.commit(old_).id();
    EXPECT_EQ(world_.state(old_), expired);
    EXPECT_EQ(world_.image(old_).replaced_by, fresh);
    EXPECT_EQ(world_.image(old_).version, 4u) << "hold, payment, expiry, replacement";
    EXPECT_EQ(world_.line(old_), (LineQuantities{.accepted = 3, .expired = 3}));
}

TEST_F(LateCommit, TheSuccessorKeepsWhatTheClientSaid) {
    const auto reply = world_.commit(old_, {.order_reference = "order 1"});
    for (const auto& image : {reply.image(), world_.image(reply.id())}) {
        EXPECT_EQ(image.texts.reference, "a reference that is long enough to live on the heap");
        EXPECT_EQ(image.texts.agent_id, "agent");
        EXPECT_EQ(image.texts.channel, "web");
        EXPECT_EQ(image.texts.payment_reference, "pi_1");
        EXPECT_EQ(image.texts.payment_provider, "acme");
        EXPECT_EQ(image.texts.order_reference, "order 1");
        EXPECT_EQ(image.lines[0].line_id, "a");
        EXPECT_EQ(image.lines[0].group, "kit");
    }
    EXPECT_EQ(world_.image(old_).texts.order_reference, "");
}

TEST_F(LateCommit, EveryLaterCommitOfTheOldOneAnswersWithTheSuccessorAndHasNoSecondEffect) {
    const auto fresh = world_.commit(old_, {.key = "k1"}).id();
    EXPECT_EQ(world_.commit(old_).id(), fresh);
    const auto under_another_key = world_.commit(old_, {.key = "k2"});
    EXPECT_EQ(under_another_key.outcome, Outcome::applied) << "a no-op that records its key";
    EXPECT_EQ(under_another_key.id(), fresh);
    EXPECT_EQ(world_.commit(old_, {.lines = {{"A", 1}}, .key = "k3"}).id(), fresh);
    EXPECT_EQ(world_.cell("A"), (CellImage{.on_hand = 5, .committed = 3}));
    EXPECT_EQ(world_.image(fresh).version, 1u);
    EXPECT_EQ(world_.core_state().totals.late_commits, 1u);
}

TEST_F(LateCommit, TheAnswerShowsTheSuccessorAsItIsByThen) {
    const auto fresh = world_.commit(old_).id();
    world_.ship(fresh);
    EXPECT_EQ(world_.commit(old_).state(), fulfilled);
}

TEST_F(LateCommit, PartOfItTakesThatPart) {
    const auto reply = world_.commit(old_, {.lines = {{"A", 2}}});
    EXPECT_EQ(world_.line(reply.id(), 0), (LineQuantities{.accepted = 2, .committed = 2}));
    EXPECT_EQ(world_.line(reply.id(), 1), LineQuantities{});
    EXPECT_EQ(world_.cell("B").committed, 0);
}

TEST_F(LateCommit, OfMoreThanExpiredIsRefused) {
    const auto reply = world_.commit(old_, {.lines = {{"A", 4}}});
    EXPECT_EQ(reply.code(), RefusalCode::quantity_exceeded);
    EXPECT_EQ(reply.refusal.state, expired);
    EXPECT_EQ(reply.refusal.lines.at(0).sellable, 3);
}

TEST_F(LateCommit, OfAnUnknownLineIsRefusedFirst) {
    const auto reply = world_.commit(old_, {.lines = {{"C", 1}}, .version = 1});
    EXPECT_EQ(reply.code(), RefusalCode::unknown_line);
}

TEST_F(LateCommit, WithoutStockIsAShortfallNamingTheLines) {
    world_.held("A", 4);
    const auto reply = world_.commit(old_, {.key = "k"});
    EXPECT_EQ(reply.code(), RefusalCode::late_commit_shortfall);
    EXPECT_EQ(reply.refusal.state, expired);
    EXPECT_EQ(reply.refusal.reservation, old_);
    EXPECT_EQ(reply.refusal.lines,
              (std::vector<FailingLine>{
                  {.line = 0, .sku = world_.sku("A"), .requested = 3, .sellable = 1}}));
    EXPECT_TRUE(reply.refusal.recorded);
    EXPECT_EQ(world_.cell("B").committed, 0) << "all or nothing";
    EXPECT_EQ(world_.image(old_).replaced_by, ReservationId{});
}

TEST_F(LateCommit, ADeficitCountsAsNothingSellable) {
    world_.adjust("A", -9);
    EXPECT_EQ(world_.commit(old_).refusal.lines.at(0).sellable, 0);
}

TEST_F(LateCommit, DropsDeadHoldsOfOthersFirst) {
    const auto other = world_.held("A", 4);
    world_.wait(15min);
    EXPECT_TRUE(world_.commit(old_).accepted());
    EXPECT_EQ(world_.state(other), expired);
}

TEST_F(LateCommit, SumsLinesOfTheSameSku) {
    const auto twice = world_.held({.lines = {{"B", 2}, {"B", 2}}});
    world_.wait(15min);
    world_.held("B", 2);
    const auto reply = world_.commit(twice);
    EXPECT_EQ(reply.code(), RefusalCode::late_commit_shortfall);
    EXPECT_EQ(reply.refusal.lines,
              (std::vector<FailingLine>{
                  {.line = 1, .sku = world_.sku("B"), .requested = 2, .sellable = 1}}));
}

TEST_F(LateCommit, TakesOnlyWhatExpiredNotWhatWasReleasedBefore) {
    const auto id = world_.held("B", 3);
    world_.release(id, {.lines = {{"B", 1}}});
    world_.wait(15min);
    const auto reply = world_.commit(id);
    EXPECT_EQ(reply.image().lines[0].units, (LineQuantities{.accepted = 2, .committed = 2}));
}

TEST_F(LateCommit, IsRefusedAsExpiredWhereTheClassSaysSo) {
    world_.define_class("ticket", [](SkuClass& c) { c.late_commit = model::LateCommit::refuse; });
    world_.put_sku("seat", "ticket");
    world_.receive("seat", 1);
    const auto id = world_.held({.lines = {{"seat", 1}, {"A", 1}}});
    world_.wait(15min);
    const auto reply = world_.commit(id);
    EXPECT_EQ(reply.code(), RefusalCode::expired);
    EXPECT_EQ(reply.refusal.state, expired);
    EXPECT_EQ(reply.refusal.reservation, id);
    EXPECT_EQ(world_.sellable("seat"), 1);
}

TEST_F(LateCommit, NeedsNoStockForUntrackedLines) {
    world_.define_class("service", [](SkuClass& c) { c.tracking = Tracking::none; });
    world_.put_sku("gift card", "service");
    const auto id = world_.held({.lines = {{"gift card", 7}, {"A", 1}}});
    world_.wait(15min);
    const auto reply = world_.commit(id);
    EXPECT_EQ(reply.image().lines[0].units.committed, 7);
    EXPECT_EQ(world_.cell("gift card"), CellImage{});
}

TEST_F(LateCommit, TheSuccessorIsAReservationLikeAnyOther) {
    const auto fresh = world_.commit(old_).id();
    world_.ship(fresh, {.lines = {{"A", 1}}});
    world_.cancel(fresh, {.reason = Reason::customer_request});
    EXPECT_EQ(world_.state(fresh), fulfilled);
    EXPECT_EQ(world_.line(fresh), (LineQuantities{.accepted = 3, .shipped = 1, .released = 2}));
    EXPECT_EQ(world_.cell("A"), (CellImage{.on_hand = 4}));
}

TEST_F(LateCommit, EndsTheCaseOfTheMoneyThatHadFoundNothing) {
    const auto other = world_.held("A", 3);
    EXPECT_EQ(world_.commit(old_, {.key = "k1"}).code(), RefusalCode::late_commit_shortfall);
    EXPECT_EQ(world_.cases(CaseKind::late_money).size(), 1u);
    world_.release(other);
    EXPECT_EQ(world_.commit(old_, {.key = "k2"}).state(), committed);
    EXPECT_TRUE(world_.cases(CaseKind::late_money).empty()) << "nobody is to be refunded";
    EXPECT_EQ(std::get<CaseResolved>(world_.last_events().back()).resolution, Resolution::settled);
}

TEST_F(LateCommit, WhereTheClassRefusesItIsACase) {
    world_.put_class("default", [](SkuClass& c) { c.late_commit = model::LateCommit::refuse; });
    EXPECT_EQ(world_.commit(old_, {.order_reference = "order 1"}).code(), RefusalCode::expired);
    const auto open = world_.cases(CaseKind::late_money);
    ASSERT_EQ(open.size(), 1u);
    EXPECT_EQ(open[0].units, 4);
    EXPECT_EQ(open[0].reference, "order 1");
}

}  // namespace
}  // namespace holdfast::core
