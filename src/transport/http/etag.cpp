#include "transport/http/etag.hpp"

#include <algorithm>
#include <charconv>

namespace holdfast::transport::http {
namespace {

constexpr std::string_view kSpaces = " \t";

struct Tag {
    std::string_view opaque;
    bool weak = false;
};

std::string_view trim_left(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(kSpaces), text.size()));
    return text;
}

bool is_tag_character(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == 0x21 || (byte >= 0x23 && byte != 0x7f);
}

// Takes one tag from the front.
std::optional<Tag> take_tag(std::string_view& text) {
    Tag tag{.opaque = {}, .weak = text.starts_with("W/")};
    text.remove_prefix(tag.weak ? 2 : 0);
    if (!text.starts_with('"')) {
        return std::nullopt;
    }
    const auto end = text.find('"', 1);
    if (end == std::string_view::npos) {
        return std::nullopt;
    }
    tag.opaque = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    return std::ranges::all_of(tag.opaque, is_tag_character) ? std::optional(tag) : std::nullopt;
}

// #entity-tag: tags with commas between them; empty elements are allowed.
std::optional<std::vector<Tag>> read_tags(std::string_view text) {
    std::vector<Tag> out;
    bool separated = true;
    for (text = trim_left(text); !text.empty(); text = trim_left(text)) {
        if (text.starts_with(',')) {
            text.remove_prefix(1);
            separated = true;
            continue;
        }
        const auto tag = separated ? take_tag(text) : std::nullopt;
        if (!tag) {
            return std::nullopt;
        }
        out.push_back(*tag);
        separated = false;
    }
    return out;
}

bool is_star(std::span<const std::string_view> values) {
    if (values.size() != 1) {
        return false;
    }
    const auto value = trim_left(values.front());
    return value.starts_with('*') && trim_left(value.substr(1)).empty();
}

std::optional<std::uint32_t> version_of(const Tag& tag) {
    std::uint32_t version = 0;
    const auto* const end = tag.opaque.data() + tag.opaque.size();
    const auto read = std::from_chars(tag.opaque.data(), end, version);
    const bool canonical =
        read.ec == std::errc{} && read.ptr == end && std::to_string(version) == tag.opaque;
    return canonical ? std::optional(version) : std::nullopt;
}

}  // namespace

std::string to_etag(std::uint32_t version) { return '"' + std::to_string(version) + '"'; }

std::expected<std::optional<std::vector<std::uint32_t>>, api::Problem> read_if_match(
    std::span<const std::string_view> values) {
    if (values.empty() || is_star(values)) {
        return std::nullopt;
    }
    std::vector<std::uint32_t> versions;
    std::size_t count = 0;
    for (const auto value : values) {
        const auto tags = read_tags(value);
        if (!tags) {
            return std::unexpected(api::malformed_parameter(
                "If-Match", "Must be \"*\" or quoted entity tags such as \"3\"."));
        }
        count += tags->size();
        for (const auto& tag : *tags) {
            const auto version = version_of(tag);
            if (version && !tag.weak) {
                versions.push_back(*version);
            }
        }
    }
    if (count == 0) {
        return std::unexpected(api::malformed_parameter("If-Match", "Names no entity tag."));
    }
    return versions;
}

bool names_version(std::span<const std::string_view> if_none_match, std::uint32_t version) {
    if (is_star(if_none_match)) {
        return true;
    }
    for (const auto value : if_none_match) {
        for (const auto& tag : read_tags(value).value_or(std::vector<Tag>{})) {
            if (version_of(tag) == version) {
                return true;
            }
        }
    }
    return false;
}

}  // namespace holdfast::transport::http
