#include "base/digest.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <cstring>
#include <memory>

#include "base/check.hpp"

#ifdef __x86_64__
#include <nmmintrin.h>
#endif

namespace holdfast::base {
namespace {

// Fetching the algorithm costs more than hashing a short text; both live as long as the thread.
class Hasher {
  public:
    Hasher() : algorithm_(EVP_MD_fetch(nullptr, "SHA256", nullptr)), context_(EVP_MD_CTX_new()) {
        CHECK(algorithm_ && context_);
    }
    void begin() { CHECK(EVP_DigestInit_ex2(context_.get(), algorithm_.get(), nullptr) == 1); }
    void add(const void* data, std::size_t size) {
        CHECK(EVP_DigestUpdate(context_.get(), data, size) == 1);
    }
    Sha256 end() {
        Sha256 out{};
        CHECK(EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(out.data()),
                                 nullptr) == 1);
        return out;
    }

  private:
    struct Free {
        void operator()(EVP_MD* value) const { EVP_MD_free(value); }
        void operator()(EVP_MD_CTX* value) const { EVP_MD_CTX_free(value); }
    };
    std::unique_ptr<EVP_MD, Free> algorithm_;
    std::unique_ptr<EVP_MD_CTX, Free> context_;
};

Hasher& hasher() {
    thread_local Hasher instance;
    return instance;
}

Digest128 shorten(const Sha256& full) {
    Digest128 out;
    std::memcpy(&out.high, full.data(), sizeof out.high);
    std::memcpy(&out.low, full.data() + sizeof out.high, sizeof out.low);
    return out;
}

std::uint32_t crc32c_portable(std::span<const std::byte> bytes, std::uint32_t crc) {
    constexpr std::uint32_t kPolynomial = 0x82f63b78;  // Castagnoli, reflected
    for (const std::byte byte : bytes) {
        crc ^= std::to_integer<std::uint32_t>(byte);
        for (int bit = 0; bit < 8; ++bit) {
            crc = (crc >> 1) ^ ((crc & 1) != 0 ? kPolynomial : 0);
        }
    }
    return crc;
}

#ifdef __x86_64__
__attribute__((target("sse4.2"))) std::uint32_t crc32c_hardware(std::span<const std::byte> bytes,
                                                                std::uint32_t crc) {
    std::uint64_t wide = crc;
    while (bytes.size() >= sizeof(std::uint64_t)) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data(), sizeof word);
        wide = _mm_crc32_u64(wide, word);
        bytes = bytes.subspan(sizeof word);
    }
    crc = static_cast<std::uint32_t>(wide);
    for (const std::byte byte : bytes) {
        crc = _mm_crc32_u8(crc, std::to_integer<std::uint8_t>(byte));
    }
    return crc;
}

std::uint32_t crc32c_from(std::span<const std::byte> bytes, std::uint32_t crc) {
    static const bool has_hardware = __builtin_cpu_supports("sse4.2") != 0;
    return has_hardware ? crc32c_hardware(bytes, crc) : crc32c_portable(bytes, crc);
}
#else
std::uint32_t crc32c_from(std::span<const std::byte> bytes, std::uint32_t crc) {
    return crc32c_portable(bytes, crc);
}
#endif

}  // namespace

Sha256 sha256(std::span<const std::byte> bytes) {
    auto& hash = hasher();
    hash.begin();
    hash.add(bytes.data(), bytes.size());
    return hash.end();
}

Digest128 digest128(std::span<const std::byte> bytes) { return shorten(sha256(bytes)); }

Digest128 digest128(std::initializer_list<std::string_view> parts) {
    auto& hash = hasher();
    hash.begin();
    for (const auto part : parts) {
        const auto size = static_cast<std::uint64_t>(part.size());
        hash.add(&size, sizeof size);
        hash.add(part.data(), part.size());
    }
    return shorten(hash.end());
}

Digest128 keyed_digest128(std::span<const std::byte> key, std::string_view text) {
    Sha256 out{};
    unsigned int size = 0;
    CHECK(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
               reinterpret_cast<const unsigned char*>(text.data()), text.size(),
               reinterpret_cast<unsigned char*>(out.data()), &size) != nullptr);
    CHECK(size == out.size());
    return shorten(out);
}

std::string to_hex(std::span<const std::byte> bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string out;
    out.reserve(bytes.size() * 2);
    for (const std::byte byte : bytes) {
        const auto value = std::to_integer<unsigned>(byte);
        out.push_back(kDigits[value >> 4]);
        out.push_back(kDigits[value & 0xf]);
    }
    return out;
}

std::string to_hex(Digest128 digest) { return to_hex(std::as_bytes(std::span(&digest, 1))); }

bool equal_constant_time(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t seed) {
    return ~crc32c_from(bytes, ~seed);
}

void fill_random(std::span<std::byte> out) {
    CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(out.size())) ==
          1);
}

}  // namespace holdfast::base
