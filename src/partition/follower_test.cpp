#include "partition/follower.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "ledger/format.hpp"
#include "ledger/memory_ledger.hpp"
#include "model/event_codec.hpp"

namespace holdfast::partition {
namespace {

using base::ErrorCode;
using base::Result;
using model::Sequence;

constexpr model::PartitionId kPartition{0};

// Remembers the receipts it was told: each has its own number of units.
class Listener final : public EventObserver {
  public:
    explicit Listener(std::uint64_t position = 0) : position_(position) {}

    Result<void> event(const model::Event& event, std::span<const std::byte> bytes,
                       Sequence sequence, base::Time time) override {
        if (refuses_ == sequence.value()) {
            return base::failure(ErrorCode::unavailable, "the disk is away");
        }
        const auto& moved = std::get<model::StockMoved>(event);
        EXPECT_EQ(static_cast<std::uint64_t>(moved.delta), sequence.value());
        EXPECT_EQ(std::get<model::StockMoved>(*model::decode(bytes)).delta, moved.delta);
        told.push_back(sequence.value());
        times.push_back(time);
        return {};
    }
    Result<void> reached(Sequence position, base::Time as_of) override {
        position_ = position;
        commits.emplace_back(position.value(), as_of);
        return {};
    }
    [[nodiscard]] Sequence position() const override { return position_; }

    void refuse(std::uint64_t sequence) { refuses_ = sequence; }

    std::vector<std::uint64_t> told;
    std::vector<base::Time> times;
    std::vector<std::pair<std::uint64_t, base::Time>> commits;

  private:
    Sequence position_;
    std::uint64_t refuses_ = 0;
};

class FollowerTest : public ::testing::Test {
  protected:
    // A batch of receipts, a second after the one before.
    void append(std::uint32_t count) {
        const auto tail = ledger_->tail();
        ASSERT_TRUE(tail.has_value());
        base::Buffer sealed;
        ledger::reserve_header(sealed);
        for (std::uint64_t i = 1; i <= count; ++i) {
            const auto units = static_cast<std::int64_t>(tail->last.value() + i);
            model::encode(model::StockMoved{.delta = units}, sealed);
        }
        const ledger::BatchHeader header{.partition = kPartition,
                                         .first = Sequence(tail->last.value() + 1),
                                         .count = count,
                                         .epoch = tail->epoch,
                                         .time = tail->time + base::Duration(1'000),
                                         .previous = tail->hash};
        const auto hash = ledger::seal(sealed, header);
        ASSERT_TRUE(ledger_
                        ->append({.expected_last = tail->last,
                                  .epoch = tail->epoch,
                                  .batch = sealed,
                                  .private_texts = {},
                                  .hash = hash})
                        .has_value());
    }

    std::unique_ptr<ledger::Ledger> ledger_ =
        ledger::make_memory_ledger(ledger::make_memory_disk(), kPartition);
};

TEST_F(FollowerTest, TellsEveryEventOnceAndThenHowFarItGot) {
    append(2);
    append(1);
    Listener listener;
    Follower follower(*ledger_, listener);
    EXPECT_TRUE(*follower.step());
    EXPECT_EQ(listener.told, (std::vector<std::uint64_t>{1, 2, 3}));
    EXPECT_EQ(listener.times[0], listener.times[1]);
    EXPECT_LT(listener.times[1], listener.times[2]);
    ASSERT_EQ(listener.commits.size(), 1u);
    EXPECT_EQ(listener.commits[0], std::pair(std::uint64_t{3}, listener.times[2]));
    EXPECT_FALSE(*follower.step());
    append(1);
    EXPECT_TRUE(*follower.step());
    EXPECT_EQ(listener.told.back(), 4u);
    EXPECT_EQ(listener.commits.size(), 2u);
}

TEST_F(FollowerTest, BeginsWhereItsObserverIsAlsoInsideABatch) {
    append(2);
    append(3);
    append(1);
    Listener listener(4);
    Follower follower(*ledger_, listener);
    EXPECT_TRUE(*follower.step());
    EXPECT_EQ(listener.told, (std::vector<std::uint64_t>{5, 6}));
}

TEST_F(FollowerTest, AStepIsBounded) {
    for (int i = 0; i < 40; ++i) {
        append(10);
    }
    Listener listener;
    Follower follower(*ledger_, listener, {.events_per_step = 100});
    EXPECT_TRUE(*follower.step());
    EXPECT_GE(listener.told.size(), 100u);
    EXPECT_LT(listener.told.size(), 400u);
    while (*follower.step()) {
    }
    EXPECT_EQ(listener.told.size(), 400u);
    EXPECT_EQ(listener.commits.back().first, 400u);
}

TEST_F(FollowerTest, AStepIsBoundedInBytesToo) {
    for (int batch = 0; batch < 40; ++batch) {
        append(2);
    }
    Listener listener;
    Follower follower(*ledger_, listener, {.events_per_step = 1'000, .bytes_per_step = 1});
    ASSERT_TRUE(*follower.step());
    EXPECT_LT(listener.told.size(), 80U);
    while (*follower.step()) {
    }
    EXPECT_EQ(listener.told.size(), 80U);
}

TEST_F(FollowerTest, AFailureOfTheObserverIsHandedOn) {
    append(3);
    Listener listener;
    listener.refuse(2);
    Follower follower(*ledger_, listener);
    const auto moved = follower.step();
    ASSERT_FALSE(moved.has_value());
    EXPECT_EQ(moved.error().code, ErrorCode::unavailable);
    EXPECT_TRUE(listener.commits.empty());
}

TEST_F(FollowerTest, AnObserverAheadOfTheLedgerIsDamage) {
    append(3);
    Listener listener(9);
    Follower follower(*ledger_, listener);
    const auto moved = follower.step();
    ASSERT_FALSE(moved.has_value());
    EXPECT_EQ(moved.error().code, ErrorCode::corrupted);
}

}  // namespace
}  // namespace holdfast::partition
