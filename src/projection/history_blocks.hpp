// History blocks: many small entries under one key.
//
// Events of one commit that concern the same thing are stored together, as differences, at most
// kBlockEntries in a block: a hot cell costs some ten bytes an event and a page reads one or two
// blocks. Every reader gives nothing for bytes that do not parse. Persisted: another layout is
// another format version of the history.
// Internal to this folder. Thread rule: free functions and values.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "model/event.hpp"
#include "projection/history.hpp"

namespace holdfast::projection {

inline constexpr std::size_t kBlockEntries = 128;
inline constexpr std::size_t kGroupEvents = 32;
inline constexpr std::size_t kGroupBytes = 8'192;  // a group ends with the event that reaches it

// -- numbers of events ----------------------------------------------------------------------------

[[nodiscard]] base::Buffer to_block(std::span<const model::Sequence> sequences);
// Ascending. Reads journals too: they begin with the same list.
[[nodiscard]] std::optional<std::vector<model::Sequence>> read_sequences(
    std::span<const std::byte> block);

// -- journal: a cell's figures, event by event ----------------------------------------------------

struct JournalEntry {
    model::Sequence sequence{};
    base::Time time{};
    model::CellImage cell{};  // written: the difference that the event made; read: after it
};

[[nodiscard]] base::Buffer to_block(const model::CellImage& before,
                                    std::span<const JournalEntry> entries);
[[nodiscard]] std::optional<std::vector<JournalEntry>> read_journal(
    std::span<const std::byte> block);

void add_to(model::CellImage& cell, const model::CellImage& difference);

// -- movements: of on hand, and of what is unavailable --------------------------------------------

struct MovementEntry {
    model::Sequence sequence{};
    base::Time recorded{};
    base::Time occurred{};
    StockTerm term = StockTerm::receipts;        // of `units`
    model::Reason reason = model::Reason::none;  // of adjustments
    std::int64_t units = 0;                      // of on hand
    model::Reason unavailable_reason = model::Reason::none;
    std::int64_t unavailable = 0;
    std::vector<base::Digest128> references;  // reference_digest of all it is known by
    std::string source;                       // of its key; empty: a plain key
    std::int64_t source_sequence = 0;
};

// In front of a block, so that most blocks need no reading.
struct MovementSummary {
    std::uint64_t moving = 0;  // entries that change on hand
    std::int64_t units = 0;    // sum of all
    base::Time last_recorded{};
    base::Time first_occurred{};  // of those that change on hand
    base::Time last_occurred{};
};

[[nodiscard]] base::Buffer to_block(std::span<const MovementEntry> entries);
[[nodiscard]] std::optional<MovementSummary> read_summary(std::span<const std::byte> block);
[[nodiscard]] std::optional<std::vector<MovementEntry>> read_movements(
    std::span<const std::byte> block);

// -- groups: the events themselves ----------------------------------------------------------------

struct GroupedEvent {
    model::Sequence sequence{};
    base::Time time{};
    std::span<const std::byte> bytes;
};

// Events that follow each other.
class GroupWriter {
  public:
    void add(const GroupedEvent& event);
    [[nodiscard]] bool empty() const { return count_ == 0; }
    [[nodiscard]] bool full() const {
        return count_ == kGroupEvents || events_.size() >= kGroupBytes;
    }
    [[nodiscard]] model::Sequence first() const { return first_; }
    // The group; begins a new one.
    [[nodiscard]] base::Buffer take();

  private:
    model::Sequence first_{};
    base::Time first_time_{};
    base::Time last_time_{};
    std::uint64_t count_ = 0;
    base::Buffer events_;
};

struct Group {
    base::Time first_time{};
    base::Time last_time{};
    std::vector<GroupedEvent> events;  // views into the block
};

[[nodiscard]] std::optional<Group> read_group(model::Sequence first,
                                              std::span<const std::byte> block);

}  // namespace holdfast::projection
