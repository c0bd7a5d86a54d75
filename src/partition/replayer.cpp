#include "partition/replayer.hpp"

#include "core/replay.hpp"
#include "core/snapshot.hpp"
#include "partition/recovery.hpp"

namespace holdfast::partition {

using base::Result;

Replayer::Replayer(ledger::Ledger& ledger, std::unique_ptr<core::State> state, model::Sequence at,
                   ReplayObserver* observer, const ReplayerOptions& options)
    : ledger_(ledger),
      state_(std::move(state)),
      feed_(ledger, at),
      observer_(observer),
      options_(options),
      checkpointed_(at) {}

Result<std::unique_ptr<Replayer>> Replayer::open(ledger::Ledger& ledger, ReplayObserver* observer,
                                                 const ReplayerOptions& options) {
    TRY(auto start, load_checkpoint(ledger));
    std::unique_ptr<Replayer> out(
        new Replayer(ledger, std::move(start.state), start.checkpoint, observer, options));
    if (observer != nullptr && observer->position() < start.checkpoint) {
        TRY_VOID(out->tell_everything());
        TRY_VOID(observer->reached(start.checkpoint, {}));
    }
    return out;
}

Result<bool> Replayer::step() {
    base::Time as_of{};
    TRY(const auto count,
        feed_.next_batches(options_.batches_per_step, [&](const ledger::Batch& batch) {
            as_of = batch.header.time;
            return replay(batch);
        }));
    if (count == 0) {
        return false;
    }
    if (observer_ != nullptr && observer_->position() < feed_.position()) {
        TRY_VOID(observer_->reached(feed_.position(), as_of));
    }
    if (feed_.position().value() - checkpointed_.value() >= options_.checkpoint_every_events) {
        TRY_VOID(checkpoint());
    }
    return true;
}

Result<void> Replayer::replay(const ledger::Batch& batch) {
    if (observer_ == nullptr) {
        return core::replay(*state_, batch.payload, batch.header.first, batch.header.time);
    }
    Result<void> told;
    TRY_VOID(core::replay(*state_, batch.payload, batch.header.first, batch.header.time,
                          [&](const model::Event& event, model::Sequence sequence) {
                              if (told) {
                                  told = tell(event, sequence);
                              }
                          }));
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

Result<void> Replayer::tell_everything() {
    for (std::uint32_t i = 0; i < state_->reservations.size(); ++i) {
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
