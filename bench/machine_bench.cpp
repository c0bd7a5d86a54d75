// How fast is the pure machine: decide, apply and encode, in memory, on one core?
//
//   holds      single-line holds with a key on `skus` SKUs
//   carts      the mix of bench/commands.hpp: hold, then commit or release; the rest expires
//   replay     decoding and applying the events of `carts`: what recovery does
//   storm      a million holds end in the same millisecond while other commands go on
//   footprint  ten million live holds: bytes of each, and the longest command (a table grew)
// The argument is the number of SKUs: 1 is one hot SKU.
#include <benchmark/benchmark.h>

#include <malloc.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "base/allocation_testing.hpp"
#include "base/check.hpp"
#include "bench/commands.hpp"
#include "core/look_ahead.hpp"
#include "core/machine.hpp"
#include "core/replay.hpp"
#include "core/table_memory.hpp"
#include "model/limits.hpp"

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
constexpr std::size_t kReserved = std::size_t{768} << 20;
constexpr std::int64_t kPlenty = 1LL << 40;
constexpr base::Time kStart = base::time_from_ms(1'767'225'600'000);

class Runner {
  public:
    explicit Runner(std::size_t skus) : commands(skus, 42), machine_(state_) {
        core::reserve_table_memory(kReserved);
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
        if (at % core::kLookAhead != 0) {
            return;
        }
        std::array<const model::Command*, 2 * core::kLookAhead> soon{};
        const std::size_t count = std::min(batch.size() - at, soon.size());
        for (std::size_t i = 0; i < count; ++i) {
            soon[i] = &batch[at + i];
        }
        const std::size_t now = std::min(count, core::kLookAhead);
        core::prefetch_records(state_, std::span(soon).first(now));
        core::prefetch_commands(std::span(soon).subspan(now, count - now));
    }
    // As the writer does it.
    void run_all(const std::vector<model::Command>& batch) {
        for (std::size_t i = 0; i < batch.size(); ++i) {
            prefetch(batch, i);
            CHECK(run(batch[i]).outcome == core::Outcome::applied);
        }
    }
    std::uint64_t expire(std::uint32_t budget) {
        machine_.expire_due(*batch_, budget);
        return batch_->expiries;
    }
    // The longest of them, in seconds.
    double hold_many(std::size_t count, std::int64_t ttl_seconds) {
        double longest = 0;
        for (std::size_t i = 0; i < count; ++i) {
            if (i % kBatchCommands == 0) {
                begin(kStart);
            }
            const model::Command command = commands.hold(ttl_seconds);
            const auto begin = std::chrono::steady_clock::now();
            CHECK(run(command).outcome == core::Outcome::applied);
            longest = std::max(
                longest,
                std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
        }
        return longest;
    }
    [[nodiscard]] const core::State& state() const { return state_; }
    [[nodiscard]] const base::Buffer& payload() const { return payload_; }
    [[nodiscard]] model::Sequence next() const { return batch_->next; }

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
        done += static_cast<std::int64_t>(runner.expire(UINT32_MAX));
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

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

struct Recorded {
    model::Sequence first;
    base::Time time;
    base::Buffer payload;
};

// Batches of carts as they would be in the ledger.
std::vector<Recorded> record_carts(Runner& runner, std::size_t batches) {
    std::vector<Recorded> out;
    std::vector<model::ReservationId> held;
    out.push_back({.first = model::Sequence(1), .time = kStart, .payload = runner.payload()});
    base::Time now = kStart;
    for (std::size_t b = 0; b < batches; ++b) {
        now += std::chrono::seconds(1);
        runner.begin(now);
        const model::Sequence first = runner.next();
        runner.expire(UINT32_MAX);
        for (const auto id : std::exchange(held, {})) {
            if (runner.commands.finishes()) {
                CHECK(runner.run(runner.commands.end_of(id)).outcome == core::Outcome::applied);
            }
        }
        for (std::size_t i = 0; i < kBatchCommands; ++i) {
            held.emplace_back(runner.run(runner.commands.hold(3)).sequence.value());
        }
        out.push_back({.first = first, .time = now, .payload = runner.payload()});
    }
    return out;
}

void replay(benchmark::State& bench) {
    Runner runner(static_cast<std::size_t>(bench.range(0)));
    const auto batches = record_carts(runner, 200);
    std::int64_t events = 0;
    for (auto _ : bench) {
        bench.PauseTiming();
        auto state = std::make_unique<core::State>();
        bench.ResumeTiming();
        for (const auto& batch : batches) {
            CHECK(core::replay(*state, batch.payload, batch.first, batch.time).has_value());
        }
        bench.PauseTiming();
        CHECK(state->hash == runner.state().hash);
        events += static_cast<std::int64_t>(runner.next().value() - 1);
        state.reset();
        bench.ResumeTiming();
    }
    bench.SetItemsProcessed(events);
}

// Batches as the writer makes them: a share of expiries, then other commands.
void storm(benchmark::State& bench) {
    constexpr std::size_t kHolds = 1'000'000;
    constexpr std::size_t kOthers = 512;
    for (auto _ : bench) {
        bench.PauseTiming();
        Runner runner(static_cast<std::size_t>(bench.range(0)));
        runner.hold_many(kHolds, 60);
        std::vector<model::Command> others;
        double longest = 0;
        base::Time now = kStart + std::chrono::seconds(60);
        bench.ResumeTiming();
        const auto begin = Clock::now();
        while (runner.state().totals.live_holds > 0 && runner.state().first_due() != nullptr &&
               core::is_dead(*runner.state().first_due(), now)) {
            bench.PauseTiming();
            others.clear();
            for (std::size_t i = 0; i < kOthers; ++i) {
                others.push_back(runner.commands.hold(3'600));
            }
            runner.begin(now);
            bench.ResumeTiming();
            const auto batch_begin = Clock::now();
            runner.expire(model::kExpiriesPerBatchMax);
            runner.run_all(others);
            longest = std::max(longest, seconds_since(batch_begin));
            now += std::chrono::milliseconds(1);
        }
        bench.counters["seconds"] = seconds_since(begin);
        bench.counters["longest_batch_ms"] = longest * 1e3;
    }
    bench.SetItemsProcessed(bench.iterations() * static_cast<std::int64_t>(kHolds));
}

void footprint(benchmark::State& bench) {
    constexpr std::size_t kHolds = 10'000'000;
    for (auto _ : bench) {
        Runner runner(static_cast<std::size_t>(bench.range(0)));
        const std::size_t before = core::table_memory_taken() + mallinfo2().uordblks;
        const double longest = runner.hold_many(kHolds, 3'600);
        const std::size_t after = core::table_memory_taken() + mallinfo2().uordblks;
        bench.counters["bytes_per_hold"] =
            static_cast<double>(after - before) / static_cast<double>(kHolds);
        bench.counters["longest_command_ms"] = longest * 1e3;
    }
}

// A fixed number: growing tables must not reach beyond what was reserved.
constexpr std::int64_t kBatches = 500;
BENCHMARK(holds)->Arg(1)->Arg(100'000)->Iterations(kBatches);
BENCHMARK(carts)->Arg(1)->Arg(100'000)->Iterations(kBatches);
BENCHMARK(replay)->Arg(1)->Arg(100'000)->Iterations(3);
BENCHMARK(storm)->Arg(1)->Arg(100'000)->Iterations(1);
BENCHMARK(footprint)->Arg(100'000)->Iterations(1);

}  // namespace
}  // namespace holdfast::bench

BENCHMARK_MAIN();
