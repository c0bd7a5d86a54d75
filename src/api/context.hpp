// Context: what the use cases work with. Wired once by the app; everything outlives the service.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "api/executor.hpp"
#include "api/names.hpp"
#include "api/timers.hpp"
#include "base/clock.hpp"
#include "ledger/ledger.hpp"
#include "model/ids.hpp"
#include "model/public_id.hpp"
#include "partition/inspection.hpp"
#include "partition/published.hpp"
#include "partition/submission.hpp"
#include "projection/history.hpp"
#include "projection/reservation_index.hpp"

namespace holdfast::api {

struct Options {
    // Creates without an idempotency key are refused, because a retry would hold twice.
    bool create_key_required = true;
};

struct Context {
    partition::CommandPort& port;
    const partition::Published& published;
    ledger::Ledger& ledger;  // replays and private texts; read only
    projection::ReservationIndex& index;
    projection::History& history;  // reads a disk: ask it on the executor for reports
    Executor& replies;
    partition::StateInspector& inspector;  // for reports; see reports.hpp
    Executor& reports;                     // what waits for the inspector
    Timers& timers;
    const base::Clock& clock;
    Names names;
    // At least 16 random bytes that live outside the ledger and never change: digests of personal
    // data and the seals of cursors. Without it personal data cannot be found again.
    base::Buffer private_key;
    Options options;

    // The partition's: what is compared with deadlines, stops and whatever else a decision was
    // stamped with. The wall clock may be far from it.
    [[nodiscard]] base::Time time() const { return published.time_at(clock.now()); }
    // The later one of the two clocks: what others say has happened is compared with it. Where the
    // partition's time is behind, a fact of a minute ago has happened all the same.
    [[nodiscard]] base::Time latest() const {
        const base::Instant now = clock.now();
        return std::max(published.time_at(now), now.wall);
    }
};

}  // namespace holdfast::api
