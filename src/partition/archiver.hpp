// Archiver: follows the ledger at the edge of the hot window and moves what is behind it.
//
// Each step reads events that have left the hot window, adds their rows to the archive, and then
// offers them to every state in memory for forgetting. An event leaves the window when so many
// newer ones exist or when it is so old, whichever comes first. The archive is ahead of every list
// that names its rows, durably, so memory forgets nothing that the archive does not have.
//
// After a start it begins where the state that forgot least stopped: rows that the archive has are
// not added again, only offered. A passive object: whoever advances it gives it a (low) priority.
// Thread rule: one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "ledger/feed.hpp"
#include "ledger/ledger.hpp"
#include "model/limits.hpp"
#include "partition/leaving.hpp"

namespace holdfast::partition {

struct ArchiverOptions {
    std::uint64_t hot_events = model::kHotEvents;
    base::Duration hot_for = model::kHotFor;
    // A step ends with the batch that reaches it.
    std::size_t events_per_step = 16'384;
    // Whether the lists carry the filter that the writer asks.
    bool filter = true;
};

class Archiver {
  public:
    Archiver(ledger::Ledger& ledger, Archive& archive, const ArchiverOptions& options)
        : ledger_(ledger), archive_(archive), options_(options), filter_(archive) {}

    // Before the first step. `from`: what the state forgot up to (State::archived.offered).
    void offer_to(LeavingQueue& queue, model::Sequence from) {
        consumers_.push_back({.queue = &queue, .from = from});
    }

    // False: nothing has left the window, or a state is slow to forget. `now`: the partition's, as
    // the times of batches are. Errors: the ledger's and the archive's; after one it is not to be
    // used again.
    [[nodiscard]] base::Result<bool> step(base::Time now);

    // Everything up to here is in the archive, and was offered.
    [[nodiscard]] model::Sequence position() const { return position_; }

  private:
    struct Consumer {
        LeavingQueue* queue;
        model::Sequence from;
    };

    [[nodiscard]] bool anybody_full() const;
    [[nodiscard]] model::Sequence beginning() const;
    base::Result<void> make_filter();
    base::Result<bool> read(base::Time now);
    base::Result<void> collect(const ledger::Batch& batch);
    base::Result<void> note_closed_case(const model::Event& event, model::Sequence sequence);
    void hand_over();

    ledger::Ledger& ledger_;
    Archive& archive_;
    ArchiverOptions options_;
    FilterBuilder filter_;
    std::vector<Consumer> consumers_;
    std::optional<ledger::Feed> feed_;
    model::Sequence position_;
    ArchiveRows rows_;                  // that the archive does not have yet
    std::shared_ptr<Leaving> leaving_;  // of this step
};

// Lets the archive catch up with everything up to `position`, whatever is hot: for states that
// rely on it.
[[nodiscard]] base::Result<void> catch_up(ledger::Ledger& ledger, Archive& archive,
                                          model::Sequence position);

}  // namespace holdfast::partition
