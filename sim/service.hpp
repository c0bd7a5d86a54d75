// Service: one life after the other of the process that owns the ledger, for the swarm.
//
// `start` opens the disk as a new process would; `crash` throws everything but the disk away.
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
#include "sim/faults.hpp"

namespace holdfast::sim {

class Service {
  public:
    Service(bool careless_disk, base::Instant now);

    // The last moment the process is known to have run is handed to the writer, as the service
    // keeps it in a file.
    [[nodiscard]] base::Result<void> start(base::Instant now, base::Prng& dice,
                                           const Faults& faults);
    void crash();
    [[nodiscard]] bool is_up() const { return writer_ != nullptr; }

    // One turn of every thread. An error: the process has to end.
    [[nodiscard]] base::Result<void> step(base::Instant now, base::Prng& dice,
                                          const Faults& faults);

    [[nodiscard]] partition::Writer& writer() { return *writer_; }
    [[nodiscard]] ledger::Ledger& ledger() { return *ledger_; }
    [[nodiscard]] std::uint64_t checkpoints() const { return checkpoints_; }

  private:
    base::Result<void> follow(base::Prng& dice);

    bool careless_disk_;
    std::shared_ptr<ledger::MemoryDisk> disk_;
    std::unique_ptr<ledger::Ledger> ledger_;
    std::unique_ptr<partition::Published> published_;
    std::unique_ptr<partition::Writer> writer_;
    std::unique_ptr<partition::Replayer> replayer_;
    base::Time last_alive_{};
    std::uint64_t checkpoints_ = 0;
};

}  // namespace holdfast::sim
