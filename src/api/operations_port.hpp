// OperationsPort: what an operator may ask of the running process. The app implements it.
//
// Thread rule: every method on any thread, several at once; none may block on the writer.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.hpp"

namespace holdfast::api {

// One condition of being ready to serve.
struct ReadyCheck {
    std::string name;  // snake_case: ledger, writer, disk, clock, draining
    bool ok = false;
    std::string detail;  // one sentence, shown in the log-friendly verbose form
};

struct ServiceStatus {
    std::string version;
    base::Duration uptime{};
    std::string position;  // newest durable, as clients see positions
    std::uint64_t inbox_depth = 0;
    std::uint64_t inbox_capacity = 0;
    std::uint64_t batches_in_flight = 0;
    std::uint64_t live_holds = 0;
    std::uint64_t overdue_holds = 0;          // past their deadline and not yet ended
    std::uint64_t archived_reservations = 0;  // on disk only
    std::uint64_t archived_keys = 0;
    std::uint64_t archive_filter_bytes = 0;
    std::uint64_t parked_commands = 0;  // waiting for something on disk
    std::uint64_t fsync_p50_us = 0;
    std::uint64_t fsync_p99_us = 0;
    std::uint64_t disk_free_bytes = 0;
    bool storage_full = false;
    bool draining = false;
    // "ok"; "jumped": the wall clock is not followed; "lags": it is more than a minute ahead, and
    // followed slowly.
    std::string clock_state;
    std::vector<std::string> stopped;  // what is not working, one sentence each
};

class OperationsPort {
  public:
    virtual ~OperationsPort() = default;

    // False only if the process cannot recover by itself.
    [[nodiscard]] virtual bool live() const = 0;
    [[nodiscard]] virtual std::vector<ReadyCheck> ready() const = 0;
    // Prometheus text format 0.0.4.
    [[nodiscard]] virtual std::string metrics_text() const = 0;
    [[nodiscard]] virtual ServiceStatus status() const = 0;
    // An operator confirms that the wall clock is right, whether it jumped or is being followed
    // slowly; false: nothing to confirm, it is not ahead.
    virtual bool confirm_clock() = 0;
};

}  // namespace holdfast::api
