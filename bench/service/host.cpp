#include "bench/service/host.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "app/recovery_ahead.hpp"
#include "base/check.hpp"
#include "bench/ledgers.hpp"
#include "cli/serve_settings.hpp"
#include "model/limits.hpp"
#include "partition/recovery.hpp"

namespace holdfast::bench {
namespace {

constexpr model::PartitionId kPartition{0};
constexpr std::uint64_t kBatchEvents = 16'384;  // more than any batch here has
constexpr auto kLongWait = std::chrono::milliseconds(50);

[[noreturn]] void refuse(const std::string& why) {
    std::fprintf(stderr, "service_bench: %s\n", why.c_str());
    std::exit(2);
}

}  // namespace

Host::Host(const HostSettings& settings) : settings_(settings) { open(); }

void Host::open() {
    const auto merged =
        cli::merge_serve({}, {},
                         {{"ledger", settings_.ledger},
                          {"checkpoint_every", std::to_string(settings_.checkpoint_every)},
                          {"log_level", "error"}});
    if (!merged) {
        refuse(merged.error().message);
    }
    base::configure_log(merged->options.log);
    metrics_ = std::make_unique<base::Metrics>();
    auto opened = app::PartitionHost::open(merged->options, clock, *metrics_);
    if (!opened) {
        refuse(opened.error().message);
    }
    host_ = std::move(*opened);
}

std::uint64_t Host::events_behind() const {
    const auto durable = host_->writer().figures().durable.value();
    const auto views = host_->view_positions();
    // Batches leave the hot window whole, so the one at its edge stays behind for ever.
    const auto archived = views.archive.value() + model::kHotEvents + kBatchEvents;
    const auto slowest = std::min({views.index.value(), views.history.value(), archived});
    return durable - std::min(durable, slowest);
}

void Host::close() {
    if (host_) {
        host_->stop();
        host_.reset();
        metrics_.reset();
    }
}

LeanHost::LeanHost(const std::string& where) {
    auto opened = open_ledger(where, kPartition);
    if (!opened) {
        refuse(opened.error().message);
    }
    ledger_ = std::move(*opened);
    const auto found = ledger_->tail();
    if (found.has_value() && found->last.value() == 0) {
        CHECK(partition::create_genesis(*ledger_, kPartition, clock_.now().wall,
                                        {.high = 1, .low = 2}, {.high = 3, .low = 4})
                  .has_value());
    }
    auto recovered = app::recover_ahead(*ledger_);
    CHECK(recovered.has_value());
    writer_ = std::make_unique<partition::Writer>(
        std::move(recovered->state), *ledger_, *ledger_->tail(), published_, clock_.now(),
        partition::SignOfLife{}, partition::WriterOptions{});
    auto replayer = partition::Replayer::open(
        *ledger_, nullptr,
        {.checkpoint_every_events = UINT64_MAX, .known_checkpoint = recovered->checkpoint});
    CHECK(replayer.has_value());
    replayer_ = std::move(*replayer);
    writer_thread_ = std::jthread([this] { run_writer(); });
    flusher_thread_ = std::jthread([this] {
        while (!done_) {
            if (!writer_->flusher().step()) {
                writer_->flusher().wait(kLongWait);
            }
        }
    });
}

LeanHost::~LeanHost() {
    stopping_ = true;
    writer_->wake();
    writer_thread_.join();
    done_ = true;
    writer_->flusher().wake();
}

void LeanHost::run_writer() {
    while (true) {
        const auto now = clock_.now();
        const auto moved = writer_->step(now);
        CHECK(moved.has_value());
        if (!*moved) {
            if (stopping_ && writer_->idle()) {
                return;
            }
            writer_->wait(now, kLongWait);
        }
    }
}

model::Sequence LeanHost::checkpoint() {
    while (true) {
        const auto moved = replayer_->step();
        CHECK(moved.has_value());
        if (!*moved) {
            break;
        }
    }
    CHECK(replayer_->checkpoint().has_value());
    return replayer_->checkpointed();
}

}  // namespace holdfast::bench
