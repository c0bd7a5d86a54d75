#include "base/bytes.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace holdfast::base {
namespace {

Buffer bytes_of(std::initializer_list<unsigned> values) {
    Buffer out;
    for (const unsigned value : values) {
        out.push_back(static_cast<std::byte>(value));
    }
    return out;
}

Buffer varint_of(std::uint64_t value) {
    Buffer out;
    ByteWriter(out).varint(value);
    return out;
}

TEST(ByteWriter, WritesLittleEndianFields) {
    Buffer out;
    ByteWriter writer(out);
    writer.fixed<std::uint32_t>(0x01020304);
    writer.fixed<std::uint16_t>(0x0506);
    EXPECT_EQ(out, bytes_of({4, 3, 2, 1, 6, 5}));
    EXPECT_EQ(writer.size(), 6U);
}

TEST(ByteWriter, WritesTheShortestVarint) {
    EXPECT_EQ(varint_of(0), bytes_of({0}));
    EXPECT_EQ(varint_of(127), bytes_of({127}));
    EXPECT_EQ(varint_of(128), bytes_of({0x80, 1}));
    EXPECT_EQ(varint_of(300), bytes_of({0xac, 2}));
    EXPECT_EQ(varint_of(std::numeric_limits<std::uint64_t>::max()),
              bytes_of({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}));
}

TEST(ByteReader, ReadsBackEveryKindOfField) {
    const std::vector<std::int64_t> numbers{0,
                                            -1,
                                            1,
                                            63,
                                            -64,
                                            64,
                                            1 << 20,
                                            std::numeric_limits<std::int64_t>::min(),
                                            std::numeric_limits<std::int64_t>::max()};
    Buffer out;
    ByteWriter writer(out);
    writer.fixed<std::int64_t>(-5);
    for (const auto number : numbers) {
        writer.signed_varint(number);
        writer.varint(static_cast<std::uint64_t>(number));
    }
    writer.text("caf\xc3\xa9");
    writer.text("");
    writer.digest({.high = 1, .low = 2});

    ByteReader reader(out);
    EXPECT_EQ(reader.fixed<std::int64_t>(), -5);
    for (const auto number : numbers) {
        EXPECT_EQ(reader.signed_varint(), number);
        EXPECT_EQ(reader.varint(), static_cast<std::uint64_t>(number));
    }
    EXPECT_EQ(reader.text(), "caf\xc3\xa9");
    EXPECT_EQ(reader.text(), "");
    EXPECT_EQ(reader.digest(), (Digest128{.high = 1, .low = 2}));
    EXPECT_EQ(reader.left(), 0U);
    EXPECT_FALSE(reader.failed());
}

TEST(ByteReader, ATruncationAnywhereFailsAndReadsZeroFromThereOn) {
    Buffer whole;
    ByteWriter writer(whole);
    writer.fixed<std::uint32_t>(7);
    writer.varint(1'000'000);
    writer.text("four");
    for (std::size_t length = 0; length < whole.size(); ++length) {
        const std::span<const std::byte> bytes = whole;
        ByteReader reader(bytes.first(length));
        std::ignore = reader.fixed<std::uint32_t>();
        std::ignore = reader.varint();
        EXPECT_EQ(reader.text(), "") << length;
        EXPECT_TRUE(reader.failed()) << length;
        EXPECT_EQ(reader.fixed<std::uint64_t>(), 0U);
        EXPECT_EQ(reader.signed_varint(), 0);
        EXPECT_TRUE(reader.digest().empty());
        EXPECT_TRUE(reader.take(0).empty());
    }
}

TEST(ByteReader, ATextLongerThanTheRestFailsInsteadOfReadingOn) {
    Buffer out;
    ByteWriter(out).varint(std::numeric_limits<std::uint64_t>::max());
    out.push_back(std::byte{'x'});
    ByteReader reader(out);
    EXPECT_EQ(reader.text(), "");
    EXPECT_TRUE(reader.failed());
}

TEST(ByteReader, RefusesVarintsBeyond64Bits) {
    const auto too_big = bytes_of({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2});
    const auto too_long = Buffer(11, std::byte{0x80});
    for (const auto& bytes : {too_big, too_long}) {
        ByteReader reader(bytes);
        EXPECT_EQ(reader.varint(), 0U);
        EXPECT_TRUE(reader.failed());
    }
}

// One value has one encoding; otherwise two different ledgers could mean the same.
TEST(ByteReader, RefusesVarintsWithNeedlessBytes) {
    for (const auto& bytes : {bytes_of({0x80, 0}), bytes_of({0xff, 0x80, 0})}) {
        ByteReader reader(bytes);
        EXPECT_EQ(reader.varint(), 0U);
        EXPECT_TRUE(reader.failed());
    }
}

}  // namespace
}  // namespace holdfast::base
