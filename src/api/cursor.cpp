#include "api/cursor.hpp"

#include "api/base64url.hpp"
#include "base/digest.hpp"

namespace holdfast::api {
namespace {

constexpr std::uint8_t kVersion = 1;

base::Digest128 seal_of(const base::Buffer& key, std::string_view scope,
                        std::string_view resume_after) {
    base::Buffer sealed;
    base::ByteWriter out(sealed);
    out.text("cursor");
    out.fixed(kVersion);
    out.text(scope);
    out.text(resume_after);
    return base::keyed_digest128(key, base::as_text(sealed));
}

}  // namespace

std::string seal_cursor(const base::Buffer& key, std::string_view scope,
                        std::string_view resume_after) {
    base::Buffer bytes;
    base::ByteWriter out(bytes);
    out.fixed(kVersion);
    out.digest(seal_of(key, scope, resume_after));
    out.bytes(base::as_bytes(resume_after));
    return to_base64url(bytes);
}

std::optional<std::string> open_cursor(const base::Buffer& key, std::string_view scope,
                                       std::string_view cursor) {
    const auto bytes = from_base64url(cursor);
    if (!bytes) {
        return std::nullopt;
    }
    base::ByteReader in(*bytes);
    const auto version = in.fixed<std::uint8_t>();
    const auto seal = in.digest();
    if (in.failed() || version != kVersion) {
        return std::nullopt;
    }
    std::string resume_after(base::as_text(in.take(in.left())));
    const auto expected = seal_of(key, scope, resume_after);
    if (!base::equal_constant_time(base::to_hex(expected), base::to_hex(seal))) {
        return std::nullopt;
    }
    return resume_after;
}

}  // namespace holdfast::api
