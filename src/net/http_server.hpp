// HttpServer: listens, reads requests, hands them to a RequestHandler, writes the answers.
//
// Plain HTTP/1.1 and 1.0, keep-alive and pipelining; no TLS. `handle` runs on an io thread and must
// not block: it may answer at once or pass the exchange on and answer later from any thread.
// Answers are written in the order of the requests whatever the order they are given in.
//
// Shutting down: `drain(...)`, then `stop()`. Exchanges may outlive the server; answering one whose
// connection or server is gone does nothing.
// Thread rule: an HttpServer belongs to one thread, which is not one of its own io threads;
// `stats()` is for any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "net/http_session.hpp"
#include "net/http_types.hpp"

namespace holdfast::net {

// One request and its one answer. Dropping it unanswered answers 500.
class Exchange {
  public:
    virtual ~Exchange() = default;

    HttpRequest request;

    // From any thread, once; a second answer is a bug. Does not block.
    virtual void respond(HttpResponse&& response) = 0;
};

class RequestHandler {
  public:
    virtual ~RequestHandler() = default;

    // Called on an io thread, on several at once if there are several. An exception that escapes is
    // reported and answers 500.
    virtual void handle(std::shared_ptr<Exchange> exchange) = 0;

    // The answer to what never becomes a request: malformed bytes, time limits, too many
    // connections, a failed handler. Called on io threads; must not throw.
    [[nodiscard]] virtual HttpResponse protocol_error(const ProtocolError& error) {
        return problem_response(error);
    }
};

struct HttpServerOptions {
    std::string address = "127.0.0.1";  // IPv4 or IPv6; "::" also serves IPv4
    std::uint16_t port = 0;             // 0: any free one, see port()
    int io_threads = 1;
    std::size_t connections_max = 4096;  // one more gets 503 and is closed
    SessionOptions session;
    // Gets one sentence about a failure that no client is told in full. Called on io threads.
    std::function<void(std::string_view)> report;
};

struct HttpServerStats {
    std::uint64_t connections_open;
    std::uint64_t connections_accepted;
    std::uint64_t connections_refused;  // too many
    std::uint64_t requests;
    std::uint64_t protocol_errors;  // answered malformed bytes and time limits
};

class HttpServer {
  public:
    // Serves as soon as it returns. `handler` outlives the server. Fails with `invalid_input` (not
    // an address), `permission_denied` or `unavailable` (address in use), naming the address.
    [[nodiscard]] static base::Result<std::unique_ptr<HttpServer>> start(
        const HttpServerOptions& options, RequestHandler& handler);

    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    [[nodiscard]] std::uint16_t port() const;
    [[nodiscard]] HttpServerStats stats() const;

    // Stops accepting, closes idle connections, ends the others behind the requests being answered.
    // Blocks until all connections are closed, at most `limit`; true if they are.
    bool drain(base::Duration limit);

    // Closes every connection and ends the io threads. Also done by the destructor.
    void stop();

  private:
    struct Impl;
    explicit HttpServer(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace holdfast::net
