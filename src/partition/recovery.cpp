#include "partition/recovery.hpp"

#include <utility>

#include "base/log.hpp"
#include "core/decide.hpp"
#include "core/replay.hpp"
#include "core/snapshot.hpp"
#include "ledger/feed.hpp"
#include "model/event_codec.hpp"
#include "partition/archive_lookup.hpp"
#include "partition/forgetter.hpp"

namespace holdfast::partition {

using base::ErrorCode;
using base::Result;
using model::Sequence;

namespace {

constexpr std::size_t kBatchesPerRead = 64;
// A state that is further behind than this many hot windows forgets while it is recovered; a
// younger one leaves it to the archiver, which runs beside the service.
constexpr std::uint64_t kWindowsBehindMax = 4;

Recovered nothing() {
    return {.state = std::make_unique<core::State>(), .checkpoint = {}, .last = {}};
}

NextBatches read_here(ledger::Ledger& ledger, model::Sequence after) {
    return [feed = ledger::Feed(ledger, after)](std::size_t batches,
                                                const ledger::BatchVisitor& visit) mutable {
        return feed.next_batches(batches, visit);
    };
}

// Replays what came after the checkpoint.
class Recovery {
  public:
    Recovery(ledger::Ledger& ledger, const Recovered& from, Archive* archive,
             const ArchiverOptions& options, const BatchReader& read)
        : state_(*from.state),
          position_(from.checkpoint),
          next_batches_(read ? read(ledger, from.checkpoint) : read_here(ledger, from.checkpoint)),
          thaw_(make_thawer(archive, ledger)),
          forgetter_(state_, 0),
          behind_max_(kWindowsBehindMax * (options.hot_events + 1)) {
        if (archive != nullptr) {
            ArchiverOptions without_filter = options;
            without_filter.filter = false;
            archiver_.emplace(ledger, *archive, without_filter);
            archiver_->offer_to(forgetter_.queue(), state_.archived.offered);
        }
    }

    Result<void> run() {
        while (true) {
            TRY(const auto count,
                next_batches_(kBatchesPerRead,
                              [this](const ledger::Batch& batch) { return replay(batch); }));
            if (count == 0) {
                return {};
            }
            TRY_VOID(forget());
        }
    }
    [[nodiscard]] model::Sequence position() const { return position_; }

  private:
    Result<void> replay(const ledger::Batch& batch) {
        TRY_VOID(
            core::replay(state_, batch.payload, batch.header.first, batch.header.time, {}, thaw_));
        position_ = batch.last();
        return {};
    }
    Result<void> forget() {
        while (archiver_ && position_.value() - state_.archived.offered.value() > behind_max_) {
            TRY(const bool moved, archiver_->step({}));
            const bool forgot = forgetter_.step(SIZE_MAX, position_) > 0;
            if (!moved && !forgot) {
                return {};
            }
        }
        return {};
    }

    core::State& state_;
    model::Sequence position_;
    NextBatches next_batches_;
    core::Thawer thaw_;
    Forgetter forgetter_;
    std::optional<Archiver> archiver_;
    std::uint64_t behind_max_;
};

Result<Recovered> replay_on(Recovered from, ledger::Ledger& ledger, Archive* archive,
                            const ArchiverOptions& options, const BatchReader& read) {
    Recovery recovery(ledger, from, archive, options, read);
    TRY_VOID(recovery.run());
    from.last = recovery.position();
    return from;
}

// What was read, if it is a state that can be relied on here.
Result<std::unique_ptr<core::State>> judge(const Result<void>& read, core::SnapshotReader& reader,
                                           Sequence tail) {
    TRY_VOID(read);
    TRY(auto state, reader.finish());
    if (state->archived.reach > tail) {
        return base::failure(ErrorCode::corrupted,
                             "it relies on an archive of more than the ledger has");
    }
    return state;
}

// The newest checkpoint older than `before` that holds a state. One that does not, or only for
// another version of this program, has saved nothing; the ledger still has everything.
Result<Recovered> read_checkpoint(ledger::Ledger& ledger, Sequence before,
                                  std::unique_ptr<core::State> into) {
    TRY(const auto tail, ledger.tail());
    while (true) {
        core::SnapshotReader reader(std::move(into));
        Result<void> read;
        const auto add = [&](std::span<const std::byte> chunk) -> Result<void> {
            read = read ? reader.add(chunk) : read;
            return {};
        };
        TRY(const auto at, ledger.read_newest_checkpoint(before, add));
        if (!at) {
            return nothing();
        }
        if (auto state = judge(read, reader, tail.last)) {
            const Sequence offered = (*state)->archived.offered;
            return Recovered{.state = std::move(*state),
                             .checkpoint = *at,
                             .last = *at,
                             .checkpoint_offered = offered};
        } else {
            base::log_warning("a checkpoint holds no state that can be used: it is passed over",
                              {{"checkpoint", at->value()},
                               {"code", base::to_string(state.error().code)},
                               {"detail", std::string_view(state.error().message)}});
        }
        before = *at;
        into = std::make_unique<core::State>();
    }
}

}  // namespace

Result<Recovered> load_checkpoint(ledger::Ledger& ledger, Archive* archive, Sequence before,
                                  std::unique_ptr<core::State> into) {
    TRY(auto out, read_checkpoint(ledger, before, std::move(into)));
    const Sequence reach = out.state->archived.reach;
    if (reach.value() != 0 && archive == nullptr) {
        return nothing();
    }
    if (archive != nullptr && archive->position() < reach) {
        base::log_warning("the archive is behind the checkpoint and catches up first",
                          {{"archive", archive->position().value()}, {"needed", reach.value()}});
        TRY_VOID(catch_up(ledger, *archive, reach));
    }
    return out;
}

Result<Recovered> recover(ledger::Ledger& ledger, Archive* archive, const ArchiverOptions& options,
                          const BatchReader& read) {
    TRY(auto newest, load_checkpoint(ledger, archive));
    const Sequence checkpoint = newest.checkpoint;
    auto out = replay_on(std::move(newest), ledger, archive, options, read);
    if (out || out.error().code != ErrorCode::corrupted || checkpoint.value() == 0) {
        return out;
    }
    base::log_warning(
        "the events do not go on from a checkpoint: it is passed over",
        {{"checkpoint", checkpoint.value()}, {"detail", std::string_view(out.error().message)}});
    TRY(auto older, load_checkpoint(ledger, archive, checkpoint));
    return replay_on(std::move(older), ledger, archive, options, read);
}

Result<void> create_genesis(ledger::Ledger& ledger, model::PartitionId partition, base::Time now,
                            base::Digest128 ledger_id, base::Digest128 id_key) {
    TRY(const auto tail, ledger.tail());
    const auto events = core::genesis(ledger_id, id_key);
    base::Buffer record;
    ledger::reserve_header(record);
    for (const auto& event : events) {
        model::encode(event, record);
    }
    const base::Sha256 hash =
        ledger::seal(record, {.partition = partition,
                              .first = model::Sequence(tail.last.value() + 1),
                              .count = static_cast<std::uint32_t>(events.size()),
                              .epoch = tail.epoch,
                              .time = now,
                              .previous = tail.hash});
    return ledger.append({.expected_last = tail.last,
                          .epoch = tail.epoch,
                          .batch = record,
                          .private_texts = {},
                          .hash = hash});
}

}  // namespace holdfast::partition
