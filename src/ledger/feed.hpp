// Feed: reads a ledger forward from a position, batch by batch, checking the chain.
//
// The replayer and every projection pull through a Feed and keep their own durable cursor. The
// batch that contains the starting position is read too, as the anchor of the chain, so a gap
// right after the cursor is noticed. Thread rule: one thread per object; several feeds may read
// one ledger.
//
//   Feed feed(ledger, cursor);
//   TRY(auto count, feed.next_batches(64, [&](const Batch& batch) { ... }));   // 0: at the tail
#pragma once

#include <cstddef>
#include <functional>

#include "base/result.hpp"
#include "ledger/format.hpp"
#include "ledger/ledger.hpp"

namespace holdfast::ledger {

// An error ends the reading and is returned; the batch counts as not read.
using BatchVisitor = std::function<base::Result<void>(const Batch&)>;

class Feed {
  public:
    // After `after`. If that is inside a batch, its whole batch is handed over and the consumer
    // passes over what it has seen.
    Feed(Ledger& ledger, model::Sequence after) : ledger_(ledger), position_(after) {
        if (after.value() == 0) {
            chain_ = ChainReader(after, base::Sha256{});
        }
    }
    // After `after`, the end of a batch whose hash is known from elsewhere (a checkpoint).
    Feed(Ledger& ledger, model::Sequence after, const base::Sha256& hash)
        : ledger_(ledger), position_(after), chain_(after, hash), is_anchored_(true) {}

    // Visits up to `batches` (>= 1) batches and returns how many; 0 at the tail.
    // Errors: corrupted (naming the position), what the ledger or the visitor returned.
    [[nodiscard]] base::Result<std::size_t> next_batches(std::size_t batches,
                                                         const BatchVisitor& visit);

    // The last event of the newest batch that was visited.
    [[nodiscard]] model::Sequence position() const { return position_; }

  private:
    base::Result<void> anchor();

    Ledger& ledger_;
    model::Sequence position_;
    ChainReader chain_;
    bool is_anchored_ = false;
};

}  // namespace holdfast::ledger
