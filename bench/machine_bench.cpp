// How fast is the pure machine: decide, apply and encode, in memory, on one core?
//
//   holds     single-line holds with a key on `skus` SKUs
//   carts     the mix of bench/commands.hpp: hold, then commit or release; the rest expires
// The argument is the number of SKUs: 1 is one hot SKU.
#include <benchmark/benchmark.h>

#include <optional>

#include "base/allocation_testing.hpp"
#include "base/check.hpp"
#include "bench/commands.hpp"
#include "core/machine.hpp"

namespace holdfast::bench {
namespace {

// Heap allocations between two points of time that the benchmark measures.
class Allocations {
  public:
    void begin() { begun_at_ = base::testing::allocations; }
    void end() { count_ += base::testing::allocations - begun_at_; }
    void report(benchmark::State& bench, std::int64_t commands) const {
        bench.SetItemsProcessed(commands);
        bench.counters["allocations_per_command"] =
            static_cast<double>(count_) / static_cast<double>(commands);
    }

  private:
    std::uint64_t begun_at_ = 0;
    std::uint64_t count_ = 0;
};

constexpr std::size_t kBatchCommands = 4'096;
constexpr std::int64_t kPlenty = 1LL << 40;
constexpr base::Time kStart = base::time_from_ms(1'767'225'600'000);

class Runner {
  public:
    explicit Runner(std::size_t skus) : commands(skus, 42), machine_(state_) {
        begin(kStart);
        for (const auto& event : core::genesis({.high = 1, .low = 2}, {.high = 3, .low = 4})) {
            machine_.append(event, *batch_);
        }
        for (const auto& command : commands.receipts(kPlenty)) {
            CHECK(run(command).outcome == core::Outcome::applied);
        }
    }
    void begin(base::Time time) {
        const model::Sequence next = batch_ ? batch_->next : model::Sequence(1);
        payload_.clear();
        touched_.clear();
        names_.clear();
        batch_.emplace(core::OpenBatch{
            .payload = payload_, .next = next, .time = time, .touched = touched_, .names = names_});
    }
    core::Execution run(const model::Command& command) {
        return machine_.execute(command, *batch_, UINT32_MAX);
    }
    // As the writer does it: a few commands ahead.
    void prefetch(const std::vector<model::Command>& batch, std::size_t at) const {
        constexpr std::size_t kAhead = 6;
        if (at + kAhead < batch.size()) {
            machine_.prefetch(batch[at + kAhead]);
        }
    }
    std::uint64_t expire() {
        machine_.expire_due(*batch_, UINT32_MAX);
        return batch_->expiries;
    }

    Commands commands;

  private:
    core::State state_;
    core::Machine machine_;
    base::Buffer payload_;
    std::vector<model::SkuId> touched_;
    std::vector<model::Event> names_;
    std::optional<core::OpenBatch> batch_;
};

void holds(benchmark::State& bench) {
    Runner runner(static_cast<std::size_t>(bench.range(0)));
    Allocations allocations;
    std::vector<model::Command> batch(kBatchCommands);
    for (auto _ : bench) {
        bench.PauseTiming();
        for (auto& command : batch) {
            command = runner.commands.hold(3'600);
        }
        runner.begin(kStart);
        allocations.begin();
        bench.ResumeTiming();
        for (std::size_t i = 0; i < batch.size(); ++i) {
            runner.prefetch(batch, i);
            CHECK(runner.run(batch[i]).outcome == core::Outcome::applied);
        }
        allocations.end();
    }
    allocations.report(bench, bench.iterations() * static_cast<std::int64_t>(kBatchCommands));
}

// Each iteration holds a batch at second n, ends nine in ten of the batch before, and lets the
// rest expire three seconds later.
void carts(benchmark::State& bench) {
    Runner runner(static_cast<std::size_t>(bench.range(0)));
    std::vector<model::Command> batch;
    std::vector<model::ReservationId> held;
    Allocations allocations;
    std::int64_t done = 0;
    base::Time now = kStart;
    for (auto _ : bench) {
        bench.PauseTiming();
        batch.clear();
        for (const auto id : held) {
            if (runner.commands.finishes()) {
                batch.push_back(runner.commands.end_of(id));
            }
        }
        const std::size_t ends = batch.size();
        for (std::size_t i = 0; i < kBatchCommands; ++i) {
            batch.push_back(runner.commands.hold(3));
        }
        held.clear();
        now += std::chrono::seconds(1);
        runner.begin(now);
        allocations.begin();
        bench.ResumeTiming();
        done += static_cast<std::int64_t>(runner.expire());
        for (std::size_t i = 0; i < batch.size(); ++i) {
            runner.prefetch(batch, i);
            const auto execution = runner.run(batch[i]);
            CHECK(execution.outcome == core::Outcome::applied);
            if (i >= ends) {
                held.emplace_back(execution.sequence.value());
            }
        }
        allocations.end();
        done += static_cast<std::int64_t>(batch.size());
    }
    allocations.report(bench, done);
}

BENCHMARK(holds)->Arg(1)->Arg(100'000)->MinTime(3);
BENCHMARK(carts)->Arg(1)->Arg(100'000)->MinTime(3);

}  // namespace
}  // namespace holdfast::bench

BENCHMARK_MAIN();
