#include "partition/recovery.hpp"

#include "core/decide.hpp"
#include "core/replay.hpp"
#include "core/snapshot.hpp"
#include "ledger/feed.hpp"
#include "model/event_codec.hpp"

namespace holdfast::partition {

using base::Result;

namespace {

constexpr std::size_t kBatchesPerRead = 64;

}  // namespace

Result<Recovered> load_checkpoint(ledger::Ledger& ledger) {
    core::SnapshotReader reader;
    TRY(const auto at, ledger.read_newest_checkpoint(
                           [&](std::span<const std::byte> chunk) { return reader.add(chunk); }));
    if (!at) {
        return Recovered{.state = std::make_unique<core::State>(), .checkpoint = {}, .last = {}};
    }
    TRY(auto state, reader.finish());
    return Recovered{.state = std::move(state), .checkpoint = *at, .last = *at};
}

Result<Recovered> recover(ledger::Ledger& ledger) {
    TRY(auto out, load_checkpoint(ledger));
    ledger::Feed feed(ledger, out.checkpoint);
    while (true) {
        TRY(const auto count, feed.next_batches(kBatchesPerRead, [&](const ledger::Batch& batch) {
            return core::replay(*out.state, batch.payload, batch.header.first, batch.header.time);
        }));
        if (count == 0) {
            break;
        }
    }
    out.last = feed.position();
    return out;
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
