// Reading ahead hands over what reading does, in the same order, and the same errors after it.
#include "app/recovery_ahead.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "ledger/memory_ledger.hpp"
#include "ledger/testing.hpp"
#include "partition/testing.hpp"

namespace holdfast::app {
namespace {

using partition::testing::Bench;

void fill(Bench& bench, int holds) {
    bench.ask(partition::testing::receipt("A", holds, "r"));
    for (int i = 0; i < holds; ++i) {
        bench.ask(partition::testing::hold("A", 1, "h" + std::to_string(i), 600));
    }
}

using Firsts = std::vector<std::uint64_t>;

template <typename Reader>
Firsts read_all(Reader& reader, std::size_t batches_at_once) {
    Firsts out;
    while (true) {
        const auto count = reader.next_batches(batches_at_once, [&](const ledger::Batch& batch) {
            EXPECT_FALSE(batch.payload.empty());
            out.push_back(batch.header.first.value());
            return base::Result<void>();
        });
        if (count.value() == 0) {
            return out;
        }
    }
}

TEST(FeedAhead, HandsOverTheSameBatchesAsAFeed) {
    Bench bench;
    fill(bench, 50);
    for (const std::uint64_t after : {0u, 7u, 20u}) {
        ledger::Feed plain(*bench.ledger, model::Sequence(after));
        FeedAhead ahead(*bench.ledger, model::Sequence(after));
        EXPECT_EQ(read_all(ahead, 3), read_all(plain, 3)) << "after " << after;
    }
}

TEST(FeedAhead, TellsAnErrorOfTheReadingAfterTheBatchesBeforeIt) {
    Bench bench;
    fill(bench, 3);
    const auto tail = bench.ledger->tail()->last;
    FeedAhead beyond(*bench.ledger, model::Sequence(tail.value() + 5));
    const auto read = beyond.next_batches(1, [](const auto&) { return base::Result<void>(); });
    ASSERT_FALSE(read.has_value());
    EXPECT_EQ(read.error().code, base::ErrorCode::corrupted);
}

TEST(FeedAhead, EndsWhenItsReaderGoesInTheMiddle) {
    Bench bench;
    fill(bench, 30);
    FeedAhead ahead(*bench.ledger, model::Sequence(0));
    const auto read = ahead.next_batches(5, [](const auto&) -> base::Result<void> {
        return base::failure(base::ErrorCode::conflict, "enough");
    });
    ASSERT_FALSE(read.has_value());
    EXPECT_EQ(read.error().code, base::ErrorCode::conflict);
}

TEST(RecoveryAhead, RecoversTheStateThatRecoveryDoes) {
    Bench bench;
    fill(bench, 40);
    const auto ahead = recover_ahead(*bench.ledger);
    const auto plain = partition::recover(*bench.ledger);
    ASSERT_TRUE(ahead.has_value());
    EXPECT_EQ(ahead->state->hash, plain->state->hash);
    EXPECT_EQ(ahead->last, plain->last);
}

}  // namespace
}  // namespace holdfast::app
