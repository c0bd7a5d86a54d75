// Partitions for benchmarks in one process: the production one (ledger, writer, flusher, replayer
// with checkpoints, index and history) on a clock that may be held still, and one without views.
//
// Thread rule: one thread, beside those of the partition.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "app/partition_host.hpp"
#include "base/clock.hpp"
#include "base/metrics.hpp"

namespace holdfast::bench {

// The machine's clock with a hold button: what is decided while it stands has one time, and its
// deadlines fall into one millisecond.
class HeldClock final : public base::Clock {
  public:
    [[nodiscard]] base::Instant now() const override {
        base::Instant out = real_.now();
        const auto held = held_at_.load(std::memory_order_acquire);
        const base::Duration shift = held != kRunning
                                         ? base::Duration(held) - out.boot
                                         : base::Duration(shift_.load(std::memory_order_acquire));
        out.boot += shift;
        out.wall += shift;
        return out;
    }
    void hold() { held_at_.store(now().boot.count(), std::memory_order_release); }
    // Runs again, `skip` later than where it stood.
    void run(base::Duration skip) {
        const auto stood = base::Duration(held_at_.load(std::memory_order_relaxed));
        shift_.store((stood + skip - real_.now().boot).count(), std::memory_order_release);
        held_at_.store(kRunning, std::memory_order_release);
    }

  private:
    static constexpr base::Duration::rep kRunning = -1;

    base::SystemClock real_;
    std::atomic<base::Duration::rep> held_at_{kRunning};
    std::atomic<base::Duration::rep> shift_{0};
};

struct HostSettings {
    std::string ledger;  // KIND:DIR, as `holdfast serve --ledger` takes it
    std::uint64_t checkpoint_every = 5'000'000;
};

class Stage {
  public:
    virtual ~Stage() = default;
    [[nodiscard]] virtual partition::Writer& writer() = 0;
    [[nodiscard]] virtual ledger::Ledger& ledger() = 0;
};

// The whole service but its sockets. Ends the program with a sentence when the ledger cannot be
// opened.
class Host final : public Stage {
  public:
    explicit Host(const HostSettings& settings);
    ~Host() override { close(); }
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;

    void open();
    void close();
    [[nodiscard]] partition::Writer& writer() override { return host_->writer(); }
    [[nodiscard]] app::TimedLedger& ledger() override { return host_->ledger(); }
    // How far the slowest view on disk has yet to follow what is durable: index, history, and the
    // archive, which is behind by the hot window when it has nothing to do.
    [[nodiscard]] std::uint64_t events_behind() const;

    HeldClock clock;

  private:
    HostSettings settings_;
    std::unique_ptr<base::Metrics> metrics_;
    std::unique_ptr<app::PartitionHost> host_;
};

// Writer, flusher and ledger only: recovers what is there, starts a new ledger otherwise. Opening
// also opens a replayer, as the service does; it follows when asked. KIND:DIR as in ledgers.hpp.
class LeanHost final : public Stage {
  public:
    explicit LeanHost(const std::string& where);
    ~LeanHost() override;
    LeanHost(const LeanHost&) = delete;
    LeanHost& operator=(const LeanHost&) = delete;

    [[nodiscard]] partition::Writer& writer() override { return *writer_; }
    [[nodiscard]] ledger::Ledger& ledger() override { return *ledger_; }
    // Follows to the tail and saves a checkpoint; its position.
    model::Sequence checkpoint();

  private:
    void run_writer();

    base::SystemClock clock_;
    std::unique_ptr<ledger::Ledger> ledger_;
    partition::Published published_;
    std::unique_ptr<partition::Writer> writer_;
    std::unique_ptr<partition::Replayer> replayer_;
    std::atomic<bool> stopping_{false};
    std::atomic<bool> done_{false};
    std::jthread writer_thread_;
    std::jthread flusher_thread_;
};

}  // namespace holdfast::bench
