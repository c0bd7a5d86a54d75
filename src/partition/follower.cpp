#include "partition/follower.hpp"

#include "model/event_codec.hpp"

namespace holdfast::partition {

using base::Result;

namespace {

constexpr std::size_t kBatchesAtOnce = 16;

}  // namespace

Result<bool> Follower::step() {
    const model::Sequence before = feed_.position();
    base::Time as_of{};
    std::size_t bytes = 0;
    const auto tell_batch = [&](const ledger::Batch& batch) {
        as_of = batch.header.time;
        bytes += batch.payload.size();
        return tell(batch);
    };
    while (feed_.position().value() - before.value() < options_.events_per_step &&
           bytes < options_.bytes_per_step) {
        TRY(const auto count, feed_.next_batches(kBatchesAtOnce, tell_batch));
        if (count == 0) {
            break;
        }
    }
    if (feed_.position() == before) {
        return false;
    }
    if (observer_.position() < feed_.position()) {
        TRY_VOID(observer_.reached(feed_.position(), as_of));
    }
    return true;
}

Result<void> Follower::tell(const ledger::Batch& batch) {
    model::EventCursor cursor(batch.payload, batch.header.first);
    while (true) {
        TRY(const auto item, cursor.next());
        if (!item) {
            return {};
        }
        if (item->sequence <= observer_.position()) {
            continue;
        }
        TRY(const auto event, model::decode(item->bytes));
        TRY_VOID(observer_.event(event, item->bytes, item->sequence, batch.header.time));
    }
}

}  // namespace holdfast::partition
