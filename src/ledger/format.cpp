#include "ledger/format.hpp"

#include <array>
#include <cstring>
#include <string>

#include "base/check.hpp"

namespace holdfast::ledger {
namespace {

constexpr std::uint32_t kMagic = 0x31424648;  // "HFB1"
constexpr std::size_t kCheckedHeaderBytes = 72;

base::Error damaged(std::string message) {
    return {base::ErrorCode::corrupted, std::move(message)};
}

std::string name(const Batch& batch) {
    return "batch " + std::to_string(batch.header.first.value()) + ".." +
           std::to_string(batch.last().value());
}

std::uint32_t checksum(std::span<const std::byte> sealed) {
    return base::crc32c(sealed.subspan(kBatchHeaderBytes),
                        base::crc32c(sealed.first(kCheckedHeaderBytes)));
}

std::array<std::byte, kCheckedHeaderBytes> encode(const BatchHeader& header,
                                                  std::uint32_t payload_bytes) {
    base::Buffer out;
    out.reserve(kCheckedHeaderBytes);
    base::ByteWriter writer(out);
    writer.fixed(kMagic);
    writer.fixed(kFormatVersion);
    writer.fixed(header.partition.value());
    writer.fixed(header.first.value());
    writer.fixed(header.count);
    writer.fixed(payload_bytes);
    writer.fixed(header.epoch.value());
    writer.fixed(base::to_ms(header.time));
    writer.bytes(header.previous);
    CHECK(out.size() == kCheckedHeaderBytes);
    std::array<std::byte, kCheckedHeaderBytes> bytes{};
    std::memcpy(bytes.data(), out.data(), bytes.size());
    return bytes;
}

}  // namespace

void reserve_header(base::Buffer& buffer) { buffer.assign(kBatchHeaderBytes, std::byte{0}); }

base::Sha256 seal(base::Buffer& buffer, const BatchHeader& header) {
    CHECK(buffer.size() >= kBatchHeaderBytes, "the buffer begins with reserve_header");
    CHECK(buffer.size() - kBatchHeaderBytes <= UINT32_MAX, "the payload's size has 32 bits");
    CHECK(header.count > 0, "a batch has at least one event");
    CHECK(header.first.value() > 0, "sequences start at 1");
    const auto payload_bytes = static_cast<std::uint32_t>(buffer.size() - kBatchHeaderBytes);
    const auto checked = encode(header, payload_bytes);
    std::memcpy(buffer.data(), checked.data(), checked.size());
    const std::array<std::uint32_t, 2> end = {checksum(buffer), 0};
    std::memcpy(buffer.data() + kCheckedHeaderBytes, end.data(), sizeof end);
    return base::sha256(buffer);
}

base::Result<Batch> open_sealed(std::span<const std::byte> sealed) {
    base::ByteReader reader(sealed);
    if (reader.fixed<std::uint32_t>() != kMagic) {
        return std::unexpected(damaged("not a ledger batch: wrong magic"));
    }
    const auto version = reader.fixed<std::uint16_t>();
    if (version > kFormatVersion) {
        return base::failure(base::ErrorCode::newer_format,
                             "batch format " + std::to_string(version) +
                                 " is newer than this program, which knows up to " +
                                 std::to_string(kFormatVersion));
    }
    Batch batch;
    batch.header.partition = model::PartitionId(reader.fixed<std::uint16_t>());
    batch.header.first = model::Sequence(reader.fixed<std::uint64_t>());
    batch.header.count = reader.fixed<std::uint32_t>();
    const auto payload_bytes = reader.fixed<std::uint32_t>();
    batch.header.epoch = model::Epoch(reader.fixed<std::uint64_t>());
    batch.header.time = base::time_from_ms(reader.fixed<std::int64_t>());
    const auto previous = reader.take(batch.header.previous.size());
    const auto crc = reader.fixed<std::uint32_t>();
    const auto zero = reader.fixed<std::uint32_t>();
    if (reader.failed() || reader.left() != payload_bytes) {
        return std::unexpected(damaged("batch is cut off or too long"));
    }
    if (crc != checksum(sealed) || zero != 0) {
        return std::unexpected(damaged("batch at sequence " +
                                       std::to_string(batch.header.first.value()) +
                                       " is damaged: its checksum does not match"));
    }
    const auto first = batch.header.first.value();
    if (version == 0 || first == 0 || batch.header.count == 0 ||
        first > UINT64_MAX - batch.header.count) {
        return std::unexpected(damaged("batch header makes no sense"));
    }
    std::memcpy(batch.header.previous.data(), previous.data(), previous.size());
    batch.payload = sealed.subspan(kBatchHeaderBytes);
    return batch;
}

base::Result<Batch> ChainReader::next(std::span<const std::byte> sealed) {
    TRY(const Batch batch, open_sealed(sealed));
    const BatchHeader& header = batch.header;
    if (known_ && header.first.value() != last_.value() + 1) {
        return std::unexpected(
            damaged(name(batch) + " does not follow sequence " + std::to_string(last_.value())));
    }
    if (known_ && header.previous != hash_) {
        return std::unexpected(
            damaged(name(batch) + " does not name the hash of the batch before it"));
    }
    if (header.epoch < epoch_ || header.time < time_) {
        return std::unexpected(damaged(name(batch) + " goes back in epoch or time"));
    }
    known_ = true;
    last_ = batch.last();
    hash_ = base::sha256(sealed);
    epoch_ = header.epoch;
    time_ = header.time;
    return batch;
}

}  // namespace holdfast::ledger
