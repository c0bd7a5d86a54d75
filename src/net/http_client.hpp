// HttpClient: a blocking HTTP/1.1 client with one kept connection to one server.
//
// Plain http only: no TLS, no proxy, no redirects, no compression. For the command line, load and
// replay tools and tests; one client per thread.
// Errors: `unavailable` means that the request was not sent, so sending it again is safe;
// `outcome_unknown` that it was sent, perhaps in part, and no whole answer came in time.
// Thread rule: one thread per object.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "net/http_codec.hpp"
#include "net/http_types.hpp"

namespace holdfast::net {

struct Url {
    std::string host;  // without the brackets of an IPv6 address
    std::uint16_t port = 80;
    std::string path;  // a prefix for every target: empty, or "/..." without a slash at the end

    // The value of a Host field.
    [[nodiscard]] std::string authority() const;
};

// "http://host[:port][/path]". Anything else, https too, is `invalid_input` and says why.
[[nodiscard]] base::Result<Url> parse_url(std::string_view text);

struct HttpClientOptions {
    base::Duration connect_timeout{5'000};
    base::Duration response_timeout{30'000};  // first byte sent to last byte received
    HttpLimits limits{.body_bytes = 256 * 1024 * 1024};
};

// What to do when a kept connection turns out to be dead after the request was written to it: the
// server may have acted on it. Resend only what is idempotent, by its method or by its key.
enum class StaleConnection : std::uint8_t { fail, resend };

class HttpClient {
  public:
    HttpClient(Url url, const HttpClientOptions& options);
    ~HttpClient();
    HttpClient(HttpClient&&) noexcept;
    HttpClient& operator=(HttpClient&&) noexcept;

    // `request.target` is appended to the path of the URL. Host and Content-Length are added. Any
    // status is a success here.
    [[nodiscard]] base::Result<HttpResponse> send(const HttpRequest& request,
                                                  StaleConnection stale);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace holdfast::net
