// A partition that keeps nothing in memory but what is alive answers like any other.
#include <gtest/gtest.h>

#include "core/invariants.hpp"
#include "partition/archive_testing.hpp"
#include "partition/testing.hpp"

namespace holdfast::partition {
namespace {

using model::Operation;
using model::RefusalCode;
using model::ReservationId;
using model::Sequence;
using testing::Asked;
using testing::change;
using testing::ColdPartition;
using testing::hold;
using testing::receipt;
using testing::with_key;

class Cold : public ::testing::Test {
  protected:
    Cold() { ask(receipt("A", 100, "stock")); }

    std::unique_ptr<Asked> submit(model::Command command) {
        auto out = std::make_unique<Asked>();
        out->command = std::move(command);
        partition_.submit(*out);
        return out;
    }
    std::unique_ptr<Asked> ask(model::Command command) {
        auto out = submit(std::move(command));
        partition_.settle();
        EXPECT_TRUE(out->answered());
        return out;
    }
    // A sale from its hold to its shipment.
    ReservationId shipped(std::string_view key) {
        const ReservationId id(ask(hold("A", 2, key))->answer.sequence.value());
        ask(change(Operation::commit, id));
        ask(change(Operation::ship, id));
        return id;
    }
    static model::Command give_back(ReservationId id, std::int64_t units) {
        model::ChangeReservation request{.reservation = id};
        request.lines.push_back(
            {.line_id = {}, .sku = model::sku_name(testing::kTenant, "A"), .quantity = units});
        return with_key(Operation::return_units, std::move(request), "return");
    }
    [[nodiscard]] const core::State& state() const { return partition_.state(); }

    ColdPartition partition_;
};

TEST_F(Cold, MemoryKeepsWhatIsAliveOnly) {
    const ReservationId done = shipped("k1");
    const ReservationId alive(ask(hold("A", 1, "k2"))->answer.sequence.value());
    partition_.forget();
    EXPECT_EQ(state().find_reservation(done), nullptr);
    EXPECT_NE(state().find_reservation(alive), nullptr);
    EXPECT_EQ(state().keys.size(), 0u);
    EXPECT_EQ(state().archived.reservations, 1u);
    EXPECT_EQ(state().archived.keys, 3u);
    EXPECT_EQ(core::check_invariants(state()).value_or("sound"), "sound");
}

TEST_F(Cold, WhatStayedForItsCaseLeavesWhenTheCaseIsClosed) {
    const ReservationId id(ask(hold("A", 1, "k"))->answer.sequence.value());
    ask(change(Operation::release, id));
    EXPECT_EQ(ask(change(Operation::commit, id))->answer.kind, AnswerKind::refused);
    ASSERT_EQ(state().cases.size(), 1u);  // money came
    partition_.forget();
    EXPECT_NE(state().find_reservation(id), nullptr);
    ask(with_key(Operation::resolve_case,
                 model::ResolveCase{.id = state().cases.begin()->first,
                                    .resolution = model::Resolution::acknowledged,
                                    .who = "ann"},
                 "done"));
    partition_.forget();
    EXPECT_EQ(state().find_reservation(id), nullptr);
}

TEST_F(Cold, ARetryOfTheFirstKeyIsItsFirstAnswer) {
    const auto first = ask(hold("A", 2, "k"));
    partition_.forget();
    const auto again = ask(hold("A", 2, "k"));
    EXPECT_EQ(again->answer.kind, AnswerKind::replayed);
    EXPECT_EQ(again->answer.sequence, first->answer.sequence);
    EXPECT_EQ(ask(hold("A", 3, "k"))->answer.refusal.code, RefusalCode::idempotency_key_reused);
}

TEST_F(Cold, AReturnOfWhatWasForgottenIsBooked) {
    const ReservationId id = shipped("k");
    partition_.forget();
    const auto answer = ask(give_back(id, 1));
    ASSERT_EQ(answer->answer.kind, AnswerKind::applied);
    EXPECT_EQ(answer->image().lines.front().units.returned, 1);
    EXPECT_EQ(ask(testing::read(id))->image().lines.front().units.returned, 1);
    partition_.forget();
    EXPECT_EQ(state().find_reservation(id), nullptr);
    EXPECT_EQ(ask(testing::read(id))->image().lines.front().units.returned, 1);
}

TEST_F(Cold, ALateCommitOfAForgottenHoldIsJudgedByWhatItWas) {
    const ReservationId id(ask(hold("A", 5, "k", 60))->answer.sequence.value());
    partition_.clock.advance(std::chrono::minutes(5));
    partition_.settle();
    partition_.forget();
    ASSERT_EQ(state().find_reservation(id), nullptr);
    const auto late = ask(change(Operation::commit, id));
    ASSERT_EQ(late->answer.kind, AnswerKind::applied);
    const ReservationId successor = late->image().id;
    EXPECT_NE(successor, id);
    ask(change(Operation::ship, successor));
    partition_.forget();
    EXPECT_EQ(ask(change(Operation::commit, id))->image().id, successor) << "both were forgotten";
}

TEST_F(Cold, WhatIsNowhereIsUnknown) {
    shipped("k");
    partition_.forget();
    const auto answer = ask(testing::read(ReservationId(1)));  // an event, but no reservation
    EXPECT_EQ(answer->answer.refusal.code, RefusalCode::unknown_reservation);
}

TEST_F(Cold, AParkedCommandIsAnsweredLaterAndOthersAreNotHeldUp) {
    const ReservationId id = shipped("k");
    partition_.forget();
    const auto waits = submit(testing::read(id));
    const auto other = submit(hold("A", 1, "other"));
    partition_.step_writer();
    partition_.step_writer();
    EXPECT_FALSE(waits->answered());
    EXPECT_TRUE(other->answered());
    EXPECT_EQ(partition_.writer().figures().archive.parked, 1u);
    partition_.settle();
    EXPECT_TRUE(waits->answered());
    EXPECT_EQ(partition_.writer().figures().archive.parked, 0u);
}

TEST_F(Cold, CommandsOnOneReservationKeepTheirOrder) {
    const ReservationId id = shipped("k");
    partition_.forget();
    const auto first = submit(give_back(id, 2));
    const auto second = submit(testing::read(id));
    partition_.settle();
    EXPECT_EQ(first->answer.kind, AnswerKind::applied);
    EXPECT_EQ(second->image().lines.front().units.returned, 2);
}

TEST_F(Cold, TwoRetriesOfOneKeyAtOnceAreBothItsFirstAnswer) {
    const auto first = ask(hold("A", 2, "k"));
    partition_.forget();
    const auto one = submit(hold("A", 2, "k"));
    const auto two = submit(hold("A", 2, "k"));
    partition_.settle();
    EXPECT_EQ(one->answer.sequence, first->answer.sequence);
    EXPECT_EQ(two->answer.sequence, first->answer.sequence);
}

TEST_F(Cold, BeyondTheBoundTheNextIsTurnedAway) {
    const ReservationId id = shipped("k");
    partition_.forget();
    std::vector<std::unique_ptr<Asked>> asked;
    for (int i = 0; i < 9; ++i) {
        asked.push_back(submit(testing::read(id)));
    }
    partition_.step_writer();
    EXPECT_EQ(asked.back()->answer.refusal.code, RefusalCode::overloaded);
    partition_.settle();
    EXPECT_EQ(asked.front()->answer.kind, AnswerKind::shown);
}

TEST_F(Cold, WhatAParkedCommandNeedsIsNotForgottenBeforeItIsDecided) {
    const ReservationId id = shipped("k");
    partition_.forget();
    const auto one = submit(testing::read(id));
    partition_.step_writer();
    partition_.step_lookups();  // found, and not yet taken
    partition_.archive_some();  // meanwhile memory is asked to forget again
    const auto two = submit(give_back(id, 1));
    partition_.settle();
    EXPECT_EQ(one->answer.kind, AnswerKind::shown);
    EXPECT_EQ(two->answer.kind, AnswerKind::applied);
}

// -- starts ---------------------------------------------------------------------------------

TEST_F(Cold, ACrashBetweenArchivingAndForgettingLosesNothing) {
    const ReservationId id = shipped("k");
    const std::uint64_t hash = state().hash;
    while (partition_.archive_some()) {
    }
    EXPECT_GT(partition_.archive().position().value(), 0u);
    EXPECT_EQ(state().archived.reservations, 0u);
    partition_.restart();
    EXPECT_EQ(state().hash, hash);
    partition_.forget();
    EXPECT_EQ(state().find_reservation(id), nullptr) << "offered again";
    EXPECT_EQ(state().hash, hash);
    EXPECT_EQ(ask(give_back(id, 1))->answer.kind, AnswerKind::applied);
}

// Rotten bits of long ago: one answer is missing, not the service.
TEST_F(Cold, WhatTheLedgerCannotReadAnyMoreIsUnavailableAndNothingElseIs) {
    const ReservationId lost = shipped("lost");
    const ReservationId other = shipped("other");
    partition_.forget();
    const auto rest = partition_.archive().find_rest(lost, Sequence(UINT64_MAX));
    ASSERT_TRUE(rest.has_value() && rest->has_value());
    const std::uint64_t hash = state().hash;
    partition_.damage((*rest)->since);
    for (int retry = 0; retry < 2; ++retry) {
        const auto asked = ask(give_back(lost, 1));
        EXPECT_EQ(asked->answer.kind, AnswerKind::refused);
        EXPECT_EQ(asked->answer.refusal.code, RefusalCode::unavailable);
        EXPECT_EQ(ask(testing::read(lost))->answer.refusal.code, RefusalCode::unavailable);
    }
    EXPECT_EQ(state().hash, hash);
    EXPECT_TRUE(partition_.writer().idle()) << "nothing stays parked";
    EXPECT_EQ(ask(testing::read(other))->answer.kind, AnswerKind::shown);
    EXPECT_EQ(ask(hold("A", 1, "fresh"))->answer.kind, AnswerKind::applied);
    partition_.damage(Sequence(0));  // as after a passing fault of the disk
    EXPECT_EQ(ask(give_back(lost, 1))->answer.kind, AnswerKind::applied);
}

// A known key needs nothing else, however damaged what came after it is.
TEST_F(Cold, ARetryIsAnsweredAlthoughTheNewestOfItsReservationIsDamaged) {
    const ReservationId id(ask(hold("A", 2, "k"))->answer.sequence.value());
    const auto first = ask(change(Operation::commit, id, "paid"));
    ask(change(Operation::ship, id));
    partition_.forget();
    const auto rest = partition_.archive().find_rest(id, Sequence(UINT64_MAX));
    ASSERT_TRUE(rest.has_value() && rest->has_value());
    partition_.damage((*rest)->since);
    for (int retry = 0; retry < 2; ++retry) {
        const auto again = ask(change(Operation::commit, id, "paid"));
        EXPECT_EQ(again->answer.kind, AnswerKind::replayed);
        EXPECT_EQ(again->answer.sequence, first->answer.sequence);
        EXPECT_EQ(ask(change(Operation::commit, id, "new"))->answer.refusal.code,
                  RefusalCode::unavailable);
        partition_.forget();
    }
    EXPECT_TRUE(partition_.writer().idle()) << "nothing stays parked";
}

class ColdStart : public Cold {
  protected:
    // A checkpoint of a state that has forgotten everything that is at rest.
    void checkpoint() {
        auto replayer =
            Replayer::open(partition_.ledger(), nullptr, {.archive = &partition_.archive()});
        ASSERT_TRUE(replayer.has_value()) << replayer.error().message;
        Archiver archiver(partition_.ledger(), partition_.archive(), ColdPartition::at_once());
        archiver.offer_to((*replayer)->leaving(), (*replayer)->state().archived.offered);
        while (*archiver.step(partition_.clock.now().wall) || *(*replayer)->step()) {
        }
        EXPECT_EQ((*replayer)->state().hash, state().hash);
        EXPECT_GT((*replayer)->state().archived.reservations, 0u);
        ASSERT_TRUE((*replayer)->checkpoint().has_value());
    }
};

TEST_F(ColdStart, FromACheckpointThatHasForgottenEverything) {
    const ReservationId id = shipped("k");
    checkpoint();
    ask(give_back(id, 1));  // an event after the checkpoint that changes what it forgot
    const std::uint64_t hash = state().hash;
    partition_.restart();
    EXPECT_EQ(state().hash, hash);
    EXPECT_EQ(core::check_invariants(state()).value_or("sound"), "sound");
    EXPECT_EQ(ask(testing::read(id))->image().lines.front().units.returned, 1);
}

TEST_F(ColdStart, FromAnOlderCheckpointThanTheArchiveHasLongPassed) {
    const ReservationId id = shipped("k");
    checkpoint();
    const Sequence good = partition_.ledger().tail()->last;
    ask(give_back(id, 1));
    shipped("l");
    partition_.forget();
    ASSERT_GT(partition_.archive().position(), good);
    const auto writer = partition_.ledger().begin_checkpoint(partition_.ledger().tail()->last);
    ASSERT_TRUE((*writer)->add(base::as_bytes("no state")).has_value());
    ASSERT_TRUE((*writer)->commit().has_value());

    const auto recovered = recover(partition_.ledger(), &partition_.archive());
    ASSERT_TRUE(recovered.has_value()) << recovered.error().message;
    EXPECT_EQ(recovered->checkpoint, good);
    EXPECT_EQ(recovered->state->hash, state().hash);
    partition_.restart();
    EXPECT_EQ(ask(testing::read(id))->image().lines.front().units.returned, 1);
    EXPECT_EQ(ask(hold("A", 2, "l"))->answer.kind, AnswerKind::replayed);
}

TEST_F(ColdStart, WithoutTheArchiveItIsMadeAgainFirst) {
    const ReservationId id = shipped("k");
    checkpoint();
    partition_.lose_archive();
    partition_.restart();
    EXPECT_GE(partition_.archive().position(), state().archived.reach);
    EXPECT_EQ(ask(hold("A", 2, "k"))->answer.kind, AnswerKind::replayed);
    EXPECT_EQ(ask(give_back(id, 1))->answer.kind, AnswerKind::applied);
}

TEST_F(ColdStart, WhoHasNoArchiveReplaysFromTheBeginning) {
    shipped("k");
    checkpoint();
    const auto recovered = recover(partition_.ledger());
    ASSERT_TRUE(recovered.has_value());
    EXPECT_EQ(recovered->checkpoint, Sequence(0));
    EXPECT_EQ(recovered->state->hash, state().hash);
    EXPECT_EQ(recovered->state->archived.reservations, 0u);
}

TEST_F(ColdStart, ALongLedgerIsRecoveredWithWhatIsAliveInMemory) {
    for (int i = 0; i < 40; ++i) {
        shipped("k" + std::to_string(i));
    }
    partition_.lose_archive();
    partition_.restart();
    EXPECT_GT(state().archived.reservations, 30u) << "forgotten on the way";
    EXPECT_LT(state().reservations.size(), 40u);
}

// A view that is made again is told what memory no longer knows.
struct Told final : ReplayObserver {
    base::Result<void> reservation_changed(const model::ReservationImage& image) override {
        versions[image.id] = image.version;
        return {};
    }
    base::Result<void> reached(Sequence position, base::Time) override {
        at = position;
        return {};
    }
    [[nodiscard]] Sequence position() const override { return at; }
    std::map<ReservationId, std::uint32_t> versions;
    Sequence at;
};

TEST_F(ColdStart, AViewThatIsMadeAgainHearsOfArchivedReservationsToo) {
    const ReservationId id = shipped("k");
    checkpoint();
    Told told;
    const auto replayer =
        Replayer::open(partition_.ledger(), &told, {.archive = &partition_.archive()});
    ASSERT_TRUE(replayer.has_value());
    EXPECT_EQ(told.versions[id], 3u);
}

}  // namespace
}  // namespace holdfast::partition
