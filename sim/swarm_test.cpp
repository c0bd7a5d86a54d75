#include <gtest/gtest.h>

#include "sim/shrink.hpp"

namespace holdfast::sim {
namespace {

constexpr std::uint64_t kCommands = 1'500;

TEST(Swarm, NoSeedFindsAnythingAndEachRepeatsItselfToTheBit) {
    SwarmReport sum;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        const SwarmOptions options = draw_options(seed, kCommands);
        const SwarmReport report = run_swarm(options);
        ASSERT_EQ(report.violation, std::nullopt)
            << "holdfast-sim --seed " << seed << " --commands " << options.commands << ": "
            << options.faults.text();
        ASSERT_EQ(run_swarm(options), report) << "seed " << seed;
        add(sum, report);
    }
    // What is not reached is not tested.
    EXPECT_GT(sum.crashes, 300u);
    EXPECT_GT(sum.failed_appends, 50u);
    EXPECT_GT(sum.failed_starts, 3u);
    EXPECT_GT(sum.flips_noticed, 0u);
    EXPECT_GT(sum.unknown_outcomes, 500u);
    EXPECT_GT(sum.checkpoints, 100u);
    EXPECT_GT(sum.answers, 100'000u);
    EXPECT_GT(sum.replies, 20'000u);
}

TEST(Swarm, WithoutFaultsEveryClientIsAnsweredAtOnce) {
    const SwarmReport report = run_swarm({.seed = 5, .commands = 1'000});
    EXPECT_EQ(report.violation, std::nullopt);
    EXPECT_EQ(report.unknown_outcomes, 0u);
    EXPECT_EQ(report.crashes, 1u);  // the one before it comes to rest
}

class ACarelessDisk : public ::testing::TestWithParam<bool> {};

TEST_P(ACarelessDisk, IsFoundAndTheRunShrinks) {
    SwarmOptions options = draw_options(3, kCommands);
    options.in_files = GetParam();
    options.careless_disk = true;
    const SwarmReport report = run_swarm(options);
    ASSERT_TRUE(report.violation.has_value());
    const Shrunk small = shrink(options, report);
    ASSERT_TRUE(small.report.violation.has_value());
    EXPECT_NE(small.report.violation->find("lost what was answered"), std::string::npos)
        << *small.report.violation;
    EXPECT_LT(small.options.commands, 20u);
    EXPECT_EQ(small.options.faults.text(), "no faults");  // the last restart is enough
}

INSTANTIATE_TEST_SUITE_P(Swarm, ACarelessDisk, ::testing::Bool(),
                         [](const auto& chosen) { return chosen.param ? "OfFiles" : "InMemory"; });

TEST(Swarm, FaultKindsHaveNames) {
    for (std::size_t i = 0; i < kFaultKinds; ++i) {
        const auto kind = static_cast<FaultKind>(i);
        EXPECT_EQ(fault_kind_of(to_string(kind)), kind);
    }
    EXPECT_EQ(fault_kind_of("rust"), std::nullopt);
}

}  // namespace
}  // namespace holdfast::sim
