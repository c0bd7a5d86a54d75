#include "ledger/tail_mark.hpp"

#include <array>
#include <cstring>
#include <optional>
#include <tuple>

#include "base/check.hpp"

namespace holdfast::ledger {
namespace {

using base::Result;

constexpr std::uint32_t kMagic = 0x31544648;  // "HFT1"
constexpr std::uint16_t kVersion = 1;
constexpr std::uint16_t kWithPlace = 2;
constexpr std::size_t kSlots = 2;
constexpr std::size_t kSlotBytes = 96;
constexpr std::size_t kSlotBytesMax = 112;   // with a place
constexpr std::size_t kSlotDistance = 4096;  // a torn write of one page leaves the other slot

struct Slot {
    model::PartitionId partition;
    Mark mark;
};

base::Buffer encode(const Slot& slot) {
    const Tail& tail = slot.mark.tail;
    base::Buffer out;
    base::ByteWriter writer(out);
    writer.fixed(kMagic);
    const bool has_place = slot.mark.place.segment != 0;
    writer.fixed(has_place ? kWithPlace : kVersion);
    writer.fixed(slot.partition.value());
    writer.fixed(tail.last.value());
    writer.fixed(tail.bytes);
    writer.fixed(base::to_ms(tail.time));
    writer.bytes(tail.hash);
    writer.fixed(tail.epoch.value());
    writer.fixed(slot.mark.manifest.number);
    writer.fixed(slot.mark.manifest.size);
    if (has_place) {
        writer.fixed(slot.mark.place.segment);
        writer.fixed(slot.mark.place.offset);
    }
    writer.fixed(std::uint32_t{0});
    writer.fixed(base::crc32c(out));
    CHECK(out.size() == (has_place ? kSlotBytesMax : kSlotBytes));
    return out;
}

std::optional<Slot> decode(std::span<const std::byte> bytes) {
    base::ByteReader reader(bytes);
    const auto magic = reader.fixed<std::uint32_t>();
    const auto version = reader.fixed<std::uint16_t>();
    Slot slot;
    Tail& tail = slot.mark.tail;
    slot.partition = model::PartitionId(reader.fixed<std::uint16_t>());
    tail.last = model::Sequence(reader.fixed<std::uint64_t>());
    tail.bytes = reader.fixed<std::uint64_t>();
    tail.time = base::time_from_ms(reader.fixed<std::int64_t>());
    const auto hash = reader.take(tail.hash.size());
    tail.epoch = model::Epoch(reader.fixed<std::uint64_t>());
    slot.mark.manifest.number = reader.fixed<std::uint64_t>();
    slot.mark.manifest.size = reader.fixed<std::uint64_t>();
    if (version == kWithPlace) {
        slot.mark.place.segment = reader.fixed<std::uint64_t>();
        slot.mark.place.offset = reader.fixed<std::uint64_t>();
    }
    static_cast<void>(reader.fixed<std::uint32_t>());
    const auto crc = reader.fixed<std::uint32_t>();
    const std::size_t size = version == kWithPlace ? kSlotBytesMax : kSlotBytes;
    if (reader.failed() || magic != kMagic || (version != kVersion && version != kWithPlace) ||
        crc != base::crc32c(bytes.first(size - sizeof crc))) {
        return std::nullopt;
    }
    std::memcpy(tail.hash.data(), hash.data(), hash.size());
    return slot;
}

bool is_newer(const Mark& a, const Mark& b) {
    return std::tie(a.tail.last, a.tail.epoch, a.manifest, a.place) >
           std::tie(b.tail.last, b.tail.epoch, b.manifest, b.place);
}

Result<std::optional<Slot>> read_slot(const PosixFile& file, std::size_t index) {
    std::array<std::byte, kSlotBytesMax> bytes{};
    TRY(const auto size, file.read_at(index * kSlotDistance, bytes));
    return decode(std::span(bytes).first(size));
}

}  // namespace

Result<void> TailMark::create(const std::string& path, model::PartitionId partition,
                              const Mark& mark) {
    base::Buffer content = encode({partition, mark});
    content.resize(kSlots * kSlotDistance);
    return replace_file(path, content);
}

Result<TailMark> TailMark::open(const std::string& path, PosixFile::Mode mode) {
    TRY(auto file, PosixFile::open(path, mode));
    std::optional<Slot> newest;
    std::size_t newest_index = 0;
    for (std::size_t index = 0; index < kSlots; ++index) {
        TRY(const auto slot, read_slot(file, index));
        if (slot && (!newest || is_newer(slot->mark, newest->mark))) {
            newest = slot;
            newest_index = index;
        }
    }
    if (!newest) {
        return base::failure(base::ErrorCode::corrupted,
                             "the tail mark " + path +
                                 " is damaged in both slots; `holdfast ledger salvage` copies "
                                 "what the ledger still has");
    }
    return TailMark(std::move(file), newest_index, newest->partition, newest->mark);
}

Result<void> TailMark::write(const Mark& mark) {
    const std::size_t other = kSlots - 1 - slot_;
    TRY_VOID(file_.write_at(other * kSlotDistance, encode({partition_, mark})));
    slot_ = other;
    newest_ = mark;
    return {};
}

}  // namespace holdfast::ledger
