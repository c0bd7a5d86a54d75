#include "net/http_client.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "base/clock.hpp"
#include "net/http_encode.hpp"

namespace holdfast::net {
namespace {

using base::Duration;
using base::ErrorCode;

Duration now() { return base::SystemClock().now().boot; }

std::string error_text(int error) { return std::generic_category().message(error); }

class Descriptor {
  public:
    explicit Descriptor(int value = -1) : value_(value) {}
    ~Descriptor() { reset(); }
    Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        reset();
        value_ = std::exchange(other.value_, -1);
        return *this;
    }
    void reset() {
        if (value_ >= 0) {
            ::close(std::exchange(value_, -1));
        }
    }
    [[nodiscard]] bool open() const { return value_ >= 0; }
    [[nodiscard]] int get() const { return value_; }

  private:
    int value_;
};

// The events that came, or 0 once the deadline has passed.
short wait_for(int descriptor, short events, Duration deadline) {
    for (;;) {
        const Duration left = std::max(deadline - now(), Duration(0));
        pollfd entry{.fd = descriptor, .events = events, .revents = 0};
        const int found = ::poll(&entry, 1, static_cast<int>(left.count()));
        if (found > 0) {
            return entry.revents;
        }
        if (found == 0 || errno != EINTR) {
            return 0;
        }
    }
}

struct AddressList {
    addrinfo* first = nullptr;
    ~AddressList() {
        if (first != nullptr) {
            ::freeaddrinfo(first);
        }
    }
};

// 0, or the error of the attempt.
int connect_one(const addrinfo& address, Duration deadline, Descriptor& out) {
    Descriptor socket(::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket.open()) {
        return errno;
    }
    const int on = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(socket.get(), address.ai_addr, address.ai_addrlen) != 0) {
        if (errno != EINPROGRESS) {
            return errno;
        }
        if (wait_for(socket.get(), POLLOUT, deadline) == 0) {
            return ETIMEDOUT;
        }
        int error = 0;
        socklen_t size = sizeof error;
        ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
        if (error != 0) {
            return error;
        }
    }
    out = std::move(socket);
    return 0;
}

base::Result<Descriptor> connect_to(const Url& url, Duration timeout) {
    const std::string where = url.host + " port " + std::to_string(url.port);
    const Duration deadline = now() + timeout;
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    AddressList addresses;
    const int failed =
        ::getaddrinfo(url.host.c_str(), std::to_string(url.port).c_str(), &hints, &addresses.first);
    if (failed != 0) {
        return base::failure(ErrorCode::unavailable,
                             "cannot resolve " + url.host + ": " + ::gai_strerror(failed));
    }
    int error = 0;
    for (const addrinfo* each = addresses.first; each != nullptr; each = each->ai_next) {
        Descriptor socket;
        error = connect_one(*each, deadline, socket);
        if (error == 0) {
            return socket;
        }
    }
    return base::failure(ErrorCode::unavailable,
                         "cannot connect to " + where + ": " + error_text(error));
}

// An idle connection on which something arrives has been ended by the server.
bool ended_by_peer(int descriptor) {
    pollfd entry{.fd = descriptor, .events = POLLIN, .revents = 0};
    return ::poll(&entry, 1, 0) != 0;
}

}  // namespace

struct HttpClient::Impl {
    // How an exchange that has no answer ended.
    struct Failure {
        base::Error error;
        bool stale;  // the connection ended before the first byte of an answer
    };
    using Outcome = std::expected<HttpResponse, Failure>;

    Outcome exchange(std::string_view bytes, bool head_only);
    // False if the connection is dead; stops early, too, when an answer arrives.
    bool write(std::string_view& left, Duration deadline);
    Outcome read(bool head_only, bool written, Duration deadline);

    Url url;
    HttpClientOptions options;
    Descriptor connection;
};

bool HttpClient::Impl::write(std::string_view& left, Duration deadline) {
    while (!left.empty()) {
        const ssize_t sent = ::send(connection.get(), left.data(), left.size(), MSG_NOSIGNAL);
        if (sent > 0) {
            left.remove_prefix(static_cast<std::size_t>(sent));
            continue;
        }
        if (errno == EINTR) {
            continue;
        }
        if (errno != EAGAIN) {
            return false;
        }
        const short ready = wait_for(connection.get(), POLLIN | POLLOUT, deadline);
        if (ready == 0 || (ready & POLLIN) != 0) {
            return true;
        }
    }
    return true;
}

HttpClient::Impl::Outcome HttpClient::Impl::read(bool head_only, bool written, Duration deadline) {
    const auto lost = [](std::string why, bool stale) {
        return std::unexpected(Failure{{ErrorCode::outcome_unknown, std::move(why)}, stale});
    };
    ResponseDecoder decoder(options.limits, head_only);
    std::array<char, 16 * 1024> buffer;
    bool any = false;
    while (decoder.phase() < DecodePhase::complete) {
        if (wait_for(connection.get(), POLLIN, deadline) == 0) {
            return lost("no answer within the time limit", false);
        }
        const ssize_t count = ::recv(connection.get(), buffer.data(), buffer.size(), 0);
        if (count < 0 && (errno == EINTR || errno == EAGAIN)) {
            continue;
        }
        if (count < 0) {
            return lost("the connection was lost: " + error_text(errno), !any);
        }
        if (count == 0 && !any) {
            return lost("the server closed the connection without an answer", true);
        }
        if (count == 0) {
            decoder.feed_end();
            continue;
        }
        any = true;
        const auto size = static_cast<std::size_t>(count);
        // Bytes behind the answer mean that the two sides no longer agree where messages end.
        written &= decoder.feed({buffer.data(), size}) == size;
    }
    if (decoder.phase() == DecodePhase::failed) {
        return lost("the answer is not HTTP: " + std::string(decoder.error().detail), false);
    }
    HttpResponse response = decoder.take();
    if (response.close || !written) {
        connection.reset();
    }
    return response;
}

HttpClient::Impl::Outcome HttpClient::Impl::exchange(std::string_view bytes, bool head_only) {
    const Duration deadline = now() + options.response_timeout;
    std::string_view left = bytes;
    // A server that refuses a request answers before it has read all of it, and may reset the
    // connection behind the answer: the answer is looked for even if writing failed.
    const bool alive = write(left, deadline);
    auto outcome = read(head_only, alive && left.empty(), deadline);
    if (!outcome) {
        connection.reset();
    }
    return outcome;
}

HttpClient::HttpClient(Url url, const HttpClientOptions& options)
    : impl_(new Impl{std::move(url), options, Descriptor()}) {}
HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;

base::Result<HttpResponse> HttpClient::send(const HttpRequest& request, StaleConnection stale) {
    std::string bytes;
    HttpRequest prefixed = request;
    prefixed.target = impl_->url.path + request.target;
    encode_request(prefixed, impl_->url.authority(), bytes);

    Descriptor& connection = impl_->connection;
    if (connection.open() && ended_by_peer(connection.get())) {
        connection.reset();
    }
    for (;;) {
        const bool kept = connection.open();
        if (!kept) {
            TRY(connection, connect_to(impl_->url, impl_->options.connect_timeout));
        }
        auto outcome = impl_->exchange(bytes, request.method == "HEAD");
        if (outcome) {
            return *std::move(outcome);
        }
        // A failed connection is not kept, so there is at most one second try.
        if (!kept || !outcome.error().stale || stale == StaleConnection::fail) {
            return std::unexpected(std::move(outcome).error().error);
        }
    }
}

}  // namespace holdfast::net
