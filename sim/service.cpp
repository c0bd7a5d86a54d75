#include "sim/service.hpp"

#include <array>

#include "base/check.hpp"
#include "ledger/faulty_ledger.hpp"
#include "partition/recovery.hpp"
#include "sim/careless_ledger.hpp"

namespace holdfast::sim {

using base::Result;

namespace {

constexpr model::PartitionId kPartition{0};
constexpr std::uint64_t kAppendsPlanned = 4'000;  // per life; later ones succeed
constexpr std::uint64_t kCheckpointEvery = 150;
constexpr std::uint64_t kFewCheckpoints = 20'000;

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

Service::Service(bool careless_disk, base::Instant now)
    : careless_disk_(careless_disk), disk_(ledger::make_memory_disk()), last_alive_(now.wall) {
    ledger_ = ledger::make_memory_ledger(disk_, kPartition);
    CHECK(partition::create_genesis(*ledger_, kPartition, now.wall, {.high = 1, .low = 2},
                                    {.high = 3, .low = 4})
              .has_value());
}

Result<void> Service::start(base::Instant now, base::Prng& dice, const Faults& faults) {
    ledger_ = ledger::make_memory_ledger(disk_, kPartition);
    if (careless_disk_) {
        ledger_ = make_careless_ledger(std::move(ledger_));
    }
    ledger_ = ledger::make_faulty_ledger(std::move(ledger_), plan_of(dice, faults));
    TRY(auto recovered, partition::recover(*ledger_));
    TRY(const auto tail, ledger_->tail());
    published_ = std::make_unique<partition::Published>();
    writer_ =
        std::make_unique<partition::Writer>(std::move(recovered.state), *ledger_, tail, *published_,
                                            now, last_alive_, writer_options(faults));
    const bool few = faults.on(FaultKind::stale_restarts);
    TRY(replayer_, partition::Replayer::open(
                       *ledger_, nullptr,
                       {.checkpoint_every_events = few ? kFewCheckpoints : kCheckpointEvery,
                        .batches_at_once = 4,
                        .events_per_step = 1}));
    return {};
}

void Service::crash() {
    replayer_.reset();
    writer_.reset();
    published_.reset();
}

Result<void> Service::step(base::Instant now, base::Prng& dice, const Faults& faults) {
    last_alive_ = now.wall;
    TRY_VOID(writer_->step(now));
    if (!faults.strikes(FaultKind::slow_disk, dice)) {
        static_cast<void>(writer_->flusher().step());
    }
    return follow(dice);
}

Result<void> Service::follow(base::Prng& dice) {
    if (dice.chance(1, 3)) {
        const auto before = replayer_->checkpointed();
        TRY_VOID(replayer_->step());
        checkpoints_ += static_cast<std::uint64_t>(replayer_->checkpointed() != before);
    }
    return {};
}

}  // namespace holdfast::sim
