// Submission: one command on its way through a partition, and the answer that comes back.
//
// The caller owns the submission and keeps it alive and untouched from a successful
// `CommandPort::submit` until `done` is called: exactly once, on the writer's thread, after
// everything the answer rests on is durable. `done` must be quick and must not submit.
//
// An answer carries the bytes of the event whose image is the reply, never a reply: first answers
// and replays are rendered from the same bytes by the same code (a reply is a pure function of its
// event).
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "base/time.hpp"
#include "core/decide.hpp"
#include "model/command.hpp"
#include "model/ids.hpp"
#include "model/refusal.hpp"

namespace holdfast::partition {

enum class AnswerKind : std::uint8_t {
    applied,   // `event` was appended at `sequence`
    shown,     // nothing changed; `event` has the image to show, `sequence` is the newest position
    replayed,  // the key was used before: the reply is that of the event at `sequence`
               // (partition/event_lookup.hpp fetches it)
    refused,   // `refusal` says why; with `event` if the refusal was recorded at `sequence`
};

struct Answer {
    AnswerKind kind = AnswerKind::refused;
    model::Sequence sequence;
    base::Time time{};   // of the decision
    base::Buffer event;  // encoded (model/event_codec.hpp)
    model::Refusal refusal;
    std::optional<core::Place> place;  // of a reservation that waits and that `event` shows
};

class Submission {
  public:
    virtual ~Submission() = default;
    virtual void done() = 0;

    model::Command command;
    Answer answer;
};

// Where commands go in. Thread rule: any thread.
class CommandPort {
  public:
    virtual ~CommandPort() = default;
    // `none` if it was taken; otherwise `overloaded` or `draining`: it was not, and never will be.
    [[nodiscard]] virtual model::RefusalCode submit(Submission& submission) = 0;
};

}  // namespace holdfast::partition
