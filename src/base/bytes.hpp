// ByteWriter and ByteReader: little-endian fields, LEB128 varints, length-prefixed texts.
//
// The writer appends to a buffer it does not own. The reader never reads past its span: after the
// first field that does not fit it is `failed()` and every later field reads as zero, so a decoder
// reads everything and asks once. A varint longer than needed fails too: one value, one encoding.
// Thread rule: none, plain values.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "base/digest.hpp"

namespace holdfast::base {

static_assert(std::endian::native == std::endian::little, "fields are copied as they are");

using Buffer = std::vector<std::byte>;

[[nodiscard]] inline std::span<const std::byte> as_bytes(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

[[nodiscard]] inline std::string_view as_text(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

class ByteWriter {
  public:
    explicit ByteWriter(Buffer& out) : out_(out) {}

    template <typename Integer>
    void fixed(Integer value) {
        const auto at = out_.size();
        out_.resize(at + sizeof value);
        std::memcpy(out_.data() + at, &value, sizeof value);
    }
    void bytes(std::span<const std::byte> value) {
        out_.insert(out_.end(), value.begin(), value.end());
    }
    void varint(std::uint64_t value);
    void signed_varint(std::int64_t value);  // zigzag
    void text(std::string_view value);       // varint length, bytes
    void digest(Digest128 value);

    [[nodiscard]] std::size_t size() const { return out_.size(); }

  private:
    Buffer& out_;
};

class ByteReader {
  public:
    explicit ByteReader(std::span<const std::byte> in) : in_(in) {}

    template <typename Integer>
    [[nodiscard]] Integer fixed() {
        Integer value{};
        const auto part = take(sizeof value);
        if (!part.empty()) {
            std::memcpy(&value, part.data(), sizeof value);
        }
        return value;
    }
    [[nodiscard]] std::span<const std::byte> take(std::size_t size);
    [[nodiscard]] std::uint64_t varint();
    [[nodiscard]] std::int64_t signed_varint();
    [[nodiscard]] std::string_view text();
    [[nodiscard]] Digest128 digest();

    [[nodiscard]] bool failed() const { return failed_; }
    [[nodiscard]] std::size_t left() const { return in_.size(); }

  private:
    std::span<const std::byte> in_;
    bool failed_ = false;
};

}  // namespace holdfast::base
