// The archive is thrown away only if the ledger can make it again.
#include "app/archive_host.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "ledger/damaging_ledger_testing.hpp"
#include "ledger/memory_ledger.hpp"
#include "ledger/testing.hpp"

namespace holdfast::app {
namespace {

using base::ErrorCode;
using model::Sequence;

class ArchiveHostTest : public ::testing::Test {
  protected:
    ArchiveHostTest() {
        for (int i = 0; i < 3; ++i) {
            EXPECT_TRUE(ledger::testing::append_one(ledger_, 2, "events").has_value());
        }
    }
    base::Result<std::unique_ptr<ArchiveHost>> open() {
        return ArchiveHost::open(path(), ledger_, {});
    }
    [[nodiscard]] std::string path() const { return directory_.path() + "/archive"; }

    ledger::testing::TemporaryDirectory directory_;
    ledger::testing::DamagingLedger ledger_{
        ledger::make_memory_ledger(ledger::make_memory_disk(), ledger::testing::kPartition)};
};

TEST_F(ArchiveHostTest, IsThrownAwayWhereTheLedgerIsWhole) {
    const auto host = open();
    ASSERT_TRUE(host.has_value());
    EXPECT_TRUE((*host)->discard().has_value());
    EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(ArchiveHostTest, IsKeptWhereABatchOfLongAgoIsDamaged) {
    const auto host = open();
    ASSERT_TRUE(host.has_value());
    ledger_.damaged = Sequence(1);
    const auto discarded = (*host)->discard();
    ASSERT_FALSE(discarded.has_value());
    EXPECT_EQ(discarded.error().code, ErrorCode::corrupted);
    EXPECT_TRUE(std::filesystem::exists(path() + "/CURRENT"));
    EXPECT_FALSE((*host)->remake("made again", "detail").has_value());
    EXPECT_TRUE(std::filesystem::exists(path() + "/CURRENT"));
}

TEST_F(ArchiveHostTest, OneThatDoesNotOpenIsKeptForADamagedLedgerToo) {
    ASSERT_TRUE(open().has_value());
    std::ofstream(path() + "/CURRENT") << "nonsense";
    ledger_.damaged = Sequence(3);
    EXPECT_EQ(open().error().code, ErrorCode::corrupted);
    EXPECT_TRUE(std::filesystem::exists(path() + "/CURRENT"));
    ledger_.damaged = {};
    EXPECT_TRUE(open().has_value());
}

}  // namespace
}  // namespace holdfast::app
