#include "api/base64url.hpp"

#include <cstdint>

namespace holdfast::api {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

}  // namespace

std::string to_base64url(std::span<const std::byte> bytes) {
    std::string out;
    out.reserve((bytes.size() * 4 + 2) / 3);
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const std::byte byte : bytes) {
        bits = (bits << 8) | static_cast<std::uint8_t>(byte);
        for (count += 8; count >= 6; count -= 6) {
            out += kAlphabet[(bits >> (count - 6)) & 63];
        }
    }
    if (count > 0) {
        out += kAlphabet[(bits << (6 - count)) & 63];
    }
    return out;
}

std::optional<base::Buffer> from_base64url(std::string_view text) {
    base::Buffer out;
    out.reserve(text.size() * 3 / 4);
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const char letter : text) {
        const auto value = kAlphabet.find(letter);
        if (value == std::string_view::npos) {
            return std::nullopt;
        }
        bits = (bits << 6) | static_cast<std::uint32_t>(value);
        count += 6;
        if (count >= 8) {
            count -= 8;
            out.push_back(static_cast<std::byte>(bits >> count));
        }
    }
    const bool stray = count >= 6 || (bits & ((1u << count) - 1)) != 0;
    return stray ? std::nullopt : std::optional(std::move(out));
}

}  // namespace holdfast::api
