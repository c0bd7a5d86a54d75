// Starting: a checkpoint only saves time, so one that is of no use must not cost a start.
#include "partition/recovery.hpp"

#include "core/snapshot.hpp"
#include "partition/archive.hpp"
#include "partition/replayer.hpp"
#include "partition/testing.hpp"

namespace holdfast::partition {
namespace {

using base::Buffer;
using model::Sequence;
using testing::Bench;
using testing::hold;
using testing::receipt;

// A partition with a good checkpoint, events after it, and whatever a test saves as the newest.
class Starting : public ::testing::Test {
  protected:
    void SetUp() override {
        bench_.ask(receipt("A", 9, "r"));
        good_ = save(chunks_of(*recover(*bench_.ledger)->state));
        bench_.ask(hold("A", 1, "h", 600));
    }

    static std::vector<Buffer> chunks_of(const core::State& state) {
        std::vector<Buffer> out;
        EXPECT_TRUE(core::write_snapshot(state, [&](std::span<const std::byte> chunk) {
                        out.emplace_back(chunk.begin(), chunk.end());
                        return base::Result<void>();
                    }).has_value());
        return out;
    }
    // As the newest checkpoint, at the tail.
    Sequence save(const std::vector<Buffer>& chunks) {
        const Sequence at = bench_.ledger->tail()->last;
        auto writer = bench_.ledger->begin_checkpoint(at);
        EXPECT_TRUE(writer.has_value());
        for (const Buffer& chunk : chunks) {
            EXPECT_TRUE((*writer)->add(chunk).has_value());
        }
        EXPECT_TRUE((*writer)->commit().has_value());
        return at;
    }
    // The present state as chunks, of which one byte is another.
    std::vector<Buffer> with_another(std::size_t chunk, std::ptrdiff_t byte, std::byte value) {
        auto chunks = chunks_of(bench_.writer->state());
        Buffer& changed = chunks.at(chunk);
        changed.at(byte < 0 ? changed.size() - static_cast<std::size_t>(-byte)
                            : static_cast<std::size_t>(byte)) = value;
        return chunks;
    }
    void expect_start_from(Sequence checkpoint) {
        bench_.ask(hold("A", 2, "after", 600));
        const auto recovered = recover(*bench_.ledger);
        ASSERT_TRUE(recovered.has_value()) << recovered.error().message;
        EXPECT_EQ(recovered->checkpoint, checkpoint);
        EXPECT_EQ(recovered->state->hash, bench_.writer->state().hash);
        EXPECT_EQ(recovered->last, bench_.ledger->tail()->last);
    }

    Bench bench_;
    Sequence good_;
};

TEST_F(Starting, PassesOverACheckpointWithAnotherStateHash) {
    save(with_another(0, -1, std::byte{0xA5}));  // the hash is what comes last
    expect_start_from(good_);
}

TEST_F(Starting, PassesOverACheckpointOfANewerVersion) {
    save(with_another(0, 1, std::byte{99}));  // of the header
    expect_start_from(good_);
}

TEST_F(Starting, PassesOverACheckpointThatEndsTooEarly) {
    auto chunks = chunks_of(bench_.writer->state());
    chunks.back().resize(chunks.back().size() / 2);
    save(chunks);
    expect_start_from(good_);
}

TEST_F(Starting, PassesOverACheckpointThatReliesOnWhatTheLedgerDoesNotHave) {
    const auto present = recover(*bench_.ledger);
    core::State* const state = present->state.get();
    state->archived.reach = Sequence(1'000'000);
    state->archived.offered = Sequence(1);
    save(chunks_of(*state));
    const auto archive = make_memory_archive();
    const auto recovered = recover(*bench_.ledger, archive.get());
    ASSERT_TRUE(recovered.has_value()) << recovered.error().message;
    EXPECT_EQ(recovered->checkpoint, good_);
}

TEST_F(Starting, WithoutAnyCheckpointThatHoldsAStateReplaysFromTheBeginning) {
    save(with_another(0, -1, std::byte{0xA5}));
    bench_.ask(hold("A", 1, "i", 600));
    save(with_another(0, -1, std::byte{0x5A}));
    expect_start_from(Sequence(0));
}

// Its sums are right and its hash is its own, but it is another state than the events lead to.
TEST_F(Starting, DoesWithoutACheckpointThatTheEventsAfterItContradict) {
    WriterOptions options;
    options.hash_every_batches = 1;
    Bench other(options);
    other.ask(receipt("A", 9, "r"));
    other.ask(receipt("B", 1, "s"));
    const auto past = recover(*other.ledger);
    other.ask(receipt("B", 1, "t"));
    auto writer = other.ledger->begin_checkpoint(other.ledger->tail()->last);
    for (const Buffer& chunk : chunks_of(*past->state)) {  // of a moment ago
        ASSERT_TRUE((*writer)->add(chunk).has_value());
    }
    ASSERT_TRUE((*writer)->commit().has_value());
    other.ask(receipt("A", 1, "u"));
    const auto recovered = recover(*other.ledger);
    ASSERT_TRUE(recovered.has_value()) << recovered.error().message;
    EXPECT_EQ(recovered->checkpoint, Sequence(0));
    EXPECT_EQ(recovered->state->hash, other.writer->state().hash);
}

// The writer's recovery has settled on a checkpoint: the replayer takes no newer one.
TEST_F(Starting, TheReplayerBeginsWhereTheRecoveryDid) {
    save(with_another(0, -1, std::byte{0xA5}));
    bench_.ask(hold("A", 2, "after", 600));
    for (const Sequence known : {good_, Sequence(0)}) {
        auto replayer = Replayer::open(*bench_.ledger, nullptr, {.known_checkpoint = known});
        ASSERT_TRUE(replayer.has_value());
        EXPECT_EQ((*replayer)->checkpointed(), known);
        while ((*replayer)->step().value()) {
        }
        EXPECT_EQ((*replayer)->state().hash, bench_.writer->state().hash);
    }
}

}  // namespace
}  // namespace holdfast::partition
