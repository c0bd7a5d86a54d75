// Event lookup: the bytes of one event of the past, for replays.
//
// Reads the ledger; never call it on the writer's thread. Thread rule: any other thread.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "ledger/ledger.hpp"
#include "model/ids.hpp"

namespace holdfast::partition {

struct FoundEvent {
    base::Buffer bytes;  // for model::decode
    base::Time time{};   // when it was decided
};

// Errors: not_found (no such sequence), corrupted, unavailable.
[[nodiscard]] base::Result<FoundEvent> find_event(ledger::Ledger& ledger, model::Sequence sequence);

}  // namespace holdfast::partition
