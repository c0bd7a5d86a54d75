#include "net/http_server.hpp"

#include <atomic>
#include <mutex>
#include <utility>

#include "base/check.hpp"
#include "net/io_loop.hpp"
#include "net/listener.hpp"

namespace holdfast::net {
namespace {

// Connections beyond the maximum that are told so; further ones are closed at once.
constexpr std::uint64_t kRefusalsMax = 64;

// A connection goes to the loops in turn. Runs on the listener's thread.
void admit(ServerCore& core, AcceptedSocket socket) {
    const std::uint64_t open = core.open.fetch_add(1);
    const std::uint64_t number = core.accepted.fetch_add(1, std::memory_order_relaxed);
    const bool one_too_many = open >= core.options.connections_max;
    if (one_too_many) {
        core.refused.fetch_add(1, std::memory_order_relaxed);
    }
    if (open >= core.options.connections_max + kRefusalsMax) {
        core.connection_closed();
        return;
    }
    core.loops[number % core.loops.size()]->post_adopt(std::move(socket), one_too_many);
}

}  // namespace

ServerCore::ServerCore(const HttpServerOptions& options_in, RequestHandler& handler_in)
    : options(options_in), handler(handler_in) {
    CHECK(options.io_threads >= 1);
    for (int i = 0; i < options.io_threads; ++i) {
        loops.push_back(std::make_unique<IoLoop>(*this));
    }
}

ServerCore::~ServerCore() = default;

void ServerCore::report(std::string_view sentence) const {
    if (options.report) {
        options.report(sentence);
    }
}

void ServerCore::connection_closed() {
    if (open.fetch_sub(1) == 1 && draining) {
        const std::lock_guard lock(mutex);
        all_closed.notify_all();
    }
}

struct HttpServer::Impl {
    std::shared_ptr<ServerCore> core;
    std::unique_ptr<Listener> listener;
    bool stopped = false;
};

base::Result<std::unique_ptr<HttpServer>> HttpServer::start(const HttpServerOptions& options,
                                                            RequestHandler& handler) {
    TRY(auto listener, Listener::open(options.address, options.port));
    auto core = std::make_shared<ServerCore>(options, handler);
    for (const auto& loop : core->loops) {
        loop->start();
    }
    listener->start([core](AcceptedSocket socket) { admit(*core, std::move(socket)); },
                    [core](std::string_view sentence) { core->report(sentence); });
    return std::unique_ptr<HttpServer>(
        new HttpServer(std::unique_ptr<Impl>(new Impl{std::move(core), std::move(listener)})));
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

HttpServer::~HttpServer() { stop(); }

std::uint16_t HttpServer::port() const { return impl_->listener->port(); }

HttpServerStats HttpServer::stats() const {
    const ServerCore& core = *impl_->core;
    return {.connections_open = core.open,
            .connections_accepted = core.accepted,
            .connections_refused = core.refused,
            .requests = core.requests,
            .protocol_errors = core.protocol_errors};
}

bool HttpServer::drain(base::Duration limit) {
    ServerCore& core = *impl_->core;
    CHECK(!impl_->stopped);
    core.draining = true;
    impl_->listener->close();
    for (const auto& loop : core.loops) {
        loop->post_drain();
    }
    std::unique_lock lock(core.mutex);
    return core.all_closed.wait_for(lock, limit, [&core] { return core.open == 0; });
}

void HttpServer::stop() {
    if (std::exchange(impl_->stopped, true)) {
        return;
    }
    impl_->listener->close();
    for (const auto& loop : impl_->core->loops) {
        loop->post_stop();
    }
    for (const auto& loop : impl_->core->loops) {
        loop->join();
    }
}

}  // namespace holdfast::net
