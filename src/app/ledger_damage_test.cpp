#include "app/ledger_damage.hpp"

#include <gtest/gtest.h>

#include "ledger/damaging_ledger_testing.hpp"
#include "ledger/memory_ledger.hpp"
#include "ledger/testing.hpp"

namespace holdfast::app {
namespace {

using model::Sequence;

// Three batches of two events.
class LedgerDamage : public ::testing::Test {
  protected:
    LedgerDamage() {
        for (int i = 0; i < 3; ++i) {
            EXPECT_TRUE(ledger::testing::append_one(ledger_, 2, "events").has_value());
        }
    }
    ledger::testing::DamagingLedger ledger_{
        ledger::make_memory_ledger(ledger::make_memory_disk(), ledger::testing::kPartition)};
};

TEST_F(LedgerDamage, IsNoneWhereEverythingReadsWell) {
    for (std::uint64_t after = 0; after <= 6; ++after) {
        EXPECT_FALSE(is_ledger_damaged(ledger_, Sequence(after)));
    }
}

TEST_F(LedgerDamage, IsFoundBehindTheView) {
    ledger_.damaged = Sequence(3);
    EXPECT_TRUE(is_ledger_damaged(ledger_, Sequence(0)));
    EXPECT_TRUE(is_ledger_damaged(ledger_, Sequence(2)));
    EXPECT_TRUE(is_ledger_damaged(ledger_, Sequence(4))) << "the batch that ends there vouches";
    EXPECT_FALSE(is_ledger_damaged(ledger_, Sequence(6))) << "nobody reads that any more";
}

TEST_F(LedgerDamage, AnywhereIsTooMuchToMakeAViewAgain) {
    EXPECT_TRUE(read_whole(ledger_).has_value());
    for (const std::uint64_t first : {1, 3, 5}) {
        ledger_.damaged = Sequence(first);
        const auto read = read_whole(ledger_);
        ASSERT_FALSE(read.has_value());
        EXPECT_EQ(read.error().code, base::ErrorCode::corrupted);
    }
}

}  // namespace
}  // namespace holdfast::app
