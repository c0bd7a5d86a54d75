#include "net/http_server.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <latch>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "net/raw_socket_testing.hpp"

namespace holdfast::net {
namespace {

using namespace std::chrono_literals;

std::string get(std::string_view path, std::string_view fields = "") {
    return "GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}

HttpResponse with_body(std::string body) {
    HttpResponse response;
    response.body = std::move(body);
    return response;
}

// Answers "/now..." at once with its path; keeps everything else for the test to answer.
class TestHandler final : public RequestHandler {
  public:
    void handle(std::shared_ptr<Exchange> exchange) override {
        const std::string path(exchange->request.path());
        if (path.starts_with("/now")) {
            exchange->respond(with_body(path + exchange->request.body));
        } else if (path == "/throw") {
            throw std::runtime_error("the handler is broken");
        } else if (path == "/throw-late") {
            keep(std::move(exchange));
            throw std::runtime_error("the handler is broken");
        } else if (path != "/drop") {
            keep(std::move(exchange));
        }
    }

    // Waits until the handler holds `count` exchanges and takes them.
    std::vector<std::shared_ptr<Exchange>> take(std::size_t count) {
        std::unique_lock lock(mutex_);
        arrived_.wait(lock, [&] { return kept_.size() >= count; });
        return std::exchange(kept_, {});
    }

  private:
    void keep(std::shared_ptr<Exchange> exchange) {
        const std::lock_guard lock(mutex_);
        kept_.push_back(std::move(exchange));
        arrived_.notify_all();
    }

    std::mutex mutex_;
    std::condition_variable arrived_;
    std::vector<std::shared_ptr<Exchange>> kept_;
};

class HttpServerTest : public testing::Test {
  protected:
    void start(HttpServerOptions options = {}) {
        options.report = [this](std::string_view sentence) {
            const std::lock_guard lock(mutex);
            reported.emplace_back(sentence);
        };
        auto started = HttpServer::start(options, handler);
        ASSERT_TRUE(started) << started.error().message;
        server = *std::move(started);
    }
    [[nodiscard]] std::uint16_t port() const { return server->port(); }
    std::vector<std::string> reports() {
        const std::lock_guard lock(mutex);
        return reported;
    }
    // The number of open connections is read by io threads' progress, not by time.
    void wait_for_open_connections(std::uint64_t count) {
        while (server->stats().connections_open != count) {
            std::this_thread::yield();
        }
    }

    std::mutex mutex;
    std::vector<std::string> reported;
    TestHandler handler;
    std::unique_ptr<HttpServer> server;
};

TEST_F(HttpServerTest, KeepsAConnectionForManyRequests) {
    start();
    RawSocket client(port());
    for (int i = 0; i < 3; ++i) {
        client.send("POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n" +
                    std::to_string(i));
        const auto response = client.read_response();
        EXPECT_EQ(response.status, 200);
        EXPECT_EQ(response.body, "/now" + std::to_string(i));
        EXPECT_TRUE(response.headers.find("Date"));
        EXPECT_FALSE(response.close);
    }
    EXPECT_EQ(server->stats().connections_accepted, 1U);
    EXPECT_EQ(server->stats().requests, 3U);
}

TEST_F(HttpServerTest, AnswersFromOtherThreadsInAnyOrderLeaveInTheOrderOfTheRequests) {
    start();
    RawSocket client(port());
    std::string requests;
    constexpr std::size_t kCount = 60;
    for (std::size_t i = 0; i < kCount; ++i) {
        requests += get("/" + std::to_string(i));
    }
    client.send(requests);
    auto exchanges = handler.take(kCount);
    std::reverse(exchanges.begin(), exchanges.end());
    std::vector<std::thread> threads;
    for (std::size_t part = 0; part < 3; ++part) {
        threads.emplace_back([&exchanges, part] {
            for (std::size_t i = part; i < exchanges.size(); i += 3) {
                exchanges[i]->respond(with_body(exchanges[i]->request.target));
            }
        });
    }
    for (std::size_t i = 0; i < kCount; ++i) {
        EXPECT_EQ(client.read_response().body, "/" + std::to_string(i));
    }
    for (auto& thread : threads) {
        thread.join();
    }
}

TEST_F(HttpServerTest, ADeepPipelineIsAnsweredWhole) {
    HttpServerOptions options;
    options.session.pipeline_max = 4;
    start(options);
    RawSocket client(port());
    std::string requests;
    for (int i = 0; i < 1000; ++i) {
        requests += get("/now" + std::to_string(i));
    }
    client.send(requests);
    for (int i = 0; i < 1000; ++i) {
        ASSERT_EQ(client.read_response().body, "/now" + std::to_string(i));
    }
}

TEST_F(HttpServerTest, SeveralIoThreadsServeSeveralConnections) {
    HttpServerOptions options;
    options.io_threads = 3;
    start(options);
    std::vector<std::unique_ptr<RawSocket>> clients;
    for (int i = 0; i < 9; ++i) {
        clients.push_back(std::make_unique<RawSocket>(port()));
        clients.back()->send(get("/now" + std::to_string(i)));
    }
    for (std::size_t i = 0; i < clients.size(); ++i) {
        EXPECT_EQ(clients[i]->read_response().body, "/now" + std::to_string(i));
    }
}

TEST_F(HttpServerTest, AHalfClosedClientGetsItsAnswer) {
    start();
    RawSocket client(port());
    client.send(get("/later"));
    client.end_sending();
    const auto exchanges = handler.take(1);
    exchanges[0]->respond(with_body("still here"));
    const auto response = client.read_response();
    EXPECT_EQ(response.body, "still here");
    EXPECT_EQ(client.read_all(), "");
}

TEST_F(HttpServerTest, AnsweringAClientThatIsGoneDoesNothing) {
    start();
    std::vector<std::shared_ptr<Exchange>> exchanges;
    {
        RawSocket client(port());
        client.send(get("/later"));
        client.reset_on_close();
        exchanges = handler.take(1);
    }
    wait_for_open_connections(0);
    exchanges[0]->respond(with_body("to nobody"));
    RawSocket other(port());
    other.send(get("/now"));
    EXPECT_EQ(other.read_response().body, "/now");
}

TEST_F(HttpServerTest, ASlowHeaderIsAnswered408AndClosed) {
    HttpServerOptions options;
    options.session.header_timeout = 50ms;
    options.session.linger_timeout = 50ms;
    start(options);
    RawSocket client(port());
    client.send("GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ");
    const auto response = client.read_response();
    EXPECT_EQ(response.status, 408);
    EXPECT_TRUE(response.close);
    EXPECT_EQ(client.read_all(), "");
    wait_for_open_connections(0);
}

TEST_F(HttpServerTest, AnIdleConnectionIsClosed) {
    HttpServerOptions options;
    options.session.idle_timeout = 50ms;
    start(options);
    RawSocket client(port());
    client.send(get("/now"));
    EXPECT_EQ(client.read_response().body, "/now");
    EXPECT_EQ(client.read_all(), "");
}

TEST_F(HttpServerTest, MalformedAndOversizedRequestsAreRefusedAndClosed) {
    HttpServerOptions options;
    options.session.limits.body_bytes = 1000;
    options.session.linger_timeout = 50ms;
    start(options);
    const std::pair<std::string, int> cases[] = {
        {"nonsense\r\n\r\n", 400},
        {get("/", "A: " + std::string(20'000, 'x') + "\r\n"), 431},
        {"GET /" + std::string(20'000, 'x'), 414},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n", 413},
        {get("/", "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n"), 400},
    };
    for (const auto& [bytes, status] : cases) {
        RawSocket client(port());
        client.send(bytes);
        const auto response = client.read_response();
        EXPECT_EQ(response.status, status) << bytes.substr(0, 60);
        EXPECT_EQ(response.headers.find("Content-Type"), "application/problem+json");
        EXPECT_TRUE(response.close);
        EXPECT_EQ(client.read_all(), "");
    }
    EXPECT_EQ(server->stats().protocol_errors, std::size(cases));
}

TEST_F(HttpServerTest, AClientInTheMiddleOfALargeUploadReadsItsRefusal) {
    HttpServerOptions options;
    options.session.limits.body_bytes = 1000;
    options.session.linger_timeout = 60s;
    start(options);
    RawSocket client(port());
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20000000\r\n\r\n");
    client.send(std::string(20'000'000, 'x'));
    EXPECT_EQ(client.read_response().status, 413);
}

TEST_F(HttpServerTest, OneConnectionTooManyGets503AndTheOthersGoOn) {
    HttpServerOptions options;
    options.connections_max = 2;
    options.session.linger_timeout = 50ms;
    start(options);
    RawSocket first(port());
    RawSocket second(port());
    wait_for_open_connections(2);
    RawSocket third(port());
    EXPECT_EQ(third.read_response().status, 503);
    EXPECT_EQ(third.read_all(), "");
    first.send(get("/now"));
    EXPECT_EQ(first.read_response().body, "/now");
    EXPECT_EQ(server->stats().connections_refused, 1U);
}

TEST_F(HttpServerTest, AHandlerThatThrowsAnswers500AndIsReported) {
    start();
    RawSocket client(port());
    client.send(get("/throw") + get("/now"));
    EXPECT_EQ(client.read_response().status, 500);
    EXPECT_EQ(client.read_response().body, "/now");
    ASSERT_EQ(reports().size(), 1U);
    EXPECT_NE(reports()[0].find("the handler is broken"), std::string::npos);
}

TEST_F(HttpServerTest, AfterAThrowALaterAnswerIsIgnored) {
    start();
    RawSocket client(port());
    client.send(get("/throw-late") + get("/now"));
    EXPECT_EQ(client.read_response().status, 500);
    handler.take(1)[0]->respond(with_body("too late"));
    EXPECT_EQ(client.read_response().body, "/now");
}

TEST_F(HttpServerTest, ADroppedExchangeAnswers500) {
    start();
    RawSocket client(port());
    client.send(get("/drop"));
    EXPECT_EQ(client.read_response().status, 500);
    ASSERT_EQ(reports().size(), 1U);
}

TEST_F(HttpServerTest, DrainWaitsForTheAnswersAndClosesTheRest) {
    start();
    RawSocket idle(port());
    RawSocket busy(port());
    busy.send(get("/later"));
    auto exchanges = handler.take(1);
    std::thread answering([&] {
        EXPECT_EQ(idle.read_all(), "") << "idle connections end first";
        exchanges[0]->respond(with_body("done"));
        const auto response = busy.read_response();
        EXPECT_EQ(response.body, "done");
        EXPECT_TRUE(response.close);
        busy.end_sending();
    });
    EXPECT_TRUE(server->drain(60s));
    answering.join();
    EXPECT_EQ(server->stats().connections_open, 0U);
    EXPECT_FALSE(RawSocket(port()).connected());
}

TEST_F(HttpServerTest, DrainGivesUpAtItsLimitAndStopClosesTheRest) {
    start();
    RawSocket client(port());
    client.send(get("/later"));
    auto exchanges = handler.take(1);
    EXPECT_FALSE(server->drain(10ms));
    server->stop();
    EXPECT_EQ(client.read_response().status, 0);
    exchanges[0]->respond(with_body("nobody hears it"));
}

TEST_F(HttpServerTest, ExchangesMayOutliveTheServer) {
    start();
    RawSocket client(port());
    client.send(get("/a") + get("/b"));
    auto exchanges = handler.take(2);
    server.reset();
    exchanges[0]->respond(with_body("nobody hears it"));
    exchanges.clear();
    EXPECT_EQ(client.read_all(), "");
    EXPECT_TRUE(reports().empty());
}

TEST_F(HttpServerTest, AnswersMayArriveWhileTheServerStops) {
    for (int round = 0; round < 20; ++round) {
        start();
        RawSocket client(port());
        client.send(get("/a") + get("/b") + get("/c"));
        auto exchanges = handler.take(3);
        std::latch ready(2);
        std::thread answering([&] {
            ready.arrive_and_wait();
            for (const auto& exchange : exchanges) {
                exchange->respond(with_body("x"));
            }
        });
        ready.arrive_and_wait();
        server->stop();
        answering.join();
    }
}

TEST_F(HttpServerTest, ServesIpv6) {
    HttpServerOptions options;
    options.address = "::";
    start(options);
    RawSocket client(port());
    client.send(get("/now"));
    EXPECT_EQ(client.read_response().body, "/now");
}

TEST_F(HttpServerTest, SaysWhyItCannotListen) {
    start();
    HttpServerOptions taken;
    taken.port = port();
    const auto second = HttpServer::start(taken, handler);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, base::ErrorCode::unavailable);
    EXPECT_NE(second.error().message.find(std::to_string(port())), std::string::npos);
    HttpServerOptions nonsense;
    nonsense.address = "no-address";
    const auto third = HttpServer::start(nonsense, handler);
    ASSERT_FALSE(third);
    EXPECT_EQ(third.error().code, base::ErrorCode::invalid_input);
}

TEST(HttpServerDeathTest, AnsweringTwiceIsABug) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_DEATH(
        {
            TestHandler handler;
            const auto server = HttpServer::start({}, handler);
            RawSocket client((*server)->port());
            client.send(get("/later"));
            const auto exchange = handler.take(1)[0];
            exchange->respond({});
            exchange->respond({});
        },
        "answered twice");
}

}  // namespace
}  // namespace holdfast::net
