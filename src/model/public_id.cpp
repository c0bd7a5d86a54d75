#include "model/public_id.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/check.hpp"

namespace holdfast::model {
namespace {

constexpr std::string_view kReservationPrefix = "rsv_";
constexpr std::string_view kCasePrefix = "cas_";
constexpr std::string_view kTransferPrefix = "trf_";
constexpr std::string_view kAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t kDigits = 13;  // 13 * 5 = 65 bits, the first digit carries 4
constexpr unsigned kSequenceBits = 48;

std::uint64_t mix(std::uint64_t value) {  // finaliser of MurmurHash3
    value = (value ^ (value >> 33)) * 0xff51afd7ed558ccdULL;
    value = (value ^ (value >> 33)) * 0xc4ceb9fe1a85ec53ULL;
    return value ^ (value >> 33);
}

char to_lower(char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
}

std::optional<std::uint64_t> digit_of(char letter) {
    const auto at = kAlphabet.find(to_lower(letter));
    if (at == std::string_view::npos) {
        return std::nullopt;
    }
    return at;
}

}  // namespace

PublicIds::PublicIds(base::Digest128 key) : round_keys_{} {
    for (std::size_t i = 0; i < round_keys_.size(); ++i) {
        round_keys_[i] = mix(key.high + i * 0x9e3779b97f4a7c15ULL) ^ mix(key.low ^ (i + 1));
    }
}

std::uint32_t PublicIds::round(std::uint32_t half, std::size_t index) const {
    return static_cast<std::uint32_t>(mix(half ^ round_keys_[index]) >> 32);
}

// A four-round Feistel network is a permutation for any round function, and pseudo-random for a
// good one (Luby, Rackoff, 1988).
std::string PublicIds::print(std::string_view prefix, Plain plain) const {
    CHECK(plain.sequence >> kSequenceBits == 0);
    const std::uint64_t both =
        (static_cast<std::uint64_t>(plain.partition.value()) << kSequenceBits) | plain.sequence;
    auto left = static_cast<std::uint32_t>(both >> 32);
    auto right = static_cast<std::uint32_t>(both);
    for (std::size_t i = 0; i < round_keys_.size(); ++i) {
        left = std::exchange(right, left ^ round(right, i));
    }
    std::uint64_t code = (static_cast<std::uint64_t>(left) << 32) | right;
    std::string out(prefix);
    out.resize(prefix.size() + kDigits);
    for (std::size_t i = kDigits; i-- > 0; code >>= 5) {
        out[prefix.size() + i] = kAlphabet[code & 31];
    }
    return out;
}

std::optional<PublicIds::Plain> PublicIds::parse(std::string_view prefix,
                                                 std::string_view text) const {
    if (text.size() != prefix.size() + kDigits ||
        !std::ranges::equal(text.substr(0, prefix.size()), prefix, {}, to_lower)) {
        return std::nullopt;
    }
    std::uint64_t code = 0;
    for (const char letter : text.substr(prefix.size())) {
        const auto digit = digit_of(letter);
        if (!digit || (code >> 59) != 0) {
            return std::nullopt;
        }
        code = (code << 5) | *digit;
    }
    auto left = static_cast<std::uint32_t>(code >> 32);
    auto right = static_cast<std::uint32_t>(code);
    for (std::size_t i = round_keys_.size(); i-- > 0;) {
        right = std::exchange(left, right ^ round(left, i));
    }
    const std::uint64_t both = (static_cast<std::uint64_t>(left) << 32) | right;
    return Plain{.partition = PartitionId(static_cast<std::uint16_t>(both >> kSequenceBits)),
                 .sequence = both & ((1ULL << kSequenceBits) - 1)};
}

std::string PublicIds::encode(PublicIdParts parts) const {
    return print(kReservationPrefix,
                 {.partition = parts.partition, .sequence = parts.reservation.value()});
}

std::string PublicIds::encode(PartitionId partition, CaseId id) const {
    return print(kCasePrefix, {.partition = partition, .sequence = id.value()});
}

std::string PublicIds::encode(PartitionId partition, TransferId id) const {
    return print(kTransferPrefix, {.partition = partition, .sequence = id.value()});
}

std::optional<PublicIdParts> PublicIds::decode(std::string_view text) const {
    const auto plain = parse(kReservationPrefix, text);
    if (!plain) {
        return std::nullopt;
    }
    return PublicIdParts{.partition = plain->partition,
                         .reservation = ReservationId(plain->sequence)};
}

std::optional<std::pair<PartitionId, CaseId>> PublicIds::decode_case(std::string_view text) const {
    const auto plain = parse(kCasePrefix, text);
    if (!plain) {
        return std::nullopt;
    }
    return std::pair(plain->partition, CaseId(plain->sequence));
}

std::optional<std::pair<PartitionId, TransferId>> PublicIds::decode_transfer(
    std::string_view text) const {
    const auto plain = parse(kTransferPrefix, text);
    if (!plain) {
        return std::nullopt;
    }
    return std::pair(plain->partition, TransferId(plain->sequence));
}

std::string encode_position(PartitionId partition, Sequence sequence) {
    return std::to_string(partition.value()) + "." + std::to_string(sequence.value());
}

std::optional<std::pair<PartitionId, Sequence>> decode_position(std::string_view text) {
    std::uint16_t partition = 0;
    std::uint64_t sequence = 0;
    const char* const end = text.data() + text.size();
    const auto first = std::from_chars(text.data(), end, partition);
    if (first.ec != std::errc{} || first.ptr == end || *first.ptr != '.') {
        return std::nullopt;
    }
    const auto second = std::from_chars(first.ptr + 1, end, sequence);
    const std::pair read{PartitionId(partition), Sequence(sequence)};
    const bool is_ours = second.ec == std::errc{} && second.ptr == end &&
                         encode_position(read.first, read.second) == text;
    return is_ours ? std::optional(read) : std::nullopt;
}

}  // namespace holdfast::model
