#include <gtest/gtest.h>

#include "sim/shrink.hpp"

namespace holdfast::sim {
namespace {

SwarmOptions swarm(std::uint64_t seed, std::uint64_t commands = 1'500) {
    base::Prng dice(seed);
    return {.seed = seed, .commands = commands, .faults = Faults::drawn(dice)};
}

TEST(Swarm, NoSeedFindsAnythingAndEachRepeatsItselfToTheBit) {
    SwarmReport sum;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        const SwarmOptions options = swarm(seed);
        const SwarmReport report = run_swarm(options);
        ASSERT_EQ(report.violation, std::nullopt)
            << "holdfast-sim --seed " << seed << " --commands " << options.commands << ": "
            << options.faults.text();
        ASSERT_EQ(run_swarm(options), report) << "seed " << seed;
        sum.crashes += report.crashes;
        sum.failed_appends += report.failed_appends;
        sum.unknown_outcomes += report.unknown_outcomes;
        sum.checkpoints += report.checkpoints;
        sum.answers += report.answers;
    }
    // What is not reached is not tested.
    EXPECT_GT(sum.crashes, 300u);
    EXPECT_GT(sum.failed_appends, 100u);
    EXPECT_GT(sum.unknown_outcomes, 500u);
    EXPECT_GT(sum.checkpoints, 100u);
    EXPECT_GT(sum.answers, 100'000u);
}

TEST(Swarm, WithoutFaultsEveryClientIsAnsweredAtOnce) {
    const SwarmReport report = run_swarm({.seed = 5, .commands = 1'000});
    EXPECT_EQ(report.violation, std::nullopt);
    EXPECT_EQ(report.unknown_outcomes, 0u);
    EXPECT_EQ(report.crashes, 1u);  // the one before it comes to rest
}

TEST(Swarm, ADiskThatLiesIsFoundAndTheRunShrinks) {
    SwarmOptions options = swarm(3);
    options.careless_disk = true;
    const SwarmReport report = run_swarm(options);
    ASSERT_TRUE(report.violation.has_value());
    const Shrunk small = shrink(options, report);
    ASSERT_TRUE(small.report.violation.has_value());
    EXPECT_NE(small.report.violation->find("lost what was answered"), std::string::npos)
        << *small.report.violation;
    EXPECT_LT(small.options.commands, 10u);
    EXPECT_EQ(small.options.faults.text(), "no faults");  // the last restart is enough
}

TEST(Swarm, FaultKindsHaveNames) {
    for (std::size_t i = 0; i < kFaultKinds; ++i) {
        const auto kind = static_cast<FaultKind>(i);
        EXPECT_EQ(fault_kind_of(to_string(kind)), kind);
    }
    EXPECT_EQ(fault_kind_of("rust"), std::nullopt);
}

}  // namespace
}  // namespace holdfast::sim
