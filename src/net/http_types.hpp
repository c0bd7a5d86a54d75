// HttpRequest, HttpResponse and the texts inside them: plain values, no sockets, no domain.
//
// Paths and queries are kept raw: a router splits the path at '/' and decodes each segment exactly
// once (`percent_decode`), so that an encoded slash never becomes a separator.
// Thread rule: none, plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace holdfast::net {

// Header fields in the order they were added; names compare without case. All text lies in one
// string, so a message costs two allocations however many fields it has. The views handed out live
// until the next `add` and do not survive a move of the object.
class Headers {
  public:
    struct Field {
        std::string_view name;
        std::string_view value;
    };
    class Iterator {
      public:
        Iterator(const Headers& headers, std::size_t index) : headers_(headers), index_(index) {}
        Field operator*() const { return headers_[index_]; }
        Iterator& operator++() {
            ++index_;
            return *this;
        }
        bool operator==(const Iterator& other) const { return index_ == other.index_; }

      private:
        const Headers& headers_;
        std::size_t index_;
    };

    void reserve(std::size_t text_bytes, std::size_t fields);
    void add(std::string_view name, std::string_view value);

    // The first value of that name.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
    [[nodiscard]] std::size_t count(std::string_view name) const;

    [[nodiscard]] std::size_t size() const { return places_.size(); }
    [[nodiscard]] Field operator[](std::size_t index) const;
    [[nodiscard]] Iterator begin() const { return {*this, 0}; }
    [[nodiscard]] Iterator end() const { return {*this, size()}; }

  private:
    struct Place {
        std::uint32_t name_at;
        std::uint32_t value_at;
        std::uint32_t end;
    };
    std::string text_;
    std::vector<Place> places_;
};

enum class HttpVersion : std::uint8_t { http_1_0, http_1_1 };

struct HttpRequest {
    std::string method;  // as sent, case matters
    std::string target;  // origin-form: path and query, raw, visible ASCII, starts with '/'
    Headers headers;
    std::string body;  // transfer coding already removed
    HttpVersion version = HttpVersion::http_1_1;
    bool keep_alive = true;

    [[nodiscard]] std::string_view path() const;   // raw, up to '?'
    [[nodiscard]] std::string_view query() const;  // raw, after '?', empty if none
};

// Content-Length, Transfer-Encoding, Connection and Date are written by the encoder: adding one of
// the first three to `headers` is a bug.
struct HttpResponse {
    int status = 200;
    Headers headers;
    std::string body;
    bool close = false;  // close the connection behind this answer
};

// Why bytes are not a request we answer. `code` is stable, for programs; both texts are literals.
struct ProtocolError {
    int status;
    std::string_view code;
    std::string_view detail;
};

// The error as an RFC 9457 problem.
[[nodiscard]] HttpResponse problem_response(const ProtocolError& error);

// The standard phrase, or "Unknown".
[[nodiscard]] std::string_view status_text(int status);

// "Sun, 06 Nov 1994 08:49:37 GMT", the value of a Date field.
[[nodiscard]] std::string http_date(base::Time time);

// Replaces each %XX by its byte. Nothing if a '%' is not followed by two hex digits. The result may
// hold any byte: whether it is UTF-8 or has control characters is for the caller to judge.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);

// Escapes everything but letters, digits and "-._~": one path segment, or one query name or value.
[[nodiscard]] std::string percent_encode(std::string_view text);

struct QueryParameter {
    std::string name;
    std::string value;
};

// "a=1&b=x+y" in order, duplicates kept, '+' a space, empty parts left out. Nothing if an escape is
// malformed.
[[nodiscard]] std::optional<std::vector<QueryParameter>> parse_query(std::string_view query);

// Compares ASCII letters without case.
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b);

}  // namespace holdfast::net
