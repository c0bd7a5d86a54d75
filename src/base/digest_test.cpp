#include "base/digest.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/bytes.hpp"

namespace holdfast::base {
namespace {

std::string sha256_hex(std::string_view text) { return to_hex(sha256(as_bytes(text))); }

// Vectors of FIPS 180-4.
TEST(Sha256, MatchesThePublishedVectors) {
    EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(sha256_hex("abc"),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    EXPECT_EQ(sha256_hex(std::string(1'000'000, 'a')),
              "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, EachThreadHasItsOwnHasher) {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([] {
            for (int round = 0; round < 1'000; ++round) {
                ASSERT_TRUE(sha256_hex("abc").starts_with("ba7816bf"));
            }
        });
    }
}

TEST(Digest128, IsTheFrontOfSha256) {
    EXPECT_EQ(to_hex(digest128(as_bytes("abc"))), "ba7816bf8f01cfea414140de5dae2223");
}

TEST(Digest128, PartsCannotFlowIntoEachOther) {
    const std::set<Digest128> distinct{
        digest128({"ab", "c"}), digest128({"a", "bc"}), digest128({"abc"}),
        digest128({"abc", ""}), digest128({"", "abc"}), digest128({}),
    };
    EXPECT_EQ(distinct.size(), 6U);
    EXPECT_EQ(digest128({"ab", "c"}), digest128({"ab", "c"}));
    EXPECT_FALSE(digest128({}).empty());
    EXPECT_TRUE(Digest128().empty());
}

// Test case 2 of RFC 4231.
TEST(KeyedDigest128, IsTheFrontOfHmacSha256) {
    EXPECT_EQ(to_hex(keyed_digest128(as_bytes("Jefe"), "what do ya want for nothing?")),
              "5bdcc146bf60754e6a042426089575c7");
    EXPECT_NE(keyed_digest128(as_bytes("a"), "x"), keyed_digest128(as_bytes("b"), "x"));
}

// Vectors of RFC 3720, B.4.
TEST(Crc32c, MatchesThePublishedVectors) {
    Buffer rising(32);
    for (unsigned value = 0; value < 32; ++value) {
        rising[value] = static_cast<std::byte>(value);
    }
    const Buffer falling(rising.rbegin(), rising.rend());
    EXPECT_EQ(crc32c(Buffer(32, std::byte{0})), 0x8a9136aaU);
    EXPECT_EQ(crc32c(Buffer(32, std::byte{0xff})), 0x62a8ab43U);
    EXPECT_EQ(crc32c(rising), 0x46dd794eU);
    EXPECT_EQ(crc32c(falling), 0x113fdb5cU);
    EXPECT_EQ(crc32c(as_bytes("123456789")), 0xe3069283U);
    EXPECT_EQ(crc32c({}), 0U);
}

TEST(Crc32c, ContinuesAtEveryCut) {
    const auto bytes = as_bytes("what is cut in two has the checksum of the whole");
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
        EXPECT_EQ(crc32c(bytes.subspan(cut), crc32c(bytes.first(cut))), crc32c(bytes)) << cut;
    }
}

TEST(EqualConstantTime, ComparesLikeEquality) {
    EXPECT_TRUE(equal_constant_time("", ""));
    EXPECT_TRUE(equal_constant_time("secret", "secret"));
    EXPECT_FALSE(equal_constant_time("secret", "secreT"));
    EXPECT_FALSE(equal_constant_time("secret", "secret1"));
}

TEST(FillRandom, GivesOtherBytesEachTime) {
    std::set<Buffer> seen;
    for (int round = 0; round < 100; ++round) {
        Buffer bytes(16);
        fill_random(bytes);
        seen.insert(bytes);
    }
    EXPECT_EQ(seen.size(), 100U);
}

}  // namespace
}  // namespace holdfast::base
