// Replayer: a second state that follows the ledger, makes checkpoints and feeds views.
//
// A passive object beside the writer, at low priority: it reads durable batches, replays them into
// its own state, tells an observer what changed, and saves its state as a checkpoint every so many
// events. The writer is never paused, and every checkpoint proves that recovery works: where the
// writer logged its state hash the replayed state must have the same, or `step` returns
// `corrupted`, nothing is saved and the service has to stop. A checkpoint that the disk does not
// take is logged and left out: it would only have saved time. Thread rule: one thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "base/result.hpp"
#include "core/replay.hpp"
#include "core/state.hpp"
#include "ledger/feed.hpp"
#include "ledger/ledger.hpp"
#include "model/reservation.hpp"
#include "partition/forgetter.hpp"

namespace holdfast::partition {

// A view that is fed by the replayer. Images are good during the call only.
class ReplayObserver {
  public:
    virtual ~ReplayObserver() = default;
    virtual base::Result<void> reservation_changed(const model::ReservationImage& image) = 0;
    // Everything up to here was told.
    virtual base::Result<void> reached(model::Sequence position, base::Time as_of) = 0;
    // Up to where the observer has been told in an earlier life.
    [[nodiscard]] virtual model::Sequence position() const = 0;
};

struct ReplayerOptions {
    std::uint64_t checkpoint_every_events = 5'000'000;
    // A step reads so many batches at once, until it has seen so much.
    std::size_t batches_at_once = 16;
    std::size_t events_per_step = 16'384;
    std::size_t bytes_per_step = std::size_t{8} << 20;  // of events
    // What the state forgot is found there. Null: it forgets nothing.
    Archive* archive = nullptr;
    // Where a recovery that has just been made began, 0 without a checkpoint: no newer one is read,
    // for it was of no use. Unless the observer has to be told of it, the first step reads it and
    // `open` takes no time. Nothing: `open` reads the newest.
    std::optional<model::Sequence> known_checkpoint{};
};

class Replayer {
  public:
    // Starts from the newest checkpoint. The observer may be null. An observer that knows less
    // than the checkpoint is first told every reservation in it, and every change before it if
    // some are only in the archive.
    [[nodiscard]] static base::Result<std::unique_ptr<Replayer>> open(
        ledger::Ledger& ledger, ReplayObserver* observer, const ReplayerOptions& options);

    // Follows the ledger for a step's worth; false: it was at the tail.
    [[nodiscard]] base::Result<bool> step();
    // Saves the present state; does nothing if it is already saved.
    [[nodiscard]] base::Result<void> checkpoint();

    [[nodiscard]] model::Sequence position() const { return feed_.position(); }
    [[nodiscard]] model::Sequence checkpointed() const { return checkpointed_; }
    [[nodiscard]] const core::State& state() const { return *state_; }
    // Where the archiver says what may be forgotten. Any thread.
    [[nodiscard]] LeavingQueue& leaving() { return forgetter_.queue(); }

  private:
    Replayer(ledger::Ledger& ledger, std::unique_ptr<core::State> state, model::Sequence at,
             ReplayObserver* observer, const ReplayerOptions& options);

    base::Result<void> load();
    base::Result<base::Time> read_on();
    base::Result<void> replay(const ledger::Batch& batch);
    base::Result<void> try_checkpoint();
    base::Result<void> tell(const model::Event& event, model::Sequence sequence);
    base::Result<void> tell_everything();
    base::Result<void> tell_the_past();

    ledger::Ledger& ledger_;
    std::unique_ptr<core::State> state_;
    Forgetter forgetter_;
    core::Thawer thaw_;
    ledger::Feed feed_;
    ReplayObserver* observer_;
    ReplayerOptions options_;
    model::Sequence checkpointed_;
    model::Sequence tried_;  // the newest that was begun by itself
    bool loaded_ = true;     // false: `state_` is still empty, the first step reads the checkpoint
};

}  // namespace holdfast::partition
