#include "net/request_rules.hpp"

#include <algorithm>

namespace holdfast::net {
namespace {

using Verdict = std::optional<ProtocolError>;

constexpr ProtocolError malformed(std::string_view detail) {
    return {400, "malformed_request", detail};
}

bool is_host_byte(char c) {
    constexpr std::string_view kMarks = "-._~%!$&'()*+,;=:[]";
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != std::string_view::npos;
}

Verdict judge_host(const HttpRequest& request) {
    const auto count = request.headers.count("Host");
    if (count > 1) {
        return malformed("several Host fields");
    }
    if (count == 0) {
        return request.version == HttpVersion::http_1_1
                   ? Verdict(malformed("the Host field is missing"))
                   : std::nullopt;
    }
    if (!std::ranges::all_of(*request.headers.find("Host"), is_host_byte)) {
        return malformed("the Host field is malformed");
    }
    return std::nullopt;
}

Verdict judge_framing(const HttpRequest& request) {
    const auto lengths = request.headers.count("Content-Length");
    const auto codings = request.headers.count("Transfer-Encoding");
    if (lengths + codings > 1) {
        return malformed("the length of the body is given more than once");
    }
    if (lengths == 1) {
        const auto value = *request.headers.find("Content-Length");
        if (!std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; })) {
            return malformed("the Content-Length field is malformed");
        }
    }
    if (codings == 0) {
        return std::nullopt;
    }
    if (request.version == HttpVersion::http_1_0) {
        return malformed("HTTP/1.0 has no Transfer-Encoding");
    }
    if (!equal_ignoring_case(*request.headers.find("Transfer-Encoding"), "chunked")) {
        return ProtocolError{501, "unsupported_transfer_encoding",
                             "the only transfer coding understood is chunked"};
    }
    return std::nullopt;
}

// HTTP/1.0 knows no expectations; RFC 9110 section 10.1.1 has a server ignore them there.
Verdict judge_expectation(const HttpRequest& request) {
    const auto count = request.headers.count("Expect");
    if (count == 0 || request.version == HttpVersion::http_1_0) {
        return std::nullopt;
    }
    if (count > 1 || !equal_ignoring_case(*request.headers.find("Expect"), "100-continue")) {
        return ProtocolError{417, "expectation_failed",
                             "the only expectation understood is 100-continue"};
    }
    return std::nullopt;
}

// "http://shop:8080/a?b" becomes "/a?b".
void reduce_absolute_form(std::string& target) {
    const auto slashes = target.find("://");
    if (slashes == std::string::npos || slashes == 0) {
        return;
    }
    const auto scheme = std::string_view(target).substr(0, slashes);
    if (!equal_ignoring_case(scheme, "http") && !equal_ignoring_case(scheme, "https")) {
        return;
    }
    const auto authority = slashes + 3;
    const auto end = std::min(target.find_first_of("/?", authority), target.size());
    if (end == authority) {
        return;
    }
    target.erase(0, end);
    if (!target.starts_with('/')) {
        target.insert(target.begin(), '/');
    }
}

Verdict judge_target(HttpRequest& request) {
    if (!request.target.starts_with('/')) {
        reduce_absolute_form(request.target);
    }
    if (!request.target.starts_with('/')) {
        return malformed("the request target must be a path");
    }
    const bool visible = std::ranges::all_of(
        request.target, [](char c) { return c > 0x20 && c < 0x7f && c != '#'; });
    if (!visible) {
        return malformed("the request target has bytes that must be percent-encoded");
    }
    return std::nullopt;
}

}  // namespace

std::optional<ProtocolError> judge_request_head(HttpRequest& request) {
    for (const auto& verdict :
         {judge_framing(request), judge_host(request), judge_target(request)}) {
        if (verdict) {
            return verdict;
        }
    }
    return judge_expectation(request);
}

}  // namespace holdfast::net
