#include "sim/partition_world.hpp"

#include "base/check.hpp"
#include "model/event_codec.hpp"
#include "partition/recovery.hpp"

namespace holdfast::sim {

namespace {

constexpr model::PartitionId kPartition{0};
// 2026-01-01T00:00:00Z: any fixed start will do.
constexpr base::Instant kStart{.wall = base::time_from_ms(1'767'225'600'000),
                               .boot = base::Duration(1'000)};

}  // namespace

struct PartitionWorld::Asked final : partition::Submission {
    explicit Asked(PartitionWorld& owner) : world(owner) {}
    void done() override {
        finished = true;
        world.answered(*this);
    }
    PartitionWorld& world;
    bool finished = false;
};

PartitionWorld::PartitionWorld(const WorldOptions& options)
    : options_(options),
      dice_(options.seed),
      clock_(kStart),
      workload_(options.workload),
      disk_(ledger::make_memory_disk()) {
    ledger_ = ledger::make_memory_ledger(disk_, kPartition);
    CHECK(partition::create_genesis(*ledger_, kPartition, kStart.wall, {.high = 1, .low = 2},
                                    {.high = 3, .low = 4})
              .has_value());
    open();
}

PartitionWorld::~PartitionWorld() = default;

void PartitionWorld::open() {
    auto recovered = partition::recover(*ledger_);
    CHECK(recovered.has_value());
    const auto tail = ledger_->tail();
    CHECK(tail.has_value());
    published_ = std::make_unique<partition::Published>();
    const base::Time now = clock_.now().wall;
    const partition::SignOfLife alive{.wall = now, .time = now};
    writer_ =
        std::make_unique<partition::Writer>(std::move(recovered->state), *ledger_, *tail,
                                            *published_, clock_.now(), alive, options_.writer);
}

void PartitionWorld::restart() {
    writer_.reset();
    ledger_ = ledger::make_memory_ledger(disk_, kPartition);
    open();
}

void PartitionWorld::run(std::uint64_t commands) {
    while (commands > 0 || unanswered_ > 0) {
        submit_some(commands);
        step();
        while (!asked_.empty() && asked_.front()->finished) {
            asked_.pop_front();
        }
    }
}

void PartitionWorld::submit_some(std::uint64_t& left) {
    for (std::uint64_t i = dice_.below(options_.commands_per_step_max + 1); i > 0 && left > 0;
         --i) {
        auto asked = std::make_unique<Asked>(*this);
        asked->command = workload_.next();
        if (writer_->submit(*asked) == model::RefusalCode::none) {
            asked_.push_back(std::move(asked));
            ++unanswered_;
            --left;
        }
    }
}

// The flusher's thread is late by the dice, so that batches pile up as they do in life.
void PartitionWorld::step() {
    CHECK(writer_->step(clock_.now()).has_value());
    if (dice_.chance(2, 3)) {
        writer_->flusher().step();
    }
    clock_.advance(base::Duration(dice_.between(0, options_.step_ms_max)));
}

void PartitionWorld::answered(Asked& asked) {
    using partition::AnswerKind;
    --unanswered_;
    const auto& answer = asked.answer;
    tally_.applied += static_cast<std::uint64_t>(answer.kind == AnswerKind::applied);
    tally_.shown += static_cast<std::uint64_t>(answer.kind == AnswerKind::shown);
    tally_.replayed += static_cast<std::uint64_t>(answer.kind == AnswerKind::replayed);
    tally_.refused += static_cast<std::uint64_t>(answer.kind == AnswerKind::refused);
    if (answer.kind == AnswerKind::applied && asked.command.operation == model::Operation::create) {
        workload_.created(model::ReservationId(answer.sequence.value()));
    }
}

}  // namespace holdfast::sim
