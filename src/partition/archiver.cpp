#include "partition/archiver.hpp"

#include <algorithm>

#include "model/event_codec.hpp"

namespace holdfast::partition {

using base::Result;
using base::Time;
using model::Sequence;

namespace {

constexpr std::size_t kBatchesAtOnce = 16;
// That are listed in one step while the filter is made.
constexpr std::size_t kKeysPerStep = 1'000'000;

// The end of the hot window as of now.
struct Window {
    Sequence by_count;  // events up to here have left it
    Time by_age;        // batches up to here have left it

    [[nodiscard]] bool is_hot(const ledger::Batch& batch) const {
        return batch.last() > by_count && batch.header.time > by_age;
    }
};

}  // namespace

bool Archiver::anybody_full() const {
    return std::ranges::any_of(consumers_, [](const Consumer& c) { return c.queue->full(); });
}

Sequence Archiver::beginning() const {
    Sequence out = archive_.position();
    for (const auto& consumer : consumers_) {
        out = std::min(out, consumer.from);
    }
    return out;
}

Result<bool> Archiver::step(Time now) {
    if (anybody_full()) {
        return false;
    }
    leaving_ = std::make_shared<Leaving>();
    if (options_.filter && !filter_.complete()) {
        TRY_VOID(make_filter());
        return true;
    }
    if (!feed_) {
        feed_.emplace(ledger_, beginning());
    }
    TRY(const bool moved, read(now));
    if (!moved) {
        return false;
    }
    position_ = feed_->position();
    if (position_ > archive_.position()) {
        rows_.sort();
        TRY_VOID(archive_.add(rows_, position_));
        if (options_.filter) {
            TRY_VOID(filter_.add(rows_.keys));
        }
    }
    rows_.clear();
    leaving_->to = position_;
    hand_over();
    return true;
}

Result<void> Archiver::make_filter() {
    for (std::size_t keys = 0; keys < kKeysPerStep && !filter_.complete();) {
        TRY(const auto listed, filter_.make_next());
        keys += listed;
    }
    hand_over();
    return {};
}

Result<bool> Archiver::read(Time now) {
    TRY(const auto tail, ledger_.tail());
    const Window window{
        .by_count = Sequence(tail.last.value() - std::min(tail.last.value(), options_.hot_events)),
        .by_age = now - options_.hot_for};
    const Sequence before = feed_->position();
    bool hot = false;
    while (!hot && feed_->position().value() - before.value() < options_.events_per_step) {
        const auto count =
            feed_->next_batches(kBatchesAtOnce, [&](const ledger::Batch& batch) -> Result<void> {
                hot = window.is_hot(batch);
                return hot ? base::failure(base::ErrorCode::not_found, "hot") : collect(batch);
            });
        if (!count && !hot) {
            return std::unexpected(count.error());
        }
        if (!count || *count == 0) {
            break;
        }
    }
    return feed_->position() > before;
}

Result<void> Archiver::collect(const ledger::Batch& batch) {
    model::EventCursor cursor(batch.payload, batch.header.first);
    const bool is_new = batch.last() > archive_.position();
    while (true) {
        TRY(const auto item, cursor.next());
        if (!item) {
            return {};
        }
        TRY(const auto event, model::decode(item->bytes));
        const Sequence at = item->sequence;
        if (const auto use = core::lasting_key(event); !use.empty()) {
            leaving_->keys.push_back(use.key);
            if (is_new) {
                rows_.keys.push_back({.key = use.key,
                                      .record = {.event = at,
                                                 .fingerprint = use.fingerprint.low &
                                                                core::KeyRecord::kFingerprintMax}});
            }
        }
        const auto* const changed = std::get_if<model::ReservationChanged>(&event);
        if (changed != nullptr && core::is_at_rest(changed->image)) {
            const core::Resting rest{
                .id = changed->image.id, .version = changed->image.version, .since = at};
            leaving_->rests.push_back(rest);
            if (is_new) {
                rows_.rests.push_back(rest);
            }
        }
        TRY_VOID(note_closed_case(event, at));
    }
}

// Its reservation may have come to rest long ago and stayed for the case.
Result<void> Archiver::note_closed_case(const model::Event& event, Sequence sequence) {
    const auto* const closed = std::get_if<model::CaseResolved>(&event);
    if (closed == nullptr || closed->image.reservation.value() == 0) {
        return {};
    }
    const auto id = closed->image.reservation;
    const auto newest =
        std::ranges::find(rows_.rests.rbegin(), rows_.rests.rend(), id, &core::Resting::id);
    if (newest != rows_.rests.rend()) {
        leaving_->rests.push_back(*newest);
        return {};
    }
    TRY(const auto found, archive_.find_rest(id, sequence));
    if (found) {
        leaving_->rests.push_back(*found);
    }
    return {};
}

// A state that forgot further than the archive had reached needs nothing of these lists but what
// changes in the filter: each change is told once.
void Archiver::hand_over() {
    leaving_->filter = filter_.take_changes();
    for (const auto& consumer : consumers_) {
        if (leaving_->to > consumer.from || !leaving_->filter.empty()) {
            consumer.queue->push(leaving_);
        }
    }
}

Result<void> catch_up(ledger::Ledger& ledger, Archive& archive, Sequence position) {
    Archiver archiver(ledger, archive,
                      {.hot_events = 0, .hot_for = base::Duration(0), .filter = false});
    while (archive.position() < position) {
        TRY(const bool moved, archiver.step({}));
        if (!moved) {
            return base::failure(base::ErrorCode::corrupted,
                                 "the ledger ends before what the archive must have");
        }
    }
    return {};
}

}  // namespace holdfast::partition
