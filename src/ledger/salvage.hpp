// salvage_ledger: saves what is intact of a ledger that is refused.
//
// For `holdfast ledger salvage SOURCE TARGET`. Copies every batch that verifies in an unbroken
// chain from the first one on, all private texts and the key that finds them into a new directory
// of the same kind, with an id of its own and epochs beyond those of the source. Not to be served
// before whoever calls this has moved it on (app/salvage_tool.cpp): what the source had after the
// damage has given positions and ids to clients.
// The source is only read. Stop whoever serves it first. Checkpoints are not copied: they are made
// again. Thread rule: a free function, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "ledger/ledger.hpp"

namespace holdfast::ledger {

struct SalvageReport {
    Tail kept;                  // where the copy ends; one event per sequence, from 1
    std::uint64_t batches = 0;  // copied
    std::uint64_t private_texts = 0;
    bool has_key = false;  // there was one, and it was copied
    // What the source's mark says, if it can be read.
    std::optional<model::Sequence> marked;
    // Events that the mark says were durable and the copy lacks.
    std::uint64_t missing = 0;
    // Why copying ended before the source did; empty if everything was read.
    std::string stopped;
};

// Errors: invalid_input (the target is not empty), not_found, newer_format, corrupted (nothing can
// be read at all), storage_full, unavailable.
[[nodiscard]] base::Result<SalvageReport> salvage_ledger(const std::string& source,
                                                         const std::string& target);

}  // namespace holdfast::ledger
