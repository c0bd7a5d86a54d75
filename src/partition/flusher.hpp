// Flusher: seals batches and appends them, one after another.
//
// A passive object between the writer and the ledger. Usually a thread of its own calls `step`
// while the writer decides the next batch; when nothing is in flight the writer may append at once
// (`append_now`) and save two thread hops. Batches become durable in the order they were handed
// over. The chain's newest hash lives here, because hashing costs the writer too much.
//
// Thread rule: hand_over, append_now and take_finished on the writer's thread, step on one other
// (or the same) thread. append_now only while nothing else is in flight.
#pragma once

#include <chrono>
#include <functional>
#include <vector>

#include "base/bounded_queue.hpp"
#include "ledger/ledger.hpp"
#include "partition/in_flight.hpp"

namespace holdfast::partition {

class Flusher {
  public:
    // `on_finished` wakes the writer; it is called on the thread that calls `step`.
    Flusher(ledger::Ledger& ledger, const ledger::Tail& tail, std::function<void()> on_finished);

    void hand_over(InFlight& batch);
    void append_now(InFlight& batch);
    // Batches that are durable or failed, oldest first, appended to `out`.
    void take_finished(std::vector<InFlight*>& out);

    // Appends one batch that was handed over; false if there was none.
    bool step();
    // Sleeps until there may be something to do.
    void wait(std::chrono::milliseconds timeout);
    void wake() { to_append_.notify(); }

  private:
    void append(InFlight& batch);

    ledger::Ledger& ledger_;
    model::Sequence last_;
    base::Sha256 hash_;
    model::Epoch epoch_;
    bool failed_ = false;
    std::function<void()> on_finished_;
    base::BoundedQueue<InFlight*> to_append_;
    base::BoundedQueue<InFlight*> finished_;
    std::vector<InFlight*> taken_;  // the step thread's alone
};

}  // namespace holdfast::partition
