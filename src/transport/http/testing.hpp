// Client: the HTTP interface over a real partition, without sockets, for tests.
//
// Every answer is checked against openapi.json.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/testing.hpp"
#include "transport/http/http_api.hpp"
#include "transport/http/json_document.hpp"
#include "transport/http/schema_testing.hpp"

namespace holdfast::transport::http::testing {

class FakeExchange final : public net::Exchange {
  public:
    explicit FakeExchange(std::optional<net::HttpResponse>& out) : out_(out) {}
    void respond(net::HttpResponse&& response) override {
        EXPECT_FALSE(out_.has_value()) << "answered twice";
        out_ = std::move(response);
    }

  private:
    std::optional<net::HttpResponse>& out_;
};

class FakeOperations final : public api::OperationsPort {
  public:
    [[nodiscard]] bool live() const override { return alive; }
    [[nodiscard]] std::vector<api::ReadyCheck> ready() const override { return checks; }
    [[nodiscard]] std::string metrics_text() const override { return "metrics\n"; }
    [[nodiscard]] api::ServiceStatus status() const override {
        return {.version = "1.2.3", .position = "p", .clock_state = "ok", .stopped = {"expiry"}};
    }
    bool confirm_clock() override { return true; }

    bool alive = true;
    std::vector<api::ReadyCheck> checks = {{.name = "ledger", .ok = true, .detail = ""}};
};

using HeaderList = std::vector<std::pair<std::string, std::string>>;

struct Answer {
    int status = 0;
    net::Headers headers;
    std::string body;

    [[nodiscard]] std::string header(std::string_view name) const {
        return std::string(headers.find(name).value_or(""));
    }
    // The value at a JSON pointer as text: numbers and booleans as written, containers by size.
    [[nodiscard]] std::string at(std::string_view pointer) const {
        const auto document = JsonDocument::parse(body);
        return document ? text_at(document->root(), pointer) : "not JSON: " + body;
    }

    [[nodiscard]] static std::string text_at(JsonValue value, std::string_view pointer) {
        while (!pointer.empty()) {
            pointer.remove_prefix(1);
            const auto name = pointer.substr(0, pointer.find('/'));
            pointer.remove_prefix(name.size());
            const auto children = value.children();
            std::size_t i = 0;
            while (i < children.size() && children[i].name() != name &&
                   !(value.kind() == JsonKind::array && std::to_string(i) == name)) {
                ++i;
            }
            if (i == children.size()) {
                return "absent";
            }
            value = children[i];
        }
        switch (value.kind()) {
            case JsonKind::text: return std::string(value.text());
            case JsonKind::integer: return std::to_string(value.integer());
            case JsonKind::boolean: return value.boolean() ? "true" : "false";
            case JsonKind::array:
            case JsonKind::object: return std::to_string(value.size()) + " children";
            default: return "?";
        }
    }
};

class Client {
  public:
    explicit Client(std::optional<api::ApiKeys> keys = std::nullopt, api::Options options = {})
        : world(options),
          authenticator(std::move(keys)),
          http(*world.service, operations, authenticator, world.metrics) {}

    Answer send(std::string method, std::string target, std::string body = {},
                const HeaderList& headers = {}) {
        std::optional<net::HttpResponse> response;
        auto exchange = std::make_shared<FakeExchange>(response);
        exchange->request.method = method;
        exchange->request.target = target;
        exchange->request.body = std::move(body);
        for (const auto& [name, value] : headers) {
            exchange->request.headers.add(name, value);
        }
        http.handle(std::move(exchange));
        world.settle();
        EXPECT_TRUE(response.has_value()) << method << ' ' << target << " was not answered";
        Answer out;
        if (response) {
            out.status = response->status;
            out.headers = std::move(response->headers);
            out.body = std::move(response->body);
        }
        EXPECT_EQ(schema_.check(method, target, out.status, out.header("Content-Type"), out.body),
                  "")
            << method << ' ' << target << ": " << out.body;
        return out;
    }
    Answer get(std::string target, const HeaderList& headers = {}) {
        return send("GET", std::move(target), {}, headers);
    }
    // Under a fresh key.
    Answer post(std::string target, std::string body) {
        return post(std::move(target), std::move(body), world.fresh_key());
    }
    Answer post(std::string target, std::string body, const std::string& key) {
        return send("POST", std::move(target), std::move(body), {{"Idempotency-Key", key}});
    }

    api::testing::World world;
    FakeOperations operations;
    api::Authenticator authenticator;
    HttpApi http;

  private:
    SchemaChecker schema_;
};

}  // namespace holdfast::transport::http::testing
