// Service: one life after the other of the process that owns the ledger, for the swarm.
//
// `start` opens the disk as a new process would; `crash` throws everything but the disk away. The
// API stands in front of the writer (FrontDoor); commands may also be given to the writer itself.
// The ledger is the one in memory, which keeps whole batches, or the one of segment files on a
// simulated disk, which does not.
// Thread rule: one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/clock.hpp"
#include "base/prng.hpp"
#include "base/result.hpp"
#include "ledger/memory_ledger.hpp"
#include "partition/published.hpp"
#include "partition/replayer.hpp"
#include "partition/writer.hpp"
#include "sim/disk_calls.hpp"
#include "sim/faults.hpp"
#include "sim/front_door.hpp"
#include "sim/simulated_disk.hpp"

namespace holdfast::sim {

// Where the service is; everything outlives it.
struct Surroundings {
    base::Prng& dice;
    const Faults& faults;
    const base::Clock& clock;
};

struct ServiceOptions {
    bool in_files = false;
    // A disk that says "durable" too early: planted, to show that it is found.
    bool careless_disk = false;
};

class Service {
  public:
    // `judge` is told what the partition answers to the API.
    Service(const ServiceOptions& options, const Surroundings& around, AnswerJudge judge);

    // The last moment the process is known to have run is handed to the writer, as the service
    // keeps it in a file. After an error nothing runs.
    [[nodiscard]] base::Result<void> start();
    void crash();
    [[nodiscard]] bool is_up() const { return writer_ != nullptr; }
    // A bit that was flipped before the start is as it was; false: there was none.
    bool restore_bit() { return files_ && files_->disk.unflip(); }

    // One turn of every thread. An error: the process has to end.
    [[nodiscard]] base::Result<void> step();

    // While it is up:
    [[nodiscard]] partition::Writer& writer() { return *writer_; }
    [[nodiscard]] FrontDoor& door() { return *door_; }
    [[nodiscard]] ledger::Ledger& ledger() { return *ledger_; }
    [[nodiscard]] std::uint64_t checkpoints() const { return checkpoints_; }

  private:
    struct Files {
        explicit Files(base::Prng& dice) : disk(dice), mounted(disk) {}
        SimulatedDisk disk;
        Mounted mounted;
    };

    base::Result<std::unique_ptr<ledger::Ledger>> open_ledger();
    base::Result<void> try_start();
    void take_down();
    base::Result<void> follow();

    ServiceOptions options_;
    Surroundings around_;
    AnswerJudge judge_;
    std::shared_ptr<ledger::MemoryDisk> memory_;
    std::unique_ptr<Files> files_;  // null: the ledger is in memory
    std::unique_ptr<ledger::Ledger> ledger_;
    std::unique_ptr<partition::Published> published_;
    std::unique_ptr<partition::Writer> writer_;
    std::unique_ptr<partition::Replayer> replayer_;
    std::unique_ptr<FrontDoor> door_;
    partition::SignOfLife alive_;
    std::uint64_t checkpoints_ = 0;
};

}  // namespace holdfast::sim
