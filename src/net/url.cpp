#include <algorithm>
#include <charconv>

#include "net/http_client.hpp"

namespace holdfast::net {
namespace {

constexpr std::string_view kScheme = "http://";

base::Result<Url> bad_url(std::string_view text, std::string_view why) {
    return base::failure(base::ErrorCode::invalid_input,
                         "'" + std::string(text) + "' is not a usable URL: " + std::string(why));
}

bool parse_port(std::string_view text, std::uint16_t& port) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return error == std::errc() && end == text.data() + text.size() && port != 0;
}

bool is_visible(char c) { return c > 0x20 && c < 0x7f; }

}  // namespace

std::string Url::authority() const {
    const std::string name = host.contains(':') ? "[" + host + "]" : host;
    return port == 80 ? name : name + ":" + std::to_string(port);
}

base::Result<Url> parse_url(std::string_view text) {
    if (!std::ranges::all_of(text, is_visible)) {
        return bad_url("...", "it has spaces, control characters or letters beyond ASCII");
    }
    if (text.size() < kScheme.size() ||
        !equal_ignoring_case(text.substr(0, kScheme.size()), kScheme)) {
        return bad_url(text, "it must begin with http:// (TLS is not supported)");
    }
    std::string_view rest = text.substr(kScheme.size());
    if (rest.find_first_of("?#@") != std::string_view::npos) {
        return bad_url(text, "it may have neither user, query nor fragment");
    }
    Url url;
    const auto slash = std::min(rest.find('/'), rest.size());
    url.path = rest.substr(slash);
    while (url.path.ends_with('/')) {
        url.path.pop_back();
    }
    std::string_view authority = rest.substr(0, slash);
    const auto bracket = authority.starts_with('[') ? authority.find(']') : 0;
    if (bracket == std::string_view::npos) {
        return bad_url(text, "the bracket of the address is not closed");
    }
    const auto colon = std::min(authority.find(':', bracket), authority.size());
    url.host = bracket == 0 ? authority.substr(0, colon) : authority.substr(1, bracket - 1);
    if (url.host.empty() || (bracket != 0 && colon != bracket + 1)) {
        return bad_url(text, "the host is missing or malformed");
    }
    if (colon < authority.size() && !parse_port(authority.substr(colon + 1), url.port)) {
        return bad_url(text, "the port must be a number from 1 to 65535");
    }
    return url;
}

}  // namespace holdfast::net
