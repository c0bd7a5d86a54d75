#include "projection/history_blocks.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace holdfast::projection {
namespace {

using base::ByteReader;
using base::ByteWriter;
using model::CellImage;
using model::Sequence;

// More in one block is damage, not data.
constexpr std::uint64_t kEntriesMax = 1u << 16;

constexpr std::array<std::int64_t CellImage::*, 6> kFigures = {
    &CellImage::on_hand,   &CellImage::unavailable,  &CellImage::held,
    &CellImage::committed, &CellImage::safety_stock, &CellImage::soft_held};

// A list of ascending numbers: count, the first, differences.
template <typename Entries, typename Number>
void write_numbers(ByteWriter& out, const Entries& entries, Number number) {
    out.varint(entries.size());
    std::uint64_t last = 0;
    for (const auto& entry : entries) {
        out.varint(number(entry) - last);
        last = number(entry);
    }
}

std::optional<std::vector<Sequence>> take_numbers(ByteReader& in) {
    const std::uint64_t count = in.varint();
    if (in.failed() || count == 0 || count > kEntriesMax || count > in.left()) {
        return std::nullopt;
    }
    std::vector<Sequence> numbers;
    numbers.reserve(count);
    std::uint64_t last = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
        last += in.varint();
        numbers.emplace_back(last);
    }
    if (in.failed()) {
        return std::nullopt;
    }
    return numbers;
}

void write_difference(ByteWriter& out, const CellImage& difference) {
    std::uint8_t mask = 0;
    for (std::size_t i = 0; i < kFigures.size(); ++i) {
        mask |= static_cast<std::uint8_t>((difference.*kFigures[i] != 0 ? 1u : 0u) << i);
    }
    out.fixed(mask);
    for (const auto figure : kFigures) {
        if (difference.*figure != 0) {
            out.signed_varint(difference.*figure);
        }
    }
}

CellImage take_difference(ByteReader& in) {
    const auto mask = in.fixed<std::uint8_t>();
    CellImage difference;
    for (std::size_t i = 0; i < kFigures.size(); ++i) {
        if ((mask >> i & 1u) != 0) {
            difference.*kFigures[i] = in.signed_varint();
        }
    }
    return difference;
}

// What an entry of movements has beside its figures.
constexpr unsigned kHasUnits = 1u << 0;
constexpr unsigned kHasUnavailable = 1u << 1;
constexpr unsigned kHasSource = 1u << 2;

void write_movement(ByteWriter& out, const MovementEntry& entry, base::Time& last) {
    const unsigned mask = (entry.units != 0 ? kHasUnits : 0u) |
                          (entry.unavailable != 0 ? kHasUnavailable : 0u) |
                          (entry.source.empty() && entry.source_sequence == 0 ? 0u : kHasSource);
    out.fixed(static_cast<std::uint8_t>(mask));
    out.signed_varint((entry.recorded - last).count());
    last = entry.recorded;
    out.signed_varint((entry.occurred - entry.recorded).count());
    if ((mask & kHasUnits) != 0) {
        out.fixed(std::to_underlying(entry.term));
        out.fixed(std::to_underlying(entry.reason));
        out.signed_varint(entry.units);
    }
    if ((mask & kHasUnavailable) != 0) {
        out.fixed(std::to_underlying(entry.unavailable_reason));
        out.signed_varint(entry.unavailable);
    }
    if ((mask & kHasSource) != 0) {
        out.text(entry.source);
        out.signed_varint(entry.source_sequence);
    }
    out.varint(entry.references.size());
    for (const auto& reference : entry.references) {
        out.digest(reference);
    }
}

void take_movement(ByteReader& in, MovementEntry& entry, base::Time& last) {
    const unsigned mask = in.fixed<std::uint8_t>();
    last += base::Duration(in.signed_varint());
    entry.recorded = last;
    entry.occurred = last + base::Duration(in.signed_varint());
    if ((mask & kHasUnits) != 0) {
        entry.term = static_cast<StockTerm>(in.fixed<std::uint8_t>());
        entry.reason = static_cast<model::Reason>(in.fixed<std::uint8_t>());
        entry.units = in.signed_varint();
    }
    if ((mask & kHasUnavailable) != 0) {
        entry.unavailable_reason = static_cast<model::Reason>(in.fixed<std::uint8_t>());
        entry.unavailable = in.signed_varint();
    }
    if ((mask & kHasSource) != 0) {
        entry.source = in.text();
        entry.source_sequence = in.signed_varint();
    }
    const std::uint64_t references = in.varint();
    for (std::uint64_t i = 0; i < references && !in.failed(); ++i) {
        entry.references.push_back(in.digest());
    }
}

MovementSummary summary_of(std::span<const MovementEntry> entries) {
    MovementSummary summary{.last_recorded = entries.back().recorded};
    for (const MovementEntry& entry : entries) {
        if (entry.units == 0) {
            continue;
        }
        const bool is_first = summary.moving == 0;
        summary.first_occurred =
            is_first ? entry.occurred : std::min(summary.first_occurred, entry.occurred);
        summary.last_occurred =
            is_first ? entry.occurred : std::max(summary.last_occurred, entry.occurred);
        ++summary.moving;
        summary.units += entry.units;
    }
    return summary;
}

MovementSummary take_summary(ByteReader& in) {
    MovementSummary summary;
    summary.moving = in.varint();
    summary.units = in.signed_varint();
    summary.last_recorded = base::time_from_ms(in.signed_varint());
    summary.first_occurred = base::time_from_ms(in.signed_varint());
    summary.last_occurred = base::time_from_ms(in.signed_varint());
    return summary;
}

}  // namespace

base::Buffer to_block(std::span<const Sequence> sequences) {
    base::Buffer block;
    ByteWriter out(block);
    write_numbers(out, sequences, [](Sequence sequence) { return sequence.value(); });
    return block;
}

std::optional<std::vector<Sequence>> read_sequences(std::span<const std::byte> block) {
    ByteReader in(block);
    return take_numbers(in);
}

void add_to(CellImage& cell, const CellImage& difference) {
    for (const auto figure : kFigures) {
        cell.*figure += difference.*figure;
    }
}

base::Buffer to_block(const CellImage& before, std::span<const JournalEntry> entries) {
    base::Buffer block;
    ByteWriter out(block);
    write_numbers(out, entries, [](const JournalEntry& entry) { return entry.sequence.value(); });
    write_difference(out, before);
    base::Time last{};
    for (const JournalEntry& entry : entries) {
        out.signed_varint((entry.time - last).count());
        last = entry.time;
        write_difference(out, entry.cell);
    }
    return block;
}

std::optional<std::vector<JournalEntry>> read_journal(std::span<const std::byte> block) {
    ByteReader in(block);
    const auto numbers = take_numbers(in);
    if (!numbers) {
        return std::nullopt;
    }
    CellImage cell = take_difference(in);
    base::Time time{};
    std::vector<JournalEntry> entries;
    entries.reserve(numbers->size());
    for (const Sequence sequence : *numbers) {
        time += base::Duration(in.signed_varint());
        add_to(cell, take_difference(in));
        entries.push_back({.sequence = sequence, .time = time, .cell = cell});
    }
    if (in.failed() || in.left() != 0) {
        return std::nullopt;
    }
    return entries;
}

base::Buffer to_block(std::span<const MovementEntry> entries) {
    base::Buffer block;
    ByteWriter out(block);
    const MovementSummary summary = summary_of(entries);
    out.varint(summary.moving);
    out.signed_varint(summary.units);
    out.signed_varint(base::to_ms(summary.last_recorded));
    out.signed_varint(base::to_ms(summary.first_occurred));
    out.signed_varint(base::to_ms(summary.last_occurred));
    write_numbers(out, entries, [](const MovementEntry& entry) { return entry.sequence.value(); });
    base::Time last{};
    for (const MovementEntry& entry : entries) {
        write_movement(out, entry, last);
    }
    return block;
}

std::optional<MovementSummary> read_summary(std::span<const std::byte> block) {
    ByteReader in(block);
    const MovementSummary summary = take_summary(in);
    if (in.failed()) {
        return std::nullopt;
    }
    return summary;
}

std::optional<std::vector<MovementEntry>> read_movements(std::span<const std::byte> block) {
    ByteReader in(block);
    static_cast<void>(take_summary(in));
    const auto numbers = take_numbers(in);
    if (!numbers) {
        return std::nullopt;
    }
    std::vector<MovementEntry> entries(numbers->size());
    base::Time last{};
    for (std::size_t i = 0; i < entries.size(); ++i) {
        entries[i].sequence = (*numbers)[i];
        take_movement(in, entries[i], last);
    }
    if (in.failed() || in.left() != 0) {
        return std::nullopt;
    }
    return entries;
}

void GroupWriter::add(const GroupedEvent& event) {
    if (count_ == 0) {
        first_ = event.sequence;
        first_time_ = last_time_ = event.time;
    }
    ByteWriter out(events_);
    out.signed_varint((event.time - last_time_).count());
    out.varint(event.bytes.size());
    out.bytes(event.bytes);
    last_time_ = event.time;
    ++count_;
}

base::Buffer GroupWriter::take() {
    base::Buffer block;
    ByteWriter out(block);
    out.varint(count_);
    out.signed_varint(base::to_ms(first_time_));
    out.signed_varint((last_time_ - first_time_).count());
    out.bytes(events_);
    events_.clear();
    count_ = 0;
    return block;
}

std::optional<Group> read_group(Sequence first, std::span<const std::byte> block) {
    ByteReader in(block);
    const std::uint64_t count = in.varint();
    Group group;
    group.first_time = base::time_from_ms(in.signed_varint());
    group.last_time = group.first_time + base::Duration(in.signed_varint());
    if (in.failed() || count == 0 || count > kEntriesMax) {
        return std::nullopt;
    }
    base::Time time = group.first_time;
    for (std::uint64_t i = 0; i < count && !in.failed(); ++i) {
        time += base::Duration(in.signed_varint());
        const std::uint64_t size = in.varint();
        group.events.push_back(
            {.sequence = Sequence(first.value() + i), .time = time, .bytes = in.take(size)});
    }
    if (in.failed() || in.left() != 0) {
        return std::nullopt;
    }
    return group;
}

}  // namespace holdfast::projection
