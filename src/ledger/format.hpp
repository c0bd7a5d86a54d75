// The sealed batch: the one record format of the ledger.
//
// A batch is a fixed header followed by packed events (model/event_codec.hpp packs them; here they
// are opaque bytes). `docs/formats/ledger.md` is the specification; reader and writer share this
// header. Persisted: never reorder, never renumber.
//
//   offset size field
//        0    4 magic "HFB1"
//        4    2 format version (1)
//        6    2 partition
//        8    8 first sequence
//       16    4 count of events (>= 1)
//       20    4 bytes of payload
//       24    8 epoch
//       32    8 time, UTC milliseconds
//       40   32 SHA-256 of the previous sealed batch (zero for the first)
//       72    4 CRC-32C of bytes 0..71 and the payload
//       76    4 zero
//       80    - payload
//
// The CRC finds damage cheaply on every read; the chain of hashes proves that nothing was taken
// out, exchanged or edited. Thread rule: free functions, any thread.
#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "model/ids.hpp"

namespace holdfast::ledger {

inline constexpr std::uint16_t kFormatVersion = 1;
inline constexpr std::size_t kBatchHeaderBytes = 80;

struct BatchHeader {
    model::PartitionId partition;
    model::Sequence first;
    std::uint32_t count = 0;
    model::Epoch epoch;
    base::Time time{};
    base::Sha256 previous{};
};

struct Batch {
    BatchHeader header;
    std::span<const std::byte> payload;  // points into the sealed bytes

    [[nodiscard]] model::Sequence last() const {
        return model::Sequence(header.first.value() + header.count - 1);
    }
};

// A batch buffer starts with room for the header, so that sealing copies nothing.
void reserve_header(base::Buffer& buffer);

// Fills in the header of a buffer that begins with `reserve_header` and ends with the payload, and
// returns the hash the next batch must name.
base::Sha256 seal(base::Buffer& buffer, const BatchHeader& header);

// Checks magic, version, sizes and CRC. Errors: corrupted, newer_format.
[[nodiscard]] base::Result<Batch> open_sealed(std::span<const std::byte> sealed);

// Checks one batch after the other: no gap, no overlap, every batch names the hash of the one
// before, epoch and time never go back. Errors: corrupted, naming the position.
class ChainReader {
  public:
    // After `last`, whose sealed batch had `hash`; pass nothing to start at an unknown place (the
    // first batch is then believed).
    ChainReader() = default;
    ChainReader(model::Sequence last, const base::Sha256& hash)
        : known_(true), last_(last), hash_(hash) {}

    [[nodiscard]] base::Result<Batch> next(std::span<const std::byte> sealed);
    [[nodiscard]] model::Sequence last() const { return last_; }
    [[nodiscard]] const base::Sha256& hash() const { return hash_; }

  private:
    bool known_ = false;
    model::Sequence last_{};
    base::Sha256 hash_{};
    model::Epoch epoch_{};
    base::Time time_{};
};

}  // namespace holdfast::ledger
