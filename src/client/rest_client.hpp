// RestClient: one client of Holdfast's REST interface over one kept connection.
//
// Sends JSON, returns status, headers and the parsed answer. A request that may be repeated (a
// read, or one that carries an idempotency key) is sent again, unchanged, when the connection fails
// or the service says that it cannot answer now; so a caller sees either the one answer of that
// key, or a failure after its patience has run out. Any status is a success here.
//
//     TRY(RestClient client, RestClient::open({.url = "http://127.0.0.1:8080"}, pause));
//     TRY(RestAnswer answer, client.call({.method = "POST", .path = "/reservations", ...}));
//
// Errors: invalid_input (the URL), unavailable (never reached), outcome_unknown (sent, no answer).
// Thread rule: one thread per object.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/prng.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "client/json.hpp"
#include "client/pause.hpp"
#include "net/http_client.hpp"

namespace holdfast::client {

struct RestOptions {
    std::string url;
    std::string api_key;              // empty: none
    int attempts_max = 5;             // of one request, the first included
    base::Duration patience{30'000};  // no attempt begins later than this after the first
    std::uint64_t seed = 1;           // of the jitter between attempts
    net::HttpClientOptions http{};
};

struct RestRequest {
    std::string method = "GET";
    std::string path;  // behind /inventory/v1, with the query, escaped
    std::optional<Json> body{};
    std::string lines{};  // instead of `body`: JSON documents, a line each
    std::string key{};    // idempotency key, empty: none
    std::optional<std::uint32_t> if_version{};
    bool repeatable = false;  // though it is no read and has no key: each of its lines has one
};

struct RestAnswer {
    int status = 0;
    net::Headers headers;
    std::string body;
    Json document;     // null if the body is not JSON
    int attempts = 1;  // sent so often

    [[nodiscard]] bool ok() const { return status >= 200 && status < 300; }
    // The stable code of a problem; "" otherwise.
    [[nodiscard]] std::string_view code() const {
        return ok() ? std::string_view() : document["code"].text();
    }
    // The answer was given before, to the same key.
    [[nodiscard]] bool replayed() const;
};

inline constexpr std::string_view kApiPrefix = "/inventory/v1";

class RestClient {
  public:
    [[nodiscard]] static base::Result<RestClient> open(const RestOptions& options, Pause& pause);

    [[nodiscard]] base::Result<RestAnswer> call(const RestRequest& request);

  private:
    RestClient(const RestOptions& options, net::Url url, Pause& pause);

    [[nodiscard]] net::HttpRequest encode(const RestRequest& request) const;
    [[nodiscard]] base::Duration delay_before(int attempt, const RestAnswer* answer);

    RestOptions options_;
    net::HttpClient http_;
    Pause* pause_;
    base::Prng dice_;
};

// 128 random bits as 32 hex digits: an idempotency key nobody used before.
[[nodiscard]] std::string random_key();

}  // namespace holdfast::client
