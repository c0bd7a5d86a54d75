#include "partition/writer.hpp"

#include <thread>

#include "partition/event_lookup.hpp"
#include "partition/testing.hpp"

namespace holdfast::partition {
namespace {

using namespace std::chrono_literals;
using model::Operation;
using model::RefusalCode;
using model::ReservationId;
using model::ReservationState;
using testing::Asked;
using testing::Bench;
using testing::change;
using testing::hold;
using testing::never_inline;
using testing::read;
using testing::receipt;

TEST(Writer, AnswersOnlyAfterTheBatchIsDurable) {
    Bench bench(never_inline());
    const auto asked = bench.submit(receipt("A", 5, "r1"));
    ASSERT_TRUE(bench.step().has_value());
    EXPECT_FALSE(asked->answered());
    EXPECT_EQ(bench.published->find_sku(model::sku_name("default", "A").digest), std::nullopt);
    ASSERT_TRUE(bench.writer->flusher().step());
    EXPECT_FALSE(asked->answered());  // durable, but the writer has not looked yet
    ASSERT_TRUE(bench.step().has_value());
    EXPECT_TRUE(asked->answered());
    EXPECT_EQ(bench.cell("A").units.on_hand, 5);
}

TEST(Writer, ARefusalOfWhatIsNotYetDurableWaitsForIt) {
    Bench bench(never_inline());
    bench.ask(receipt("A", 1, "r1"));
    const auto winner = bench.submit(hold("A", 1, "w"));
    ASSERT_TRUE(bench.step().has_value());
    const auto loser = bench.submit(hold("A", 1, ""));
    const auto reader = bench.submit(read(ReservationId(1'000)));
    ASSERT_TRUE(bench.step().has_value());
    // Decided on a state in which the unit is gone: telling so before the winner's hold is durable
    // would be telling a future that a crash can undo.
    EXPECT_FALSE(loser->answered());
    EXPECT_FALSE(reader->answered());
    bench.settle();
    EXPECT_TRUE(winner->answered());
    EXPECT_EQ(loser->answer.refusal.code, RefusalCode::insufficient_stock);
    EXPECT_EQ(reader->answer.refusal.code, RefusalCode::unknown_reservation);
}

TEST(Writer, KeepsAtMostTwoBatchesInFlightAndDecidesTheRestIntoTheThird) {
    Bench bench(never_inline());
    const auto first = bench.submit(receipt("A", 1, "1"));
    ASSERT_TRUE(bench.step().has_value());
    const auto second = bench.submit(receipt("A", 1, "2"));
    ASSERT_TRUE(bench.step().has_value());
    const auto third = bench.submit(receipt("A", 1, "3"));
    const auto fourth = bench.submit(receipt("A", 1, "4"));
    ASSERT_TRUE(bench.step().has_value());
    EXPECT_EQ(bench.writer->figures().in_flight, 2u);
    EXPECT_EQ(bench.writer->figures().inbox, 2u);
    const auto batches_before = bench.writer->figures().batches;
    bench.settle();
    EXPECT_EQ(bench.writer->figures().batches - batches_before, 3u);
    EXPECT_TRUE(third->answered() && fourth->answered());
    EXPECT_EQ(bench.cell("A").units.on_hand, 4);
}

TEST(Writer, AppendsByItselfWhenNothingIsInFlight) {
    Bench bench;
    const auto asked = bench.submit(receipt("A", 1, "1"));
    ASSERT_TRUE(bench.step().has_value());
    ASSERT_TRUE(bench.step().has_value());
    EXPECT_TRUE(asked->answered());  // no flusher step was needed
}

TEST(Writer, AFullInboxIsOverloadedAndForgetsNothing) {
    WriterOptions options;
    options.inbox_commands_max = 2;
    Bench bench(options);
    const auto one = bench.submit(receipt("A", 1, "1"));
    const auto two = bench.submit(receipt("A", 1, "2"));
    Asked third;
    third.command = receipt("A", 1, "3");
    EXPECT_EQ(bench.writer->submit(third), RefusalCode::overloaded);
    bench.settle();
    EXPECT_TRUE(one->answered() && two->answered());
    EXPECT_FALSE(third.answered());
    EXPECT_EQ(bench.writer->submit(third), RefusalCode::none);
    bench.settle();
    EXPECT_TRUE(third.answered());
}

TEST(Writer, ClosedItTakesNothingButAnswersWhatItTook) {
    Bench bench;
    const auto taken = bench.submit(receipt("A", 1, "1"));
    bench.writer->close();
    Asked late;
    late.command = receipt("A", 1, "2");
    EXPECT_EQ(bench.writer->submit(late), RefusalCode::draining);
    bench.settle();
    EXPECT_TRUE(taken->answered());
}

// Reads make no events, so nothing but this would stop them from being decided for ever.
TEST(Writer, WhileTheDiskStandsStillReadsFillTheInboxAndNothingElse) {
    WriterOptions options = never_inline();
    options.inbox_commands_max = 4;
    options.batch_commands_max = 2;
    Bench bench(options);
    bench.settle();
    const auto held = bench.submit(receipt("A", 5, "r"));
    ASSERT_TRUE(bench.step().has_value());
    std::vector<std::unique_ptr<Asked>> reads;
    RefusalCode code = RefusalCode::none;
    while (code == RefusalCode::none && reads.size() < 100) {
        reads.push_back(std::make_unique<Asked>());
        reads.back()->command = read(ReservationId(1));
        code = bench.writer->submit(*reads.back());
        ASSERT_TRUE(bench.step().has_value());
    }
    ASSERT_EQ(code, RefusalCode::overloaded);
    reads.pop_back();
    bench.settle();
    EXPECT_TRUE(held->answered());
    for (const auto& read : reads) {
        EXPECT_TRUE(read->answered());
    }
}

TEST(Writer, WithoutSpaceItRefusesCreatesAndReceiptsBeforeAnyAppend) {
    Bench bench;
    bench.ask(receipt("A", 5, "r"));
    const auto held = bench.ask(hold("A", 1, "h"));
    bench.writer->refuse_growth(RefusalCode::storage_full);
    const auto before = bench.writer->figures().durable;
    EXPECT_EQ(bench.ask(receipt("A", 5, "r2"))->answer.refusal.code, RefusalCode::storage_full);
    EXPECT_EQ(bench.ask(hold("A", 1, "h2"))->answer.refusal.code, RefusalCode::storage_full);
    EXPECT_EQ(bench.writer->figures().durable, before);
    EXPECT_EQ(bench.ask(hold("A", 1, "h"))->answer.kind, AnswerKind::replayed);
    const ReservationId id(held->answer.sequence.value());
    EXPECT_EQ(bench.ask(change(Operation::release, id))->answer.kind, AnswerKind::applied);
    bench.writer->refuse_growth(RefusalCode::overloaded);
    EXPECT_EQ(bench.ask(hold("A", 1, "h2"))->answer.refusal.code, RefusalCode::overloaded);
    bench.writer->refuse_growth(RefusalCode::none);
    EXPECT_EQ(bench.ask(hold("A", 1, "h2"))->answer.kind, AnswerKind::applied);
}

class FailStop : public ::testing::TestWithParam<ledger::Fault> {};

TEST_P(FailStop, AfterAFailedAppendNothingIsAcknowledgedEver) {
    WriterOptions options = never_inline();
    Bench bench(options, {{1, GetParam()}});
    const auto first = bench.submit(receipt("A", 1, "1"));
    ASSERT_TRUE(bench.step().has_value());
    const auto second = bench.submit(receipt("A", 1, "2"));
    ASSERT_TRUE(bench.step().has_value());  // decided behind the batch that will fail
    bench.writer->flusher().step();
    bench.writer->flusher().step();
    EXPECT_FALSE(bench.step().has_value());
    EXPECT_FALSE(bench.step().has_value());
    EXPECT_FALSE(first->answered());
    EXPECT_FALSE(second->answered());
}

TEST_P(FailStop, ARestartKnowsTheWholeBatchOrNothingOfItAndRetriesAreSafe) {
    Bench bench({}, {{1, GetParam()}});
    {
        const auto lost = bench.submit(receipt("A", 3, "1"));
        while (bench.step().has_value()) {
        }
        EXPECT_FALSE(lost->answered());
    }
    bench.open();
    const auto retried = bench.ask(receipt("A", 3, "1"));
    EXPECT_TRUE(retried->answer.kind == AnswerKind::applied ||
                retried->answer.kind == AnswerKind::replayed);
    EXPECT_EQ(bench.cell("A").units.on_hand, 3);
}

INSTANTIATE_TEST_SUITE_P(EveryFault, FailStop,
                         ::testing::Values(ledger::Fault::unknown_nothing_written,
                                           ledger::Fault::unknown_all_written,
                                           ledger::Fault::storage_full,
                                           ledger::Fault::unavailable));

TEST(Writer, AHoldCountsUntilItsDeadlineAndNotAMillisecondLonger) {
    Bench bench;
    bench.ask(receipt("A", 1, "r"));
    bench.ask(hold("A", 1, "h", 60));
    bench.clock.advance(59'999ms);
    EXPECT_EQ(bench.ask(hold("A", 1, ""))->answer.refusal.code, RefusalCode::insufficient_stock);
    bench.clock.advance(1ms);
    EXPECT_EQ(bench.ask(hold("A", 1, "h2"))->answer.kind, AnswerKind::applied);
}

// The process stood still (a paused machine, SIGSTOP) after the time of the step was read.
TEST(Writer, ACommandIsJudgedAtATimeAfterItCame) {
    base::ManualClock running(testing::kStart);
    Bench bench({.clock = &running});
    bench.ask(receipt("A", 1, "r"));
    bench.ask(hold("A", 1, "dead", 60));
    running.advance(60s);
    EXPECT_EQ(bench.ask(hold("A", 1, "h"))->answer.kind, AnswerKind::applied)
        << "nobody is refused because of a dead hold";
}

TEST(Writer, HoldsEndByThemselvesWithoutAnyTraffic) {
    Bench bench;
    bench.ask(receipt("A", 2, "r"));
    bench.ask(hold("A", 2, "h", 60));
    EXPECT_EQ(bench.cell("A").units.held, 2);
    EXPECT_EQ(bench.cell("A").next_expiry_at, testing::kStart.wall + 60s);
    bench.clock.advance(60s);
    bench.settle();
    EXPECT_EQ(bench.cell("A").units.held, 0);
    EXPECT_EQ(bench.cell("A").next_expiry_at, base::kNever);
    EXPECT_EQ(bench.writer->figures().live_holds, 0u);
}

// More dead holds than one batch may end, all on the cell that is asked for: the command waits for
// the next batch and is never refused because of a dead hold.
TEST(Writer, OutOfExpiryBudgetACommandWaitsUndecided) {
    WriterOptions options;
    options.expiries_per_batch_max = 3;
    Bench bench(options);
    bench.ask(receipt("A", 10, "r"));
    for (int i = 0; i < 10; ++i) {
        bench.ask(hold("A", 1, "h" + std::to_string(i), 60));
    }
    bench.clock.advance(60s);
    const auto asked = bench.submit(hold("A", 10, "all"));
    ASSERT_TRUE(bench.step().has_value());
    ASSERT_TRUE(bench.step().has_value());
    EXPECT_FALSE(asked->answered());
    bench.settle();
    EXPECT_EQ(asked->answer.kind, AnswerKind::applied);
    EXPECT_EQ(bench.cell("A").units.held, 10);
}

TEST(Writer, AReplayNamesTheEventThatAnsweredFirst) {
    Bench bench;
    bench.ask(receipt("A", 5, "r"));
    const auto first = bench.ask(hold("A", 2, "key"));
    const auto again = bench.ask(hold("A", 2, "key"));
    EXPECT_EQ(again->answer.kind, AnswerKind::replayed);
    EXPECT_EQ(again->answer.sequence, first->answer.sequence);
    const auto found = find_event(*bench.ledger, again->answer.sequence);
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->bytes, first->answer.event);
    EXPECT_EQ(found->time, first->answer.time);
    EXPECT_EQ(bench.cell("A").units.held, 2);
}

TEST(Writer, LookingUpAnEventBeyondTheEndFindsNothing) {
    Bench bench;
    const auto found = find_event(*bench.ledger, model::Sequence(999));
    ASSERT_FALSE(found.has_value());
    EXPECT_EQ(found.error().code, base::ErrorCode::not_found);
}

TEST(Writer, PersonalDataBecomesDurableWithTheEventThatNamesIt) {
    Bench bench;
    bench.ask(receipt("A", 5, "r"));
    model::Command command = hold("A", 1, "");
    std::get<model::CreateReservation>(command.request).customer = {.digest = {.high = 7, .low = 7},
                                                                    .text = "jane@example.org"};
    const auto asked = bench.ask(std::move(command));
    EXPECT_EQ(asked->image().customer, (base::Digest128{.high = 7, .low = 7}));
    EXPECT_EQ(bench.ledger->private_text({.high = 7, .low = 7}).value(), "jane@example.org");
}

TEST(Writer, StalenessIsZeroOnlyWhenEverythingDecidedIsOut) {
    Bench bench(never_inline());
    bench.ask(receipt("A", 5, "r"));
    EXPECT_EQ(bench.published->freshness(bench.clock.now().wall).staleness, 0ms);
    const auto asked = bench.submit(hold("A", 1, "h"));
    ASSERT_TRUE(bench.step().has_value());
    bench.clock.advance(40ms);
    const auto behind = bench.published->freshness(bench.clock.now().wall);
    EXPECT_GE(behind.staleness, 40ms);
    EXPECT_LT(behind.position, bench.writer->figures().decided);
    bench.settle();
    EXPECT_EQ(bench.published->freshness(bench.clock.now().wall).staleness, 0ms);
}

TEST(Writer, DowntimeMovesThePaymentsThatWereWaiting) {
    Bench bench;
    bench.ask(receipt("A", 5, "r"));
    const auto paying = bench.ask(hold("A", 1, "p", 600));
    const auto held = bench.ask(hold("A", 1, "h", 600));
    const ReservationId paying_id(paying->answer.sequence.value());
    const ReservationId held_id(held->answer.sequence.value());
    const auto begun = bench.ask(change(Operation::begin_payment, paying_id));
    const SignOfLife stopped = bench.alive_now();
    bench.clock.advance(5min);
    bench.open({}, stopped);
    EXPECT_EQ(bench.ask(read(paying_id))->image().expires_at, begun->image().expires_at + 5min);
    EXPECT_EQ(bench.ask(read(held_id))->image().expires_at, held->image().expires_at);
}

TEST(Writer, DowntimeIsSeenInTheViewsAndNoSignOfLifeComesBeforeIt) {
    Bench bench;
    bench.ask(receipt("A", 5, "r"));
    const auto paying = bench.ask(hold("A", 1, "p", 600));
    const auto begun =
        bench.ask(change(Operation::begin_payment, ReservationId(paying->answer.sequence.value())));
    const SignOfLife stopped = bench.alive_now();
    bench.clock.advance(5min);
    bench.open({}, stopped);
    EXPECT_FALSE(bench.writer->downtime_is_durable());
    EXPECT_EQ(bench.cell("A").next_expiry_at, begun->image().expires_at);
    bench.settle();
    EXPECT_TRUE(bench.writer->downtime_is_durable());
    EXPECT_EQ(bench.cell("A").next_expiry_at, begun->image().expires_at + 5min);
}

// Whoever was told that a command is taken gets its answer, however close to the end it came.
TEST(Writer, WhatIsTakenWhileItClosesIsAnswered) {
    for (int round = 0; round < 300; ++round) {
        Bench bench;
        std::vector<std::unique_ptr<Asked>> taken;
        std::jthread asking([&] {
            while (true) {
                auto asked = std::make_unique<Asked>();
                asked->command = receipt("A", 1, "");
                const auto code = bench.writer->submit(*asked);
                if (code == RefusalCode::draining) {
                    return;
                }
                if (code == RefusalCode::none) {
                    taken.push_back(std::move(asked));
                }
            }
        });
        std::jthread closing([&] { bench.writer->close(); });
        while (!bench.writer->is_drained()) {
            ASSERT_TRUE(bench.step());
            static_cast<void>(bench.writer->flusher().step());
        }
        closing.join();
        asking.join();
        for (const auto& asked : taken) {
            ASSERT_TRUE(asked->answered());
        }
    }
}

// Somebody pays: the deadline moves by the downtime.
struct Paying {
    explicit Paying(Bench& on) : bench(on) {
        bench.ask(receipt("A", 5, "r"));
        id = ReservationId(bench.ask(hold("A", 1, "p", 600))->answer.sequence.value());
        first_deadline = bench.ask(change(Operation::begin_payment, id))->image().expires_at;
    }
    [[nodiscard]] base::Time deadline() const { return bench.ask(read(id))->image().expires_at; }

    Bench& bench;
    ReservationId id;
    base::Time first_deadline;
};

// The service lived on after its last event: only the time after that was downtime.
TEST(Writer, DowntimeBeginsWithTheLastSignOfLife) {
    Bench bench;
    const Paying paying(bench);
    bench.clock.advance(3min);
    const SignOfLife alive = bench.alive_now();
    bench.clock.advance(5min);
    bench.open({}, alive);
    EXPECT_EQ(paying.deadline(), paying.first_deadline + 5min);
}

// Between the writer and its first batch the index may be made again, or memory.
TEST(Writer, DowntimeLastsUntilTheServiceBeginsToDecide) {
    Bench bench;
    const Paying paying(bench);
    const SignOfLife alive = bench.alive_now();
    bench.clock.advance(3min);
    bench.open({}, alive);
    EXPECT_FALSE(bench.writer->downtime_is_durable());
    bench.clock.advance(20min);
    EXPECT_EQ(paying.deadline(), paying.first_deadline + 23min) << "else it had expired";
}

// Partition time was an hour behind and being slewed: what was away is what passed.
TEST(Writer, DowntimeIsWhatPassedHoweverFarAheadTheWallClockIs) {
    Bench bench;
    const Paying paying(bench);
    bench.clock.jump_wall(1h);
    const SignOfLife alive = bench.alive_now(1h);
    bench.clock.advance(5min);
    bench.open({}, alive);
    EXPECT_EQ(paying.deadline(), paying.first_deadline + 5min);
}

// Services of before did not say what the partition's time was.
TEST(Writer, AnOlderSignOfLifeStillTellsTheDowntime) {
    Bench bench;
    const Paying paying(bench);
    bench.clock.advance(3min);
    const SignOfLife alive{.wall = bench.clock.now().wall};
    bench.clock.advance(5min);
    bench.open({}, alive);
    EXPECT_EQ(paying.deadline(), paying.first_deadline + 5min);
}

// Until somebody confirms the wall clock nobody knows how long the service was away.
TEST(Writer, DowntimeThatHadToBeConfirmedIsRecordedThen) {
    Bench bench;
    bench.ask(receipt("A", 5, "r"));
    const ReservationId held(bench.ask(hold("A", 1, "h"))->answer.sequence.value());
    const ReservationId id(bench.ask(hold("A", 1, "p"))->answer.sequence.value());
    const auto begun = bench.ask(testing::with_key(
        Operation::begin_payment,
        model::ChangeReservation{.reservation = id, .ttl_seconds = 25 * 3'600 - 60}, ""));
    const SignOfLife alive = bench.alive_now();
    bench.clock.advance(25h);
    bench.open({}, alive);
    EXPECT_EQ(bench.ask(read(id))->image().expires_at, begun->image().expires_at);
    bench.writer->clock().confirm_wall();
    bench.settle();
    const auto moved = bench.ask(read(id))->image();
    EXPECT_EQ(moved.expires_at, begun->image().expires_at + 30min) << "the grace";
    EXPECT_EQ(model::state_of(moved), ReservationState::payment_pending);
    EXPECT_EQ(model::state_of(bench.ask(read(held))->image()), ReservationState::expired);
}

// As after a start: what a crash in between leaves must not make the downtime a shorter one.
TEST(Writer, NoSignOfLifeComesBeforeAConfirmedDowntimeIsDurable) {
    Bench bench(never_inline());
    bench.ask(receipt("A", 5, "r"));
    const SignOfLife alive = bench.alive_now();
    bench.clock.advance(25h);
    bench.open({}, alive);
    const auto before = bench.submit(receipt("A", 1, "before"));
    ASSERT_TRUE(bench.step());
    bench.writer->clock().confirm_wall();
    ASSERT_TRUE(bench.step());
    EXPECT_FALSE(bench.writer->downtime_is_durable());
    ASSERT_TRUE(bench.writer->flusher().step());
    ASSERT_TRUE(bench.step());
    EXPECT_TRUE(before->answered());
    EXPECT_FALSE(bench.writer->downtime_is_durable()) << "the batch before does not say it";
    bench.settle();
    EXPECT_TRUE(bench.writer->downtime_is_durable());
}

// For everybody who replays to compare with.
TEST(Writer, LogsItsStateHashEverySoManyBatches) {
    WriterOptions options;
    options.hash_every_batches = 3;
    Bench bench(options);
    for (int i = 0; i < 7; ++i) {
        bench.ask(receipt("A", 1, "r" + std::to_string(i)));
    }
    std::vector<std::uint64_t> logged;
    std::uint64_t batches = 0;
    const auto visit = [&](std::span<const std::byte> sealed) -> base::Result<void> {
        TRY(const auto batch, ledger::open_sealed(sealed));
        model::EventCursor cursor(batch.payload, batch.header.first);
        for (auto item = cursor.next(); item && *item; item = cursor.next()) {
            TRY(const auto event, model::decode((*item)->bytes));
            if (std::holds_alternative<model::StateHashLogged>(event)) {
                logged.push_back(batches);
            }
        }
        ++batches;
        return {};
    };
    ASSERT_TRUE(bench.ledger->read_from(model::Sequence(1), SIZE_MAX, visit).has_value());
    EXPECT_EQ(logged, (std::vector<std::uint64_t>{3, 6}));  // the first batch is the genesis
}

TEST(Writer, ARestartIsNoDowntime) {
    Bench bench;
    bench.ask(receipt("A", 5, "r"));
    SignOfLife alive = bench.alive_now();
    const auto end = bench.ledger->tail()->last;
    bench.clock.advance(900ms);
    bench.open({}, alive);
    bench.settle();
    EXPECT_TRUE(bench.writer->downtime_is_durable());
    EXPECT_EQ(bench.ledger->tail()->last, end);
    alive = bench.alive_now();
    bench.clock.advance(1s);
    bench.open({}, alive);
    bench.settle();
    EXPECT_TRUE(bench.writer->downtime_is_durable());
    EXPECT_GT(bench.ledger->tail()->last, end) << "a second is recorded";
}

TEST(Writer, RecoveryContinuesWhereTheLedgerEnds) {
    Bench bench;
    bench.ask(receipt("A", 5, "r"));
    const auto first = bench.ask(hold("A", 2, "h"));
    const std::uint64_t hash = bench.writer->state().hash;
    bench.open();
    EXPECT_EQ(bench.writer->state().hash, hash);
    EXPECT_EQ(bench.cell("A").units.held, 2);
    EXPECT_EQ(bench.ask(hold("A", 2, "h"))->answer.kind, AnswerKind::replayed);
    const ReservationId id(first->answer.sequence.value());
    EXPECT_EQ(model::state_of(bench.ask(change(Operation::commit, id))->image()),
              ReservationState::committed);
}

}  // namespace
}  // namespace holdfast::partition
