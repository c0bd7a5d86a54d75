#include "api/text.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace holdfast::api {
namespace {

struct LeadByte {
    std::size_t following;
    std::uint32_t bits;
    std::uint32_t least;  // smaller code points have a shorter form
};

// `following` is 0 for a byte that cannot start a sequence of several.
LeadByte read_lead(std::uint8_t byte) {
    if ((byte & 0xe0) == 0xc0) {
        return {1, byte & 0x1fu, 0x80};
    }
    if ((byte & 0xf0) == 0xe0) {
        return {2, byte & 0x0fu, 0x800};
    }
    if ((byte & 0xf8) == 0xf0) {
        return {3, byte & 0x07u, 0x10000};
    }
    return {0, 0, 0};
}

bool is_scalar(std::uint32_t code_point) {
    return code_point <= 0x10ffff && !(code_point >= 0xd800 && code_point <= 0xdfff);
}

}  // namespace

bool is_utf8(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const auto byte = static_cast<std::uint8_t>(text[at++]);
        if (byte < 0x80) {
            continue;
        }
        const LeadByte lead = read_lead(byte);
        if (lead.following == 0 || text.size() - at < lead.following) {
            return false;
        }
        std::uint32_t code_point = lead.bits;
        for (std::size_t i = 0; i < lead.following; ++i) {
            const auto next = static_cast<std::uint8_t>(text[at++]);
            if ((next & 0xc0) != 0x80) {
                return false;
            }
            code_point = (code_point << 6) | (next & 0x3fu);
        }
        if (code_point < lead.least || !is_scalar(code_point)) {
            return false;
        }
    }
    return true;
}

bool has_control_characters(std::string_view text) {
    return std::ranges::any_of(text, [](char c) {
        const auto byte = static_cast<std::uint8_t>(c);
        return byte < 0x20 || byte == 0x7f;
    });
}

}  // namespace holdfast::api
