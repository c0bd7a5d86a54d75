#include "ledger/feed.hpp"

#include "ledger/memory_ledger.hpp"
#include "ledger/testing.hpp"

namespace holdfast::ledger {
namespace {

using base::ErrorCode;
using testing::append_one;
using testing::failed_with;
using testing::succeeded;
using Texts = std::vector<std::string>;

class FeedTest : public ::testing::Test {
  protected:
    void SetUp() override {
        for (const char* payload : {"1-2", "3-4", "5-6"}) {
            ASSERT_TRUE(succeeded(append_one(*ledger_, 2, payload)));
        }
    }
    base::Result<Texts> pull(Feed& feed, std::size_t batches) {
        Texts texts;
        const auto visit = [&](const Batch& batch) -> base::Result<void> {
            texts.emplace_back(base::as_text(batch.payload));
            return {};
        };
        TRY(const auto count, feed.next_batches(batches, visit));
        EXPECT_EQ(count, texts.size());
        return texts;
    }

    std::unique_ptr<Ledger> ledger_ = make_memory_ledger(make_memory_disk(), testing::kPartition);
};

TEST_F(FeedTest, ReadsOnFromWhereItStopped) {
    Feed feed(*ledger_, model::Sequence(0));
    EXPECT_EQ(pull(feed, 2).value(), (Texts{"1-2", "3-4"}));
    EXPECT_EQ(feed.position(), model::Sequence(4));
    EXPECT_EQ(pull(feed, 2).value(), (Texts{"5-6"}));
    EXPECT_EQ(pull(feed, 2).value(), Texts{}) << "at the tail";
    ASSERT_TRUE(succeeded(append_one(*ledger_, 1, "7")));
    EXPECT_EQ(pull(feed, 2).value(), (Texts{"7"}));
}

TEST_F(FeedTest, StartsAfterItsCursor) {
    Feed at_an_end(*ledger_, model::Sequence(2));
    EXPECT_EQ(pull(at_an_end, 9).value(), (Texts{"3-4", "5-6"}));
    Feed inside(*ledger_, model::Sequence(3));
    EXPECT_EQ(pull(inside, 9).value(), (Texts{"3-4", "5-6"})) << "the batch it is in, whole";
    Feed at_the_tail(*ledger_, model::Sequence(6));
    EXPECT_EQ(pull(at_the_tail, 9).value(), Texts{});
}

TEST_F(FeedTest, ACursorBeyondTheLedgerIsAnError) {
    Feed feed(*ledger_, model::Sequence(7));
    EXPECT_TRUE(failed_with(pull(feed, 9), ErrorCode::corrupted));
}

TEST_F(FeedTest, AKnownHashMustBeContinued) {
    Feed right(*ledger_, model::Sequence(6), ledger_->tail()->hash);
    Feed wrong(*ledger_, model::Sequence(6), base::Sha256{});
    ASSERT_TRUE(succeeded(append_one(*ledger_, 1, "7")));
    EXPECT_EQ(pull(right, 9).value(), (Texts{"7"}));
    EXPECT_TRUE(failed_with(pull(wrong, 9), ErrorCode::corrupted));
}

TEST_F(FeedTest, ABatchThatTheVisitorFailedOnComesAgain) {
    Feed feed(*ledger_, model::Sequence(0));
    const auto fail_at_3 = [](const Batch& batch) -> base::Result<void> {
        if (batch.header.first == model::Sequence(3)) {
            return base::failure(ErrorCode::unavailable, "not now");
        }
        return {};
    };
    EXPECT_TRUE(failed_with(feed.next_batches(9, fail_at_3), ErrorCode::unavailable));
    EXPECT_EQ(feed.position(), model::Sequence(2));
    EXPECT_EQ(pull(feed, 9).value(), (Texts{"3-4", "5-6"}));
}

}  // namespace
}  // namespace holdfast::ledger
