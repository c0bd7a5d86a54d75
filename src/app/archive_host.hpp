// ArchiveHost: the archive of one partition and its two threads.
//
//   archiver         at idle priority unless far behind: moves what leaves the hot window from the
//                    ledger into the archive, and offers it to the states in memory
//   lookup thread    finds what parked commands wait for
//
// The archive is a function of the ledger: one that is damaged, or knows more than the ledger (a
// backup was restored), is thrown away and made again. Only a whole ledger can do that: of one that
// is damaged, too, everything is kept. If the archive cannot be written (a full disk), or the
// ledger is damaged where the archiver reads it, memory keeps what it has and the service goes on;
// if the archive cannot be read, commands could never be answered and the process ends. Thread
// rule: open, start, stop and the destructor on one thread; the rest on any.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "app/paced_work.hpp"
#include "base/bell.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "ledger/ledger.hpp"
#include "partition/archiver.hpp"
#include "partition/lookups.hpp"
#include "partition/published.hpp"
#include "partition/replayer.hpp"
#include "partition/writer.hpp"

namespace holdfast::app {

class ArchiveHost {
  public:
    // In `directory`, which may not be there yet. Errors: the archive's.
    [[nodiscard]] static base::Result<std::unique_ptr<ArchiveHost>> open(
        std::string directory, ledger::Ledger& ledger, const partition::ArchiverOptions& options);
    ~ArchiveHost();
    ArchiveHost(const ArchiveHost&) = delete;
    ArchiveHost& operator=(const ArchiveHost&) = delete;

    [[nodiscard]] partition::Archive& archive() { return *archive_; }
    [[nodiscard]] partition::Lookups& lookups() { return *lookups_; }
    [[nodiscard]] const partition::ArchiverOptions& options() const { return options_; }

    // What each state had forgotten up to when it was made.
    struct Offered {
        model::Sequence writer;
        model::Sequence replayer;
    };
    // Begins to move and to look up.
    void start(const base::Clock& clock, const partition::Published& published,
               partition::Writer& writer, const Offered& offered, partition::Replayer& replayer);
    // After the writer has ended: until then it waits for lookups.
    void stop();

    // So much of what is over is still in memory, because the archive does not follow, that no more
    // should come. Any thread.
    [[nodiscard]] bool is_left_behind(model::Sequence durable) const;

    // Throws the files away; the next start makes them again. It must not be used any more. Reads
    // the whole ledger first. Errors: the ledger's, which could not make them again: they are kept.
    [[nodiscard]] base::Result<void> discard();
    // Begins again with an empty archive, and warns of `why`. Before `start`. Errors: discard's;
    // the archive's.
    [[nodiscard]] base::Result<void> remake(std::string_view why, std::string_view detail);

  private:
    ArchiveHost(std::string directory, ledger::Ledger& ledger,
                const partition::ArchiverOptions& options)
        : directory_(std::move(directory)), ledger_(ledger), options_(options) {}

    base::Result<void> open_archive();
    void use(std::unique_ptr<partition::Archive> archive);
    Pace archive(base::Time now, const partition::Writer& writer);
    void stand_still(const base::Error& error);
    [[nodiscard]] std::uint64_t behind(model::Sequence durable) const;
    [[nodiscard]] Pace pace(model::Sequence durable);
    void run_lookups();

    std::string directory_;
    ledger::Ledger& ledger_;
    partition::ArchiverOptions options_;
    std::unique_ptr<partition::Archive> archive_;
    std::unique_ptr<partition::Lookups> lookups_;
    std::unique_ptr<partition::Archiver> archiver_;

    std::atomic<bool> stopping_{false};
    base::Bell archiver_wake_;
    Pace pace_ = Pace::idle;  // the archiver's
    std::optional<PacedWork> archiving_;
    std::jthread lookup_thread_;
};

}  // namespace holdfast::app
