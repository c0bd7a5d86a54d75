#include "ledger/segment_format.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/check.hpp"

namespace holdfast::ledger {
namespace {

using base::ErrorCode;
using base::Result;

constexpr std::uint32_t kSegmentMagic = 0x31534648;  // "HFS1"
constexpr std::uint32_t kFrameMagic = 0x31524648;    // "HFR1"
constexpr std::uint16_t kVersion = 1;
constexpr std::size_t kHeaderFields = 104;

}  // namespace

std::optional<LedgerId> parse_ledger_id(std::string_view hexadecimal) {
    LedgerId id{};
    if (hexadecimal.size() != 2 * id.size()) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < id.size(); ++i) {
        std::uint8_t value = 0;
        const char* begin = hexadecimal.data() + 2 * i;
        const auto parsed = std::from_chars(begin, begin + 2, value, 16);
        if (parsed.ec != std::errc{} || parsed.ptr != begin + 2) {
            return std::nullopt;
        }
        id.at(i) = std::byte{value};
    }
    return id;
}

base::Buffer encode_segment_header(const SegmentHeader& header) {
    base::Buffer out;
    out.reserve(kSegmentHeaderBytes);
    base::ByteWriter writer(out);
    writer.fixed(kSegmentMagic);
    writer.fixed(kVersion);
    writer.fixed(header.partition.value());
    writer.bytes(header.id);
    writer.fixed(header.number);
    writer.fixed(header.first.value());
    writer.bytes(header.previous);
    writer.fixed(header.bytes_before);
    writer.fixed(header.previous_end);
    writer.fixed(header.texts_from);
    writer.fixed(std::uint32_t{0});
    writer.fixed(base::crc32c(out));
    CHECK(out.size() == kHeaderFields);
    out.resize(kSegmentHeaderBytes);
    return out;
}

Result<std::optional<SegmentHeader>> decode_segment_header(std::span<const std::byte> page) {
    base::ByteReader reader(page.first(std::min(page.size(), kHeaderFields)));
    SegmentHeader header;
    const auto magic = reader.fixed<std::uint32_t>();
    const auto version = reader.fixed<std::uint16_t>();
    header.partition = model::PartitionId(reader.fixed<std::uint16_t>());
    const auto id = reader.take(header.id.size());
    header.number = reader.fixed<std::uint64_t>();
    header.first = model::Sequence(reader.fixed<std::uint64_t>());
    const auto previous = reader.take(header.previous.size());
    header.bytes_before = reader.fixed<std::uint64_t>();
    header.previous_end = reader.fixed<std::uint64_t>();
    header.texts_from = reader.fixed<std::uint64_t>();
    static_cast<void>(reader.fixed<std::uint32_t>());
    const auto crc = reader.fixed<std::uint32_t>();
    if (reader.failed() || magic != kSegmentMagic ||
        crc != base::crc32c(page.first(kHeaderFields - sizeof crc))) {
        return std::nullopt;
    }
    if (version > kVersion) {
        return base::failure(ErrorCode::newer_format,
                             "segment format " + std::to_string(version) +
                                 " is newer than this program, which knows up to " +
                                 std::to_string(kVersion));
    }
    std::ranges::copy(id, header.id.begin());
    std::ranges::copy(previous, header.previous.begin());
    return header;
}

std::uint32_t segment_salt(const LedgerId& id, std::uint64_t number) {
    return base::crc32c(std::as_bytes(std::span(&number, 1)), base::crc32c(id));
}

std::uint64_t FrameSizes::texts_at() const { return kFrameHeaderBytes + padded(batch); }

std::uint64_t FrameSizes::total() const { return texts_at() + padded(texts); }

FrameHeader encode_frame_header(const FrameSizes& sizes, std::uint32_t salt) {
    FrameHeader out{};
    std::array<std::uint32_t, 4> fields = {kFrameMagic, sizes.batch, sizes.texts, 0};
    const auto checked = std::as_bytes(std::span(fields)).first(kFrameHeaderBytes - 4);
    fields[3] = base::crc32c(checked, salt);
    std::memcpy(out.data(), fields.data(), out.size());
    return out;
}

std::optional<FrameSizes> decode_frame_header(std::span<const std::byte> bytes,
                                              std::uint32_t salt) {
    std::array<std::uint32_t, 4> fields{};
    if (bytes.size() < kFrameHeaderBytes) {
        return std::nullopt;
    }
    std::memcpy(fields.data(), bytes.data(), kFrameHeaderBytes);
    if (fields[0] != kFrameMagic ||
        fields[3] != base::crc32c(bytes.first(kFrameHeaderBytes - 4), salt)) {
        return std::nullopt;
    }
    return FrameSizes{.batch = fields[1], .texts = fields[2]};
}

base::Buffer encode_texts(std::span<const PrivateText> texts) {
    base::Buffer out;
    if (texts.empty()) {
        return out;
    }
    base::ByteWriter writer(out);
    writer.fixed(kTextsLive);
    writer.fixed(std::uint32_t{0});
    for (const PrivateText& text : texts) {
        writer.digest(text.digest);
        writer.text(text.text);
    }
    const std::uint32_t crc = base::crc32c(std::span(out).subspan(kTextsHeaderBytes));
    std::memcpy(out.data() + sizeof kTextsLive, &crc, sizeof crc);
    return out;
}

std::uint32_t texts_state(std::span<const std::byte> section) {
    return base::ByteReader(section).fixed<std::uint32_t>();
}

bool texts_are_intact(std::span<const std::byte> section) {
    base::ByteReader reader(section);
    const auto state = reader.fixed<std::uint32_t>();
    const auto crc = reader.fixed<std::uint32_t>();
    return !reader.failed() && state == kTextsLive &&
           crc == base::crc32c(section.subspan(kTextsHeaderBytes));
}

Result<void> each_text(std::span<const std::byte> section,
                       const std::function<Result<void>(const PrivateText&)>& visit) {
    base::ByteReader reader(section);
    static_cast<void>(reader.take(kTextsHeaderBytes));
    while (reader.left() > 0 && !reader.failed()) {
        const auto digest = reader.digest();
        const auto text = reader.text();
        if (!reader.failed()) {
            TRY_VOID(visit({digest, text}));
        }
    }
    if (reader.failed()) {
        return base::failure(ErrorCode::corrupted, "private texts make no sense");
    }
    return {};
}

}  // namespace holdfast::ledger
