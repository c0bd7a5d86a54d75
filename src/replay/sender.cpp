#include "replay/sender.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <span>
#include <thread>
#include <utility>

#include "base/clock.hpp"
#include "replay/plan.hpp"

namespace holdfast::replay {
namespace {

using base::Result;
using client::RestAnswer;
using client::RestClient;
using client::RestRequest;

constexpr std::size_t kUnequalShown = 10;

std::string brief(const RestAnswer& answer) {
    return std::to_string(answer.status) + ' ' + answer.body.substr(0, 200);
}

// A recorded refusal remembers its first failing lines and how many more there were, so a first
// answer may list lines that its repetition only counts.
bool is_shortened(const client::Json& full, const client::Json& brief) {
    const auto& all = full["lines"].items();
    const auto& some = brief["lines"].items();
    const std::int64_t omitted = brief["lines_omitted"].number();
    const bool counted = omitted > 0 && some.size() <= all.size() &&
                         static_cast<std::size_t>(omitted) == all.size() - some.size();
    if (!counted || !std::ranges::equal(some, std::span(all).first(some.size()))) {
        return false;
    }
    client::Json one = full;
    client::Json other = brief;
    one.erase("lines");
    other.erase("lines");
    other.erase("lines_omitted");
    return one == other;
}

bool is_same(const RestAnswer& first, const RestAnswer& second) {
    return first.status == second.status &&
           (first.body == second.body || is_shortened(first.document, second.document) ||
            is_shortened(second.document, first.document));
}

}  // namespace

bool is_repeatable(const RestAnswer& answer) {
    return answer.ok() || answer.document["recorded"].flag();
}

Result<Sender> Sender::open(const ReplayOptions& options, std::uint64_t number,
                            Statistics& statistics, client::Pause& pause) {
    client::RestOptions rest{.url = options.url,
                             .api_key = options.api_key,
                             .attempts_max = std::numeric_limits<int>::max(),
                             .patience = options.patience,
                             .seed = options.seed + 2 * number};
    TRY(RestClient first, RestClient::open(rest, pause));
    ++rest.seed;
    TRY(RestClient second, RestClient::open(rest, pause));
    return Sender(options, std::move(first), std::move(second), statistics);
}

Sender::Sender(const ReplayOptions& options, RestClient first, RestClient second,
               Statistics& statistics)
    : options_(&options),
      first_(std::move(first)),
      second_(std::move(second)),
      statistics_(&statistics) {}

Result<RestAnswer> Sender::timed(RestClient& client, const RestRequest& request) {
    const std::int64_t start = base::elapsed_nanoseconds();
    auto answer = client.call(request);
    const std::int64_t took = (base::elapsed_nanoseconds() - start) / 1'000;
    if (!answer) {
        statistics_->count([](Counts& counts) { ++counts.unanswered; });
        return answer;
    }
    // How long an outage lasted says nothing about how fast the service answers.
    if (answer->attempts == 1) {
        statistics_->add_latency(took);
    }
    statistics_->count([&](Counts& counts) {
        ++counts.requests;
        counts.retries += static_cast<std::uint64_t>(answer->attempts - 1);
        counts.replayed += answer->replayed() ? 1 : 0;
    });
    return answer;
}

Result<RestAnswer> Sender::send_once(const RestRequest& request) { return timed(first_, request); }

Result<RestAnswer> Sender::send(const RestRequest& request) {
    if (!drawn(options_->duplicates, options_->seed, "duplicate", request.key)) {
        return send_once(request);
    }
    return send_twice(request, drawn(0.5, options_->seed, "at once", request.key));
}

Result<RestAnswer> Sender::send_twice(const RestRequest& request, bool at_once) {
    statistics_->count([](Counts& counts) { ++counts.duplicates; });
    std::optional<Result<RestAnswer>> second;
    const auto send_second = [&] { second = timed(second_, request); };
    std::jthread other;
    if (at_once) {
        other = std::jthread(send_second);
    }
    auto first = timed(first_, request);
    if (at_once) {
        other.join();
    } else {
        send_second();
    }
    if (!first || !*second) {
        return first ? std::move(first) : *std::move(second);
    }
    compare(request.key, *first, **second);
    return is_repeatable(*first) || !(*second)->ok() ? std::move(first) : *std::move(second);
}

void Sender::compare(const std::string& key, const RestAnswer& first, const RestAnswer& second) {
    const bool must_match = is_repeatable(first) && is_repeatable(second);
    if (!must_match || is_same(first, second)) {
        return;
    }
    statistics_->count([&](Counts& counts) {
        ++counts.unequal_count;
        if (counts.unequal_answers.size() < kUnequalShown) {
            counts.unequal_answers.push_back(key + ": " + brief(first) + " / " + brief(second));
        }
    });
}

}  // namespace holdfast::replay
