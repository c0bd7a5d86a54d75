// The bytes of a segment file: one header, then frames, then zeros or the end of the file.
//
// A frame is what one append writes: the sealed batch unchanged and, apart from it, the private
// texts that came with it, which can be erased without touching the batch. Everything here is
// specified in docs/formats/segments.md. Persisted: never reorder, never renumber.
//
//   header (one page)                          frame (begins and ends at a multiple of 8)
//   offset size field                          offset size field
//        0    4 magic "HFS1"                        0    4 magic "HFR1"
//        4    2 version (1)                         4    4 bytes of batch
//        6    2 partition                           8    4 bytes of texts, 0: none
//        8   16 id of the ledger                   12    4 CRC of bytes 0..11 (salted)
//       24    8 number of the segment              16    - sealed batch, zeros up to 8
//       32    8 sequence of its first event         -    4 state of the texts
//       40   32 hash of the batch before            -    4 CRC of the entries
//       72    8 bytes of all batches before         -    - entries: digest, varint length, text
//       80    8 where the segment before ends
//       88    8 oldest segment with texts in it
//       96    4 zero
//      100    4 CRC of bytes 0..99, then zeros up to 4096
//
// Internal to this folder. Thread rule: free functions, any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/bytes.hpp"
#include "ledger/ledger.hpp"

namespace holdfast::ledger {

inline constexpr std::size_t kSegmentHeaderBytes = 4096;
inline constexpr std::size_t kFrameHeaderBytes = 16;
inline constexpr std::size_t kTextsHeaderBytes = 8;

using LedgerId = std::array<std::byte, 16>;

// Of the id in FORMAT; nothing if it is none.
[[nodiscard]] std::optional<LedgerId> parse_ledger_id(std::string_view hexadecimal);

struct SegmentHeader {
    model::PartitionId partition;
    LedgerId id{};
    std::uint64_t number = 0;
    model::Sequence first;
    base::Sha256 previous{};
    std::uint64_t bytes_before = 0;
    std::uint64_t previous_end = 0;
    std::uint64_t texts_from = 0;
};

// One page.
[[nodiscard]] base::Buffer encode_segment_header(const SegmentHeader& header);
// Nothing if it is damaged, or there is none. Errors: newer_format.
[[nodiscard]] base::Result<std::optional<SegmentHeader>> decode_segment_header(
    std::span<const std::byte> page);

// What a frame of one place cannot be mistaken for at another: every frame's CRC begins with it.
[[nodiscard]] std::uint32_t segment_salt(const LedgerId& id, std::uint64_t number);

struct FrameSizes {
    std::uint32_t batch = 0;
    std::uint32_t texts = 0;

    [[nodiscard]] std::uint64_t texts_at() const;  // from the beginning of the frame
    [[nodiscard]] std::uint64_t total() const;
};

using FrameHeader = std::array<std::byte, kFrameHeaderBytes>;
[[nodiscard]] FrameHeader encode_frame_header(const FrameSizes& sizes, std::uint32_t salt);
[[nodiscard]] std::optional<FrameSizes> decode_frame_header(std::span<const std::byte> bytes,
                                                            std::uint32_t salt);

// Zeros up to the next multiple of 8.
[[nodiscard]] constexpr std::uint64_t padded(std::uint64_t size) {
    return (size + 7) & ~std::uint64_t{7};
}

// The states of a section of texts. Far apart in bits, so that damage is never taken for another.
inline constexpr std::uint32_t kTextsLive = 0x4556494c;   // "LIVE"
inline constexpr std::uint32_t kTextsMoved = 0xaba9b6b9;  // in the side store; zeroing has begun
inline constexpr std::uint32_t kTextsGone = 0x0f3c55a7;   // zeros

// Nothing for no texts.
[[nodiscard]] base::Buffer encode_texts(std::span<const PrivateText> texts);
[[nodiscard]] std::uint32_t texts_state(std::span<const std::byte> section);
// Whether a live section is as it was written.
[[nodiscard]] bool texts_are_intact(std::span<const std::byte> section);
// Errors: corrupted, for entries that make no sense; those before have been visited then.
[[nodiscard]] base::Result<void> each_text(
    std::span<const std::byte> section,
    const std::function<base::Result<void>(const PrivateText&)>& visit);

}  // namespace holdfast::ledger
