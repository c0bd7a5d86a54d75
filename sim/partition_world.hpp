// PartitionWorld: the production writer, flusher, codec and ledger format on a memory disk, driven
// in one thread by dice and a virtual clock.
//
// Every run of a seed does the same: the state hash at the end says so. `restart` throws all
// memory away and recovers from the disk, as a crash would.
// Thread rule: one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "base/clock.hpp"
#include "base/prng.hpp"
#include "ledger/memory_ledger.hpp"
#include "partition/writer.hpp"
#include "sim/workload.hpp"

namespace holdfast::sim {

struct WorldOptions {
    std::uint64_t seed = 1;
    std::size_t commands_per_step_max = 64;
    std::int64_t step_ms_max = 20;
    partition::WriterOptions writer;
    WorkloadOptions workload;
};

// What came back, by kind.
struct WorldTally {
    std::uint64_t applied = 0;
    std::uint64_t shown = 0;
    std::uint64_t replayed = 0;
    std::uint64_t refused = 0;
    bool operator==(const WorldTally&) const = default;
};

class PartitionWorld {
  public:
    explicit PartitionWorld(const WorldOptions& options);
    ~PartitionWorld();

    // Submits so many commands and runs until all are answered.
    void run(std::uint64_t commands);
    void restart();

    [[nodiscard]] const core::State& state() const { return writer_->state(); }
    [[nodiscard]] const WorldTally& tally() const { return tally_; }
    [[nodiscard]] ledger::Ledger& ledger() { return *ledger_; }
    // The next number of the dice: two equal runs are at the same place.
    [[nodiscard]] std::uint64_t unseed() { return dice_.next(); }

  private:
    struct Asked;

    void open();
    void submit_some(std::uint64_t& left);
    void step();
    void answered(Asked& asked);

    WorldOptions options_;
    base::Prng dice_;
    base::ManualClock clock_;
    Workload workload_;
    std::shared_ptr<ledger::MemoryDisk> disk_;
    std::unique_ptr<ledger::Ledger> ledger_;
    std::unique_ptr<partition::Published> published_;
    std::unique_ptr<partition::Writer> writer_;
    std::deque<std::unique_ptr<Asked>> asked_;
    std::size_t unanswered_ = 0;
    WorldTally tally_;
};

}  // namespace holdfast::sim
