// Follower: reads the ledger for a view that is told every event, from the view's own position.
//
// The replayer starts from a checkpoint and its views from the state in it; a history has to know
// what happened before. So it follows the ledger by itself, as far behind as it is, without a state
// and without holding anybody up. A passive object: whoever advances it gives it a thread.
// Thread rule: one thread.
#pragma once

#include <cstddef>
#include <span>

#include "base/result.hpp"
#include "base/time.hpp"
#include "ledger/feed.hpp"
#include "ledger/ledger.hpp"
#include "model/event.hpp"

namespace holdfast::partition {

// A view of all events. Events and bytes are good during the call only.
class EventObserver {
  public:
    virtual ~EventObserver() = default;
    // `bytes`: the event as the ledger has it. `time`: of its batch.
    virtual base::Result<void> event(const model::Event& event, std::span<const std::byte> bytes,
                                     model::Sequence sequence, base::Time time) = 0;
    // Everything up to here, the end of a batch, was told.
    virtual base::Result<void> reached(model::Sequence position, base::Time as_of) = 0;
    // Up to where it has been told in an earlier life.
    [[nodiscard]] virtual model::Sequence position() const = 0;
};

struct FollowerOptions {
    // A step ends with the batch that reaches it. Others wait for the thread meanwhile.
    std::size_t events_per_step = 16'384;
    // The same in bytes of events: a thousand lines are more to tell than one.
    std::size_t bytes_per_step = std::size_t{8} << 20;
};

class Follower {
  public:
    Follower(ledger::Ledger& ledger, EventObserver& observer, const FollowerOptions& options = {})
        : feed_(ledger, observer.position()), observer_(observer), options_(options) {}

    // Tells what there is, up to a step's worth; false: it was at the tail. Errors: the ledger's
    // (corrupted, ...) and the observer's; after one the follower is not to be used again.
    [[nodiscard]] base::Result<bool> step();
    // What it has read; the view has committed no more.
    [[nodiscard]] model::Sequence position() const { return feed_.position(); }

  private:
    base::Result<void> tell(const ledger::Batch& batch);

    ledger::Feed feed_;
    EventObserver& observer_;
    FollowerOptions options_;
};

}  // namespace holdfast::partition
