// Snapshot: a state as bytes, and back. What a checkpoint is made of.
//
// Made of chunks of at most kSnapshotChunkBytes, each with whole records; reservations are packed
// as the events that carry their images, so there is one encoding of them. Reading recomputes the
// state hash and refuses a snapshot that does not have the hash it was written with.
// Format: docs/formats/snapshot.md. Thread rule: one thread per state.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <utility>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "core/state.hpp"

namespace holdfast::core {

inline constexpr std::size_t kSnapshotChunkBytes = 1u << 20;

using ChunkSink = std::function<base::Result<void>(std::span<const std::byte>)>;

// Hands the chunks over in order; an error of the sink ends the writing and is returned.
[[nodiscard]] base::Result<void> write_snapshot(const State& state, const ChunkSink& sink);

class SnapshotReader {
  public:
    // The state is read into `state`, a new one.
    explicit SnapshotReader(std::unique_ptr<State> state = std::make_unique<State>())
        : state_(std::move(state)) {}

    // The next chunk. Errors: corrupted, newer_format.
    [[nodiscard]] base::Result<void> add(std::span<const std::byte> chunk);
    // The state, complete and checked. Errors: corrupted.
    [[nodiscard]] base::Result<std::unique_ptr<State>> finish();

  private:
    [[nodiscard]] base::Result<void> read_record(base::ByteReader& reader);
    [[nodiscard]] base::Result<void> read_header(base::ByteReader& reader);
    [[nodiscard]] base::Result<void> read_reservations(base::ByteReader& reader);
    void look_ahead_to_keys(base::ByteReader reader);
    [[nodiscard]] bool read_end(base::ByteReader& reader);

    std::unique_ptr<State> state_;
    std::uint64_t expected_hash_ = 0;
    std::uint8_t version_ = 0;
    bool complete_ = false;
    bool started_ = false;
    std::size_t keys_ahead_ = 0;  // that were asked for
};

}  // namespace holdfast::core
