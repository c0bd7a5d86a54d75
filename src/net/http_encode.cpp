#include "net/http_encode.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>

#include "base/check.hpp"

namespace holdfast::net {
namespace {

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool is_token(std::string_view text) {
    constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::ranges::all_of(text, [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               kMarks.find(c) != std::string_view::npos;
    });
}

bool is_framing(std::string_view name) {
    return equal_ignoring_case(name, "Content-Length") ||
           equal_ignoring_case(name, "Transfer-Encoding") ||
           equal_ignoring_case(name, "Connection");
}

void append_number(std::string& out, std::size_t value) {
    char digits[20];
    const auto end = std::to_chars(std::begin(digits), std::end(digits), value).ptr;
    out.append(digits, end);
}

void append_value(std::string& out, std::string_view value) {
    const auto at = static_cast<std::ptrdiff_t>(out.size());
    out.append(value);
    std::replace_if(out.begin() + at, out.end(), is_control, ' ');
}

void append_fields(std::string& out, const Headers& headers) {
    for (const Headers::Field field : headers) {
        CHECK(is_token(field.name), "a header name of ours is malformed");
        CHECK(!is_framing(field.name), "framing headers are written by the encoder");
        out.append(field.name).append(": ");
        append_value(out, field.value);
        out.append("\r\n");
    }
}

void append_length(std::string& out, std::size_t size) {
    out.append("Content-Length: ");
    append_number(out, size);
    out.append("\r\n");
}

bool has_body(int status) { return status >= 200 && status != 204 && status != 304; }

// A body of zero bytes is announced for methods that usually have one.
bool expects_body(std::string_view method) {
    return method == "POST" || method == "PUT" || method == "PATCH";
}

}  // namespace

void encode_response(const HttpResponse& response, const ResponseFraming& framing,
                     std::string& out) {
    CHECK(response.status >= 100 && response.status <= 999);
    out.append("HTTP/1.1 ");
    append_number(out, static_cast<std::size_t>(response.status));
    out.append(" ").append(status_text(response.status)).append("\r\n");
    if (!framing.date.empty()) {
        out.append("Date: ").append(framing.date).append("\r\n");
    }
    append_fields(out, response.headers);
    if (response.close) {
        out.append("Connection: close\r\n");
    } else if (framing.say_keep_alive) {
        out.append("Connection: keep-alive\r\n");
    }
    if (has_body(response.status)) {
        append_length(out, response.body.size());
    }
    out.append("\r\n");
    if (has_body(response.status) && !framing.head_only) {
        out.append(response.body);
    }
}

void encode_request(const HttpRequest& request, std::string_view host, std::string& out) {
    CHECK(is_token(request.method));
    CHECK(!request.target.empty() &&
              std::ranges::all_of(request.target, [](char c) { return c > 0x20 && c < 0x7f; }),
          "a request target must be encoded by its maker");
    out.append(request.method).append(" ").append(request.target).append(" HTTP/1.1\r\nHost: ");
    append_value(out, host);
    out.append("\r\n");
    append_fields(out, request.headers);
    if (!request.keep_alive) {
        out.append("Connection: close\r\n");
    }
    if (!request.body.empty() || expects_body(request.method)) {
        append_length(out, request.body.size());
    }
    out.append("\r\n").append(request.body);
}

}  // namespace holdfast::net
