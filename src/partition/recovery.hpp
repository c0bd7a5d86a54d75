// Recovery: the state of a partition from its ledger.
//
// The newest checkpoint that reads, then every batch after it, through the same `replay` that
// standbys and checkpoints use. A checkpoint only saves time: one that holds no state of this
// version, or one from which the events do not go on, is passed over for the one before it, and in
// the end for none. Thread rule: one thread; the ledger may be read by others. Whoever
// has threads to spare gives a reader of batches that works ahead (app/recovery_ahead.hpp).
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "base/result.hpp"
#include "core/state.hpp"
#include "ledger/feed.hpp"
#include "ledger/ledger.hpp"
#include "partition/archiver.hpp"

namespace holdfast::partition {

struct Recovered {
    std::unique_ptr<core::State> state;
    model::Sequence checkpoint;  // where it started from; 0: from nothing
    model::Sequence last;        // up to where it got: the tail
    // What the checkpoint's state had forgotten up to (State::archived.offered).
    model::Sequence checkpoint_offered{};
};

// Hands over the next batches, up to so many, as ledger::Feed::next_batches does.
using NextBatches =
    std::function<base::Result<std::size_t>(std::size_t batches, const ledger::BatchVisitor&)>;
// Makes one that begins after a position.
using BatchReader = std::function<NextBatches(ledger::Ledger&, model::Sequence after)>;

// Errors: corrupted and newer_format (naming the position), what ledger and archive return. Where
// the events contradict a checkpoint the recovery is tried once more, without it.
//
// With an archive the state forgets on the way what has left the hot window, so that memory stays
// bounded however long the ledger is. Without one it has everything and may be large. `read`:
// nothing means a ledger::Feed on this thread.
[[nodiscard]] base::Result<Recovered> recover(ledger::Ledger& ledger, Archive* archive = nullptr,
                                              const ArchiverOptions& options = {},
                                              const BatchReader& read = {});

// The state and position of the newest checkpoint that can be used and is older than `before`; an
// empty state at 0 if there is none. A state that has forgotten something relies on the archive:
// one that does not reach far enough catches up first; without one (null) the checkpoint cannot be
// used. The newest is read into `into`.
[[nodiscard]] base::Result<Recovered> load_checkpoint(
    ledger::Ledger& ledger, Archive* archive = nullptr,
    model::Sequence before = model::Sequence(UINT64_MAX),
    std::unique_ptr<core::State> into = std::make_unique<core::State>());

// Writes the first batch of an empty ledger: its identity, the tenant and class `default`.
[[nodiscard]] base::Result<void> create_genesis(ledger::Ledger& ledger,
                                                model::PartitionId partition, base::Time now,
                                                base::Digest128 ledger_id, base::Digest128 id_key);

}  // namespace holdfast::partition
