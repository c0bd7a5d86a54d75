#include "net/io_loop.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <exception>
#include <string>
#include <thread>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "base/check.hpp"
#include "base/clock.hpp"
#include "base/thread_name.hpp"

namespace holdfast::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Error = boost::system::error_code;
using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<tcp, Executor>;
using SteadyClock = std::chrono::steady_clock;
using Timer = asio::basic_waitable_timer<SteadyClock, asio::wait_traits<SteadyClock>, Executor>;

constexpr std::size_t kReadBytes = 16 * 1024;

constexpr ProtocolError kTooManyConnections{503, "too_many_connections",
                                            "the server has no free connection"};
constexpr ProtocolError kInternalError{500, "internal_error", "the request could not be handled"};

}  // namespace

namespace {
class Connection;
}

// One io thread with its connections.
class IoLoop::Impl {
  public:
    explicit Impl(ServerCore& core) : core_(core), io_(1), timer_(io_.get_executor()) {}

    void start();
    void join();
    [[nodiscard]] ServerCore& core() { return core_; }

    // From any thread.
    void give(std::unique_ptr<Answer> answer);
    template <typename Callback>
    void post(Callback&& callback) {
        asio::post(io_, std::forward<Callback>(callback));
    }

    // From the loop's thread only.
    void adopt(AcceptedSocket&& accepted, bool one_too_many);
    void drain();
    void shut();
    void dispatch(std::uint64_t connection, std::uint64_t sequence, HttpRequest&& request);
    void forget(std::uint64_t connection);
    [[nodiscard]] Moment moment();
    // Marks a connection to be pumped by the next turn().
    void touch(Connection& connection);
    // Ends every callback: delivers the answers that have come and lets marked connections act.
    // All answers for a connection are thus written by one call.
    void turn();

  private:
    void deliver(Answer& answer, const Moment& moment);
    void arm_timer();
    void on_timer();

    ServerCore& core_;
    asio::io_context io_;
    Timer timer_;
    base::SystemClock clock_;
    std::thread thread_;
    AnswerQueue answers_;
    std::unordered_map<std::uint64_t, std::shared_ptr<Connection>> connections_;
    std::uint64_t next_id_ = 0;
    std::vector<std::shared_ptr<Connection>> marked_;
    std::vector<std::shared_ptr<Connection>> pumping_;
    std::vector<std::unique_ptr<Answer>> arrived_;
    std::chrono::sys_seconds date_of_{};
    std::string date_;
};

namespace {

// One socket and its session. Everything here runs on the thread of its loop.
class Connection final : public std::enable_shared_from_this<Connection>, public RequestSink {
  public:
    Connection(IoLoop::Impl& loop, std::uint64_t id, Socket&& socket);

    void on_request(std::uint64_t sequence, HttpRequest&& request) override;
    HttpResponse on_protocol_error(const ProtocolError& error) override;

    [[nodiscard]] HttpSession& session() { return session_; }
    // Does what the session wishes.
    void pump();
    void close();
    // True if it was not marked before.
    [[nodiscard]] bool mark() { return !std::exchange(marked_, true); }

  private:
    void read();
    void write(std::string_view bytes);
    void on_read(const Error& error, std::size_t count);
    void on_written(const Error& error, std::size_t count);

    IoLoop::Impl& loop_;
    std::uint64_t id_;
    Socket socket_;
    HttpSession session_;
    std::array<char, kReadBytes> buffer_;
    bool reading_ = false;
    bool writing_ = false;
    bool shut_ = false;
    bool closed_ = false;
    bool marked_ = false;
};

// The loop whose thread this is: what it pushes for itself needs no wake-up.
thread_local const IoLoop::Impl* current_loop = nullptr;

class LoopExchange final : public Exchange {
  public:
    LoopExchange(std::shared_ptr<ServerCore> core, IoLoop::Impl& loop, std::uint64_t connection,
                 std::uint64_t sequence, HttpRequest&& request_in)
        : core_(std::move(core)), loop_(loop), connection_(connection), sequence_(sequence) {
        request = std::move(request_in);
    }
    ~LoopExchange() override { fail("a request was dropped without an answer"); }

    void respond(HttpResponse&& response) override {
        auto seen = State::open;
        if (state_.compare_exchange_strong(seen, State::answered)) {
            give(std::move(response), {});
        }
        CHECK(seen != State::answered, "a request was answered twice");
    }

    // Answers 500 unless there is an answer; a later one is ignored.
    void fail(std::string_view reason) {
        auto seen = State::open;
        if (state_.compare_exchange_strong(seen, State::failed)) {
            give({}, std::string(reason));
        }
    }

  private:
    enum class State : std::uint8_t { open, answered, failed };

    void give(HttpResponse&& response, std::string failure) {
        loop_.give(std::unique_ptr<Answer>(new Answer{.connection = connection_,
                                                      .sequence = sequence_,
                                                      .response = std::move(response),
                                                      .failure = std::move(failure)}));
    }

    std::shared_ptr<ServerCore> core_;
    IoLoop::Impl& loop_;
    std::uint64_t connection_;
    std::uint64_t sequence_;
    std::atomic<State> state_{State::open};
};

Connection::Connection(IoLoop::Impl& loop, std::uint64_t id, Socket&& socket)
    : loop_(loop),
      id_(id),
      socket_(std::move(socket)),
      session_(loop.core().options.session, *this, loop.moment().now) {}

void Connection::on_request(std::uint64_t sequence, HttpRequest&& request) {
    loop_.dispatch(id_, sequence, std::move(request));
}

HttpResponse Connection::on_protocol_error(const ProtocolError& error) {
    loop_.core().protocol_errors.fetch_add(1, std::memory_order_relaxed);
    return loop_.core().handler.protocol_error(error);
}

void Connection::pump() {
    marked_ = false;
    if (closed_) {
        return;
    }
    if (session_.finished()) {
        close();
        return;
    }
    if (!writing_) {
        if (const std::string_view bytes = session_.output(); !bytes.empty()) {
            write(bytes);
        }
    }
    if (session_.lingering() && !shut_) {
        shut_ = true;
        Error ignored;
        std::ignore = socket_.shutdown(tcp::socket::shutdown_send, ignored);
    }
    if (!reading_ && session_.wants_input()) {
        read();
    }
}

void Connection::close() {
    if (!closed_) {
        closed_ = true;
        Error ignored;
        std::ignore = socket_.close(ignored);
        loop_.forget(id_);
    }
}

void Connection::read() {
    reading_ = true;
    socket_.async_read_some(asio::buffer(buffer_),
                            [self = shared_from_this()](const Error& error, std::size_t count) {
                                self->on_read(error, count);
                            });
}

void Connection::write(std::string_view bytes) {
    writing_ = true;
    socket_.async_write_some(asio::buffer(bytes.data(), bytes.size()),
                             [self = shared_from_this()](const Error& error, std::size_t count) {
                                 self->on_written(error, count);
                             });
}

void Connection::on_read(const Error& error, std::size_t count) {
    reading_ = false;
    if (closed_) {
        return;
    }
    if (!error) {
        session_.receive({buffer_.data(), count}, loop_.moment());
    } else if (error == asio::error::eof) {
        session_.receive_end(loop_.moment());
    } else {
        close();
    }
    loop_.touch(*this);
    loop_.turn();
}

void Connection::on_written(const Error& error, std::size_t count) {
    writing_ = false;
    if (closed_) {
        return;
    }
    if (error) {
        close();
    } else {
        session_.wrote(count, loop_.moment());
    }
    loop_.touch(*this);
    loop_.turn();
}

}  // namespace

void IoLoop::Impl::start() {
    arm_timer();
    thread_ = std::thread([this] {
        base::name_this_thread("io");
        current_loop = this;
        io_.run();
    });
}

void IoLoop::Impl::join() {
    if (thread_.joinable()) {
        thread_.join();
    }
}

void IoLoop::Impl::give(std::unique_ptr<Answer> answer) {
    // The loop's own callbacks all end with a turn, which finds the answer.
    if (answers_.push(std::move(answer)) && current_loop != this) {
        asio::post(io_, [this] { turn(); });
    }
}

void IoLoop::Impl::drain() {
    for (const auto& [id, connection] : connections_) {
        connection->session().drain(moment());
        touch(*connection);
    }
    turn();
}

void IoLoop::Impl::adopt(AcceptedSocket&& accepted, bool one_too_many) {
    Error error;
    Socket socket(io_);
    std::ignore =
        socket.assign(accepted.ipv6() ? tcp::v6() : tcp::v4(), accepted.descriptor(), error);
    if (error) {
        core_.report("a connection could not be watched: " + error.message());
        core_.connection_closed();
        return;
    }
    std::ignore = accepted.release();
    std::ignore = socket.set_option(tcp::no_delay(true), error);
    const std::uint64_t id = next_id_++;
    const auto connection = std::make_shared<Connection>(*this, id, std::move(socket));
    connections_.emplace(id, connection);
    if (one_too_many) {
        connection->session().refuse(kTooManyConnections, moment());
    } else if (core_.draining) {
        connection->session().drain(moment());
    }
    touch(*connection);
    turn();
}

void IoLoop::Impl::dispatch(std::uint64_t connection, std::uint64_t sequence,
                            HttpRequest&& request) {
    core_.requests.fetch_add(1, std::memory_order_relaxed);
    const auto exchange = std::make_shared<LoopExchange>(core_.shared_from_this(), *this,
                                                         connection, sequence, std::move(request));
    try {
        core_.handler.handle(exchange);
    } catch (const std::exception& error) {
        exchange->fail(std::string("a request handler failed: ") + error.what());
    } catch (...) {
        exchange->fail("a request handler failed");
    }
}

void IoLoop::Impl::forget(std::uint64_t connection) {
    connections_.erase(connection);
    core_.connection_closed();
}

Moment IoLoop::Impl::moment() {
    const base::Instant now = clock_.now();
    const auto second = std::chrono::floor<std::chrono::seconds>(now.wall);
    if (date_.empty() || second != date_of_) {
        date_of_ = second;
        date_ = http_date(now.wall);
    }
    return {now.boot, date_};
}

void IoLoop::Impl::touch(Connection& connection) {
    if (connection.mark()) {
        marked_.push_back(connection.shared_from_this());
    }
}

void IoLoop::Impl::turn() {
    const Moment now = moment();
    do {
        answers_.take_all(arrived_);
        for (const auto& answer : arrived_) {
            deliver(*answer, now);
        }
        arrived_.clear();
        std::swap(marked_, pumping_);
        for (const auto& connection : pumping_) {
            connection->pump();
        }
        pumping_.clear();
    } while (!answers_.empty() || !marked_.empty());
}

void IoLoop::Impl::deliver(Answer& answer, const Moment& moment) {
    if (!answer.failure.empty()) {
        core_.report(answer.failure);
        answer.response = core_.handler.protocol_error(kInternalError);
    }
    const auto found = connections_.find(answer.connection);
    if (found != connections_.end()) {
        found->second->session().answer(answer.sequence, std::move(answer.response), moment);
        touch(*found->second);
    }
}

// Time limits are checked by one timer for all connections, coarsely: a timer per connection would
// be set anew for every request.
void IoLoop::Impl::arm_timer() {
    const SessionOptions& limits = core_.options.session;
    const base::Duration shortest =
        std::min({limits.header_timeout, limits.body_timeout, limits.idle_timeout,
                  limits.write_timeout, limits.linger_timeout});
    timer_.expires_after(std::clamp(shortest / 4, base::Duration(5), base::Duration(500)));
    timer_.async_wait([this](const Error& error) {
        if (!error) {
            on_timer();
        }
    });
}

void IoLoop::Impl::on_timer() {
    const Moment now = moment();
    for (const auto& [id, connection] : connections_) {
        if (const auto due = connection->session().deadline(); due && now.now >= *due) {
            connection->session().expire(now);
            touch(*connection);
        }
    }
    turn();
    arm_timer();
}

void IoLoop::Impl::shut() {
    answers_.close();
    while (!connections_.empty()) {
        const std::shared_ptr<Connection> connection = connections_.begin()->second;
        connection->close();
    }
    io_.stop();
}

// --- the door

IoLoop::IoLoop(ServerCore& core) : impl_(std::make_unique<Impl>(core)) {}

IoLoop::~IoLoop() = default;

void IoLoop::start() { impl_->start(); }

void IoLoop::join() { impl_->join(); }

void IoLoop::give(std::unique_ptr<Answer> answer) { impl_->give(std::move(answer)); }

void IoLoop::post_adopt(AcceptedSocket socket, bool one_too_many) {
    impl_->post([impl = impl_.get(), one_too_many, socket = std::move(socket)]() mutable {
        impl->adopt(std::move(socket), one_too_many);
    });
}

void IoLoop::post_drain() {
    impl_->post([impl = impl_.get()] { impl->drain(); });
}

void IoLoop::post_stop() {
    impl_->post([impl = impl_.get()] { impl->shut(); });
}

}  // namespace holdfast::net
