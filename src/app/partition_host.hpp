// PartitionHost: one partition brought to life: its ledger, its objects and their threads.
//
//   writer thread    decides and, when little is going on, appends by itself
//   flusher thread   seals and appends batches while the writer decides the next
//   replayer         follows the ledger at idle priority: checkpoints, the reservation index, the
//                    history (app/history_host.hpp); and shows its state to those who look
//                    (partition/inspection.hpp)
//   two more         of the archive (app/archive_host.hpp)
//
// The objects are passive (partition/); this is where threads and clocks attach. A failed append
// ends the process at once: nothing more may be acknowledged (fail stop). So does a replayed state
// that differs from the live one. An index that its disk does not take is tried again.
// Thread rule: open, stop and the destructor on one thread; accessors on any.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "app/memory_ahead.hpp"
#include "app/paced_work.hpp"
#include "app/stop_limit.hpp"
#include "app/timed_ledger.hpp"
#include "base/bell.hpp"
#include "base/clock.hpp"
#include "base/metrics.hpp"
#include "base/result.hpp"
#include "cli/options.hpp"
#include "model/public_id.hpp"
#include "partition/inspection.hpp"
#include "partition/recovery.hpp"
#include "partition/replayer.hpp"
#include "partition/writer.hpp"
#include "projection/history.hpp"
#include "projection/reservation_index.hpp"

namespace holdfast::app {

class ArchiveHost;
class HistoryHost;
class IndexObserver;

// Up to where each view on disk has followed the ledger.
struct ViewPositions {
    model::Sequence index;
    model::Sequence history;
    model::Sequence archive;  // behind by the hot window
};

class PartitionHost {
  public:
    // Opens (or makes) the ledger, recovers, and starts the threads. Errors: the ledger's.
    [[nodiscard]] static base::Result<std::unique_ptr<PartitionHost>> open(
        const cli::ServeOptions& options, const base::Clock& clock, base::Metrics& metrics);
    ~PartitionHost();
    PartitionHost(const PartitionHost&) = delete;
    PartitionHost& operator=(const PartitionHost&) = delete;

    [[nodiscard]] partition::Writer& writer() { return *writer_; }
    [[nodiscard]] const partition::Published& published() const { return published_; }
    [[nodiscard]] TimedLedger& ledger() { return *ledger_; }
    [[nodiscard]] projection::ReservationIndex& index() { return *index_; }
    [[nodiscard]] projection::History& history();
    // Any thread.
    [[nodiscard]] ViewPositions view_positions() const;
    // See ArchiveHost::is_left_behind.
    [[nodiscard]] bool archive_is_left_behind() const;
    [[nodiscard]] partition::StateInspector& inspector() { return inspections_; }
    [[nodiscard]] const model::PublicIds& ids() const { return *ids_; }
    [[nodiscard]] const base::Buffer& private_key() const { return private_key_; }
    // Where the service keeps its files.
    [[nodiscard]] const std::string& directory() const { return directory_; }
    [[nodiscard]] model::PartitionId partition() const { return kPartition; }

    // Takes no more commands, answers what was taken, ends the threads. Views that are far behind
    // go on at the next start. If closing takes longer than ten seconds from then on, the
    // destructor included, the process ends. The destructor alone waits as long as it takes.
    void stop();

  private:
    static constexpr model::PartitionId kPartition{0};

    PartitionHost() = default;
    base::Result<void> open_ledger(const cli::ServeOptions& options, base::Metrics& metrics);
    base::Result<void> make_genesis(base::Time now);
    [[nodiscard]] std::string index_path() const { return directory_ + "/index"; }
    base::Result<void> open_index(model::Sequence tail);
    base::Result<void> remake_index();
    void discard_index();
    base::Result<void> open_replayer(const cli::ServeOptions& options, model::Sequence checkpoint);
    [[nodiscard]] std::uint64_t events_to_follow() const;
    base::Result<partition::Recovered> recover();
    base::Result<void> start(const cli::ServeOptions& options, const base::Clock& clock);
    void run_writer();
    void run_flusher();
    Pace follow_in_turn();
    bool follow_ledger();
    [[noreturn]] void stop_over_a_difference(const base::Error& error);
    bool end_writer();
    void end_views();

    std::optional<StopLimit> stop_limit_;  // the first, so that it is called off last
    const base::Clock* clock_ = nullptr;
    std::string directory_;
    bool temporary_ = false;  // the directory goes away with the host
    base::Buffer private_key_;
    std::unique_ptr<TimedLedger> ledger_;
    std::unique_ptr<ArchiveHost> archive_;
    std::unique_ptr<projection::ReservationIndex> index_;
    std::unique_ptr<IndexObserver> observer_;
    std::unique_ptr<partition::Replayer> replayer_;
    std::unique_ptr<HistoryHost> history_;
    partition::Published published_;
    std::unique_ptr<partition::Writer> writer_;
    std::unique_ptr<model::PublicIds> ids_;

    std::atomic<bool> stopping_{false};
    std::atomic<bool> writer_done_{false};
    base::Bell replayer_wake_;
    std::optional<std::chrono::steady_clock::time_point> last_rounds_end_;  // the replayer's
    partition::InspectionQueue inspections_{[this] { replayer_wake_.ring(); }};
    std::optional<MemoryAhead> memory_;
    std::jthread writer_thread_;
    std::jthread flusher_thread_;
    std::optional<PacedWork> replaying_;
};

}  // namespace holdfast::app
