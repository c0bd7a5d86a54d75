// The same commands to a partition that forgets whatever it may and to one that forgets nothing:
// every answer, every event and the ledgers' chains must be equal. And a partition in a hurry,
// whose archiver and lookups are late by the dice, across crashes and checkpoints.
#include <gtest/gtest.h>

#include "base/prng.hpp"
#include "core/invariants.hpp"
#include "partition/archive_testing.hpp"
#include "sim/workload.hpp"

namespace holdfast::sim {
namespace {

using partition::AnswerKind;
using partition::Submission;
using partition::testing::ColdPartition;

struct Ask final : Submission {
    void done() override { answered = true; }
    bool answered = false;
};

void expect_equal(const partition::Answer& cold, const partition::Answer& plain, int step) {
    ASSERT_EQ(cold.kind, plain.kind) << "step " << step;
    ASSERT_EQ(cold.sequence, plain.sequence) << "step " << step;
    ASSERT_EQ(cold.event, plain.event) << "step " << step;
    ASSERT_EQ(cold.refusal.code, plain.refusal.code) << "step " << step;
    ASSERT_EQ(cold.refusal.recorded, plain.refusal.recorded) << "step " << step;
}

partition::Answer ask(ColdPartition& partition, const model::Command& command) {
    Ask out;
    out.command = command;
    partition.submit(out);
    partition.settle();
    EXPECT_TRUE(out.answered);
    return out.answer;
}

TEST(ColdPartition, AnswersAndWritesWhatOneWithoutAnArchiveDoes) {
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        ColdPartition cold;
        ColdPartition plain({.archive = false});
        Workload workload({.seed = seed, .skus = 8, .repeat_percent = 15});
        base::Prng dice(seed);
        for (int step = 0; step < 6'000; ++step) {
            const model::Command command = workload.next();
            const auto answer = ask(cold, command);
            expect_equal(answer, ask(plain, command), step);
            ASSERT_FALSE(testing::Test::HasFatalFailure()) << "seed " << seed;
            if (answer.kind == AnswerKind::applied &&
                command.operation == model::Operation::create) {
                workload.created(model::ReservationId(answer.sequence.value()));
            }
            if (dice.chance(1, 3)) {
                cold.forget();
            }
            const base::Duration pause(dice.between(0, 2'000));
            for (ColdPartition* const each : {&cold, &plain}) {
                each->clock.advance(pause);
                each->settle();  // what is due ends in a batch of its own in both
            }
        }
        EXPECT_EQ(cold.ledger().tail()->hash, plain.ledger().tail()->hash);
        EXPECT_EQ(cold.state().hash, plain.state().hash);
        EXPECT_EQ(core::check_invariants(cold.state()).value_or("sound"), "sound");
        EXPECT_GT(cold.writer().figures().archive.lookups, 300u);
        EXPECT_GT(cold.state().archived.reservations, 300u);
    }
}

// Many commands at a time; everything that runs beside the writer runs when the dice say so.
class ColdWorld {
  public:
    explicit ColdWorld(std::uint64_t seed)
        : partition_({.lookups_at_once = 64}),
          workload_({.seed = seed, .skus = 8, .repeat_percent = 15}),
          dice_(seed) {}

    void run(int commands) {
        while (commands > 0 || !asked_.empty()) {
            for (auto i = dice_.below(16); i > 0 && commands > 0; --i, --commands) {
                asked_.push_back(std::make_unique<Ask>());
                asked_.back()->command = workload_.next();
                partition_.submit(*asked_.back());
            }
            partition_.step_writer();
            if (dice_.chance(1, 3)) {
                partition_.step_lookups();
            }
            if (dice_.chance(1, 3)) {
                partition_.archive_some();
            }
            std::erase_if(asked_, [this](const auto& each) { return collect(*each); });
            partition_.clock.advance(base::Duration(dice_.between(0, 500)));
        }
    }
    // A checkpoint of a second state, which forgets at other moments than the writer.
    void checkpoint() {
        auto replayer = partition::Replayer::open(partition_.ledger(), nullptr,
                                                  {.archive = &partition_.archive()});
        ASSERT_TRUE(replayer.has_value()) << replayer.error().message;
        partition::Archiver archiver(partition_.ledger(), partition_.archive(),
                                     ColdPartition::at_once());
        archiver.offer_to((*replayer)->leaving(), (*replayer)->state().archived.offered);
        for (bool moved = true; moved;) {
            const auto followed = (*replayer)->step();
            ASSERT_TRUE(followed.has_value()) << followed.error().message;
            moved = *followed;
            if (dice_.chance(1, 2)) {
                const auto archived = archiver.step(partition_.clock.now().wall);
                ASSERT_TRUE(archived.has_value()) << archived.error().message;
                moved = moved || *archived;
            }
        }
        EXPECT_EQ((*replayer)->state().hash, partition_.state().hash);
        ASSERT_TRUE((*replayer)->checkpoint().has_value());
    }

    ColdPartition& partition() { return partition_; }

  private:
    bool collect(const Ask& ask) {
        if (ask.answered && ask.answer.kind == AnswerKind::applied &&
            ask.command.operation == model::Operation::create) {
            workload_.created(model::ReservationId(ask.answer.sequence.value()));
        }
        return ask.answered;
    }

    ColdPartition partition_;
    Workload workload_;
    base::Prng dice_;
    std::vector<std::unique_ptr<Ask>> asked_;
};

TEST(ColdPartition, CrashesAndCheckpointsOfStatesThatForgotLoseNothing) {
    ColdWorld world(11);
    for (int round = 0; round < 12; ++round) {
        world.run(1'500);
        const std::uint64_t hash = world.partition().state().hash;
        if (round % 2 == 0) {
            world.checkpoint();
        }
        if (round % 4 == 3) {
            world.partition().lose_archive();
        }
        world.partition().restart();
        ASSERT_EQ(world.partition().state().hash, hash) << "round " << round;
        ASSERT_EQ(core::check_invariants(world.partition().state()).value_or("sound"), "sound");
    }
    EXPECT_GT(world.partition().state().archived.reservations, 1'000u);
}

}  // namespace
}  // namespace holdfast::sim
