// The whole REST interface: bytes of a connection, and answers as the OpenAPI document has them.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/check.hpp"
#include "net/http_codec.hpp"
#include "tests/fuzz/shop.hpp"
#include "tests/fuzz/target.hpp"
#include "transport/http/testing.hpp"

namespace holdfast::fuzz {

namespace {

using transport::http::testing::FakeExchange;
using transport::http::testing::FakeOperations;
using transport::http::testing::SchemaChecker;

struct RestShop {
    Shop shop;
    FakeOperations operations;
    api::Authenticator everybody{std::nullopt};
    transport::http::HttpApi http{*shop.world.service, operations, everybody, shop.world.metrics};
};

void ask(RestShop& rest, net::HttpRequest request) {
    static const SchemaChecker schema;
    std::optional<net::HttpResponse> response;
    auto exchange = std::make_shared<FakeExchange>(response);
    exchange->request = std::move(request);
    const std::string method = exchange->request.method;
    const std::string target = exchange->request.target;
    rest.http.handle(std::move(exchange));
    rest.shop.settle_until([&] { return response.has_value(); });
    CHECK(response->status >= 200 && response->status < 600 && response->status != 500,
          "a status that nobody gives");
    const auto type = response->headers.find("Content-Type").value_or("");
    const std::string wrong = schema.check(method, target, response->status, type, response->body);
    CHECK(wrong.empty(), wrong + ": " + response->body);
}

}  // namespace

void fuzz_rest(Input input) {
    RestShop& rest = next_shop<RestShop>();
    net::RequestDecoder decoder({});
    std::string_view left = text_of(input);
    while (!left.empty()) {
        left.remove_prefix(decoder.feed(left));
        if (decoder.phase() == net::DecodePhase::failed) {
            CHECK(!rest.http.protocol_error(decoder.error()).body.empty(), "refused in silence");
            return;
        }
        if (decoder.phase() == net::DecodePhase::complete) {
            ask(rest, decoder.take());
        }
    }
}

}  // namespace holdfast::fuzz
