// The bytes of segment files: what is read back, what is noticed, and what must never change.
#include "ledger/segment_format.hpp"

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "base/digest.hpp"
#include "ledger/testing.hpp"

namespace holdfast::ledger {
namespace {

using base::ErrorCode;
using testing::failed_with;
using testing::succeeded;

constexpr std::uint32_t kSalt = 7;
constexpr std::size_t kHeaderCrcAt = 100;

LedgerId id() { return *parse_ledger_id("000102030405060708090a0b0c0d0e0f"); }

SegmentHeader header() {
    SegmentHeader out{.partition = model::PartitionId(3),
                      .id = id(),
                      .number = 9,
                      .first = model::Sequence(1'000),
                      .bytes_before = 77,
                      .previous_end = 4'096,
                      .texts_from = 12};
    out.previous.fill(std::byte{0xab});
    return out;
}

base::Buffer texts() {
    const std::vector<PrivateText> some = {{.digest = {.high = 1, .low = 2}, .text = "ann"},
                                           {.digest = {.high = 3, .low = 4}, .text = ""}};
    return encode_texts(some);
}

std::vector<std::string> read(const base::Buffer& section, base::Result<void>& result) {
    std::vector<std::string> out;
    result = each_text(section, [&](const PrivateText& each) -> base::Result<void> {
        out.emplace_back(each.text);
        return {};
    });
    return out;
}

TEST(SegmentFormat, AnIdIsThirtyTwoHexadecimalDigits) {
    EXPECT_EQ(id()[15], std::byte{15});
    EXPECT_FALSE(parse_ledger_id(""));
    EXPECT_FALSE(parse_ledger_id("000102030405060708090a0b0c0d0e0"));
    EXPECT_FALSE(parse_ledger_id("000102030405060708090a0b0c0d0e0f0"));
    EXPECT_FALSE(parse_ledger_id("000102030405060708090a0b0c0d0e0g"));
    EXPECT_FALSE(parse_ledger_id("g00102030405060708090a0b0c0d0e0f"));
    EXPECT_FALSE(parse_ledger_id("-10102030405060708090a0b0c0d0e0f"));
}

TEST(SegmentFormat, AHeaderComesBack) {
    const auto page = encode_segment_header(header());
    ASSERT_EQ(page.size(), kSegmentHeaderBytes);
    const auto back = decode_segment_header(page);
    ASSERT_TRUE(succeeded(back));
    ASSERT_TRUE(*back);
    EXPECT_EQ((*back)->partition, header().partition);
    EXPECT_EQ((*back)->id, header().id);
    EXPECT_EQ((*back)->number, header().number);
    EXPECT_EQ((*back)->first, header().first);
    EXPECT_EQ((*back)->previous, header().previous);
    EXPECT_EQ((*back)->bytes_before, header().bytes_before);
    EXPECT_EQ((*back)->previous_end, header().previous_end);
    EXPECT_EQ((*back)->texts_from, header().texts_from);
}

TEST(SegmentFormat, AHeaderWithAFlippedBitOrCutOffIsNone) {
    auto page = encode_segment_header(header());
    const std::size_t fields = kHeaderCrcAt + 4;
    for (std::size_t bit = 0; bit < fields * 8; ++bit) {
        const auto mask = static_cast<std::byte>(1U << (bit % 8));
        page[bit / 8] ^= mask;
        const auto back = decode_segment_header(page);
        EXPECT_TRUE(back && !*back) << "bit " << bit;
        page[bit / 8] ^= mask;
    }
    for (std::size_t size = 0; size < fields; ++size) {
        const auto back = decode_segment_header(std::span(page).first(size));
        EXPECT_TRUE(back && !*back) << size << " bytes";
    }
}

TEST(SegmentFormat, AHeaderOfANewerVersionIsRefusedByItsName) {
    auto page = encode_segment_header(header());
    page[4] = std::byte{2};
    const std::uint32_t crc = base::crc32c(std::span(page).first(kHeaderCrcAt));
    std::memcpy(page.data() + kHeaderCrcAt, &crc, sizeof crc);
    EXPECT_TRUE(failed_with(decode_segment_header(page), ErrorCode::newer_format));
}

TEST(SegmentFormat, AFrameIsOneOfItsPlaceOnly) {
    const FrameSizes sizes{.batch = 100, .texts = 9};
    auto frame = encode_frame_header(sizes, kSalt);
    const auto back = decode_frame_header(frame, kSalt);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->batch, 100u);
    EXPECT_EQ(back->texts, 9u);
    EXPECT_EQ(back->texts_at(), kFrameHeaderBytes + 104);
    EXPECT_EQ(back->total(), kFrameHeaderBytes + 104 + 16);
    EXPECT_FALSE(decode_frame_header(frame, kSalt + 1)) << "of another segment";
    EXPECT_FALSE(decode_frame_header(std::span(frame).first(15), kSalt));
    for (std::size_t bit = 0; bit < frame.size() * 8; ++bit) {
        const auto mask = static_cast<std::byte>(1U << (bit % 8));
        frame[bit / 8] ^= mask;
        EXPECT_FALSE(decode_frame_header(frame, kSalt)) << "bit " << bit;
        frame[bit / 8] ^= mask;
    }
    EXPECT_NE(segment_salt(id(), 1), segment_salt(id(), 2));
}

TEST(SegmentFormat, TextsComeBack) {
    EXPECT_TRUE(encode_texts({}).empty());
    const auto section = texts();
    EXPECT_EQ(texts_state(section), kTextsLive);
    EXPECT_TRUE(texts_are_intact(section));
    base::Result<void> result;
    EXPECT_EQ(read(section, result), (std::vector<std::string>{"ann", ""}));
    EXPECT_TRUE(succeeded(result));
}

TEST(SegmentFormat, TextsThatAreDamagedErasedOrCutOffAreNotIntact) {
    auto section = texts();
    for (std::size_t bit = 0; bit < section.size() * 8; ++bit) {
        const auto mask = static_cast<std::byte>(1U << (bit % 8));
        section[bit / 8] ^= mask;
        EXPECT_FALSE(texts_are_intact(section)) << "bit " << bit;
        section[bit / 8] ^= mask;
    }
    for (std::size_t size = 0; size < section.size(); ++size) {
        EXPECT_FALSE(texts_are_intact(std::span(section).first(size))) << size << " bytes";
    }
    for (const std::uint32_t state : {kTextsMoved, kTextsGone}) {
        std::memcpy(section.data(), &state, sizeof state);
        EXPECT_FALSE(texts_are_intact(section));
    }
}

TEST(SegmentFormat, WhatIsCutOffIsReadUpToThere) {
    auto section = texts();
    const std::size_t first_ends = kTextsHeaderBytes + 16 + 1 + 3;
    base::Result<void> result;
    for (std::size_t size = section.size() - 1; size > kTextsHeaderBytes; --size) {
        section.resize(size);
        EXPECT_EQ(read(section, result).size(), size < first_ends ? 0u : 1u) << size << " bytes";
        EXPECT_EQ(result.has_value(), size == first_ends) << size << " bytes";
        EXPECT_TRUE(result || failed_with(result, ErrorCode::corrupted));
    }
}

TEST(SegmentFormat, WhoReadsTextsMayStop) {
    int seen = 0;
    const auto result = each_text(texts(), [&](const PrivateText&) -> base::Result<void> {
        ++seen;
        return base::failure(ErrorCode::unavailable, "enough");
    });
    EXPECT_TRUE(failed_with(result, ErrorCode::unavailable));
    EXPECT_EQ(seen, 1);
}

// The bytes of version 1 for ever. Changing them means that old ledgers cannot be read.
TEST(SegmentFormat, GoldenSegmentOfVersion1) {
    const std::string path = "tests/golden/ledger/v1/segment.bin";
    base::Buffer bytes = encode_segment_header(header());
    bytes.resize(kHeaderCrcAt + 4);  // zeros follow
    const auto frame = encode_frame_header({.batch = 100, .texts = 9}, segment_salt(id(), 9));
    bytes.insert(bytes.end(), frame.begin(), frame.end());
    const auto section = texts();
    bytes.insert(bytes.end(), section.begin(), section.end());
    if (std::getenv("UPDATE") != nullptr) {
        std::ofstream(path, std::ios::binary) << base::as_text(bytes);
    }
    std::ifstream file(path, std::ios::binary);
    ASSERT_TRUE(file) << path << " is missing; run from the repository's root";
    const std::string golden{std::istreambuf_iterator<char>(file), {}};
    EXPECT_EQ(base::to_hex(base::as_bytes(golden)), base::to_hex(bytes));
}

}  // namespace
}  // namespace holdfast::ledger
