#include "sim/service.hpp"

#include <array>
#include <utility>

#include "base/check.hpp"
#include "ledger/faulty_ledger.hpp"
#include "ledger/segment_ledger.hpp"
#include "partition/recovery.hpp"
#include "sim/careless_ledger.hpp"

namespace holdfast::sim {

using base::Result;

namespace {

constexpr std::uint64_t kAppendsPlanned = 4'000;  // per life; later ones succeed
constexpr std::uint64_t kCheckpointEvery = 150;
constexpr std::uint64_t kFewCheckpoints = 20'000;
// Small, so that a run has many of them.
constexpr ledger::SegmentSizes kSegments{.least = 16'384, .most = 65'536, .at_once = true};

Result<std::unique_ptr<ledger::Ledger>> in_memory(const std::shared_ptr<ledger::MemoryDisk>& disk) {
    return ledger::make_memory_ledger(disk, kPartition);
}

Result<std::unique_ptr<ledger::Ledger>> open_segments() {
    return ledger::open_segment_ledger({.path = std::string(kMountPoint).append("/ledger"),
                                        .partition = kPartition,
                                        .create_if_missing = true},
                                       kSegments);
}

ledger::FaultPlan plan_of(base::Prng& dice, const Faults& faults) {
    using enum ledger::Fault;
    constexpr std::array kFailures = {unavailable, unknown_nothing_written, unknown_all_written,
                                      crash_nothing_kept, crash_all_kept};
    ledger::FaultPlan plan;
    if (!faults.on(FaultKind::append_fails) && !faults.on(FaultKind::disk_full)) {
        return plan;
    }
    for (std::uint64_t append = 1; append <= kAppendsPlanned; ++append) {
        if (faults.strikes(FaultKind::append_fails, dice)) {
            plan[append] = kFailures[dice.below(kFailures.size())];
        } else if (faults.strikes(FaultKind::disk_full, dice)) {
            plan[append] = storage_full;
        }
    }
    return plan;
}

partition::WriterOptions writer_options(const Faults& faults) {
    partition::WriterOptions out{.hash_every_batches = 16};
    if (faults.on(FaultKind::overload)) {
        out.inbox_commands_max = 16;
        out.batch_commands_max = 8;
    }
    if (faults.on(FaultKind::slow_disk)) {
        out.append_inline_max = 0;  // else the writer itself would wait for the disk
    }
    if (faults.on(FaultKind::few_expiries)) {
        out.expiries_per_batch_max = 1;
    }
    return out;
}

}  // namespace

Service::Service(const ServiceOptions& options, const Surroundings& around, AnswerJudge judge)
    : options_(options),
      around_(around),
      judge_(std::move(judge)),
      memory_(ledger::make_memory_disk()),
      files_(options.in_files ? std::make_unique<Files>(around.dice) : nullptr),
      alive_{.wall = around.clock.now().wall, .time = around.clock.now().wall} {
    {
        const auto made = options_.in_files ? open_segments() : in_memory(memory_);
        CHECK(made && partition::create_genesis(**made, kPartition, alive_.time,
                                                {.high = 1, .low = 2}, kIdKey));
    }
    if (files_) {
        files_->disk.expose_to(around_.faults);
        if (options_.careless_disk) {
            files_->disk.lie();
        }
    }
}

Result<std::unique_ptr<ledger::Ledger>> Service::open_ledger() {
    if (files_) {
        files_->disk.begin_process();
        return open_segments();
    }
    auto ledger = in_memory(memory_);
    if (options_.careless_disk) {
        ledger = make_careless_ledger(std::move(*ledger));
    }
    return ledger::make_faulty_ledger(std::move(*ledger), plan_of(around_.dice, around_.faults));
}

Result<void> Service::start() {
    ledger_.reset();  // that of the last life, which has nobody to read it any more
    auto started = try_start();
    if (!started) {
        take_down();
    }
    return started;
}

Result<void> Service::try_start() {
    TRY(ledger_, open_ledger());
    TRY(auto recovered, partition::recover(*ledger_));
    TRY(const auto tail, ledger_->tail());
    published_ = std::make_unique<partition::Published>();
    auto writer = std::make_unique<partition::Writer>(std::move(recovered.state), *ledger_, tail,
                                                      *published_, around_.clock.now(), alive_,
                                                      writer_options(around_.faults));
    const bool few = around_.faults.on(FaultKind::stale_restarts);
    TRY(replayer_, partition::Replayer::open(
                       *ledger_, nullptr,
                       {.checkpoint_every_events = few ? kFewCheckpoints : kCheckpointEvery,
                        .batches_at_once = 4,
                        .events_per_step = 1}));
    writer_ = std::move(writer);
    door_ = std::make_unique<FrontDoor>(*writer_, *replayer_, *published_, *ledger_, around_.clock,
                                        judge_);
    return {};
}

// What tidies up when it is destroyed finds a disk that changes no more, as if it had been killed.
void Service::take_down() {
    writer_.reset();
    door_.reset();
    if (files_) {
        files_->disk.kill();
    }
    replayer_.reset();
    published_.reset();
}

void Service::crash() {
    take_down();
    if (!files_) {
        return;
    }
    if (options_.careless_disk || around_.faults.strikes(FaultKind::power_cuts, around_.dice)) {
        files_->disk.cut();
    } else if (around_.faults.strikes(FaultKind::flipped_bits, around_.dice)) {
        // Not after a power cut: a damaged end could not be told from one that was never synced.
        files_->disk.flip_a_bit();
    }
}

Result<void> Service::step() {
    const base::Instant now = around_.clock.now();
    TRY_VOID(writer_->step(now));
    if (const auto time = published_->time_at(now); writer_->downtime_is_durable()) {
        alive_ = {.wall = now.wall, .time = time};
    }
    if (!around_.faults.strikes(FaultKind::slow_disk, around_.dice)) {
        static_cast<void>(writer_->flusher().step());
    }
    door_->step();
    return follow();
}

Result<void> Service::follow() {
    if (around_.dice.chance(1, 3)) {
        const auto before = replayer_->checkpointed();
        TRY_VOID(replayer_->step());
        checkpoints_ += static_cast<std::uint64_t>(replayer_->checkpointed() != before);
    }
    return {};
}

}  // namespace holdfast::sim
