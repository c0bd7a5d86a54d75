#include "base/bytes.hpp"

namespace holdfast::base {

void ByteWriter::varint(std::uint64_t value) {
    while (value >= 0x80) {
        out_.push_back(static_cast<std::byte>(value | 0x80));
        value >>= 7;
    }
    out_.push_back(static_cast<std::byte>(value));
}

void ByteWriter::signed_varint(std::int64_t value) {
    varint((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
}

void ByteWriter::text(std::string_view value) {
    varint(value.size());
    bytes(as_bytes(value));
}

void ByteWriter::digest(Digest128 value) {
    fixed(value.high);
    fixed(value.low);
}

std::span<const std::byte> ByteReader::take(std::size_t size) {
    if (failed_ || size > in_.size()) {
        failed_ = true;
        return {};
    }
    const auto part = in_.first(size);
    in_ = in_.subspan(size);
    return part;
}

std::uint64_t ByteReader::varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const auto byte = std::to_integer<std::uint64_t>(fixed<std::byte>());
        const bool too_big = shift == 63 && byte > 1;
        const bool needless = shift > 0 && byte == 0;  // one value has one encoding
        if (too_big || needless) {
            break;
        }
        value |= (byte & 0x7f) << shift;
        if (byte < 0x80) {
            return failed_ ? 0 : value;
        }
    }
    failed_ = true;
    return 0;
}

std::int64_t ByteReader::signed_varint() {
    const auto value = varint();
    return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

std::string_view ByteReader::text() { return as_text(take(varint())); }

Digest128 ByteReader::digest() {
    const auto high = fixed<std::uint64_t>();
    const auto low = fixed<std::uint64_t>();
    return {.high = high, .low = low};
}

}  // namespace holdfast::base
