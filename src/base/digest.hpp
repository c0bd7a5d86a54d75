// Digests: SHA-256 for the ledger's chain, its first 128 bits for names inside the machine.
//
// Keys, references and owners are compared as Digest128 and never as text. SHA-256 is used, not a
// fast hash, because clients choose these texts: a collision would answer one client with another
// one's reservation. Thread rule: free functions, any thread.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace holdfast::base {

using Sha256 = std::array<std::byte, 32>;

// All zero means "none"; no text hashes to it in practice.
struct Digest128 {
    std::uint64_t high = 0;
    std::uint64_t low = 0;

    [[nodiscard]] constexpr bool empty() const { return (high | low) == 0; }
    constexpr auto operator<=>(const Digest128&) const = default;
};

[[nodiscard]] Sha256 sha256(std::span<const std::byte> bytes);

// Hash of several texts; each is preceded by its length, so ("ab","c") differs from ("a","bc").
[[nodiscard]] Digest128 digest128(std::initializer_list<std::string_view> parts);
[[nodiscard]] Digest128 digest128(std::span<const std::byte> bytes);

// HMAC-SHA-256, first 128 bits: for personal data and cursors, with a key kept outside the ledger.
[[nodiscard]] Digest128 keyed_digest128(std::span<const std::byte> key, std::string_view text);

[[nodiscard]] std::string to_hex(std::span<const std::byte> bytes);
[[nodiscard]] std::string to_hex(Digest128 digest);

// Compares without telling by its duration where the first difference is.
[[nodiscard]] bool equal_constant_time(std::string_view a, std::string_view b);

// CRC-32C (Castagnoli), as used by the batch header. `seed` continues an earlier result.
[[nodiscard]] std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t seed = 0);

// Bytes from the operating system's generator: keys and ids of new ledgers, never decisions.
void fill_random(std::span<std::byte> out);

}  // namespace holdfast::base
