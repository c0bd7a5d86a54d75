// Event codec: events <-> bytes of a batch's payload.
//
// An event is: type (u8), version of that type (u8), length of the body (u32), body. Little-endian;
// bodies use varints for quantities and a presence mask for what is optional, so that an ordinary
// event stays within 128 bytes. `docs/formats/events.md` is the specification. Types and versions
// are persisted: never renumber, never change the meaning of a written version; a new field is a
// new version, and the decoder lifts every old version to the newest struct, so that the core
// knows only the newest. Thread rule: free functions, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "model/event.hpp"
#include "model/ids.hpp"

namespace holdfast::model {

// Appends the event to the payload.
void encode(const Event& event, base::Buffer& payload);

// Reads one event from the front of `bytes`; its texts are views into `bytes`.
// Errors: corrupted (a body that does not parse, an enumerator out of range, bytes left over),
// newer_format (a type or version this program does not know).
[[nodiscard]] base::Result<Event> decode(std::span<const std::byte> bytes);

// Walks over a payload without decoding bodies.
class EventCursor {
  public:
    struct Item {
        Sequence sequence;
        std::span<const std::byte> bytes;  // for decode()
    };

    EventCursor(std::span<const std::byte> payload, Sequence first)
        : left_(payload), sequence_(first) {}

    // The next event, nothing at the end. Errors: corrupted.
    [[nodiscard]] base::Result<std::optional<Item>> next();

  private:
    std::span<const std::byte> left_;
    Sequence sequence_;
};

// The key an event was written under; an empty one for types that carry none. Never null.
[[nodiscard]] const KeyUse* key_of(const Event& event);

}  // namespace holdfast::model
