#include "model/public_id.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include "base/prng.hpp"

namespace holdfast::model {
namespace {

constexpr base::Digest128 kKey{.high = 0x0123456789abcdefULL, .low = 0xfedcba9876543210ULL};
constexpr std::uint64_t kSequences = 1ULL << 48;

PublicIdParts parts(std::uint16_t partition, std::uint64_t reservation) {
    return {.partition = PartitionId(partition), .reservation = ReservationId(reservation)};
}

PublicIdParts any_parts(base::Prng& dice) {
    return parts(static_cast<std::uint16_t>(dice.next()), dice.next() % kSequences);
}

TEST(PublicId, ComesBackAsThePairItWasMadeOf) {
    const PublicIds ids(kKey);
    base::Prng dice(1);
    for (int round = 0; round < 100'000; ++round) {
        const auto expected = any_parts(dice);
        ASSERT_EQ(ids.decode(ids.encode(expected)), expected);
    }
    for (const auto& extreme : {parts(0, 0), parts(0, 1), parts(65'535, kSequences - 1)}) {
        EXPECT_EQ(ids.decode(ids.encode(extreme)), extreme);
    }
}

TEST(PublicId, IsDifferentForDifferentPairs) {
    const PublicIds ids(kKey);
    std::set<std::string> seen;
    for (std::uint64_t sequence = 0; sequence < 20'000; ++sequence) {
        EXPECT_TRUE(seen.insert(ids.encode(parts(0, sequence))).second) << sequence;
        EXPECT_TRUE(seen.insert(ids.encode(parts(1, sequence))).second) << sequence;
    }
}

// Clients store ids: the permutation never changes.
TEST(PublicId, IsTheSameForEver) {
    const PublicIds ids(kKey);
    EXPECT_EQ(ids.encode(parts(0, 1)), "rsv_114p6wnj7gezd");
    EXPECT_EQ(ids.encode(parts(7, 1'000'017)), "rsv_7f0wb0qm3508p");
}

TEST(PublicId, HasAPrefixAndThirteenLowerCaseCharactersThatNobodyMisreads) {
    const PublicIds ids(kKey);
    base::Prng dice(2);
    for (int round = 0; round < 1'000; ++round) {
        const auto id = ids.encode(any_parts(dice));
        ASSERT_EQ(id.size(), 17u);
        ASSERT_TRUE(id.starts_with("rsv_"));
        ASSERT_EQ(id.find_first_not_of("0123456789abcdefghjkmnpqrstvwxyz", 4), std::string::npos);
    }
}

TEST(PublicId, OfConsecutiveSequencesDifferInMostCharacters) {
    const PublicIds ids(kKey);
    auto previous = ids.encode(parts(0, 0));
    for (std::uint64_t sequence = 1; sequence < 10'000; ++sequence) {
        const auto next = ids.encode(parts(0, sequence));
        int different = 0;
        for (std::size_t i = 4; i < next.size(); ++i) {
            different += next[i] != previous[i] ? 1 : 0;
        }
        EXPECT_GE(different, 7) << previous << " " << next;
        previous = next;
    }
}

TEST(PublicId, OfAnotherLedgerIsAnother) {
    const PublicIds ids(kKey);
    const PublicIds others({.high = kKey.high, .low = kKey.low + 1});
    for (std::uint64_t sequence = 0; sequence < 1'000; ++sequence) {
        EXPECT_NE(ids.encode(parts(0, sequence)), others.encode(parts(0, sequence)));
    }
}

TEST(PublicId, IsReadInEitherCase) {
    const PublicIds ids(kKey);
    base::Prng dice(3);
    for (int round = 0; round < 1'000; ++round) {
        const auto expected = any_parts(dice);
        auto id = ids.encode(expected);
        std::ranges::transform(id, id.begin(), [](unsigned char c) { return std::toupper(c); });
        ASSERT_EQ(ids.decode(id), expected) << id;
    }
}

TEST(PublicId, OfACaseOrTransferComesBackAsThePairItWasMadeOf) {
    const PublicIds ids(kKey);
    for (const auto sequence : std::to_array<std::uint64_t>({0, 1, 1'000'017, kSequences - 1})) {
        const auto of_case = std::pair(PartitionId(7), CaseId(sequence));
        const auto of_transfer = std::pair(PartitionId(7), TransferId(sequence));
        EXPECT_EQ(ids.decode_case(ids.encode(of_case.first, of_case.second)), of_case);
        EXPECT_EQ(ids.decode_transfer(ids.encode(of_transfer.first, of_transfer.second)),
                  of_transfer);
    }
    EXPECT_EQ(ids.encode(PartitionId(7), CaseId(1'000'017)), "cas_7f0wb0qm3508p");
    EXPECT_EQ(ids.encode(PartitionId(7), TransferId(1'000'017)), "trf_7f0wb0qm3508p");
}

TEST(PublicId, OfOneKindIsNoneOfAnother) {
    const PublicIds ids(kKey);
    const auto reservation = ids.encode(parts(0, 1));
    const auto of_case = ids.encode(PartitionId(0), CaseId(1));
    const auto transfer = ids.encode(PartitionId(0), TransferId(1));
    EXPECT_FALSE(ids.decode(of_case));
    EXPECT_FALSE(ids.decode(transfer));
    EXPECT_FALSE(ids.decode_case(reservation));
    EXPECT_FALSE(ids.decode_case(transfer));
    EXPECT_FALSE(ids.decode_transfer(reservation));
    EXPECT_FALSE(ids.decode_transfer(of_case));
}

TEST(PublicId, OfAnotherFormIsNone) {
    const PublicIds ids(kKey);
    const auto good = ids.encode(parts(3, 9));
    ASSERT_TRUE(ids.decode(good));
    EXPECT_FALSE(ids.decode(""));
    EXPECT_FALSE(ids.decode("rsv_"));
    EXPECT_FALSE(ids.decode(good.substr(4))) << "without its prefix";
    EXPECT_FALSE(ids.decode("rsx_" + good.substr(4)));
    EXPECT_FALSE(ids.decode("rsv-" + good.substr(4)));
    EXPECT_FALSE(ids.decode(good + "0"));
    EXPECT_FALSE(ids.decode(good.substr(0, 16)));
    EXPECT_FALSE(ids.decode(" " + good.substr(0, 16)));
    EXPECT_FALSE(ids.decode("rsv_g000000000000")) << "more than 64 bits";
    EXPECT_FALSE(ids.decode("rsv_zzzzzzzzzzzzz")) << "more than 64 bits";
    for (const char letter : {'i', 'l', 'o', 'u', 'I', '-', ' ', '\0', '\xe9'}) {
        auto bad = good;
        bad[10] = letter;
        EXPECT_FALSE(ids.decode(bad)) << letter;
    }
}

TEST(Position, ComesBackAsThePairItWasMadeOf) {
    for (const auto partition : std::to_array<std::uint16_t>({0, 1, 65'535})) {
        for (const std::uint64_t sequence :
             {std::uint64_t{0}, std::uint64_t{1}, ~std::uint64_t{0}}) {
            const auto expected = std::pair(PartitionId(partition), Sequence(sequence));
            EXPECT_EQ(decode_position(encode_position(expected.first, expected.second)), expected);
        }
    }
}

TEST(Position, OfAnotherFormIsNone) {
    for (const auto* const text :
         {"", ".", "1", "1.", ".1", "1.2.3", "1,2", "-1.2", "1.-2", "+1.2", " 1.2", "1. 2", "1.2 ",
          "65536.1", "1.18446744073709551616", "a.b", "0x1.2", "01.2", "1.02"}) {
        EXPECT_EQ(decode_position(text), std::nullopt) << text;
    }
}

}  // namespace
}  // namespace holdfast::model
