#include "sim/partition_world.hpp"

#include <gtest/gtest.h>

#include "core/invariants.hpp"
#include "partition/recovery.hpp"
#include "partition/replayer.hpp"

namespace holdfast::sim {
namespace {

struct Ending {
    std::uint64_t hash = 0;
    std::uint64_t unseed = 0;
    std::uint64_t last = 0;
    WorldTally tally;
    bool operator==(const Ending&) const = default;
};

Ending run_world(const WorldOptions& options, std::uint64_t commands) {
    PartitionWorld world(options);
    world.run(commands);
    EXPECT_EQ(core::check_invariants(world.state()), std::nullopt);
    const auto tail = world.ledger().tail();
    return {.hash = world.state().hash,
            .unseed = world.unseed(),
            .last = tail->last.value(),
            .tally = world.tally()};
}

TEST(PartitionWorld, AMillionCommandsTwiceEndInTheSameState) {
    const WorldOptions options{.seed = 20'260'101, .writer = {}, .workload = {.seed = 7}};
    const Ending first = run_world(options, 1'000'000);
    const Ending second = run_world(options, 1'000'000);
    EXPECT_EQ(first, second);
    // The mix must reach every kind of answer, or the run proves little.
    EXPECT_GT(first.tally.applied, 300'000u);
    EXPECT_GT(first.tally.refused, 100'000u);
    EXPECT_GT(first.tally.replayed, 10'000u);
    EXPECT_GT(first.tally.shown, 10'000u);
}

TEST(PartitionWorld, AnotherSeedIsAnotherHistory) {
    const Ending one = run_world({.seed = 1, .writer = {}, .workload = {.seed = 1}}, 5'000);
    const Ending two = run_world({.seed = 2, .writer = {}, .workload = {.seed = 2}}, 5'000);
    EXPECT_NE(one.hash, two.hash);
}

TEST(PartitionWorld, ARestartRecoversTheStateThatWasLeft) {
    PartitionWorld world({.seed = 3, .writer = {}, .workload = {.seed = 3}});
    for (int round = 0; round < 10; ++round) {
        world.run(2'000);
        const std::uint64_t before = world.state().hash;
        world.restart();
        ASSERT_EQ(world.state().hash, before) << "round " << round;
        ASSERT_EQ(core::check_invariants(world.state()), std::nullopt);
    }
}

TEST(PartitionWorld, TheReplayerReachesTheWritersStateAndItsCheckpointsToo) {
    PartitionWorld world({.seed = 4, .writer = {.hash_every_batches = 8}, .workload = {.seed = 4}});
    world.run(20'000);
    auto replayer =
        partition::Replayer::open(world.ledger(), nullptr, {.checkpoint_every_events = 1'000});
    ASSERT_TRUE(replayer.has_value());
    while (true) {
        const auto moved = (*replayer)->step();
        ASSERT_TRUE(moved.has_value()) << moved.error().message;
        if (!*moved) {
            break;
        }
    }
    EXPECT_EQ((*replayer)->state().hash, world.state().hash);
    EXPECT_GT((*replayer)->checkpointed().value(), 0u);
    const auto recovered = partition::recover(world.ledger());
    ASSERT_TRUE(recovered.has_value()) << recovered.error().message;
    EXPECT_GT(recovered->checkpoint.value(), 0u);
    EXPECT_EQ(recovered->state->hash, world.state().hash);
    EXPECT_EQ(core::check_invariants(*recovered->state), std::nullopt);
}

}  // namespace
}  // namespace holdfast::sim
