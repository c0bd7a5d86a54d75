#include "net/listener.hpp"

#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <thread>
#include <tuple>

#include "base/thread_name.hpp"

namespace holdfast::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Error = boost::system::error_code;

constexpr std::chrono::milliseconds kRetry{100};

base::ErrorCode code_of(const Error& error) {
    return error == asio::error::access_denied ? base::ErrorCode::permission_denied
                                               : base::ErrorCode::unavailable;
}

Error listen(tcp::acceptor& acceptor, const tcp::endpoint& endpoint) {
    Error error;
    const auto step = [&error](auto&& action) {
        if (!error) {
            action();
        }
    };
    step([&] { std::ignore = acceptor.open(endpoint.protocol(), error); });
    step([&] { std::ignore = acceptor.set_option(tcp::acceptor::reuse_address(true), error); });
    if (endpoint.address().is_v6() && endpoint.address().is_unspecified()) {
        step([&] { std::ignore = acceptor.set_option(asio::ip::v6_only(false), error); });
    }
    step([&] { std::ignore = acceptor.bind(endpoint, error); });
    step([&] { std::ignore = acceptor.listen(tcp::acceptor::max_listen_connections, error); });
    return error;
}

}  // namespace

AcceptedSocket::~AcceptedSocket() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

struct Listener::Impl {
    void accept_next();
    void accept_later(const Error& error);

    asio::io_context io{1};
    tcp::acceptor acceptor{io};
    asio::steady_timer retry{io};
    std::thread thread;
    std::uint16_t port = 0;
    bool ipv6 = false;
    std::function<void(AcceptedSocket)> accepted;
    std::function<void(std::string_view)> report;
};

void Listener::Impl::accept_next() {
    acceptor.async_accept([this](const Error& error, tcp::socket socket) {
        if (error == asio::error::operation_aborted) {
            return;
        }
        if (error && error != asio::error::connection_aborted) {
            accept_later(error);
            return;
        }
        if (!error) {
            accepted(AcceptedSocket(socket.release(), ipv6));
        }
        accept_next();
    });
}

// Out of descriptors, most likely: asking again at once would spin.
void Listener::Impl::accept_later(const Error& error) {
    report("a connection could not be accepted: " + error.message());
    retry.expires_after(kRetry);
    retry.async_wait([this](const Error& cancelled) {
        if (!cancelled) {
            accept_next();
        }
    });
}

Listener::Listener(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Listener::~Listener() { close(); }

base::Result<std::unique_ptr<Listener>> Listener::open(const std::string& address,
                                                       std::uint16_t port) {
    Error error;
    const auto ip = asio::ip::make_address(address, error);
    if (error) {
        return base::failure(base::ErrorCode::invalid_input,
                             "'" + address + "' is not an IPv4 or IPv6 address");
    }
    auto impl = std::make_unique<Impl>();
    error = listen(impl->acceptor, {ip, port});
    if (error) {
        return base::failure(code_of(error), "cannot listen on " + address + " port " +
                                                 std::to_string(port) + ": " + error.message());
    }
    impl->port = impl->acceptor.local_endpoint().port();
    impl->ipv6 = ip.is_v6();
    return std::unique_ptr<Listener>(new Listener(std::move(impl)));
}

std::uint16_t Listener::port() const { return impl_->port; }

void Listener::start(std::function<void(AcceptedSocket)> accepted,
                     std::function<void(std::string_view)> report) {
    impl_->accepted = std::move(accepted);
    impl_->report = std::move(report);
    impl_->accept_next();
    impl_->thread = std::thread([impl = impl_.get()] {
        base::name_this_thread("listener");
        impl->io.run();
    });
}

void Listener::close() {
    if (!impl_->thread.joinable()) {
        return;
    }
    asio::post(impl_->io, [impl = impl_.get()] {
        Error ignored;
        std::ignore = impl->acceptor.close(ignored);
        impl->io.stop();
    });
    impl_->thread.join();
}

}  // namespace holdfast::net
