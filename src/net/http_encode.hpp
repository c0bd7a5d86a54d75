// encode_response and encode_request: messages to bytes, appended to a buffer.
//
// Content-Length, Connection, Date and Host are written here. Field values may come from clients
// (an echoed key): control characters in them become spaces, so that no value can add a line. Field
// names are ours: a name that is no token, or one of the framing fields, is a bug.
// Thread rule: free functions, any thread.
#pragma once

#include <string>
#include <string_view>

#include "net/http_types.hpp"

namespace holdfast::net {

struct ResponseFraming {
    bool head_only = false;       // answers HEAD: the body is announced but not written
    bool say_keep_alive = false;  // HTTP/1.0 clients keep the connection only if told so
    std::string_view date = {};   // value of the Date field, left out if empty
};
void encode_response(const HttpResponse& response, const ResponseFraming& framing,
                     std::string& out);

// `host` is the value of the Host field.
void encode_request(const HttpRequest& request, std::string_view host, std::string& out);

// The interim answer that lets a client send its body.
inline constexpr std::string_view kContinueResponse = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace holdfast::net
