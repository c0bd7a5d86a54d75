#include "ledger/faulty_ledger.hpp"

#include "ledger/memory_ledger.hpp"
#include "ledger/testing.hpp"

namespace holdfast::ledger {
namespace {

using base::ErrorCode;
using testing::append_one;
using testing::BatchMaker;
using testing::failed_with;
using testing::payloads;
using testing::succeeded;
using Texts = std::vector<std::string>;

class FaultyLedgerTest : public ::testing::Test {
  protected:
    std::unique_ptr<Ledger> open(FaultPlan plan) {
        return make_faulty_ledger(make_memory_ledger(disk_, testing::kPartition), std::move(plan));
    }
    Texts on_disk() { return payloads(*make_memory_ledger(disk_, testing::kPartition)).value(); }

    std::shared_ptr<MemoryDisk> disk_ = make_memory_disk();
};

TEST_F(FaultyLedgerTest, AFullOrSilentDiskWritesNothingAndMayRecover) {
    const auto ledger = open({{2, Fault::storage_full}, {3, Fault::unavailable}});
    EXPECT_TRUE(succeeded(append_one(*ledger, 1, "1")));
    EXPECT_TRUE(failed_with(append_one(*ledger, 1, "2"), ErrorCode::storage_full));
    EXPECT_TRUE(failed_with(append_one(*ledger, 1, "2"), ErrorCode::unavailable));
    EXPECT_TRUE(succeeded(append_one(*ledger, 1, "2")));
    EXPECT_EQ(on_disk(), (Texts{"1", "2"}));
}

TEST_F(FaultyLedgerTest, AnUnknownOutcomeStopsAppendsForGoodEitherWay) {
    for (const Fault fault : {Fault::unknown_nothing_written, Fault::unknown_all_written}) {
        disk_ = make_memory_disk();
        const auto ledger = open({{1, fault}});
        EXPECT_TRUE(failed_with(append_one(*ledger, 1, "1"), ErrorCode::outcome_unknown));
        EXPECT_TRUE(failed_with(append_one(*ledger, 1, "2"), ErrorCode::outcome_unknown));
        EXPECT_TRUE(succeeded(ledger->tail())) << "reading goes on";
        EXPECT_EQ(on_disk(), fault == Fault::unknown_all_written ? Texts{"1"} : Texts{});
    }
}

TEST_F(FaultyLedgerTest, ACrashEndsEverythingAndKeepsAllOrNothing) {
    for (const Fault fault : {Fault::crash_nothing_kept, Fault::crash_all_kept}) {
        disk_ = make_memory_disk();
        const auto ledger = open({{2, fault}});
        EXPECT_TRUE(succeeded(append_one(*ledger, 1, "1")));
        EXPECT_TRUE(failed_with(append_one(*ledger, 1, "2"), ErrorCode::outcome_unknown));
        EXPECT_TRUE(failed_with(ledger->tail(), ErrorCode::unavailable));
        EXPECT_EQ(on_disk(), fault == Fault::crash_all_kept ? (Texts{"1", "2"}) : Texts{"1"});
    }
}

TEST_F(FaultyLedgerTest, AMemoryLedgerLosesItsEpochToTheNextOneOpened) {
    const auto old = make_memory_ledger(disk_, testing::kPartition);
    const auto present = make_memory_ledger(disk_, testing::kPartition);
    EXPECT_TRUE(failed_with(append_one(*old, 1, "1"), ErrorCode::conflict));
    EXPECT_TRUE(succeeded(append_one(*present, 1, "1")));
    EXPECT_EQ(payloads(*old).value(), (Texts{"1"})) << "it may still read";
}

}  // namespace
}  // namespace holdfast::ledger
