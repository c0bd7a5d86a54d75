#include "client/rest_client.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/clock.hpp"
#include "base/digest.hpp"

namespace holdfast::client {
namespace {

constexpr base::Duration kDelayFirst{50};
constexpr base::Duration kDelayMax{2'000};
constexpr int kTooManyRequests = 429;
constexpr int kUnavailable = 503;

bool may_repeat(const RestRequest& request) {
    return request.method == "GET" || request.method == "PUT" || !request.key.empty() ||
           request.repeatable;
}

bool asks_to_come_back(int status) { return status == kUnavailable || status == kTooManyRequests; }

base::Duration boot_time() { return base::SystemClock().now().boot; }

base::Result<RestAnswer> to_answer(base::Result<net::HttpResponse> response, int attempts) {
    if (!response) {
        return std::unexpected(std::move(response).error());
    }
    RestAnswer answer{.status = response->status,
                      .headers = std::move(response->headers),
                      .body = std::move(response->body),
                      .document = {},
                      .attempts = attempts};
    if (auto document = Json::parse(answer.body)) {
        answer.document = *std::move(document);
    }
    return answer;
}

}  // namespace

bool RestAnswer::replayed() const { return headers.find("Idempotent-Replayed") == "true"; }

base::Result<RestClient> RestClient::open(const RestOptions& options, Pause& pause) {
    TRY(net::Url url, net::parse_url(options.url));
    return RestClient(options, std::move(url), pause);
}

RestClient::RestClient(const RestOptions& options, net::Url url, Pause& pause)
    : options_(options), http_(std::move(url), options.http), pause_(&pause), dice_(options.seed) {}

net::HttpRequest RestClient::encode(const RestRequest& request) const {
    net::HttpRequest out;
    out.method = request.method;
    out.target = std::string(kApiPrefix) + request.path;
    out.headers.add("Accept", "application/json, application/problem+json");
    if (!options_.api_key.empty()) {
        out.headers.add("Authorization", "Bearer " + options_.api_key);
    }
    if (!request.key.empty()) {
        out.headers.add("Idempotency-Key", request.key);
    }
    if (request.if_version) {
        out.headers.add("If-Match", '"' + std::to_string(*request.if_version) + '"');
    }
    if (request.body) {
        out.headers.add("Content-Type", "application/json");
        out.body = request.body->dump();
    } else if (!request.lines.empty()) {
        out.headers.add("Content-Type", "application/x-ndjson");
        out.body = request.lines;
    }
    return out;
}

base::Duration RestClient::delay_before(int attempt, const RestAnswer* answer) {
    const auto doubled = kDelayFirst * (1LL << std::min(attempt, 10));
    const base::Duration most = std::min<base::Duration>(doubled, kDelayMax);
    const base::Duration jittered(dice_.between(most.count() / 2, most.count()));
    const base::Duration asked(answer != nullptr ? answer->document["retry_after_ms"].number() : 0);
    return std::max(jittered, std::min(asked, kDelayMax));
}

base::Result<RestAnswer> RestClient::call(const RestRequest& request) {
    const net::HttpRequest encoded = encode(request);
    const bool repeatable = may_repeat(request);
    const auto stale = repeatable ? net::StaleConnection::resend : net::StaleConnection::fail;
    const base::Duration give_up = boot_time() + options_.patience;
    for (int attempt = 1;; ++attempt) {
        auto outcome = to_answer(http_.send(encoded, stale), attempt);
        const bool final_answer = outcome && !(repeatable && asks_to_come_back(outcome->status));
        const bool sent_perhaps = !outcome && outcome.error().code != base::ErrorCode::unavailable;
        if (final_answer || (sent_perhaps && !repeatable)) {
            return outcome;
        }
        const base::Duration delay = delay_before(attempt, outcome ? &*outcome : nullptr);
        const bool again = attempt < options_.attempts_max && boot_time() + delay <= give_up;
        if (!again || !pause_->wait(delay)) {
            return outcome;
        }
    }
}

std::string random_key() {
    std::array<std::byte, 16> bytes{};
    base::fill_random(bytes);
    return base::to_hex(bytes);
}

}  // namespace holdfast::client
