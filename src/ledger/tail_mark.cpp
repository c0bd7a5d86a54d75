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
constexpr std::size_t kSlots = 2;
constexpr std::size_t kSlotBytes = 80;
constexpr std::size_t kSlotDistance = 4096;  // a torn write of one page leaves the other slot

struct Slot {
    model::PartitionId partition;
    Tail tail;
};

base::Buffer encode(const Slot& slot) {
    base::Buffer out;
    base::ByteWriter writer(out);
    writer.fixed(kMagic);
    writer.fixed(kVersion);
    writer.fixed(slot.partition.value());
    writer.fixed(slot.tail.last.value());
    writer.fixed(slot.tail.bytes);
    writer.fixed(base::to_ms(slot.tail.time));
    writer.bytes(slot.tail.hash);
    writer.fixed(slot.tail.epoch.value());
    writer.fixed(std::uint32_t{0});
    writer.fixed(base::crc32c(out));
    CHECK(out.size() == kSlotBytes);
    return out;
}

std::optional<Slot> decode(std::span<const std::byte> bytes) {
    base::ByteReader reader(bytes);
    const auto magic = reader.fixed<std::uint32_t>();
    const auto version = reader.fixed<std::uint16_t>();
    Slot slot;
    slot.partition = model::PartitionId(reader.fixed<std::uint16_t>());
    slot.tail.last = model::Sequence(reader.fixed<std::uint64_t>());
    slot.tail.bytes = reader.fixed<std::uint64_t>();
    slot.tail.time = base::time_from_ms(reader.fixed<std::int64_t>());
    const auto hash = reader.take(slot.tail.hash.size());
    slot.tail.epoch = model::Epoch(reader.fixed<std::uint64_t>());
    static_cast<void>(reader.fixed<std::uint32_t>());
    const auto crc = reader.fixed<std::uint32_t>();
    if (reader.failed() || magic != kMagic || version != kVersion ||
        crc != base::crc32c(bytes.first(kSlotBytes - sizeof crc))) {
        return std::nullopt;
    }
    std::memcpy(slot.tail.hash.data(), hash.data(), hash.size());
    return slot;
}

Result<std::optional<Slot>> read_slot(const PosixFile& file, std::size_t index) {
    std::array<std::byte, kSlotBytes> bytes{};
    TRY(const auto size, file.read_at(index * kSlotDistance, bytes));
    return decode(std::span(bytes).first(size));
}

}  // namespace

Result<void> TailMark::create(const std::string& path, model::PartitionId partition,
                              const Tail& tail) {
    base::Buffer content = encode({partition, tail});
    content.resize(kSlots * kSlotDistance);
    return replace_file(path, content);
}

Result<TailMark> TailMark::open(const std::string& path, PosixFile::Mode mode) {
    TRY(auto file, PosixFile::open(path, mode));
    std::optional<Slot> newest;
    std::size_t newest_index = 0;
    for (std::size_t index = 0; index < kSlots; ++index) {
        TRY(const auto slot, read_slot(file, index));
        if (slot && (!newest || std::tie(slot->tail.last, slot->tail.epoch) >
                                    std::tie(newest->tail.last, newest->tail.epoch))) {
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
    return TailMark(std::move(file), newest_index, newest->partition, newest->tail);
}

Result<void> TailMark::write(const Tail& tail) {
    const std::size_t other = kSlots - 1 - slot_;
    TRY_VOID(file_.write_at(other * kSlotDistance, encode({partition_, tail})));
    slot_ = other;
    newest_ = tail;
    return {};
}

}  // namespace holdfast::ledger
