#include "app/operations.hpp"

#include "app/service_files.hpp"
#include "base/log.hpp"
#include "base/thread_name.hpp"
#include "ledger/free_space.hpp"
#include "model/limits.hpp"

namespace holdfast::app {

namespace {

constexpr auto kPeriod = std::chrono::seconds(1);
// It takes more than three hours to follow so far: somebody may want to end that.
constexpr base::Duration kLagShown = std::chrono::minutes(1);
// Less is followed in some minutes, and no two clocks agree to the second.
constexpr base::Duration kLagConfirmed = std::chrono::seconds(5);

base::Gauge& gauge(base::Metrics& metrics, std::string name, std::string help) {
    return metrics.gauge({.name = std::move(name), .help = std::move(help), .labels = {}});
}

base::Gauge& view_position(base::Metrics& metrics, std::string view) {
    return metrics.gauge({.name = "holdfast_view_position",
                          .help = "The newest event that is in a view on disk.",
                          .labels = {{"view", std::move(view)}}});
}

bool lags(const partition::PartitionClock& clock) { return clock.wall_ahead() > kLagShown; }

}  // namespace

struct Operations::Gauges {
    explicit Gauges(base::Metrics& metrics, const std::string& version)
        : live_holds(gauge(metrics, "holdfast_active_holds", "Reservations that hold units.")),
          overdue(gauge(metrics, "holdfast_overdue_holds",
                        "1 if a hold is past its deadline and not yet ended.")),
          inbox(gauge(metrics, "holdfast_inbox_commands", "Commands waiting to be decided.")),
          position(gauge(metrics, "holdfast_position", "The newest durable event.")),
          decided(gauge(metrics, "holdfast_decided_position", "The newest decided event.")),
          index_position(view_position(metrics, "index")),
          history_position(view_position(metrics, "history")),
          archive_position(view_position(metrics, "archive")),
          commands(gauge(metrics, "holdfast_commands_decided", "Commands decided since start.")),
          archived_reservations(gauge(metrics, "holdfast_archived_reservations",
                                      "Finished reservations that are on disk only.")),
          archived_keys(
              gauge(metrics, "holdfast_archived_keys", "Idempotency keys that are on disk only.")),
          archive_filter(gauge(metrics, "holdfast_archive_filter_bytes",
                               "Memory of the filter over archived keys.")),
          parked(gauge(metrics, "holdfast_parked_commands",
                       "Commands that wait for something from the archive.")),
          lookups(
              gauge(metrics, "holdfast_archive_lookups", "Commands that were parked since start.")),
          lookups_vain(gauge(metrics, "holdfast_archive_lookups_vain",
                             "Of them, those for which the archive had nothing.")),
          disk_free(gauge(metrics, "holdfast_disk_free_bytes", "Free space beside the ledger.")),
          storage_full(gauge(metrics, "holdfast_storage_full",
                             "1 while creates and receipts are refused for lack of space.")),
          clock_ahead(gauge(metrics, "holdfast_wall_clock_ahead_seconds",
                            "How far the wall clock is ahead of the partition's time.")),
          clock_suspended(gauge(metrics, "holdfast_clock_suspended",
                                "1 while the wall clock is not believed.")) {
        metrics
            .gauge({.name = "holdfast_build_info",
                    .help = "The running version; always 1.",
                    .labels = {{"version", version}}})
            .set(1);
    }

    base::Gauge& live_holds;
    base::Gauge& overdue;
    base::Gauge& inbox;
    base::Gauge& position;
    base::Gauge& decided;
    base::Gauge& index_position;
    base::Gauge& history_position;
    base::Gauge& archive_position;
    base::Gauge& commands;
    base::Gauge& archived_reservations;
    base::Gauge& archived_keys;
    base::Gauge& archive_filter;
    base::Gauge& parked;
    base::Gauge& lookups;
    base::Gauge& lookups_vain;
    base::Gauge& disk_free;
    base::Gauge& storage_full;
    base::Gauge& clock_ahead;
    base::Gauge& clock_suspended;
};

Operations::Operations(PartitionHost& host, const base::Clock& clock, base::Metrics& metrics,
                       std::uint64_t storage_reserve_bytes, std::string version)
    : host_(host),
      clock_(clock),
      metrics_(metrics),
      storage_reserve_bytes_(storage_reserve_bytes),
      version_(std::move(version)),
      started_at_(clock.now().boot),
      gauges_(std::make_unique<Gauges>(metrics, version_)) {
    look_at_room();
    thread_ = std::jthread([this](const std::stop_token& stop) {
        base::name_this_thread("housekeeping");
        while (!stop.stop_requested()) {
            keep_house();
            std::unique_lock lock(mutex_);
            stopping_.wait_for(lock, stop, kPeriod, [&stop] { return stop.stop_requested(); });
        }
    });
}

Operations::~Operations() = default;

void Operations::keep_house() {
    look_at_room();
    const base::Instant now = clock_.now();
    const partition::SignOfLife beat{.wall = now.wall, .time = host_.published().time_at(now)};
    if (host_.writer().downtime_is_durable()) {
        write_alive(host_.directory(), beat);
    }
    update_gauges();
}

// Of disk and memory. The writer is told first: who reads that creates are refused may rely on it.
void Operations::look_at_room() {
    const bool full = is_disk_full();
    const bool behind = host_.archive_is_left_behind();
    host_.writer().refuse_growth(full     ? model::RefusalCode::storage_full
                                 : behind ? model::RefusalCode::overloaded
                                          : model::RefusalCode::none);
    if (storage_full_.exchange(full, std::memory_order_relaxed) != full) {
        const std::uint64_t free = disk_free_.load(std::memory_order_relaxed);
        full ? base::log_error("the disk is nearly full: creates and receipts are refused",
                               {{"free_bytes", free}})
             : base::log_info("there is space on the disk again", {{"free_bytes", free}});
    }
    if (archive_behind_.exchange(behind, std::memory_order_relaxed) != behind) {
        behind ? base::log_error("the archive is far behind: creates and receipts are refused", {})
               : base::log_info("the archive follows again", {});
    }
}

// As before if it cannot be asked.
bool Operations::is_disk_full() {
    const auto free = ledger::free_bytes(host_.directory());
    if (!free) {
        return storage_full_.load(std::memory_order_relaxed);
    }
    disk_free_.store(*free, std::memory_order_relaxed);
    return *free < storage_reserve_bytes_;
}

void Operations::update_gauges() {
    const auto figures = host_.writer().figures();
    gauges_->live_holds.set(static_cast<double>(figures.live_holds));
    gauges_->overdue.set(static_cast<double>(figures.overdue_holds));
    gauges_->inbox.set(static_cast<double>(figures.inbox));
    gauges_->position.set(static_cast<double>(figures.durable.value()));
    gauges_->decided.set(static_cast<double>(figures.decided.value()));
    const ViewPositions views = host_.view_positions();
    gauges_->index_position.set(static_cast<double>(views.index.value()));
    gauges_->history_position.set(static_cast<double>(views.history.value()));
    gauges_->archive_position.set(static_cast<double>(views.archive.value()));
    gauges_->commands.set(static_cast<double>(figures.commands));
    const auto& archive = figures.archive;
    gauges_->archived_reservations.set(static_cast<double>(archive.reservations));
    gauges_->archived_keys.set(static_cast<double>(archive.keys));
    gauges_->archive_filter.set(static_cast<double>(archive.filter_bytes));
    gauges_->parked.set(static_cast<double>(archive.parked));
    gauges_->lookups.set(static_cast<double>(archive.lookups));
    gauges_->lookups_vain.set(static_cast<double>(archive.lookups_vain));
    gauges_->disk_free.set(static_cast<double>(disk_free_.load(std::memory_order_relaxed)));
    gauges_->storage_full.set(storage_full_.load(std::memory_order_relaxed) ? 1 : 0);
    const auto& clock = host_.writer().clock();
    gauges_->clock_ahead.set(static_cast<double>(clock.wall_ahead().count()) / 1000);
    gauges_->clock_suspended.set(clock.suspended() ? 1 : 0);
}

bool Operations::live() const { return true; }

std::vector<api::ReadyCheck> Operations::ready() const {
    const bool draining = draining_.load(std::memory_order_acquire);
    const bool full = storage_full_.load(std::memory_order_relaxed);
    const bool behind = archive_behind_.load(std::memory_order_relaxed);
    const bool suspended = host_.writer().clock().suspended();
    return {
        {.name = "ledger", .ok = true, .detail = "recovered and open"},
        {.name = "draining", .ok = !draining, .detail = draining ? "shutting down" : "no"},
        {.name = "disk", .ok = !full, .detail = full ? "nearly full" : "enough space"},
        {.name = "archive", .ok = !behind, .detail = behind ? "far behind" : "follows"},
        {.name = "clock",
         .ok = !suspended,
         .detail = suspended ? "the wall clock jumped; confirm it" : "steady"},
    };
}

std::string Operations::metrics_text() const { return metrics_.expose(); }

api::ServiceStatus Operations::status() const {
    auto& writer = host_.writer();
    const auto figures = writer.figures();
    const auto append = host_.ledger().recent();
    const bool suspended = writer.clock().suspended();
    const bool full = storage_full_.load(std::memory_order_relaxed);
    api::ServiceStatus out;
    out.version = version_;
    out.uptime = clock_.now().boot - started_at_;
    out.position = model::encode_position(host_.partition(), figures.durable);
    out.inbox_depth = figures.inbox;
    out.inbox_capacity = model::kInboxCommandsMax;
    out.batches_in_flight = figures.in_flight;
    out.live_holds = figures.live_holds;
    out.overdue_holds = figures.overdue_holds;
    out.archived_reservations = figures.archive.reservations;
    out.archived_keys = figures.archive.keys;
    out.archive_filter_bytes = figures.archive.filter_bytes;
    out.parked_commands = figures.archive.parked;
    out.fsync_p50_us = static_cast<std::uint64_t>(append.p50.count());
    out.fsync_p99_us = static_cast<std::uint64_t>(append.p99.count());
    out.disk_free_bytes = disk_free_.load(std::memory_order_relaxed);
    out.storage_full = full;
    out.draining = draining_.load(std::memory_order_acquire);
    out.clock_state = suspended ? "jumped" : lags(writer.clock()) ? "lags" : "ok";
    if (full) {
        out.stopped.emplace_back("creates and receipts: the disk is nearly full");
    }
    if (archive_behind_.load(std::memory_order_relaxed)) {
        out.stopped.emplace_back("creates and receipts: the archive is far behind");
    }
    if (suspended) {
        out.stopped.emplace_back("following the wall clock: it jumped and is not confirmed");
    }
    return out;
}

bool Operations::confirm_clock() {
    auto& clock = host_.writer().clock();
    if (clock.wall_ahead() < kLagConfirmed) {
        return false;
    }
    clock.confirm_wall();
    host_.writer().wake();
    return true;
}

}  // namespace holdfast::app
