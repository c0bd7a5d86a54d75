// A service for tests of clients: answers from a script and remembers what it was asked.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/http_server.hpp"

namespace holdfast::client::testing {

struct Received {
    std::string method;
    std::string target;
    std::string key;
    std::string authorization;
    std::string if_match;
    std::string body;
};

// Gives its answers in the order it has them, one per request, on a free port of 127.0.0.1.
class ScriptedService : public net::RequestHandler {
  public:
    explicit ScriptedService(std::deque<net::HttpResponse> answers) : answers_(std::move(answers)) {
        server_ = *net::HttpServer::start({}, *this);
    }
    ~ScriptedService() override { server_->stop(); }

    void handle(std::shared_ptr<net::Exchange> exchange) override {
        const std::scoped_lock lock(mutex_);
        const auto header = [&](std::string_view name) {
            return std::string(exchange->request.headers.find(name).value_or(""));
        };
        received_.push_back({.method = exchange->request.method,
                             .target = exchange->request.target,
                             .key = header("Idempotency-Key"),
                             .authorization = header("Authorization"),
                             .if_match = header("If-Match"),
                             .body = exchange->request.body});
        net::HttpResponse next;
        next.status = 500;  // more was asked than the script knows
        if (!answers_.empty()) {
            next = std::move(answers_.front());
            answers_.pop_front();
        }
        exchange->respond(std::move(next));
    }
    [[nodiscard]] std::vector<Received> received() {
        const std::scoped_lock lock(mutex_);
        return received_;
    }
    [[nodiscard]] std::string url() const {
        return "http://127.0.0.1:" + std::to_string(server_->port());
    }

  private:
    std::mutex mutex_;
    std::deque<net::HttpResponse> answers_;
    std::vector<Received> received_;
    std::unique_ptr<net::HttpServer> server_;
};

inline net::HttpResponse answer(int status, std::string body) {
    net::HttpResponse out;
    out.status = status;
    out.body = std::move(body);
    return out;
}

}  // namespace holdfast::client::testing
