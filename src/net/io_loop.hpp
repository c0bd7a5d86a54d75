// IoLoop: one io thread of an HttpServer with its connections. ServerCore: what the threads share.
//
// A connection lives on one loop for ever, so nothing in it is locked. Answers come from any thread
// through one queue per loop. Internal to the server: others use http_server.hpp.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "net/answer_queue.hpp"
#include "net/http_server.hpp"
#include "net/listener.hpp"

namespace holdfast::net {

class IoLoop;

// Exchanges keep it alive, so that an answer given after the end of the server still has a queue
// that drops it.
struct ServerCore : std::enable_shared_from_this<ServerCore> {
    ServerCore(const HttpServerOptions& options_in, RequestHandler& handler_in);
    ~ServerCore();

    void report(std::string_view sentence) const;
    void connection_closed();

    const HttpServerOptions options;
    RequestHandler& handler;  // not to be touched once the io threads have ended
    std::atomic<std::uint64_t> open{0};
    std::atomic<std::uint64_t> accepted{0};
    std::atomic<std::uint64_t> refused{0};
    std::atomic<std::uint64_t> requests{0};
    std::atomic<std::uint64_t> protocol_errors{0};
    std::atomic<bool> draining{false};
    std::mutex mutex;
    std::condition_variable all_closed;
    std::vector<std::unique_ptr<IoLoop>> loops;
};

class IoLoop {
  public:
    explicit IoLoop(ServerCore& core);
    ~IoLoop();
    IoLoop(const IoLoop&) = delete;
    IoLoop& operator=(const IoLoop&) = delete;

    class Impl;

    void start();
    // Waits for the thread to end, after post_stop.
    void join();

    // From any thread.
    void give(std::unique_ptr<Answer> answer);
    void post_adopt(AcceptedSocket socket, bool one_too_many);
    void post_drain();
    void post_stop();

  private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace holdfast::net
