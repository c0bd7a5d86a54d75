// LookAhead: asks the processor for what commands that are decided soon will look at.
//
// A state of millions of records is far larger than any cache, and each command follows a chain of
// them: key, name or id, record, line, cell, neighbours in the heaps of deadlines. Followed one
// after another each step waits for memory (100-200 ns); asked for side by side, a block of
// commands at a time, the waits overlap. So: step by step over the block, never command by command.
// Changes nothing; a hint that is wrong costs time only. Thread rule: the machine's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/state.hpp"
#include "model/command.hpp"
#include "model/event.hpp"

namespace holdfast::core {

// As many as can be under way at once; more would push out what was asked for first.
inline constexpr std::size_t kLookAhead = 16;

// The commands themselves, at most kLookAhead: they were made by another core.
void prefetch_commands(std::span<const model::Command* const> commands);
// What they will be decided on. The commands should be near already.
void prefetch_records(const State& state, std::span<const model::Command* const> commands);
// What these events, which come from the ledger, will be applied to.
void prefetch_records(const State& state, std::span<const model::Event> events);
// The holds that probably end next, and what their ends change.
void prefetch_due(const State& state);
// The first cells of these SKUs, and the holds that end first there.
void prefetch_cells(const State& state, std::span<const model::SkuId> skus);

}  // namespace holdfast::core
