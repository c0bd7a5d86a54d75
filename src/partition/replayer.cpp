#include "partition/replayer.hpp"

#include <string>

#include "base/log.hpp"
#include "core/replay.hpp"
#include "core/snapshot.hpp"
#include "model/event_codec.hpp"
#include "partition/archive_lookup.hpp"
#include "partition/recovery.hpp"

namespace holdfast::partition {

using base::Result;

namespace {

constexpr std::size_t kForgetsPerStep = 65'536;
constexpr model::Sequence kNewest(UINT64_MAX);

// For a checkpoint at this position and none that is newer.
model::Sequence just_after(model::Sequence checkpoint) {
    return model::Sequence(checkpoint.value() + 1);
}

Result<void> tell_changes(ReplayObserver& observer, const ledger::Batch& batch) {
    model::EventCursor cursor(batch.payload, batch.header.first);
    while (true) {
        TRY(const auto item, cursor.next());
        if (!item) {
            return {};
        }
        TRY(const auto event, model::decode(item->bytes));
        if (const auto* const changed = std::get_if<model::ReservationChanged>(&event)) {
            TRY_VOID(observer.reservation_changed(changed->image));
        }
    }
}

}  // namespace

Replayer::Replayer(ledger::Ledger& ledger, std::unique_ptr<core::State> state, model::Sequence at,
                   ReplayObserver* observer, const ReplayerOptions& options)
    : ledger_(ledger),
      state_(std::move(state)),
      forgetter_(*state_),
      thaw_(make_thawer(options.archive, ledger)),
      feed_(ledger, at),
      observer_(observer),
      options_(options),
      checkpointed_(at),
      tried_(at) {}

Result<std::unique_ptr<Replayer>> Replayer::open(ledger::Ledger& ledger, ReplayObserver* observer,
                                                 const ReplayerOptions& options) {
    const auto known = options.known_checkpoint;
    if (known && (observer == nullptr || observer->position() >= *known)) {
        std::unique_ptr<Replayer> later(
            new Replayer(ledger, std::make_unique<core::State>(), *known, observer, options));
        later->loaded_ = known->value() == 0;
        return later;
    }
    TRY(auto start, load_checkpoint(ledger, options.archive, known ? just_after(*known) : kNewest));
    std::unique_ptr<Replayer> out(
        new Replayer(ledger, std::move(start.state), start.checkpoint, observer, options));
    if (observer != nullptr && observer->position() < start.checkpoint) {
        TRY_VOID(out->tell_the_past());
        TRY_VOID(out->tell_everything());
        TRY_VOID(observer->reached(start.checkpoint, {}));
    }
    return out;
}

// Into the state that is there: the forgetter works on it.
Result<void> Replayer::load() {
    TRY(auto start,
        load_checkpoint(ledger_, options_.archive, just_after(checkpointed_), std::move(state_)));
    if (start.checkpoint != checkpointed_) {
        return base::failure(base::ErrorCode::unavailable,
                             "the checkpoint at " + std::to_string(checkpointed_.value()) +
                                 " does not read a second time");
    }
    state_ = std::move(start.state);
    loaded_ = true;
    return {};
}

Result<bool> Replayer::step() {
    if (!loaded_) {
        TRY_VOID(load());
    }
    const model::Sequence before = feed_.position();
    TRY(const base::Time as_of, read_on());
    const bool forgot = forgetter_.step(kForgetsPerStep, feed_.position()) > 0;
    if (feed_.position() == before) {
        return forgot;
    }
    if (observer_ != nullptr && observer_->position() < feed_.position()) {
        TRY_VOID(observer_->reached(feed_.position(), as_of));
    }
    if (feed_.position().value() - tried_.value() >= options_.checkpoint_every_events) {
        TRY_VOID(try_checkpoint());
    }
    return true;
}

// The time of the last batch it read.
Result<base::Time> Replayer::read_on() {
    const model::Sequence before = feed_.position();
    base::Time as_of{};
    std::size_t bytes = 0;
    while (feed_.position().value() - before.value() < options_.events_per_step &&
           bytes < options_.bytes_per_step) {
        TRY(const auto count,
            feed_.next_batches(options_.batches_at_once, [&](const ledger::Batch& batch) {
                as_of = batch.header.time;
                bytes += batch.payload.size();
                return replay(batch);
            }));
        if (count == 0) {
            break;
        }
    }
    return as_of;
}

// A checkpoint saves time at the next start and nothing else, so one that the disk does not take is
// told and left out.
Result<void> Replayer::try_checkpoint() {
    tried_ = feed_.position();
    const auto saved = checkpoint();
    if (saved || saved.error().code == base::ErrorCode::corrupted) {
        return saved;
    }
    base::log_error("a checkpoint was not saved; the next one is tried when it is due",
                    {{"code", base::to_string(saved.error().code)},
                     {"detail", std::string_view(saved.error().message)}});
    return {};
}

Result<void> Replayer::replay(const ledger::Batch& batch) {
    if (observer_ == nullptr) {
        return core::replay(*state_, batch.payload, batch.header.first, batch.header.time, {},
                            thaw_);
    }
    Result<void> told;
    TRY_VOID(core::replay(
        *state_, batch.payload, batch.header.first, batch.header.time,
        [&](const model::Event& event, model::Sequence sequence) {
            if (told) {
                told = tell(event, sequence);
            }
        },
        thaw_));
    return told;
}

Result<void> Replayer::tell(const model::Event& event, model::Sequence sequence) {
    if (sequence <= observer_->position()) {
        return {};
    }
    if (const auto* const changed = std::get_if<model::ReservationChanged>(&event)) {
        return observer_->reservation_changed(changed->image);
    }
    if (std::holds_alternative<model::DowntimeRecorded>(event)) {
        return tell_everything();  // it moves deadlines without an image of its own
    }
    return {};
}

// A state has only what it did not forget. Deadlines that moved without an image belong to
// reservations that it has.
Result<void> Replayer::tell_the_past() {
    if (state_->archived.reservations == 0) {
        return {};
    }
    ledger::Feed past(ledger_, observer_->position());
    while (past.position() < checkpointed_) {
        TRY_VOID(past.next_batches(options_.batches_at_once, [&](const ledger::Batch& batch) {
            return tell_changes(*observer_, batch);
        }));
    }
    return {};
}

Result<void> Replayer::tell_everything() {
    for (const std::uint32_t i : core::in_order_of_ids(*state_)) {
        TRY_VOID(observer_->reservation_changed(state_->image_of(state_->reservations[i])));
    }
    return {};
}

Result<void> Replayer::checkpoint() {
    const model::Sequence at = feed_.position();
    if (at == checkpointed_) {
        return {};
    }
    TRY(auto writer, ledger_.begin_checkpoint(at));
    TRY_VOID(core::write_snapshot(
        *state_, [&](std::span<const std::byte> chunk) { return writer->add(chunk); }));
    TRY_VOID(writer->commit());
    checkpointed_ = at;
    return {};
}

}  // namespace holdfast::partition
