// Planted violations: each is a ledger that is sound but for one event, and each is found by the
// check that is there for it, and by no other.
#include "app/verify.hpp"

#include <gtest/gtest.h>

#include "app/verify_report.hpp"
#include "app/verify_testing.hpp"
#include "core/snapshot.hpp"
#include "ledger/checkpoint_files.hpp"
#include "ledger/testing.hpp"

namespace holdfast::app {
namespace {

using namespace model;
using std::chrono::hours;
using std::chrono::minutes;
using testing::kApple;
using testing::Story;

// The story's only violation: of this check, at this event.
void expect_only(Story& story, const std::string& check, std::uint64_t at,
                 const std::string& checkpoints = {}) {
    const VerifyReport report = story.verify(checkpoints);
    EXPECT_EQ(testing::violated(report), std::vector<std::string>{check}) << report_text(report);
    for (std::size_t i = 0; i < audit::kChecks; ++i) {
        for (const auto& violation : report.findings.at(static_cast<audit::Check>(i)).first) {
            EXPECT_EQ(violation.at.value(), at) << violation.text;
        }
    }
    EXPECT_NE(report.findings.summary(), "");
}

TEST(Verify, FindsNothingInASoundStory) {
    Story story;
    const auto sold = story.hold(3, 1);
    story.write(sold);
    const auto dropped = story.hold(7, 2);
    story.write(dropped);
    story.write(Story::commit(sold));
    story.wait(minutes(10));
    story.write(Story::expire(dropped));
    const VerifyReport report = story.verify();
    EXPECT_TRUE(report.findings.clean()) << report_text(report);
    EXPECT_EQ(report.replayed, report.last);
    EXPECT_EQ(report.reservations, 2U);
    EXPECT_EQ(report.live_holds, 0U);
}

// -- the chain -----------------------------------------------------------------------------------

TEST(Verify, FindsABatchThatNamesAnotherOneBeforeIt) {
    Story story;
    const auto at = story.write(story.hold(1), {.previous = base::Sha256{}});
    expect_only(story, "chain", at);
}

TEST(Verify, FindsAnOlderOwnerThatWrites) {
    Story story;
    const auto at = story.write(story.hold(1), {.epoch = 1});
    expect_only(story, "epochs", at);
}

TEST(Verify, FindsTimeThatGoesBack) {
    Story story;
    story.wait(-minutes(1));
    const auto at = story.write(story.receipt(0));
    expect_only(story, "times", at);
}

TEST(Verify, FindsADecisionAtAnotherTimeThanItsBatch) {
    Story story;
    auto hold = story.hold(1);
    hold.image.created_at += base::Duration(1);
    expect_only(story, "times", story.write(hold));
}

TEST(Verify, FindsAnEventThatCannotBeRead) {
    Story story;
    const auto at = story.write_bytes({std::byte{8}, std::byte{1}, std::byte{1}, std::byte{0},
                                       std::byte{0}, std::byte{0}, std::byte{99}});
    expect_only(story, "events", at);
}

TEST(Verify, FindsASkuThatNobodyRegistered) {
    Story story;
    auto moved = story.receipt(1);
    moved.sku = SkuId(7);
    expect_only(story, "names", story.write(moved));
}

// -- figures -------------------------------------------------------------------------------------

TEST(Verify, FindsACellThatIsNotWhatItsMovementsMake) {
    Story story;
    story.cell().on_hand = 16;
    expect_only(story, "conservation", story.write(story.receipt(5)));
}

TEST(Verify, FindsHeldUnitsThatNoOpenLineHas) {
    Story story;
    story.write(story.hold(2));
    story.cell().on_hand += 1;  // the cell is shown without the hold
    expect_only(story, "conservation", story.write(story.receipt(1)));
}

TEST(Verify, FindsALineBeyondTheLimit) {
    Story story;
    story.cell().on_hand += std::int64_t{1} << 42;
    story.write(story.receipt(std::int64_t{1} << 42));
    expect_only(story, "limits", story.write(story.hold((std::int64_t{1} << 40) + 1)));
}

TEST(Verify, FindsAHoldOfMoreThanTheClassOffers) {
    Story story;
    auto careful = story.policy();
    careful.safety_units = 5;
    story.define(careful);
    story.write(story.hold(5));
    expect_only(story, "oversell", story.write(story.hold(1)));
}

TEST(Verify, FindsASoftHoldThatIsCommittedBeyondTheStock) {
    Story story;
    auto hopeful = story.policy();
    hopeful.hold_permille = 2'000;
    hopeful.safety_units = 4;
    story.define(hopeful);
    auto first = story.hold(6);
    first.image.lines[0].soft = true;
    story.write(first);
    auto second = story.hold(6);
    second.image.lines[0].soft = true;
    story.write(second);
    const auto firm = [](Story::Changed event) {
        event.image.lines[0].soft = false;
        return event;
    };
    story.write(firm(Story::commit(first)));
    auto part = firm(Story::commit(second));  // four units are there, and they are safety stock
    part.image.lines[0].units = {.accepted = 6, .committed = 4, .released = 0};
    part.image.lines[0].units.held = 2;
    part.image.lines[0].soft = true;
    part.image.expires_at = second.image.expires_at;
    expect_only(story, "oversell", story.write(part));
}

TEST(Verify, FindsAHoldWhileSellingIsStopped) {
    Story story;
    story.write(
        SellingChanged{.tenant = {},
                       .stop = {.scope = StopScope::sku, .name = "apple", .since = story.now()},
                       .stopped = true,
                       .key = {}});
    expect_only(story, "stops", story.write(story.hold(1)));
}

// -- reservations --------------------------------------------------------------------------------

TEST(Verify, FindsAHoldThatComesBackToLife) {
    Story story;
    const auto hold = story.hold(2);
    story.write(hold);
    const auto sold = Story::commit(hold);
    story.write(sold);
    expect_only(story, "states",
                story.write(Story::after(sold, Verb::extend,
                                         [](ReservationImage& image) { ++image.extensions; })));
}

TEST(Verify, FindsAChangeWithoutANewVersion) {
    Story story;
    const auto hold = story.hold(2);
    story.write(hold);
    auto sold = Story::commit(hold);
    sold.image.version = 1;
    sold.key = Story::key(1);
    expect_only(story, "states", story.write(sold));
}

TEST(Verify, FindsAReservationWithTheIdOfAnotherPosition) {
    Story story;
    auto hold = story.hold(1);
    hold.image.id = ReservationId(3);
    expect_only(story, "states", story.write(hold));
}

TEST(Verify, FindsUnitsThatEndInAnotherWayThanTheirVerb) {
    Story story;
    const auto hold = story.hold(2);
    story.write(hold);
    auto sold = Story::commit(hold);
    sold.image.lines[0].units = {.accepted = 2, .committed = 1, .released = 1};
    expect_only(story, "outcomes", story.write(sold));
}

TEST(Verify, FindsASoldUnitThatATimerTakesBack) {
    Story story;
    const auto hold = story.hold(2);
    story.write(hold);
    auto part = Story::after(hold, Verb::commit, [](ReservationImage& image) {
        image.lines[0].units = {.accepted = 2, .held = 1, .committed = 1};
    });
    story.write(part);
    story.wait(minutes(10));
    auto all = Story::expire(part);
    all.image.lines[0].units = {.accepted = 2, .expired = 2};
    expect_only(story, "outcomes", story.write(all));
}

// -- deadlines -----------------------------------------------------------------------------------

TEST(Verify, FindsAHoldThatEndsBeforeItsDeadline) {
    Story story;
    const auto hold = story.hold(2);
    story.write(hold);
    story.wait(minutes(9));
    expect_only(story, "deadlines", story.write(Story::expire(hold)));
}

TEST(Verify, FindsACommitAfterTheDeadline) {
    Story story;
    const auto hold = story.hold(2);
    story.write(hold);
    story.wait(minutes(10));
    expect_only(story, "deadlines", story.write(Story::commit(hold)));
}

TEST(Verify, FindsAHoldThatIsNeverEnded) {
    Story story;
    story.write(story.hold(2));
    story.wait(minutes(11));
    story.cell().held = 2;
    expect_only(story, "deadlines", story.write(story.receipt(0)));
}

TEST(Verify, FindsAHoldThatEndsInALaterBatchThanItMust) {
    Story story;
    const auto hold = story.hold(2);
    story.write(hold);
    story.wait(minutes(11));
    story.cell().held = 2;
    story.write(story.receipt(0));
    expect_only(story, "deadlines", story.write(Story::expire(hold)));
}

TEST(Verify, FindsAHoldThatLivesLongerThanItsClassAllows) {
    Story story;
    auto hold = story.hold(2);
    hold.image.expires_at = story.now() + story.policy().hold_ttl_max + base::Duration(1);
    expect_only(story, "deadlines", story.write(hold));
}

// -- keys and refusals ---------------------------------------------------------------------------

TEST(Verify, FindsAKeyWithTwoEffects) {
    Story story;
    story.write(story.hold(1, 5));
    expect_only(story, "keys", story.write(story.hold(1, 5)));
}

TEST(Verify, FindsAnEffectAfterARecordedRefusal) {
    Story story;
    RefusalRecorded no{.tenant = {}, .operation = Operation::create, .key = Story::key(5)};
    no.refusal.code = RefusalCode::insufficient_stock;
    no.refusal.decided_at = story.now();
    story.write(no);
    expect_only(story, "keys", story.write(story.hold(1, 5)));
}

TEST(Verify, FindsACreateUnderANameThatWasReleasedBefore) {
    Story story;
    story.write(ReleasedByName{.tenant = {},
                               .by_key = true,
                               .name = Story::key(5).key,
                               .blocked_until = story.now() + hours(1),
                               .key = {}});
    expect_only(story, "keys", story.write(story.hold(1, 5)));
}

TEST(Verify, FindsARefusalThatIsNeverRecorded) {
    Story story;
    RefusalRecorded no{.tenant = {}, .operation = Operation::create, .key = Story::key(5)};
    no.refusal.code = RefusalCode::unknown_sku;
    no.refusal.decided_at = story.now();
    expect_only(story, "refusals", story.write(no));
}

TEST(Verify, FindsAFloodOfRefusals) {
    Story story;
    std::uint64_t at = 0;
    for (std::uint64_t i = 1; i <= 3; ++i) {
        RefusalRecorded no{.tenant = {}, .operation = Operation::create, .key = Story::key(i)};
        no.refusal.code = RefusalCode::insufficient_stock;
        no.refusal.decided_at = story.now();
        at = story.write(no);
    }
    expect_only(story, "refusals", at);
}

// -- facts ---------------------------------------------------------------------------------------

TEST(Verify, FindsATransferOfWhichMoreArrivesThanWasSent) {
    Story story;
    Pool shop;
    shop.id = PoolId(1);
    shop.name = "shop";
    story.write(PoolDefined{.tenant = {}, .pool = shop, .key = {}});
    TransferChanged sent{.step = TransferStep::sent,
                         .units = 4,
                         .transfer = {.id = TransferId(story.next()),
                                      .sku = kApple,
                                      .to = shop.id,
                                      .quantity = 4,
                                      .sent_at = story.now()},
                         .key = {}};
    story.cell().on_hand -= 4;
    sent.from = story.cell();
    story.write(sent);
    TransferChanged arrived = sent;
    arrived.step = TransferStep::arrived;
    arrived.units = 3;
    arrived.transfer.arrived = 4;
    arrived.to.on_hand = 3;
    expect_only(story, "transfers", story.write(arrived));
}

TEST(Verify, FindsACountThatChangesMoreThanItsDrift) {
    Story story;
    story.cell().on_hand = 8;
    expect_only(story, "counts",
                story.write(StockCounted{.tenant = {},
                                         .sku = kApple,
                                         .outcome = CountOutcome::applied,
                                         .reason = Reason::cycle_count,
                                         .count = {.counted = 9, .drift = -1, .as_of = story.now()},
                                         .delta = -2,
                                         .cell = story.cell(),
                                         .key = {}}));
}

TEST(Verify, FindsACaseThatEndsWithoutHavingBeenOpened) {
    Story story;
    expect_only(story, "cases",
                story.write(CaseResolved{.image = {.id = CaseId(3),
                                                   .kind = CaseKind::late_money,
                                                   .opened_at = story.now(),
                                                   .sku = kApple},
                                         .resolution = Resolution::acknowledged,
                                         .resolved_at = story.now(),
                                         .key = {}}));
}

TEST(Verify, FindsAShortageThatNobodyIsTold) {
    Story story;
    auto sale = story.hold(11);
    sale.verb = Verb::sale;
    sale.image.lines[0].units = {.accepted = 11, .committed = 11};
    sale.image.expires_at = base::kNever;
    expect_only(story, "cases", story.write(sale));
}

// -- against the machine -------------------------------------------------------------------------

TEST(Verify, FindsAStateHashThatTheEventsDoNotMake) {
    Story story;
    story.write(story.hold(1));
    expect_only(story, "state_hashes", story.write(StateHashLogged{.hash = 42}));
}

TEST(Verify, FindsACheckpointOfAnotherState) {
    Story story;
    const auto at = story.write(story.hold(1));
    const ledger::testing::TemporaryDirectory directory;
    const ledger::CheckpointFiles files(directory / "checkpoints", {}, [](const auto&) {});
    ASSERT_TRUE(files.prepare().has_value());
    auto writer = files.begin(Sequence(at));
    ASSERT_TRUE(writer.has_value());
    const core::State empty;
    ASSERT_TRUE(core::write_snapshot(empty, [&](std::span<const std::byte> chunk) {
                    return (*writer)->add(chunk);
                }).has_value());
    ASSERT_TRUE((*writer)->commit().has_value());
    expect_only(story, "checkpoints", at, directory / "checkpoints");
}

// -- the report ----------------------------------------------------------------------------------

TEST(Verify, TellsOfAFloodOfViolationsByTheFirstFewAndTheirNumber) {
    Story story;
    for (std::uint64_t i = 0; i < 30; ++i) {
        story.write(story.receipt(0), {.epoch = 1});
    }
    const VerifyReport report = story.verify();
    EXPECT_EQ(report.findings.at(audit::Check::epochs).violations, 30U);
    EXPECT_EQ(report.findings.at(audit::Check::epochs).first.size(), 10U);
    EXPECT_NE(report_text(report).find("... and 20 more"), std::string::npos);
    EXPECT_NE(report_json(report).find(R"("check":"epochs")"), std::string::npos);
}

}  // namespace
}  // namespace holdfast::app
