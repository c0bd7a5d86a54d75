// RawSocket: a TCP client for tests that want to send exactly these bytes.
//
// Waits are bounded by a limit that only a failing test reaches. One thread.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "net/http_codec.hpp"

namespace holdfast::net {

class RawSocket {
  public:
    explicit RawSocket(std::uint16_t port) : descriptor_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connected_ = ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address),
                               sizeof address) == 0;
    }
    ~RawSocket() { ::close(descriptor_); }
    RawSocket(const RawSocket&) = delete;
    RawSocket& operator=(const RawSocket&) = delete;

    [[nodiscard]] bool connected() const { return connected_; }

    void send(std::string_view bytes) const {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            ASSERT_GT(sent, 0);
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
    void end_sending() const { ::shutdown(descriptor_, SHUT_WR); }
    // Closes so that the other side sees a reset, not an end.
    void reset_on_close() const {
        const linger abort{.l_onoff = 1, .l_linger = 0};
        ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
    }

    // The next answer; status 0 if the connection ends first.
    HttpResponse read_response() {
        ResponseDecoder decoder({}, false);
        for (;;) {
            held_.erase(0, decoder.feed(held_));
            if (decoder.phase() == DecodePhase::complete) {
                return decoder.take();
            }
            if (decoder.phase() == DecodePhase::failed || !receive()) {
                return HttpResponse{.status = 0};
            }
        }
    }
    // Everything up to the end of the connection.
    std::string read_all() {
        while (receive()) {
        }
        return std::exchange(held_, {});
    }

  private:
    bool receive() {
        constexpr int kLimitMs = 60'000;
        pollfd entry{.fd = descriptor_, .events = POLLIN, .revents = 0};
        if (::poll(&entry, 1, kLimitMs) <= 0) {
            ADD_FAILURE() << "nothing came for a minute";
            return false;
        }
        std::array<char, 4096> buffer;
        const ssize_t count = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
        if (count > 0) {
            held_.append(buffer.data(), static_cast<std::size_t>(count));
        }
        return count > 0;
    }

    int descriptor_;
    bool connected_;
    std::string held_;
};

}  // namespace holdfast::net
