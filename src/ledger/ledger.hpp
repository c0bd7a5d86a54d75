// Ledger: the port to the append-only truth of one partition.
//
// A ledger is a chain of sealed batches (ledger/format.hpp). `append` is conditional: it succeeds
// only if the ledger still ends where the caller believes and the caller still owns the epoch; that
// condition is the guard that makes fast memory trustworthy. When `append` returns success the
// batch survives any crash. When it returns `outcome_unknown` the caller must stop: nothing may be
// acknowledged or tried again (docs/formats/ledger.md).
//
// Beside the chain a ledger keeps two things that are not part of it: checkpoints (a state that
// saves replaying) and private texts (personal data in clear, found by its digest, erasable).
//
// Thread rule: one thread appends; any thread may read at the same time, and sees exactly the
// durable batches. Implementations: memory, faulty (both for tests and simulation), RocksDB.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "model/ids.hpp"

namespace holdfast::ledger {

// Where a ledger ends. An empty ledger ends at sequence 0 with an all-zero hash.
struct Tail {
    model::Sequence last;     // the newest durable event
    base::Sha256 hash{};      // of the newest sealed batch
    base::Time time{};        // of the newest sealed batch
    model::Epoch epoch{};     // the generation that owns the ledger now
    std::uint64_t bytes = 0;  // of all sealed batches together
};

// Personal data that an event names by digest.
struct PrivateText {
    base::Digest128 digest;
    std::string_view text;
};

struct Append {
    model::Sequence expected_last;  // the tail the batch was decided on
    model::Epoch epoch;
    std::span<const std::byte> batch;  // sealed, see format.hpp
    std::span<const PrivateText> private_texts;
    // What `seal` returned for the batch. All zero: the ledger hashes the batch a second time.
    base::Sha256 hash{};
};

// Receives one sealed batch or one checkpoint chunk; an error ends the reading and is returned.
using BytesVisitor = std::function<base::Result<void>(std::span<const std::byte>)>;

// A checkpoint in the making. Destroyed without commit, it never existed.
class CheckpointWriter {
  public:
    virtual ~CheckpointWriter() = default;
    // Chunks come back in the order they were added. At most 4 MiB each.
    virtual base::Result<void> add(std::span<const std::byte> chunk) = 0;
    // Durable and the newest one on success; older checkpoints but one are dropped.
    virtual base::Result<void> commit() = 0;
};

class Ledger {
  public:
    virtual ~Ledger() = default;

    // Durable on success. Errors: conflict (tail or epoch moved; nothing written), storage_full
    // (nothing written), invalid_input (not a sealed batch for this place, or the ledger is
    // read-only; nothing written), outcome_unknown (fail stop: so answers every later append).
    virtual base::Result<void> append(const Append& append) = 0;

    // Hands over sealed batches in order, from the one that contains `first` on, up to `batches`
    // of them. Nothing beyond the tail: an empty reading is a success.
    virtual base::Result<void> read_from(model::Sequence first, std::size_t batches,
                                         const BytesVisitor& visit) = 0;

    virtual base::Result<Tail> tail() = 0;

    // A state as of `at`, made by the replayer. Beyond the tail: invalid_input.
    virtual base::Result<std::unique_ptr<CheckpointWriter>> begin_checkpoint(
        model::Sequence at) = 0;
    // The position of the newest committed checkpoint older than `before`, after its chunks were
    // visited, or nothing. A damaged one is passed over for the one before it, and no chunk of it
    // is visited. Who cannot use what was visited asks again, with that position as `before`.
    virtual base::Result<std::optional<model::Sequence>> read_newest_checkpoint(
        model::Sequence before, const BytesVisitor& visit) = 0;

    // The clear text, or nothing if it was never there or has been forgotten.
    virtual base::Result<std::optional<std::string>> private_text(base::Digest128 digest) = 0;
    // Erases clear texts for good: also from files that a plain deletion would leave behind.
    virtual base::Result<void> forget(std::span<const base::Digest128> digests) = 0;
};

}  // namespace holdfast::ledger
