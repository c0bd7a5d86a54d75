// RequestDecoder and ResponseDecoder: bytes in, whole HTTP/1.1 messages out, no sockets.
//
// The grammar is Boost.Beast's; around it stands what a server at the edge must not be lenient
// about: framing that two readers could understand differently (request smuggling), bytes that
// have no place in a header, and every size. Feeding byte by byte gives the same messages as
// feeding all at once. Trailers are read and dropped.
//
//   std::string_view left = bytes;
//   while (!left.empty()) {
//       left.remove_prefix(decoder.feed(left));
//       if (decoder.phase() == DecodePhase::complete) use(decoder.take());
//       if (decoder.phase() == DecodePhase::failed) return answer_and_close(decoder.error());
//   }
//
// Thread rule: one thread per object.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "net/http_types.hpp"

namespace holdfast::net {

struct HttpLimits {
    std::size_t header_bytes = 16 * 1024;      // start line, fields and the empty line: 431, 414
    std::size_t header_count = 100;            // 431
    std::size_t body_bytes = 8 * 1024 * 1024;  // after removal of the transfer coding: 413
};

enum class DecodePhase : std::uint8_t {
    idle,      // between messages
    head,      // the start line or a header is incomplete
    body,      // the header is complete, the body is not
    complete,  // call take() before feeding more
    failed,    // call error(), answer it, close; nothing more can be fed
};

class RequestDecoder {
  public:
    explicit RequestDecoder(const HttpLimits& limits);
    ~RequestDecoder();
    RequestDecoder(RequestDecoder&&) noexcept;
    RequestDecoder& operator=(RequestDecoder&&) noexcept;

    // Reads on, at most to the end of one message, and returns the number of bytes consumed.
    [[nodiscard]] std::size_t feed(std::string_view bytes);
    [[nodiscard]] DecodePhase phase() const;

    // The message of phase `complete`; the next phase is `idle`.
    [[nodiscard]] HttpRequest take();

    // True if the client waits for "100 Continue" before it sends the body: phase is `body` and
    // none of it has arrived.
    [[nodiscard]] bool continue_awaited() const;

    // The reason of phase `failed`.
    [[nodiscard]] const ProtocolError& error() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// The client's side. Interim answers (1xx) are skipped.
class ResponseDecoder {
  public:
    // `head_only`: the answer to a HEAD request, which has a length but no body.
    ResponseDecoder(const HttpLimits& limits, bool head_only);
    ~ResponseDecoder();

    [[nodiscard]] std::size_t feed(std::string_view bytes);
    // The peer ended the connection; completes a body that is delimited by it, fails otherwise.
    void feed_end();
    [[nodiscard]] DecodePhase phase() const;
    // `close` tells that the connection cannot carry another request.
    [[nodiscard]] HttpResponse take();
    [[nodiscard]] const ProtocolError& error() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace holdfast::net
