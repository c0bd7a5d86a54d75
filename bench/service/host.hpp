// The production partition (ledger, writer, flusher, replayer with checkpoints, index and history)
// for benchmarks in one process, on a clock that may be held still.
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

// Ends the program with a sentence when the ledger cannot be opened.
class Host {
  public:
    explicit Host(const HostSettings& settings);
    ~Host() { close(); }
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;

    void open();
    void close();
    [[nodiscard]] partition::Writer& writer() { return host_->writer(); }
    [[nodiscard]] app::PartitionHost& parts() { return *host_; }

    HeldClock clock;

  private:
    HostSettings settings_;
    std::unique_ptr<base::Metrics> metrics_;
    std::unique_ptr<app::PartitionHost> host_;
};

}  // namespace holdfast::bench
