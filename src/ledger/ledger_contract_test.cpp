// What every ledger promises, tried on each implementation.

#include <algorithm>
#include <atomic>
#include <functional>
#include <thread>

#include "ledger/faulty_ledger.hpp"
#include "ledger/feed.hpp"
#include "ledger/memory_ledger.hpp"
#include "ledger/rocksdb_ledger.hpp"
#include "ledger/segment_ledger.hpp"
#include "ledger/testing.hpp"

namespace holdfast::ledger {
namespace {

using base::ErrorCode;
using testing::append_one;
using testing::BatchMaker;
using testing::checkpoint_text;
using testing::failed_with;
using testing::payloads;
using testing::save_checkpoint;
using testing::succeeded;
using Texts = std::vector<std::string>;

// Opens the same ledger again and again.
class Home {
  public:
    virtual ~Home() = default;
    virtual std::unique_ptr<Ledger> open() = 0;
};

class MemoryHome : public Home {
  public:
    std::unique_ptr<Ledger> open() override {
        return make_memory_ledger(disk_, testing::kPartition);
    }

  private:
    std::shared_ptr<MemoryDisk> disk_ = make_memory_disk();
};

class FaultyHome final : public MemoryHome {
  public:
    std::unique_ptr<Ledger> open() override { return make_faulty_ledger(MemoryHome::open(), {}); }
};

class RocksdbHome final : public Home {
  public:
    std::unique_ptr<Ledger> open() override {
        auto opened = open_rocksdb_ledger({.path = directory_ / "ledger",
                                           .partition = testing::kPartition,
                                           .create_if_missing = true});
        EXPECT_TRUE(succeeded(opened));
        return std::move(opened).value_or(nullptr);
    }

  private:
    testing::TemporaryDirectory directory_;
};

// Segments so small that most tests go through several.
class SegmentHome final : public Home {
  public:
    std::unique_ptr<Ledger> open() override {
        auto opened = open_segment_ledger({.path = directory_ / "ledger",
                                           .partition = testing::kPartition,
                                           .create_if_missing = true},
                                          {.least = 4352, .most = 4352});
        EXPECT_TRUE(succeeded(opened));
        return std::move(opened).value_or(nullptr);
    }

  private:
    testing::TemporaryDirectory directory_;
};

struct Kind {
    std::string name;
    std::function<std::unique_ptr<Home>()> make;
};

class LedgerContract : public ::testing::TestWithParam<Kind> {
  protected:
    void SetUp() override {
        home_ = GetParam().make();
        reopen();
    }
    void reopen() {
        ledger_.reset();
        ledger_ = home_->open();
        ASSERT_NE(ledger_, nullptr);
    }
    Tail tail() { return ledger_->tail().value(); }
    Texts texts(std::uint64_t first, std::size_t batches = SIZE_MAX) {
        const auto read = payloads(*ledger_, first, batches);
        EXPECT_TRUE(succeeded(read));
        return read.value_or(Texts{});
    }
    void append(std::uint32_t count, std::string_view payload) {
        ASSERT_TRUE(succeeded(append_one(*ledger_, count, payload)));
    }

    std::unique_ptr<Home> home_;
    std::unique_ptr<Ledger> ledger_;
};

TEST_P(LedgerContract, ANewLedgerIsEmpty) {
    EXPECT_EQ(tail().last, model::Sequence(0));
    EXPECT_EQ(tail().hash, base::Sha256{});
    EXPECT_EQ(tail().bytes, 0U);
    EXPECT_EQ(tail().epoch, model::Epoch(1));
    EXPECT_EQ(texts(1), Texts{});
}

TEST_P(LedgerContract, TheTailTellsTheNewestBatch) {
    BatchMaker maker(tail());
    std::uint64_t bytes = 0;
    for (const std::uint32_t count : {3U, 1U}) {
        const auto sealed = maker.next(count, "payload");
        bytes += sealed.size();
        ASSERT_TRUE(succeeded(ledger_->append({.expected_last = tail().last,
                                               .epoch = tail().epoch,
                                               .batch = sealed,
                                               .private_texts = {}})));
    }
    EXPECT_EQ(tail().last, model::Sequence(4));
    EXPECT_EQ(tail().hash, maker.tail().hash);
    EXPECT_EQ(tail().time, maker.tail().time);
    EXPECT_EQ(tail().bytes, bytes);
}

TEST_P(LedgerContract, ReadsFromTheBatchThatContainsThePosition) {
    append(3, "1-3");
    append(1, "4");
    append(2, "5-6");
    EXPECT_EQ(texts(1), (Texts{"1-3", "4", "5-6"}));
    EXPECT_EQ(texts(2), (Texts{"1-3", "4", "5-6"})) << "inside a batch";
    EXPECT_EQ(texts(3), (Texts{"1-3", "4", "5-6"})) << "at the end of a batch";
    EXPECT_EQ(texts(4), (Texts{"4", "5-6"}));
    EXPECT_EQ(texts(6), (Texts{"5-6"})) << "at the tail";
    EXPECT_EQ(texts(7), Texts{}) << "beyond the tail";
    EXPECT_EQ(texts(1, 2), (Texts{"1-3", "4"})) << "no more than asked for";
    EXPECT_EQ(texts(1, 0), Texts{});
}

TEST_P(LedgerContract, AVisitorsErrorEndsTheReadingAndIsReturned) {
    append(1, "1");
    append(1, "2");
    int visited = 0;
    const auto visit = [&](auto) -> base::Result<void> {
        ++visited;
        return base::failure(ErrorCode::unavailable, "enough");
    };
    EXPECT_TRUE(
        failed_with(ledger_->read_from(model::Sequence(1), 10, visit), ErrorCode::unavailable));
    EXPECT_EQ(visited, 1);
}

TEST_P(LedgerContract, AnAppendOnAnotherTailIsAConflictAndWritesNothing) {
    append(2, "1-2");
    const Tail before = tail();
    BatchMaker maker(before);
    const auto sealed = maker.next(1, "late");
    for (const std::uint64_t wrong : {0, 1, 3}) {
        EXPECT_TRUE(failed_with(ledger_->append({.expected_last = model::Sequence(wrong),
                                                 .epoch = before.epoch,
                                                 .batch = sealed,
                                                 .private_texts = {}}),
                                ErrorCode::conflict));
    }
    EXPECT_EQ(tail().hash, before.hash);
    EXPECT_EQ(texts(1), (Texts{"1-2"}));
}

TEST_P(LedgerContract, AnAppendOnAnotherHistoryIsAConflict) {
    append(1, "1");
    Tail forged = tail();
    forged.hash[5] ^= std::byte{1};
    const auto sealed = BatchMaker(forged).next(1, "2");
    EXPECT_TRUE(failed_with(ledger_->append({.expected_last = forged.last,
                                             .epoch = forged.epoch,
                                             .batch = sealed,
                                             .private_texts = {}}),
                            ErrorCode::conflict));
    EXPECT_EQ(texts(1), (Texts{"1"}));
}

TEST_P(LedgerContract, AnAppendOfAnotherEpochIsAConflict) {
    const Tail before = tail();
    for (const std::uint64_t wrong : {before.epoch.value() - 1, before.epoch.value() + 1}) {
        Tail believed = before;
        believed.epoch = model::Epoch(wrong);
        const auto sealed = BatchMaker(believed).next(1, "1");
        EXPECT_TRUE(failed_with(ledger_->append({.expected_last = believed.last,
                                                 .epoch = believed.epoch,
                                                 .batch = sealed,
                                                 .private_texts = {}}),
                                ErrorCode::conflict));
    }
    EXPECT_EQ(texts(1), Texts{});
}

TEST_P(LedgerContract, AHeaderThatContradictsItsAppendIsRefused) {
    append(1, "1");
    const Tail before = tail();
    Tail earlier = before;
    earlier.time -= base::Duration(6);  // the next batch is 5 ms later
    Tail further = before;
    further.last = model::Sequence(before.last.value() + 1);
    Tail of_another_epoch = before;
    of_another_epoch.epoch = model::Epoch(before.epoch.value() + 1);
    std::vector<base::Buffer> contradictions;
    for (const Tail& wrong : {earlier, further, of_another_epoch}) {
        contradictions.push_back(BatchMaker(wrong).next(1, "2"));
    }
    base::Buffer elsewhere;
    reserve_header(elsewhere);
    elsewhere.push_back(std::byte{2});
    seal(elsewhere, {.partition = model::PartitionId(testing::kPartition.value() + 1),
                     .first = model::Sequence(before.last.value() + 1),
                     .count = 1,
                     .epoch = before.epoch,
                     .time = before.time,
                     .previous = before.hash});
    contradictions.push_back(elsewhere);
    for (const auto& sealed : contradictions) {
        EXPECT_TRUE(failed_with(ledger_->append({.expected_last = before.last,
                                                 .epoch = before.epoch,
                                                 .batch = sealed,
                                                 .private_texts = {}}),
                                ErrorCode::invalid_input));
    }
    EXPECT_EQ(texts(1), (Texts{"1"}));
}

TEST_P(LedgerContract, AMalformedBatchIsRefusedAndTheLedgerLivesOn) {
    auto sealed = BatchMaker(tail()).next(1, "1");
    sealed.back() ^= std::byte{1};
    EXPECT_TRUE(failed_with(ledger_->append({.expected_last = tail().last,
                                             .epoch = tail().epoch,
                                             .batch = sealed,
                                             .private_texts = {}}),
                            ErrorCode::invalid_input));
    append(1, "1");
    EXPECT_EQ(texts(1), (Texts{"1"}));
}

TEST_P(LedgerContract, ReopeningKeepsEverythingAndTakesTheNextEpoch) {
    const base::Digest128 digest{.high = 1, .low = 2};
    const std::vector<PrivateText> text = {{digest, "Ada"}};
    append(2, "1-2");
    ASSERT_TRUE(succeeded(append_one(*ledger_, 1, "3", text)));
    ASSERT_TRUE(succeeded(save_checkpoint(*ledger_, 2, {"state"})));
    const Tail before = tail();
    for (std::uint64_t times = 1; times <= 3; ++times) {
        reopen();
        EXPECT_EQ(tail().last, before.last);
        EXPECT_EQ(tail().hash, before.hash);
        EXPECT_EQ(tail().time, before.time);
        EXPECT_EQ(tail().bytes, before.bytes);
        EXPECT_EQ(tail().epoch, model::Epoch(before.epoch.value() + times));
        EXPECT_EQ(texts(1), (Texts{"1-2", "3"}));
        EXPECT_EQ(ledger_->private_text(digest).value(), "Ada");
        EXPECT_EQ(checkpoint_text(*ledger_).value(), "state");
    }
    append(1, "4");
    EXPECT_EQ(texts(1), (Texts{"1-2", "3", "4"}));
}

TEST_P(LedgerContract, ReadersRunBesideTheWriterAndSeeAnUnbrokenPrefix) {
    constexpr std::uint64_t kAppends = 300;
    std::atomic<bool> is_done = false;
    std::jthread reader([&] {
        Feed feed(*ledger_, model::Sequence(0));
        bool is_last_round = false;
        while (!is_last_round) {
            is_last_round = is_done;
            const auto count =
                feed.next_batches(16, [](const Batch&) -> base::Result<void> { return {}; });
            ASSERT_TRUE(succeeded(count));
            is_last_round = is_last_round && *count == 0;
            ASSERT_LE(feed.position(), tail().last);
        }
        EXPECT_EQ(feed.position(), model::Sequence(2 * kAppends));
    });
    for (std::uint64_t at = 0; at < kAppends; ++at) {
        EXPECT_TRUE(succeeded(append_one(*ledger_, 2, "some events")));
    }
    is_done = true;
}

TEST_P(LedgerContract, WithoutACheckpointThereIsNone) {
    EXPECT_EQ(checkpoint_text(*ledger_).value(), std::nullopt);
}

TEST_P(LedgerContract, ACheckpointIsReadBackInOrder) {
    append(5, "1-5");
    const std::string large(100'000, 'x');
    ASSERT_TRUE(succeeded(save_checkpoint(*ledger_, 5, {"a", large, "b"})));
    model::Sequence at;
    EXPECT_EQ(checkpoint_text(*ledger_, &at).value(), "a" + large + "b");
    EXPECT_EQ(at, model::Sequence(5));
}

TEST_P(LedgerContract, ACheckpointWithoutCommitNeverExisted) {
    append(5, "1-5");
    ASSERT_TRUE(succeeded(save_checkpoint(*ledger_, 3, {"committed"})));
    {
        const auto writer = ledger_->begin_checkpoint(model::Sequence(5));
        ASSERT_TRUE(succeeded(writer));
        ASSERT_TRUE(succeeded((*writer)->add(base::as_bytes("abandoned"))));
        EXPECT_EQ(checkpoint_text(*ledger_).value(), "committed");
    }
    EXPECT_EQ(checkpoint_text(*ledger_).value(), "committed");
    reopen();
    EXPECT_EQ(checkpoint_text(*ledger_).value(), "committed");
}

TEST_P(LedgerContract, TheNewestOfSeveralCheckpointsIsRead) {
    append(9, "1-9");
    for (const std::uint64_t at : {2, 5, 9, 7}) {
        ASSERT_TRUE(succeeded(save_checkpoint(*ledger_, at, {"at " + std::to_string(at)})));
    }
    EXPECT_EQ(checkpoint_text(*ledger_).value(), "at 9");
    const auto before = [&](std::uint64_t at) {
        return checkpoint_text(*ledger_, nullptr, model::Sequence(at)).value();
    };
    EXPECT_EQ(before(10), "at 9");
    EXPECT_EQ(before(9), "at 7") << "who cannot use the newest asks for the one before";
    EXPECT_EQ(before(7), std::nullopt) << "two are kept";
}

TEST_P(LedgerContract, ACheckpointCannotBeAheadOfTheLedger) {
    append(2, "1-2");
    EXPECT_TRUE(
        failed_with(ledger_->begin_checkpoint(model::Sequence(3)), ErrorCode::invalid_input));
}

TEST_P(LedgerContract, PrivateTextsComeWithTheirBatchAndGoWhenForgotten) {
    const base::Digest128 ada{.high = 1, .low = 1};
    const base::Digest128 bob{.high = 2, .low = 2};
    const std::vector<PrivateText> both = {{ada, "Ada"}, {bob, "Bob"}};
    EXPECT_EQ(ledger_->private_text(ada).value(), std::nullopt);
    ASSERT_TRUE(succeeded(append_one(*ledger_, 1, "1", both)));
    EXPECT_EQ(ledger_->private_text(ada).value(), "Ada");
    ASSERT_TRUE(succeeded(ledger_->forget(std::span(&ada, 1))));
    EXPECT_EQ(ledger_->private_text(ada).value(), std::nullopt);
    EXPECT_EQ(ledger_->private_text(bob).value(), "Bob");
    reopen();
    EXPECT_EQ(ledger_->private_text(ada).value(), std::nullopt);
    EXPECT_EQ(ledger_->private_text(bob).value(), "Bob");
    EXPECT_EQ(texts(1), (Texts{"1"})) << "the chain is unaffected";
    EXPECT_TRUE(succeeded(ledger_->forget(std::span(&ada, 1)))) << "twice is a success";
}

TEST_P(LedgerContract, ARefusedAppendLeavesNoPrivateText) {
    const base::Digest128 ada{.high = 1, .low = 1};
    const std::vector<PrivateText> text = {{ada, "Ada"}};
    const auto sealed = BatchMaker(tail()).next(1, "1");
    EXPECT_TRUE(failed_with(ledger_->append({.expected_last = model::Sequence(9),
                                             .epoch = tail().epoch,
                                             .batch = sealed,
                                             .private_texts = text}),
                            ErrorCode::conflict));
    EXPECT_EQ(ledger_->private_text(ada).value(), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(
    All, LedgerContract,
    ::testing::Values(Kind{"memory", [] { return std::make_unique<MemoryHome>(); }},
                      Kind{"faulty", [] { return std::make_unique<FaultyHome>(); }},
                      Kind{"rocksdb", [] { return std::make_unique<RocksdbHome>(); }},
                      Kind{"segments", [] { return std::make_unique<SegmentHome>(); }}),
    [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace holdfast::ledger
