// Listener: accepts TCP connections on one address, on a thread of its own.
//
// Thread rule: a Listener belongs to one thread; the callbacks run on the listener's.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"

namespace holdfast::net {

// A connected socket that is closed unless somebody releases it.
class AcceptedSocket {
  public:
    AcceptedSocket(int descriptor, bool ipv6) : descriptor_(descriptor), ipv6_(ipv6) {}
    ~AcceptedSocket();
    AcceptedSocket(AcceptedSocket&& other) noexcept
        : descriptor_(std::exchange(other.descriptor_, -1)), ipv6_(other.ipv6_) {}
    AcceptedSocket& operator=(AcceptedSocket&&) = delete;

    [[nodiscard]] bool ipv6() const { return ipv6_; }
    [[nodiscard]] int descriptor() const { return descriptor_; }
    [[nodiscard]] int release() { return std::exchange(descriptor_, -1); }

  private:
    int descriptor_;
    bool ipv6_;
};

class Listener {
  public:
    // Binds and listens: from here on connections wait to be accepted. Port 0 means any free one.
    // Fails with `invalid_input` (not an address), `permission_denied` or `unavailable`.
    [[nodiscard]] static base::Result<std::unique_ptr<Listener>> open(const std::string& address,
                                                                      std::uint16_t port);
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    [[nodiscard]] std::uint16_t port() const;

    // Begins to accept. `report` gets a sentence when accepting fails; it is tried again.
    void start(std::function<void(AcceptedSocket)> accepted,
               std::function<void(std::string_view)> report);
    // Stops listening and waits for the callback that may be running. Twice does nothing.
    void close();

  private:
    struct Impl;
    explicit Listener(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace holdfast::net
