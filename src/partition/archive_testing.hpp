// ColdPartition: a partition whose memory forgets at once, driven in one thread.
//
// Everything durable is archived and offered for forgetting after each command, and nothing that
// was thawed stays: whatever a later command needs has to come back from the archive. Without an
// archive it is the partition that the other must not differ from. Thread rule: one thread.
#pragma once

#include <memory>
#include <utility>

#include "base/check.hpp"
#include "base/clock.hpp"
#include "ledger/damaging_ledger_testing.hpp"
#include "ledger/memory_ledger.hpp"
#include "partition/archiver.hpp"
#include "partition/recovery.hpp"
#include "partition/replayer.hpp"
#include "partition/writer.hpp"

namespace holdfast::partition::testing {

struct ColdOptions {
    bool archive = true;
    std::size_t lookups_at_once = 8;
};

class ColdPartition {
  public:
    static constexpr model::PartitionId kPartition{0};

    explicit ColdPartition(const ColdOptions& options = {})
        : clock({.wall = base::time_from_ms(1'767'225'600'000), .boot = base::Duration(1'000)}),
          options_(options),
          disk_(ledger::make_memory_disk()),
          archive_(make_memory_archive()) {
        open_ledger();
        CHECK(create_genesis(*ledger_, kPartition, clock.now().wall, {.high = 1, .low = 2},
                             {.high = 3, .low = 4})
                  .has_value());
        open();
    }

    // As after a crash: ledger and archive are what was durable.
    void restart() {
        writer_.reset();
        open_ledger();
        open();
    }
    // Somebody deleted the archive's directory.
    void lose_archive() { archive_ = make_memory_archive(); }

    // The batch that begins there cannot be read; 0: all can.
    void damage(model::Sequence first) { ledger_->damaged = first; }

    void submit(Submission& submission) {
        CHECK(writer_->submit(submission) == model::RefusalCode::none);
    }
    // Until nothing is to be decided and nothing is parked.
    void settle() {
        while (step()) {
        }
    }
    // Writer, flusher and lookups once; false: they rest.
    bool step() {
        const bool decided = step_writer();
        const bool looked_up = step_lookups();
        return decided || looked_up || !writer_->idle();
    }
    bool step_writer() {
        const auto moved = writer_->step(clock.now());
        CHECK(moved.has_value());
        return writer_->flusher().step() || *moved;
    }
    bool step_lookups() {
        const auto found = lookups_->step();
        CHECK(found.has_value());
        return *found;
    }
    // What is durable goes to the archive, without anybody forgetting it yet.
    bool archive_some() {
        if (!options_.archive) {
            return false;
        }
        const auto moved = archiver_->step(clock.now().wall);
        CHECK(moved.has_value());
        return *moved;
    }
    // Everything at rest leaves memory.
    void forget() {
        while (archive_some()) {
            settle();
        }
        settle();
    }

    [[nodiscard]] Writer& writer() { return *writer_; }
    [[nodiscard]] const core::State& state() const { return writer_->state(); }
    [[nodiscard]] ledger::Ledger& ledger() { return *ledger_; }
    [[nodiscard]] Archive& archive() { return *archive_; }
    [[nodiscard]] Archive* archive_if_any() { return options_.archive ? archive_.get() : nullptr; }

    static constexpr ArchiverOptions at_once() {
        return {.hot_events = 0, .hot_for = base::Duration(0), .events_per_step = 16};
    }

    base::ManualClock clock;

  private:
    void open_ledger() {
        ledger_ = std::make_unique<ledger::testing::DamagingLedger>(
            ledger::make_memory_ledger(disk_, kPartition));
    }
    void open() {
        auto recovered = recover(*ledger_, archive_if_any(), at_once());
        CHECK(recovered.has_value(), recovered ? "" : recovered.error().message.c_str());
        const auto tail = ledger_->tail();
        CHECK(tail.has_value());
        lookups_ = std::make_unique<Lookups>(*archive_, *ledger_, options_.lookups_at_once);
        archiver_ = std::make_unique<Archiver>(*ledger_, *archive_, at_once());
        const model::Sequence offered = recovered->state->archived.offered;
        published_ = std::make_unique<Published>();
        WriterOptions options;
        options.hash_every_batches = 16;
        options.lookups = options_.archive ? lookups_.get() : nullptr;
        options.thawed_max = 0;
        const SignOfLife alive{.wall = clock.now().wall, .time = clock.now().wall};
        writer_ = std::make_unique<Writer>(std::move(recovered->state), *ledger_, *tail,
                                           *published_, clock.now(), alive, options);
        if (options_.archive) {
            archiver_->offer_to(*writer_->leaving(), offered);
        }
    }

    ColdOptions options_;
    std::shared_ptr<ledger::MemoryDisk> disk_;
    std::unique_ptr<Archive> archive_;
    std::unique_ptr<ledger::testing::DamagingLedger> ledger_;
    std::unique_ptr<Lookups> lookups_;
    std::unique_ptr<Archiver> archiver_;
    std::unique_ptr<Published> published_;
    std::unique_ptr<Writer> writer_;
};

}  // namespace holdfast::partition::testing
