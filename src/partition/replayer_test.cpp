// The replayer and who listens to it: everything once, checkpoints in their time.
#include "partition/replayer.hpp"

#include <map>

#include "partition/testing.hpp"

namespace holdfast::partition {
namespace {

using namespace std::chrono_literals;
using model::Operation;
using model::ReservationId;
using testing::Bench;
using testing::change;
using testing::hold;
using testing::receipt;

// Remembers how often it heard of each version of a reservation, and the newest deadline.
class Listener final : public ReplayObserver {
  public:
    base::Result<void> reservation_changed(const model::ReservationImage& image) override {
        ++told[{image.id, image.version}];
        deadlines[image.id] = image.expires_at;
        return {};
    }
    base::Result<void> reached(model::Sequence position, base::Time) override {
        position_ = position;
        return {};
    }
    [[nodiscard]] model::Sequence position() const override { return position_; }

    std::map<std::pair<ReservationId, std::uint32_t>, int> told;
    std::map<ReservationId, base::Time> deadlines;

  private:
    model::Sequence position_;
};

// A replayer in a life of its own: from the newest checkpoint to the tail.
void follow(ledger::Ledger& ledger, ReplayObserver& observer, bool saves) {
    auto replayer = Replayer::open(ledger, &observer, {});
    ASSERT_TRUE(replayer.has_value());
    while ((*replayer)->step().value()) {
    }
    if (saves) {
        ASSERT_TRUE((*replayer)->checkpoint().has_value());
    }
}

TEST(Replayer, ReadsACheckpointThatIsKnownInItsFirstStep) {
    Bench bench;
    bench.ask(receipt("A", 5, "r"));
    bench.ask(hold("A", 1, "h", 600));
    Listener listener;
    follow(*bench.ledger, listener, true);
    const model::Sequence saved = listener.position();
    bench.ask(hold("A", 2, "i", 600));

    auto replayer = Replayer::open(*bench.ledger, &listener, {.known_checkpoint = saved});
    ASSERT_TRUE(replayer.has_value());
    EXPECT_EQ((*replayer)->position(), saved);
    EXPECT_EQ((*replayer)->state().skus.size(), 0u) << "it has not been read yet";
    ASSERT_TRUE((*replayer)->step().value());
    EXPECT_EQ((*replayer)->state().hash, recover(*bench.ledger)->state->hash);
    EXPECT_EQ((*replayer)->state().totals.live_holds, 2u);
}

TEST(Replayer, TellsAKnownCheckpointToAnObserverThatIsBehindItWhenItIsOpened) {
    Bench bench;
    bench.ask(receipt("A", 5, "r"));
    const ReservationId id(bench.ask(hold("A", 1, "h", 600))->answer.sequence.value());
    Listener first;
    follow(*bench.ledger, first, true);

    Listener behind;
    ASSERT_TRUE(
        Replayer::open(*bench.ledger, &behind, {.known_checkpoint = first.position()}).has_value());
    EXPECT_EQ((behind.told[{id, 1}]), 1);
}

TEST(Replayer, StopsWhereAKnownCheckpointDoesNotReadASecondTime) {
    Bench bench;
    bench.ask(receipt("A", 5, "r"));
    auto replayer =
        Replayer::open(*bench.ledger, nullptr, {.known_checkpoint = model::Sequence(2)});
    ASSERT_TRUE(replayer.has_value());
    const auto stepped = (*replayer)->step();
    ASSERT_FALSE(stepped.has_value());
    EXPECT_EQ(stepped.error().code, base::ErrorCode::unavailable);
}

TEST(Replayer, TellsEveryChangeOnceWhereverItBeginsAgain) {
    Bench bench;
    bench.ask(receipt("A", 5, "r"));
    const ReservationId id(bench.ask(hold("A", 1, "h", 600))->answer.sequence.value());
    Listener listener;
    follow(*bench.ledger, listener, false);
    bench.ask(change(Operation::begin_payment, id));
    follow(*bench.ledger, listener, true);
    bench.ask(change(Operation::commit, id));
    follow(*bench.ledger, listener, false);
    ASSERT_EQ(listener.told.size(), 3u);
    for (const auto& [what, times] : listener.told) {
        EXPECT_EQ(times, 1) << "version " << what.second;
    }
}

TEST(Replayer, TellsDeadlinesThatADowntimeMoved) {
    Bench bench;
    bench.ask(receipt("A", 5, "r"));
    const ReservationId id(bench.ask(hold("A", 1, "h", 600))->answer.sequence.value());
    const auto begun = bench.ask(change(Operation::begin_payment, id))->image();
    const SignOfLife stopped = bench.alive_now();
    bench.clock.advance(5min);
    bench.open({}, stopped);
    bench.settle();
    Listener listener;
    follow(*bench.ledger, listener, false);
    EXPECT_EQ(listener.deadlines.at(id), begun.expires_at + 5min);
}

TEST(Replayer, SavesACheckpointEverySoManyEvents) {
    Bench bench;
    auto replayer = Replayer::open(*bench.ledger, nullptr, {.checkpoint_every_events = 8});
    ASSERT_TRUE(replayer.has_value());
    std::vector<std::uint64_t> saved;
    for (int i = 0; i < 20; ++i) {
        bench.ask(receipt("A", 1, "r" + std::to_string(i)));
        while ((*replayer)->step().value()) {
        }
        const std::uint64_t at = (*replayer)->checkpointed().value();
        if (at != 0 && (saved.empty() || saved.back() != at)) {
            saved.push_back(at);
        }
    }
    ASSERT_EQ(saved.size(), 3u);  // of 24 events
    EXPECT_GE(saved[1] - saved[0], 8u);
    EXPECT_GE(saved[2] - saved[1], 8u);
}

}  // namespace
}  // namespace holdfast::partition
