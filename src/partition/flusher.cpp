#include "partition/flusher.hpp"

#include "base/check.hpp"
#include "model/limits.hpp"

namespace holdfast::partition {

Flusher::Flusher(ledger::Ledger& ledger, const ledger::Tail& tail,
                 std::function<void()> on_finished)
    : ledger_(ledger),
      last_(tail.last),
      hash_(tail.hash),
      epoch_(tail.epoch),
      on_finished_(std::move(on_finished)),
      to_append_(model::kBatchesInFlightMax),
      finished_(model::kBatchesInFlightMax) {}

void Flusher::hand_over(InFlight& batch) {
    CHECK(to_append_.try_push(&batch), "more batches in flight than allowed");
}

void Flusher::append_now(InFlight& batch) {
    append(batch);
    CHECK(finished_.try_push(&batch));
}

void Flusher::take_finished(std::vector<InFlight*>& out) { finished_.drain(out); }

bool Flusher::step() {
    taken_.clear();
    if (to_append_.drain(taken_, 1) == 0) {
        return false;
    }
    append(*taken_.front());
    CHECK(finished_.try_push(taken_.front()));
    on_finished_();
    return true;
}

void Flusher::wait(std::chrono::milliseconds timeout) {
    static_cast<void>(to_append_.wait_for_work(timeout));
}

void Flusher::append(InFlight& batch) {
    if (failed_) {
        // Fail stop: whatever came after a batch that may be lost must not become durable.
        batch.outcome = base::failure(base::ErrorCode::outcome_unknown,
                                      "an earlier append failed; nothing is appended any more");
        return;
    }
    CHECK(batch.header.first.value() == last_.value() + 1, "batches out of order");
    batch.header.epoch = epoch_;
    batch.header.previous = hash_;
    const base::Sha256 hash = ledger::seal(batch.record, batch.header);
    batch.outcome = ledger_.append({.expected_last = last_,
                                    .epoch = epoch_,
                                    .batch = batch.record,
                                    .private_texts = batch.private_texts,
                                    .hash = hash});
    failed_ = !batch.outcome;
    if (!failed_) {
        last_ = batch.last();
        hash_ = hash;
    }
}

}  // namespace holdfast::partition
