// Operations: the running process as its operator sees it.
//
// Answers probes, status and metrics, and once a second does the housekeeping: looks at free disk
// space, writes the sign of life, updates gauges.
// Thread rule: the OperationsPort on any thread; start and stop on one.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "api/operations_port.hpp"
#include "app/partition_host.hpp"
#include "base/clock.hpp"
#include "base/metrics.hpp"

namespace holdfast::app {

class Operations final : public api::OperationsPort {
  public:
    Operations(PartitionHost& host, const base::Clock& clock, base::Metrics& metrics,
               std::uint64_t storage_reserve_bytes, std::string version);
    ~Operations() override;

    [[nodiscard]] bool live() const override;
    [[nodiscard]] std::vector<api::ReadyCheck> ready() const override;
    [[nodiscard]] std::string metrics_text() const override;
    [[nodiscard]] api::ServiceStatus status() const override;
    bool confirm_clock() override;

    // From now on not ready.
    void set_draining() { draining_.store(true, std::memory_order_release); }

  private:
    struct Gauges;

    void keep_house();
    void look_at_room();
    [[nodiscard]] bool is_disk_full();
    void update_gauges();

    PartitionHost& host_;
    const base::Clock& clock_;
    base::Metrics& metrics_;
    std::uint64_t storage_reserve_bytes_;
    std::string version_;
    base::Duration started_at_;
    std::unique_ptr<Gauges> gauges_;

    std::atomic<bool> draining_{false};
    std::atomic<bool> storage_full_{false};
    std::atomic<bool> archive_behind_{false};
    std::atomic<std::uint64_t> disk_free_{0};

    std::mutex mutex_;
    std::condition_variable_any stopping_;
    std::jthread thread_;
};

}  // namespace holdfast::app
