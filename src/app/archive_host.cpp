#include "app/archive_host.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <utility>

#include "app/ledger_damage.hpp"
#include "app/threads.hpp"
#include "base/log.hpp"
#include "base/thread_name.hpp"
#include "partition/rocksdb_archive.hpp"

namespace holdfast::app {

using base::ErrorCode;
using base::Result;

namespace {

constexpr auto kArchivePause = std::chrono::milliseconds(50);
// However small the window, being so far behind is nothing to hurry for.
constexpr std::uint64_t kHurryEvents = 1'000'000;
// An event that stays costs some 150 bytes of memory.
constexpr std::uint64_t kWindowsBehindMax = 32;
constexpr auto kIdleWait = std::chrono::milliseconds(100);
constexpr std::string_view kArchiveIsDamaged =
    "the archive is damaged; the next start makes it again";
constexpr std::string_view kArchiveIsKept =
    "the archive is damaged and kept, because the ledger could not make it again; the service "
    "stops";

}  // namespace

Result<std::unique_ptr<ArchiveHost>> ArchiveHost::open(std::string directory,
                                                       ledger::Ledger& ledger,
                                                       const partition::ArchiverOptions& options) {
    std::unique_ptr<ArchiveHost> host(new ArchiveHost(std::move(directory), ledger, options));
    TRY_VOID(host->open_archive());
    return host;
}

ArchiveHost::~ArchiveHost() { stop(); }

Result<void> ArchiveHost::open_archive() {
    TRY(const auto tail, ledger_.tail());
    auto opened = partition::open_rocksdb_archive(directory_);
    const bool damaged = !opened && opened.error().code == ErrorCode::corrupted;
    if (damaged || (opened && (*opened)->position() > tail.last)) {
        const std::string detail = damaged ? opened.error().message : "it is ahead";
        opened = base::failure(ErrorCode::corrupted, {});  // closed before it is removed
        return remake("the archive does not fit the ledger and is made again", detail);
    }
    TRY(auto archive, std::move(opened));
    use(std::move(archive));
    return {};
}

void ArchiveHost::use(std::unique_ptr<partition::Archive> archive) {
    lookups_.reset();
    archive_ = std::move(archive);
    lookups_ = std::make_unique<partition::Lookups>(*archive_, ledger_);
}

Result<void> ArchiveHost::remake(std::string_view why, std::string_view detail) {
    lookups_.reset();
    archive_.reset();
    TRY_VOID(discard());
    base::log_warning(why, {{"detail", detail}});
    TRY(auto archive, partition::open_rocksdb_archive(directory_));
    use(std::move(archive));
    return {};
}

Result<void> ArchiveHost::discard() {
    if (const auto whole = read_whole(ledger_); !whole) {
        return base::failure(whole.error().code, "the ledger is damaged: " + whole.error().message);
    }
    std::error_code ignored;  // what cannot be removed cannot be opened either
    std::filesystem::remove_all(directory_, ignored);
    return {};
}

void ArchiveHost::start(const base::Clock& clock, const partition::Published& published,
                        partition::Writer& writer, const Offered& offered,
                        partition::Replayer& replayer) {
    lookups_->on_found([&writer] { writer.wake(); });
    archiver_ = std::make_unique<partition::Archiver>(ledger_, *archive_, options_);
    archiver_->offer_to(*writer.leaving(), offered.writer);
    archiver_->offer_to(replayer.leaving(), offered.replayer);
    archiving_.emplace("archiver", [this, &clock, &published, &writer] {
        return archive(published.time_at(clock.now()), writer);
    });
    lookup_thread_ = std::jthread([this] { run_lookups(); });
}

void ArchiveHost::stop() {
    if (stopping_.exchange(true, std::memory_order_acq_rel) || !archiver_) {
        return;
    }
    archiver_wake_.ring();
    lookups_->wake();
    archiving_.reset();
    if (lookup_thread_.joinable()) {
        lookup_thread_.join();
    }
}

// The archive may know a batch before the writer has been told that it is durable.
std::uint64_t ArchiveHost::behind(model::Sequence durable) const {
    return durable.value() - std::min(durable, archive_->position()).value();
}

// Under full load an idle thread starves, and memory would grow without end.
Pace ArchiveHost::pace(model::Sequence durable) {
    const std::uint64_t windows = pace_ == Pace::hurry ? 2 : 4;
    const bool is_far = behind(durable) > windows * options_.hot_events + kHurryEvents;
    pace_ = is_far ? Pace::hurry : Pace::idle;
    return pace_;
}

bool ArchiveHost::is_left_behind(model::Sequence durable) const {
    const std::uint64_t window = std::max(options_.hot_events, kHurryEvents);
    return behind(durable) > kWindowsBehindMax * window;
}

Pace ArchiveHost::archive(base::Time now, const partition::Writer& writer) {
    if (stopping_.load(std::memory_order_acquire)) {
        return Pace::finish;
    }
    const auto moved = archiver_->step(now);
    if (!moved && moved.error().code == ErrorCode::corrupted) {
        // It also reads what the archive has already, for a state that has not forgotten it.
        const auto discarded = discard();
        if (discarded) {
            fail_stop(kArchiveIsDamaged, moved.error());
        }
        stand_still(discarded.error());
        return Pace::finish;
    }
    if (!moved) {
        stand_still(moved.error());
        return Pace::finish;
    }
    if (!*moved) {
        static_cast<void>(archiver_wake_.wait_for(kArchivePause));
    }
    return pace(writer.figures().durable);
}

void ArchiveHost::stand_still(const base::Error& error) {
    base::log_error(
        "the archive stands still until the next start; memory keeps what it has",
        {{"code", base::to_string(error.code)}, {"detail", std::string_view(error.message)}});
}

void ArchiveHost::run_lookups() {
    base::name_this_thread("lookups");
    while (!stopping_.load(std::memory_order_acquire)) {
        const auto moved = lookups_->step();
        if (!moved && moved.error().code == ErrorCode::corrupted) {
            const auto discarded = discard();
            fail_stop(discarded ? kArchiveIsDamaged : kArchiveIsKept, moved.error());
        }
        if (!moved) {
            fail_stop("the archive cannot be read; the service stops", moved.error());
        }
        if (!*moved) {
            lookups_->wait(kIdleWait);
        }
    }
}

}  // namespace holdfast::app
