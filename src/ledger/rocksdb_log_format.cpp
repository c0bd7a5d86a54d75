#include "ledger/rocksdb_log_format.hpp"

#include <bit>

#include "base/bytes.hpp"
#include "base/digest.hpp"

namespace holdfast::ledger {
namespace {

constexpr std::size_t kBlockBytes = 32'768;
constexpr std::size_t kHeaderBytes = 7;  // masked CRC-32C, 16 bits of length, type
constexpr std::size_t kCheckedFrom = 6;  // the CRC covers type and content
constexpr std::uint32_t kMaskDelta = 0xa282ead8;

}  // namespace

std::size_t next_fragment_place(std::size_t at) {
    const std::size_t left_in_block = kBlockBytes - at % kBlockBytes;
    return left_in_block < kHeaderBytes ? at + left_in_block : at;
}

std::optional<Fragment> fragment_at(std::span<const std::byte> log, std::size_t at) {
    if (at > log.size() || log.size() - at < kHeaderBytes) {
        return std::nullopt;
    }
    base::ByteReader header(log.subspan(at));
    const auto stored = header.fixed<std::uint32_t>();
    const std::size_t size = kHeaderBytes + header.fixed<std::uint16_t>();
    const auto type = header.fixed<std::uint8_t>();
    const bool fits = size <= log.size() - at && size <= kBlockBytes - at % kBlockBytes;
    if (!fits || type == 0 || type > static_cast<std::uint8_t>(FragmentType::last)) {
        return std::nullopt;
    }
    const auto checked = log.subspan(at + kCheckedFrom, size - kCheckedFrom);
    if (std::rotl(stored - kMaskDelta, 15) != base::crc32c(checked)) {
        return std::nullopt;
    }
    return Fragment{static_cast<FragmentType>(type), size};
}

}  // namespace holdfast::ledger
