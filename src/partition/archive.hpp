// Archive: the port to what memory has forgotten, on disk.
//
// Two things are looked up there: the record of a key, and the event that left a reservation at
// rest (its image is the whole reservation, so nothing else is kept of it). A function of the
// ledger: it may be deleted and is made again. A reservation has one row per event that left it at
// rest, mostly one, so that a state at any position finds the row that was the newest then.
//
// Thread rule: one thread adds; any thread may look up at the same time, and sees whole additions.
// Never the writer's thread: it would wait for the disk. Implementations: memory (tests,
// simulation), RocksDB (partition/rocksdb_archive.hpp), under one contract test.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/digest.hpp"
#include "base/result.hpp"
#include "core/forget.hpp"

namespace holdfast::partition {

struct ArchivedKey {
    base::Digest128 key;
    core::KeyRecord record;
};

struct ArchiveRows {
    std::vector<core::Resting> rests;
    std::vector<ArchivedKey> keys;

    // In the order of their names, which a store takes faster.
    void sort() {
        std::ranges::sort(rests, {},
                          [](const core::Resting& r) { return std::pair(r.id, r.since); });
        std::ranges::sort(keys, {},
                          [](const ArchivedKey& k) { return std::pair(k.key.high, k.key.low); });
    }
    void clear() {
        rests.clear();
        keys.clear();
    }
};

using KeyVisitor = std::function<void(base::Digest128)>;

class Archive {
  public:
    virtual ~Archive() = default;

    // All rows of the events up to `position`, which moves forward; durable on success.
    virtual base::Result<void> add(const ArchiveRows& rows, model::Sequence position) = 0;
    // Up to where it knows everything. Any thread.
    [[nodiscard]] virtual model::Sequence position() const = 0;

    virtual base::Result<std::optional<core::KeyRecord>> find_key(base::Digest128 key) = 0;
    // The newest rest of the reservation before the event `before`.
    virtual base::Result<std::optional<core::Resting>> find_rest(model::ReservationId id,
                                                                 model::Sequence before) = 0;
    // Every key whose first byte (of `high`) is the given one.
    virtual base::Result<void> list_keys(std::uint8_t first_byte, const KeyVisitor& visit) = 0;
};

[[nodiscard]] std::unique_ptr<Archive> make_memory_archive();

}  // namespace holdfast::partition
