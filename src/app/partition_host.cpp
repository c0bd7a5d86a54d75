#include "app/partition_host.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include "app/archive_host.hpp"
#include "app/history_host.hpp"
#include "app/index_observer.hpp"
#include "app/ledger_damage.hpp"
#include "app/ledger_source.hpp"
#include "app/recovery_ahead.hpp"
#include "app/service_files.hpp"
#include "app/threads.hpp"
#include "base/check.hpp"
#include "base/log.hpp"
#include "base/thread_name.hpp"
#include "ledger/memory_ledger.hpp"
#include "ledger/open_ledger.hpp"
#include "ledger/posix_file.hpp"
#include "ledger/rocksdb_background.hpp"
#include "partition/recovery.hpp"

namespace holdfast::app {

using base::ErrorCode;
using base::Result;

namespace {

constexpr auto kIdleWait = std::chrono::milliseconds(100);
// The views follow in rounds, because a round costs the same for one event as for a hundred: one
// begins when so many events wait, or so long after the one before.
constexpr std::uint64_t kRoundEvents = 4'096;
constexpr auto kRoundPause = std::chrono::milliseconds(20);
// What a second of full load takes.
constexpr auto kReservePeriod = std::chrono::seconds(1);
// A service that stops does not wait longer than this for views that are behind.
constexpr auto kLastRounds = std::chrono::seconds(2);
constexpr auto kStopLimit = std::chrono::seconds(10);

Result<std::string> make_temporary_directory() {
    std::string path = std::filesystem::temp_directory_path() / "holdfast-memory.XXXXXX";
    if (::mkdtemp(path.data()) == nullptr) {
        return base::failure(ErrorCode::permission_denied,
                             path + " cannot be made: " + std::strerror(errno));
    }
    return path;
}

Result<std::unique_ptr<ledger::Ledger>> open_on_disk(const cli::LedgerLocation& where,
                                                     model::PartitionId partition) {
    const auto parent = std::filesystem::absolute(where.path).parent_path();
    TRY_VOID(ledger::make_directories(parent.string()));
    return ledger::open_ledger({.path = where.path,
                                .partition = partition,
                                .create_if_missing = true,
                                .read_only = false,
                                .warn =
                                    [](const std::string& text) {
                                        base::log_warning("ledger",
                                                          {{"detail", std::string_view(text)}});
                                    }},
                               wanted_kind(where.kind));
}

}  // namespace

Result<std::unique_ptr<PartitionHost>> PartitionHost::open(const cli::ServeOptions& options,
                                                           const base::Clock& clock,
                                                           base::Metrics& metrics) {
    std::unique_ptr<PartitionHost> host(new PartitionHost());
    host->clock_ = &clock;
    TRY_VOID(host->open_ledger(options, metrics));
    TRY_VOID(host->start(options, clock));
    return host;
}

// Without a limit: where a start fails, its error is still to be told.
PartitionHost::~PartitionHost() {
    if (end_writer()) {
        end_views();
    }
    index_.reset();
    replayer_.reset();
    archive_.reset();
    history_.reset();
    if (temporary_) {
        std::error_code ignored;
        std::filesystem::remove_all(directory_, ignored);
    }
}

Result<void> PartitionHost::open_ledger(const cli::ServeOptions& options, base::Metrics& metrics) {
    std::unique_ptr<ledger::Ledger> opened;
    if (options.ledger.kind == cli::LedgerKind::memory) {
        TRY(directory_, make_temporary_directory());
        temporary_ = true;
        opened = ledger::make_memory_ledger(ledger::make_memory_disk(), kPartition);
    } else {
        directory_ = options.ledger.path;
        TRY(opened, open_on_disk(options.ledger, kPartition));
    }
    if (!temporary_) {
        TRY(const auto info, ledger::read_ledger_info(directory_));
        if (info.kind != ledger::LedgerKind::rocksdb) {
            ledger::let_views_wait();
        }
    }
    ledger_ = std::make_unique<TimedLedger>(std::move(opened), metrics);
    TRY(const auto tail, ledger_->tail());
    TRY(private_key_, read_or_make_private_key(directory_, tail.last.value() != 0));
    return {};
}

Result<void> PartitionHost::make_genesis(base::Time now) {
    base::Digest128 ledger_id;
    base::Digest128 id_key;
    base::fill_random(std::as_writable_bytes(std::span(&ledger_id, 1)));
    base::fill_random(std::as_writable_bytes(std::span(&id_key, 1)));
    return partition::create_genesis(*ledger_, kPartition, now, ledger_id, id_key);
}

// The index is a function of the ledger, so one that is damaged or knows more than the ledger (a
// backup was restored) is made again.
Result<void> PartitionHost::open_index(model::Sequence tail) {
    auto opened = projection::open_reservation_index(index_path());
    if (!opened && opened.error().code == ErrorCode::corrupted) {
        base::log_warning("the reservation index is damaged and is made again",
                          {{"detail", std::string_view(opened.error().message)}});
        return remake_index();
    }
    TRY(index_, std::move(opened));
    if (index_->position() > tail) {
        base::log_warning("the reservation index is ahead of the ledger and is made again");
        return remake_index();
    }
    return {};
}

Result<void> PartitionHost::remake_index() {
    index_.reset();
    discard_index();
    TRY(index_, projection::open_reservation_index(index_path()));
    return {};
}

void PartitionHost::discard_index() {
    std::error_code ignored;  // what cannot be removed cannot be opened either
    std::filesystem::remove_all(index_path(), ignored);
}

Result<void> PartitionHost::open_replayer(const cli::ServeOptions& options,
                                          model::Sequence checkpoint) {
    const auto open = [&] {
        observer_ = std::make_unique<IndexObserver>(*index_, published_);
        return partition::Replayer::open(
            *ledger_, observer_.get(),
            {.checkpoint_every_events = options.checkpoint_every_events,
             .archive = &archive_->archive(),
             .known_checkpoint = checkpoint});
    };
    auto opened = open();
    if (!opened && observer_->found_damage()) {
        base::log_warning("the reservation index is damaged and is made again",
                          {{"detail", std::string_view(opened.error().message)}});
        TRY_VOID(remake_index());
        opened = open();
    }
    TRY(replayer_, std::move(opened));
    return {};
}

// An archive that leads to a state which the ledger contradicts is made again, if the ledger can.
Result<partition::Recovered> PartitionHost::recover() {
    auto recovered = recover_ahead(*ledger_, &archive_->archive(), archive_->options());
    if (recovered || recovered.error().code != ErrorCode::corrupted ||
        archive_->archive().position().value() == 0) {
        return recovered;
    }
    TRY_VOID(archive_->remake("the archive may be damaged and is made again",
                              recovered.error().message));
    return recover_ahead(*ledger_, &archive_->archive(), archive_->options());
}

Result<void> PartitionHost::start(const cli::ServeOptions& options, const base::Clock& clock) {
    TRY(auto tail, ledger_->tail());
    if (tail.last.value() == 0) {
        TRY_VOID(make_genesis(clock.now().wall));
        TRY(tail, ledger_->tail());
    }
    TRY(archive_,
        ArchiveHost::open(directory_ + "/archive", *ledger_,
                          {.hot_events = options.hot_events, .hot_for = options.hot_window}));
    TRY(auto recovered, recover());
    const model::Sequence checkpoint = recovered.checkpoint;
    const ArchiveHost::Offered offered{.writer = recovered.state->archived.offered,
                                       .replayer = recovered.checkpoint_offered};
    base::log_info("recovered", {{"position", recovered.last.value()},
                                 {"checkpoint", recovered.checkpoint.value()},
                                 {"live_holds", recovered.state->totals.live_holds},
                                 {"archived", recovered.state->archived.reservations}});
    ids_ = std::make_unique<model::PublicIds>(recovered.state->id_key);
    TRY_VOID(open_index(tail.last));
    TRY(history_, HistoryHost::open(directory_ + "/history", *ledger_, published_, tail.last));
    partition::WriterOptions writer_options;
    writer_options.partition = kPartition;
    writer_options.clock_jump_max = options.clock_jump_max;
    writer_options.lookups = &archive_->lookups();
    writer_options.clock = &clock;
    writer_ =
        std::make_unique<partition::Writer>(std::move(recovered.state), *ledger_, tail, published_,
                                            clock.now(), read_alive(directory_), writer_options);
    TRY_VOID(open_replayer(options, checkpoint));
    make_memory_ready();
    memory_.emplace(kReservePeriod);
    writer_thread_ = std::jthread([this] { run_writer(); });
    flusher_thread_ = std::jthread([this] { run_flusher(); });
    archive_->start(clock, published_, *writer_, offered, *replayer_);
    replaying_.emplace("replayer", [this] { return follow_in_turn(); });
    return {};
}

void PartitionHost::run_writer() {
    base::name_this_thread("writer");
    while (true) {
        const base::Instant now = clock_->now();
        const auto moved = writer_->step(now);
        if (!moved) {
            fail_stop("the ledger cannot be appended to; the service stops", moved.error());
        }
        if (*moved) {
            continue;
        }
        if (writer_->is_drained()) {
            break;
        }
        writer_->wait(now, kIdleWait);
    }
    writer_done_.store(true, std::memory_order_release);
    writer_->flusher().wake();
    replayer_wake_.ring();
}

void PartitionHost::run_flusher() {
    base::name_this_thread("flusher");
    while (!writer_done_.load(std::memory_order_acquire)) {
        if (!writer_->flusher().step()) {
            writer_->flusher().wait(kIdleWait);
        }
    }
}

// What the archive brought back may have been wrong, or what the ledger did. Until that is known
// nothing more is decided by a state that may be wrong.
void PartitionHost::stop_over_a_difference(const base::Error& error) {
    writer_->close();
    if (const auto discarded = archive_->discard(); !discarded) {
        fail_stop(kLedgerIsDamaged, discarded.error());
    }
    fail_stop("the replayed state is not the live one; the service stops", error);
}

// A round of all views that follow. False: they were at the ledger's end.
bool PartitionHost::follow_ledger() {
    auto moved = replayer_->step();
    if (moved) {
        if (const auto tried = observer_->try_again(); !tried) {
            moved = std::unexpected(tried.error());
        }
    }
    if (!moved && observer_->found_damage()) {
        discard_index();
        fail_stop("the reservation index is damaged; the next start makes it again", moved.error());
    }
    if (!moved && moved.error().code != ErrorCode::corrupted) {
        fail_stop("the ledger cannot be read; the service stops", moved.error());
    }
    if (!moved) {
        stop_over_a_difference(moved.error());
    }
    const bool followed = history_->follow();
    inspections_.run(replayer_->state(), replayer_->position());
    return *moved || followed;
}

// The archiver waits for a state that takes nothing from it, and what should have left stays in
// memory: then the replayer has to get on, whoever else has work. Otherwise it only makes views.
Pace PartitionHost::follow_in_turn() {
    const bool is_last = writer_done_.load(std::memory_order_acquire);
    const bool followed = follow_ledger();
    if (is_last) {
        const auto now = std::chrono::steady_clock::now();
        last_rounds_end_ = last_rounds_end_.value_or(now + kLastRounds);
        if (followed && now < *last_rounds_end_) {
            return Pace::hurry;
        }
        inspections_.close();
        return Pace::finish;
    }
    if (events_to_follow() < kRoundEvents) {
        static_cast<void>(replayer_wake_.wait_for(kRoundPause));
    }
    return replayer_->leaving().full() ? Pace::hurry : Pace::idle;
}

bool PartitionHost::archive_is_left_behind() const {
    return archive_->is_left_behind(writer_->figures().durable);
}

ViewPositions PartitionHost::view_positions() const {
    return {.index = index_->position(),
            .history = history_->history().position(),
            .archive = archive_->archive().position()};
}

projection::History& PartitionHost::history() { return history_->history(); }

std::uint64_t PartitionHost::events_to_follow() const {
    const auto durable = writer_->figures().durable.value();
    const auto replayed = replayer_->position();
    const auto position = std::min(replayed, history_->position().value_or(replayed));
    return durable - std::min(durable, position.value());
}

void PartitionHost::stop() {
    if (end_writer()) {
        stop_limit_.emplace(kStopLimit);
        end_views();
    }
}

// False: there is none, or somebody else ends it.
bool PartitionHost::end_writer() {
    if (!writer_ || stopping_.exchange(true, std::memory_order_acq_rel)) {
        return false;
    }
    writer_->close();
    writer_->wake();
    for (auto* const thread : {&writer_thread_, &flusher_thread_}) {
        if (thread->joinable()) {
            thread->join();
        }
    }
    return true;
}

void PartitionHost::end_views() {
    replaying_.reset();
    archive_->stop();
}

}  // namespace holdfast::app
