#include "net/http_client.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include "net/http_server.hpp"

namespace holdfast::net {
namespace {

using namespace std::chrono_literals;

TEST(ParseUrl, TakesHostPortAndPath) {
    struct Case {
        const char* text;
        const char* host;
        std::uint16_t port;
        const char* path;
        const char* authority;
    };
    const Case cases[] = {
        {"http://shop", "shop", 80, "", "shop"},
        {"HTTP://shop:8080/", "shop", 8080, "", "shop:8080"},
        {"http://10.0.0.1:1/a/b/", "10.0.0.1", 1, "/a/b", "10.0.0.1:1"},
        {"http://[::1]:8080/x", "::1", 8080, "/x", "[::1]:8080"},
        {"http://[::1]", "::1", 80, "", "[::1]"},
    };
    for (const auto& [text, host, port, path, authority] : cases) {
        const auto url = parse_url(text);
        ASSERT_TRUE(url) << text;
        EXPECT_EQ(url->host, host) << text;
        EXPECT_EQ(url->port, port) << text;
        EXPECT_EQ(url->path, path) << text;
        EXPECT_EQ(url->authority(), authority) << text;
    }
}

TEST(ParseUrl, RefusesWhatItCannotReach) {
    for (const auto* text :
         {"", "shop", "shop:8080", "https://shop", "http://", "http:///a",
          "http://shop:", "ftp://a", "http://shop:0", "http://shop:65536", "http://shop:8o",
          "http://a@shop", "http://shop?x=1", "http://shop#x", "http://[::1", "http://[::1]8080",
          "http://[]", "http://sh op", "http://sh\xc3\xb6p"}) {
        const auto url = parse_url(text);
        ASSERT_FALSE(url) << text;
        EXPECT_EQ(url.error().code, base::ErrorCode::invalid_input);
    }
}

// Echoes method, target and body; does special things on special paths.
class EchoHandler final : public RequestHandler {
  public:
    void handle(std::shared_ptr<Exchange> exchange) override {
        const HttpRequest& request = exchange->request;
        const std::lock_guard lock(mutex_);
        seen_.push_back(request.method + " " + request.target);
        if (request.target == "/silent") {
            kept_.push_back(std::move(exchange));
            return;
        }
        HttpResponse response;
        response.body = request.method + " " + request.target + " " + request.body;
        response.close = request.target == "/close";
        exchange->respond(std::move(response));
    }
    std::vector<std::string> seen() {
        const std::lock_guard lock(mutex_);
        return seen_;
    }

  private:
    std::mutex mutex_;
    std::vector<std::string> seen_;
    std::vector<std::shared_ptr<Exchange>> kept_;
};

HttpRequest request_to(std::string method, std::string target, std::string body = {}) {
    HttpRequest request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.body = std::move(body);
    return request;
}

class HttpClientTest : public testing::Test {
  protected:
    void start(std::uint16_t port = 0) {
        HttpServerOptions options;
        options.port = port;
        options.session.linger_timeout = 50ms;
        options.session.limits.body_bytes = 1'000'000;
        auto started = HttpServer::start(options, handler);
        ASSERT_TRUE(started) << started.error().message;
        server = *std::move(started);
    }
    HttpClient client(std::string path = {}) {
        return {Url{.host = "127.0.0.1", .port = server->port(), .path = std::move(path)},
                {.response_timeout = response_timeout}};
    }

    base::Duration response_timeout = 60s;
    EchoHandler handler;
    std::unique_ptr<HttpServer> server;
};

TEST_F(HttpClientTest, KeepsItsConnection) {
    start();
    HttpClient c = client("/base");
    for (const auto* body : {"one", "two", ""}) {
        const auto response = c.send(request_to("POST", "/x?y=1", body), StaleConnection::fail);
        ASSERT_TRUE(response) << response.error().message;
        EXPECT_EQ(response->status, 200);
        EXPECT_EQ(response->body, std::string("POST /base/x?y=1 ") + body);
    }
    EXPECT_EQ(server->stats().connections_accepted, 1U);
}

TEST_F(HttpClientTest, HeadHasNoBodyAndLeavesTheConnectionUsable) {
    start();
    HttpClient c = client();
    EXPECT_EQ(c.send(request_to("HEAD", "/"), StaleConnection::fail)->body, "");
    EXPECT_EQ(c.send(request_to("GET", "/"), StaleConnection::fail)->body, "GET / ");
    EXPECT_EQ(server->stats().connections_accepted, 1U);
}

TEST_F(HttpClientTest, LargeMessagesPassBothWays) {
    start();
    const std::string body(900'000, 'x');
    const auto response = client().send(request_to("PUT", "/", body), StaleConnection::fail);
    ASSERT_TRUE(response);
    EXPECT_EQ(response->body, "PUT / " + body);
}

TEST_F(HttpClientTest, ARefusalInTheMiddleOfAnUploadIsRead) {
    start();
    HttpClient c = client();
    const auto response =
        c.send(request_to("PUT", "/", std::string(20'000'000, 'x')), StaleConnection::fail);
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->status, 413);
    EXPECT_EQ(c.send(request_to("GET", "/"), StaleConnection::fail)->status, 200);
}

TEST_F(HttpClientTest, ConnectsAnewAfterTheServerClosed) {
    start();
    HttpClient c = client();
    EXPECT_TRUE(c.send(request_to("GET", "/close"), StaleConnection::fail)->close);
    EXPECT_EQ(c.send(request_to("GET", "/"), StaleConnection::fail)->status, 200);
    EXPECT_EQ(server->stats().connections_accepted, 2U);
}

TEST_F(HttpClientTest, NoticesARestartedServerBeforeItSends) {
    start();
    HttpClient c = client();
    ASSERT_TRUE(c.send(request_to("GET", "/"), StaleConnection::fail));
    const auto port = server->port();
    server.reset();
    start(port);
    EXPECT_TRUE(c.send(request_to("POST", "/x"), StaleConnection::fail));
    EXPECT_EQ(handler.seen().back(), "POST /x");
}

TEST_F(HttpClientTest, NobodyThereIsUnavailable) {
    start();
    HttpClient c = client();
    server.reset();
    const auto response = c.send(request_to("POST", "/"), StaleConnection::resend);
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, base::ErrorCode::unavailable);
}

TEST_F(HttpClientTest, NoAnswerInTimeIsAnUnknownOutcomeAndIsNotSentAgain) {
    response_timeout = 50ms;
    start();
    HttpClient c = client();
    ASSERT_TRUE(c.send(request_to("GET", "/"), StaleConnection::resend));
    const auto response = c.send(request_to("POST", "/silent"), StaleConnection::resend);
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, base::ErrorCode::outcome_unknown);
    EXPECT_EQ(handler.seen().size(), 2U);
}

// A server that takes one request on its first connection, and on each later one: the second
// request of a connection is read and then the connection ends without an answer.
class ForgetfulServer final : public RequestHandler {
  public:
    void handle(std::shared_ptr<Exchange> exchange) override {
        ++requests;
        if (requests == 2) {
            stop_now = true;
            stop_now.notify_all();
            kept = std::move(exchange);
            return;
        }
        exchange->respond({});
    }
    std::atomic<int> requests{0};
    std::atomic<bool> stop_now{false};
    std::shared_ptr<Exchange> kept;
};

class StaleConnectionTest : public testing::TestWithParam<StaleConnection> {};

TEST_P(StaleConnectionTest, IsSentAgainOnlyIfTheCallerAllows) {
    ForgetfulServer handler;
    auto first = HttpServer::start({}, handler);
    ASSERT_TRUE(first);
    const auto port = (*first)->port();
    HttpClient client({.host = "127.0.0.1", .port = port}, {});
    ASSERT_TRUE(client.send(request_to("GET", "/"), StaleConnection::fail));

    // Its successor listens before the connection ends, so that a resent request finds somebody.
    std::unique_ptr<HttpServer> second;
    std::thread restart([&] {
        handler.stop_now.wait(false);
        const bool drained = (*first)->drain(0ms);
        EXPECT_FALSE(drained) << "a request is open";
        HttpServerOptions same_port;
        same_port.port = port;
        auto started = HttpServer::start(same_port, handler);
        ASSERT_TRUE(started) << started.error().message;
        second = *std::move(started);
        (*first)->stop();
    });
    const auto response = client.send(request_to("POST", "/"), GetParam());
    restart.join();
    EXPECT_EQ(response.has_value(), GetParam() == StaleConnection::resend);
    if (!response) {
        EXPECT_EQ(response.error().code, base::ErrorCode::outcome_unknown);
    }
    EXPECT_EQ(handler.requests, GetParam() == StaleConnection::resend ? 3 : 2);
}

INSTANTIATE_TEST_SUITE_P(HttpClient, StaleConnectionTest,
                         testing::Values(StaleConnection::fail, StaleConnection::resend));

}  // namespace
}  // namespace holdfast::net
