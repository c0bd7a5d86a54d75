// The audit judges by rules of its own. Here it judges what the production machine decides, under
// random commands of every kind: whatever it finds is a bug of one of the two.
#include <gtest/gtest.h>

#include "audit/auditor.hpp"
#include "core/naive_dice.hpp"
#include "core/naive_world.hpp"
#include "sim/partition_world.hpp"

namespace holdfast::sim {
namespace {

using audit::Auditor;
using audit::Check;
using audit::Findings;

std::string violations_of(const Findings& findings) {
    std::string out;
    for (std::size_t i = 0; i < audit::kChecks; ++i) {
        for (const auto& violation : findings.at(static_cast<Check>(i)).first) {
            out += std::string(audit::info_of(static_cast<Check>(i)).name) + " at " +
                   std::to_string(violation.at.value()) + ": " + violation.text + "\n";
        }
    }
    return out;
}

TEST(Audit, FindsNothingInALedgerOfTheProductionWriter) {
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        WorldOptions options;
        options.seed = seed;
        options.workload.seed = seed;
        PartitionWorld world(options);
        for (int life = 0; life < 3; ++life) {
            world.run(4'000);
            world.restart();
        }
        Findings findings;
        Auditor auditor(findings, /*surely_swept=*/1);
        const auto read = world.ledger().read_from(model::Sequence(1), SIZE_MAX,
                                                   [&](std::span<const std::byte> sealed) {
                                                       auditor.add(sealed);
                                                       return base::Result<void>();
                                                   });
        ASSERT_TRUE(read.has_value());
        auditor.finish();
        EXPECT_TRUE(findings.clean()) << "seed " << seed << '\n' << violations_of(findings);
        EXPECT_GT(findings.at(Check::oversell).looked_at, 1'000U);
        EXPECT_GT(findings.at(Check::keys).looked_at, 1'000U);
    }
}

// The machine of the naive model's test, whose batches are audited as they come.
class AuditedWorld : public core::testing::NaiveWorld {
  public:
    explicit AuditedWorld(bool forgets) : NaiveWorld(forgets) {}

    void audit_new_events() {
        const auto& all = machine().event_bytes();
        base::Buffer record;
        ledger::reserve_header(record);
        std::uint32_t count = 0;
        for (auto at = all.upper_bound(last_); at != all.end(); ++at, ++count) {
            record.insert(record.end(), at->second->begin(), at->second->end());
        }
        if (count == 0) {
            return;
        }
        hash_ = ledger::seal(record, {.partition = {},
                                      .first = model::Sequence(last_ + 1),
                                      .count = count,
                                      .epoch = {},
                                      .time = machine().now(),
                                      .previous = hash_});
        last_ += count;
        auditor_.add(record);
    }
    const Findings& finish_audit() {
        auditor_.finish();
        return findings_;
    }
    [[nodiscard]] const Auditor& auditor() const { return auditor_; }

  private:
    Findings findings_;
    Auditor auditor_{findings_, /*surely_swept=*/0};  // this world sweeps when its dice say so
    std::uint64_t last_ = 0;
    base::Sha256 hash_{};
};

TEST(Audit, FindsNothingWhateverTheMachineIsAsked) {
    constexpr int kEpisodes = 60;
    constexpr int kSteps = 400;
    Findings all;
    for (std::uint64_t episode = 1; episode <= kEpisodes; ++episode) {
        AuditedWorld world(/*forgets=*/episode % 2 == 0);
        core::testing::AskDice dice(episode, world.model());
        for (const auto& step : dice.beginning()) {
            ASSERT_EQ(world.run(step), "");
            world.audit_new_events();
        }
        for (int i = 0; i < kSteps; ++i) {
            ASSERT_EQ(world.run(dice.next()), "");
            world.audit_new_events();
        }
        const Findings& findings = world.finish_audit();
        ASSERT_TRUE(findings.clean()) << "episode " << episode << '\n' << violations_of(findings);
        const core::State& state = world.machine().core_state();
        for (std::uint32_t i = 0; i < state.cells.size(); ++i) {
            const core::Cell& cell = state.cells[i];
            const auto known = world.auditor().figures().find(cell.sku, cell.pool);
            const auto units =
                known == audit::kNone ? model::CellImage{} : world.auditor().figures()[known].units;
            ASSERT_EQ(units, cell.units) << "episode " << episode;
        }
    }
}

}  // namespace
}  // namespace holdfast::sim
