// Writer: the one place that decides, for one partition.
//
// A passive object: threads, clocks and sockets attach from outside, so the simulator drives this
// very code in one thread. Each `step` does, in this order:
//   1. takes the batches that became durable: publishes their captures, releases their answers
//   2. if fewer than two batches are in flight: opens a batch at the partition's time, ends holds
//      that are due, decides what waits in the inbox, and hands the batch to the flusher
// Nothing ever waits for a batch to fill: while one is being made durable, everything that arrives
// is decided into the next. Every answer, also one without an event of its own, is released only
// when the newest position decided before it is durable.
//
// After an append that failed `step` returns the failure, now and for ever: nothing more is
// acknowledged and the process has to end (fail stop).
//
// Thread rule: `submit` and the figures on any thread; everything else on one thread.
#pragma once

#include <array>
#include <atomic>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "base/bell.hpp"
#include "base/bounded_queue.hpp"
#include "base/clock.hpp"
#include "core/machine.hpp"
#include "ledger/ledger.hpp"
#include "model/limits.hpp"
#include "partition/backlog.hpp"
#include "partition/flusher.hpp"
#include "partition/parked_commands.hpp"
#include "partition/partition_clock.hpp"
#include "partition/published.hpp"
#include "partition/submission.hpp"
#include "partition/touched_skus.hpp"

namespace holdfast::partition {

struct WriterOptions {
    model::PartitionId partition{};
    std::size_t inbox_commands_max = model::kInboxCommandsMax;
    std::size_t batch_commands_max = model::kBatchEventsMax;
    std::uint32_t expiries_per_batch_max = model::kExpiriesPerBatchMax;
    // The state hash is logged with every so many batches.
    std::uint32_t hash_every_batches = 256;
    // Up to this many commands the writer appends itself when nothing else is in flight.
    std::size_t append_inline_max = 64;
    base::Duration clock_jump_max = std::chrono::hours(24);
    // Of the archive. Null: nothing is ever forgotten. Must outlive the writer.
    Lookups* lookups = nullptr;
    std::size_t thawed_max = model::kThawedMax;
    // Read again when the inbox has been drained, so that no command is judged at a time before it
    // came, however long the process stood still in between. Null: the time given to `step`, for
    // tests and simulation, where nothing comes meanwhile. Must outlive the writer.
    const base::Clock* clock = nullptr;
};

// Figures for operators, good at the moment they are read.
struct WriterFigures {
    model::Sequence durable;
    model::Sequence decided;
    std::uint64_t commands = 0;  // decided so far
    std::uint64_t batches = 0;   // appended so far
    std::uint64_t live_holds = 0;
    std::uint64_t overdue_holds = 0;  // 1 if the first deadline has passed and was not yet ended
    std::uint64_t inbox = 0;
    std::uint64_t in_flight = 0;
    ArchiveFigures archive;
};

class Writer final : public CommandPort {
  public:
    // The state is as of `tail`. `start`: now. `alive`: when the service was last known to run
    // (time goes on from there, and deadlines move by the downtime; see DowntimeRecorded).
    Writer(std::unique_ptr<core::State> state, ledger::Ledger& ledger, const ledger::Tail& tail,
           Published& published, base::Instant start, const SignOfLife& alive,
           const WriterOptions& options);

    // -- any thread ---------------------------------------------------------------------------
    [[nodiscard]] model::RefusalCode submit(Submission& submission) override;
    // No more commands are taken; what was taken is answered.
    void close();
    // From now on what would need more disk or memory, creates and receipts, is refused so
    // (`storage_full`, `overloaded`); `none`: no longer.
    void refuse_growth(model::RefusalCode code) {
        no_growth_.store(code, std::memory_order_relaxed);
    }
    [[nodiscard]] WriterFigures figures() const;
    // The batch that records the service's downtime is durable, or there was none to record. Until
    // then no sign of life may be left: the next start would take the downtime for a shorter one.
    // To be asked after the time of that sign was read.
    [[nodiscard]] bool downtime_is_durable() const {
        return downtime_is_durable_.load(std::memory_order_relaxed);
    }
    [[nodiscard]] PartitionClock& clock() { return clock_; }
    // Ends a `wait`.
    void wake() { inbox_.notify(); }

    // -- the writer's thread --------------------------------------------------------------------
    // True if it did anything. Errors: the append's, for ever.
    [[nodiscard]] base::Result<bool> step(base::Instant now);
    // Sleeps until there may be something to do: a command, a durable batch, a deadline.
    void wait(base::Instant now, base::Duration at_most);
    // Nothing waits, nothing is in flight.
    [[nodiscard]] bool idle() const;
    // Idle for ever: closed, and everything that was taken is answered.
    [[nodiscard]] bool is_drained() const { return inbox_.is_closed() && idle(); }
    [[nodiscard]] Flusher& flusher() { return flusher_; }
    [[nodiscard]] const core::State& state() const { return *state_; }
    // Where the archiver says what may be forgotten; null without an archive. Any thread.
    [[nodiscard]] LeavingQueue* leaving() { return parked_ ? &parked_->leaving() : nullptr; }

  private:
    base::Result<bool> finish_durable();
    void release(InFlight& batch);
    void publish(const InFlight& batch);
    void publish_everything();

    bool fill_batch(base::Instant now);
    [[nodiscard]] bool may_fill() const;
    void take_waiting();
    void note_downtime(base::Time from, base::Time to);
    void note_times_of_nobody(base::Time now);
    void append_downtime(core::OpenBatch& batch);
    void decide_waiting(core::OpenBatch& batch, InFlight& flight);
    void refuse_unjudged(Submission& submission, model::RefusalCode code,
                         const core::OpenBatch& batch, InFlight& flight);
    [[nodiscard]] ParkedCommands::Turn turn_of(Submission& submission);
    bool forget(const core::OpenBatch& batch);
    void look_ahead();
    [[nodiscard]] model::RefusalCode no_growth(const model::Command& command) const;
    bool decide_one(Submission& submission, core::OpenBatch& batch, InFlight& flight);
    void record_answer(Submission& submission, const core::Execution& execution,
                       const core::OpenBatch& batch);
    void log_hash(core::OpenBatch& batch);
    void capture(core::OpenBatch& batch, InFlight& flight);
    void dispatch(InFlight& flight, const core::OpenBatch& batch);
    void release_or_attach(std::vector<Submission*>& answered);
    InFlight& free_flight();

    std::unique_ptr<core::State> state_;
    core::Machine machine_;
    std::optional<ParkedCommands> parked_;
    Published& published_;
    WriterOptions options_;
    PartitionClock clock_;
    base::BoundedQueue<Submission*> inbox_;
    base::Bell batch_finished_;  // rung by the flusher's thread
    Flusher flusher_;

    std::array<InFlight, model::kBatchesInFlightMax + 1> flights_;
    std::deque<InFlight*> in_flight_;  // oldest first
    std::vector<InFlight*> free_;
    std::vector<InFlight*> finished_;
    Backlog backlog_;
    std::vector<model::SkuId> touched_;
    std::vector<model::Event> names_;
    TouchedSkus touched_once_;
    std::optional<base::Time> went_away_;              // before this start; until the first batch
    std::optional<model::DowntimeRecorded> downtime_;  // to be recorded
    model::Sequence downtime_at_;                      // the newest that was
    model::Sequence next_;
    std::uint64_t batches_since_hash_ = 0;
    std::optional<base::Error> failed_;

    std::atomic<model::RefusalCode> no_growth_{model::RefusalCode::none};
    std::atomic<bool> downtime_is_durable_{false};
    std::atomic<std::uint64_t> durable_{0};
    std::atomic<std::uint64_t> decided_{0};
    std::atomic<std::uint64_t> commands_{0};
    std::atomic<std::uint64_t> batches_{0};
    std::atomic<std::uint64_t> live_holds_{0};
    std::atomic<std::uint64_t> overdue_{0};
    std::atomic<std::uint64_t> flights_now_{0};
};

}  // namespace holdfast::partition
