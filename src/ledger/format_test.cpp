#include "ledger/format.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "ledger/testing.hpp"

namespace holdfast::ledger {
namespace {

using base::ErrorCode;
using testing::BatchMaker;
using testing::failed_with;
using testing::succeeded;

Tail start() {
    return {.last = {},
            .hash = {},
            .time = base::time_from_ms(1'700'000'000'000),
            .epoch = model::Epoch(3),
            .bytes = 0};
}

TEST(Format, OpensWhatWasSealed) {
    BatchMaker maker(start());
    const auto sealed = maker.next(3, "three events");
    const auto batch = open_sealed(sealed);
    ASSERT_TRUE(succeeded(batch));
    EXPECT_EQ(batch->header.partition, testing::kPartition);
    EXPECT_EQ(batch->header.first, model::Sequence(1));
    EXPECT_EQ(batch->last(), model::Sequence(3));
    EXPECT_EQ(batch->header.epoch, model::Epoch(3));
    EXPECT_EQ(batch->header.time, base::time_from_ms(1'700'000'000'005));
    EXPECT_EQ(base::as_text(batch->payload), "three events");
    EXPECT_EQ(maker.tail().hash, base::sha256(sealed));
}

TEST(Format, NoticesEveryFlippedBit) {
    BatchMaker maker(start());
    auto sealed = maker.next(2, "payload");
    for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
        const auto mask = static_cast<std::byte>(1U << (bit % 8));
        sealed[bit / 8] ^= mask;
        EXPECT_FALSE(open_sealed(sealed)) << "bit " << bit;
        sealed[bit / 8] ^= mask;
    }
    EXPECT_TRUE(succeeded(open_sealed(sealed)));
}

TEST(Format, NoticesEveryCutAndAnExtension) {
    BatchMaker maker(start());
    auto sealed = maker.next(2, "payload");
    for (std::size_t size = 0; size < sealed.size(); ++size) {
        EXPECT_TRUE(failed_with(open_sealed(std::span(sealed).first(size)), ErrorCode::corrupted));
    }
    sealed.push_back(std::byte{0});
    EXPECT_TRUE(failed_with(open_sealed(sealed), ErrorCode::corrupted));
}

TEST(Format, RefusesANewerVersionByItsName) {
    BatchMaker maker(start());
    auto sealed = maker.next(1, "x");
    sealed[4] = std::byte{2};
    EXPECT_TRUE(failed_with(open_sealed(sealed), ErrorCode::newer_format));
}

// With a checksum that fits: no damage, but a writer that does not know what it does.
TEST(Format, RefusesAHeaderThatMakesNoSense) {
    constexpr std::size_t kVersionAt = 4;
    constexpr std::size_t kFirstAt = 8;
    constexpr std::size_t kCountAt = 16;
    constexpr std::size_t kCrcAt = 72;
    BatchMaker maker(start());
    const auto sealed = maker.next(2, "payload");
    const auto with = [&](std::size_t at, const auto& value) {
        auto out = sealed;
        std::memcpy(out.data() + at, &value, sizeof value);
        const auto payload = std::span(out).subspan(kBatchHeaderBytes);
        const std::uint32_t crc = base::crc32c(payload, base::crc32c(std::span(out).first(kCrcAt)));
        std::memcpy(out.data() + kCrcAt, &crc, sizeof crc);
        return out;
    };
    EXPECT_TRUE(succeeded(open_sealed(with(kFirstAt, std::uint64_t{9}))));
    EXPECT_TRUE(succeeded(open_sealed(with(kFirstAt, std::uint64_t{UINT64_MAX - 2}))));
    EXPECT_TRUE(failed_with(open_sealed(with(kVersionAt, std::uint16_t{0})), ErrorCode::corrupted));
    EXPECT_TRUE(failed_with(open_sealed(with(kFirstAt, std::uint64_t{0})), ErrorCode::corrupted));
    EXPECT_TRUE(failed_with(open_sealed(with(kCountAt, std::uint32_t{0})), ErrorCode::corrupted));
    EXPECT_TRUE(failed_with(open_sealed(with(kFirstAt, std::uint64_t{UINT64_MAX - 1})),
                            ErrorCode::corrupted))
        << "its last event would have no number";
}

// The bytes of version 1 for ever. Changing them means that old ledgers cannot be read.
TEST(Format, GoldenBatchOfVersion1) {
    const std::string path = "tests/golden/ledger/v1/batch.bin";
    BatchMaker maker(start());
    static_cast<void>(maker.next(1, "first"));
    const auto sealed = maker.next(2, "golden payload");
    if (std::getenv("UPDATE") != nullptr) {
        std::filesystem::create_directories("tests/golden/ledger/v1");
        std::ofstream(path, std::ios::binary) << base::as_text(sealed);
    }
    std::ifstream file(path, std::ios::binary);
    ASSERT_TRUE(file) << path << " is missing; run from the repository's root";
    const std::string golden{std::istreambuf_iterator<char>(file), {}};
    EXPECT_EQ(base::to_hex(base::as_bytes(golden)), base::to_hex(sealed));
    const auto batch = open_sealed(base::as_bytes(golden));
    ASSERT_TRUE(succeeded(batch));
    EXPECT_EQ(batch->header.first, model::Sequence(2));
    EXPECT_EQ(base::as_text(batch->payload), "golden payload");
}

class Chain : public ::testing::Test {
  protected:
    base::Buffer sealed(BatchHeader header) {
        base::Buffer buffer;
        reserve_header(buffer);
        seal(buffer, header);
        return buffer;
    }

    BatchMaker maker_{start()};
    base::Buffer first_ = maker_.next(2, "one");
    BatchHeader second_{.partition = testing::kPartition,
                        .first = model::Sequence(3),
                        .count = 1,
                        .epoch = model::Epoch(3),
                        .time = maker_.tail().time,
                        .previous = maker_.tail().hash};
    ChainReader reader_{model::Sequence(0), base::Sha256{}};
};

TEST_F(Chain, AcceptsBatchesInOrder) {
    ASSERT_TRUE(succeeded(reader_.next(first_)));
    ASSERT_TRUE(succeeded(reader_.next(sealed(second_))));
    EXPECT_EQ(reader_.last(), model::Sequence(3));
    EXPECT_EQ(reader_.hash(), base::sha256(sealed(second_)));
}

TEST_F(Chain, BelievesTheFirstBatchAtAnUnknownPlace) {
    ChainReader anywhere;
    EXPECT_TRUE(succeeded(anywhere.next(sealed(second_))));
    EXPECT_TRUE(failed_with(anywhere.next(first_), ErrorCode::corrupted));
}

TEST_F(Chain, RefusesAGapAnOverlapAndARepetition) {
    ASSERT_TRUE(succeeded(reader_.next(first_)));
    EXPECT_TRUE(failed_with(reader_.next(first_), ErrorCode::corrupted));
    for (const std::uint64_t wrong : {2, 4}) {
        second_.first = model::Sequence(wrong);
        EXPECT_TRUE(failed_with(reader_.next(sealed(second_)), ErrorCode::corrupted)) << wrong;
    }
    second_.first = model::Sequence(3);
    EXPECT_TRUE(succeeded(reader_.next(sealed(second_)))) << "a refusal must not move the reader";
}

TEST_F(Chain, RefusesAnotherHistory) {
    ASSERT_TRUE(succeeded(reader_.next(first_)));
    second_.previous[0] ^= std::byte{1};
    EXPECT_TRUE(failed_with(reader_.next(sealed(second_)), ErrorCode::corrupted));
}

TEST_F(Chain, RefusesEpochAndTimeGoingBack) {
    ASSERT_TRUE(succeeded(reader_.next(first_)));
    BatchHeader older = second_;
    older.epoch = model::Epoch(2);
    EXPECT_TRUE(failed_with(reader_.next(sealed(older)), ErrorCode::corrupted));
    older = second_;
    older.time -= base::Duration(1);
    EXPECT_TRUE(failed_with(reader_.next(sealed(older)), ErrorCode::corrupted));
}

}  // namespace
}  // namespace holdfast::ledger
