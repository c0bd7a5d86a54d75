#include "replay/inquiry.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "base/clock.hpp"
#include "model/public_id.hpp"
#include "net/http_types.hpp"

namespace holdfast::replay {
namespace {

using base::ErrorCode;
using base::Result;
using client::Json;
using client::RestAnswer;

constexpr std::size_t kSkusPerQuery = 100;
constexpr base::Duration kAskAgain{100};

base::Duration boot_time() { return base::SystemClock().now().boot; }

Result<RestAnswer> get(Sender& sender, std::string path) {
    TRY(RestAnswer answer, sender.send_once({.path = std::move(path)}));
    if (!answer.ok()) {
        return base::failure(ErrorCode::unavailable, "an audit question was answered " +
                                                         std::to_string(answer.status) + ' ' +
                                                         std::string(answer.code()));
    }
    return answer;
}

bool has_reached(std::string_view position, const std::string& wanted) {
    const auto reached = model::decode_position(position);
    const auto least = model::decode_position(wanted);
    return !least || (reached && reached->second >= least->second);
}

}  // namespace

// Calls ask(sender, index) for every index, on a thread per sender. The first error ends all.
template <typename Ask>
Result<void> Inquiry::in_parallel(std::size_t count, const Ask& ask) {
    std::atomic<std::size_t> next{0};
    std::mutex mutex;
    std::optional<base::Error> failed;
    const auto work = [&](Sender& sender) {
        for (std::size_t i = next++; i < count; i = next++) {
            if (Result<void> asked = ask(sender, i); !asked) {
                const std::scoped_lock lock(mutex);
                failed = std::move(asked).error();
                next = count;
            }
        }
    };
    {
        std::vector<std::jthread> threads;
        for (Sender& sender : senders_) {
            threads.emplace_back(work, std::ref(sender));
        }
    }
    if (failed) {
        return std::unexpected(*std::move(failed));
    }
    return {};
}

Result<bool> Inquiry::has_run_out(Sender& sender, const std::string& id) {
    TRY(const RestAnswer answer, get(sender, "/reservations/" + net::percent_encode(id)));
    const std::string_view state = answer.document["state"].text();
    return state != "held" && state != "payment_pending";
}

Result<std::size_t> Inquiry::await_expiry(const std::vector<std::string>& ids) {
    const base::Duration give_up = boot_time() + patience_;
    std::atomic<std::size_t> ended{0};
    TRY_VOID(in_parallel(ids.size(), [&](Sender& sender, std::size_t i) -> Result<void> {
        for (;;) {
            TRY(const bool out, has_run_out(sender, ids[i]));
            ended += out ? 1 : 0;
            if (out || boot_time() >= give_up || !pause_.wait(kAskAgain)) {
                return {};
            }
        }
    }));
    return ended.load();
}

Result<std::map<std::string, SkuFigures>> Inquiry::figures(const std::vector<std::string>& skus,
                                                           const std::string& position) {
    std::map<std::string, SkuFigures> all;
    std::mutex mutex;
    const std::size_t queries = (skus.size() + kSkusPerQuery - 1) / kSkusPerQuery;
    TRY_VOID(in_parallel(queries, [&](Sender& sender, std::size_t query) -> Result<void> {
        std::string path = "/availability?min_position=" + net::percent_encode(position);
        const std::size_t end = std::min(skus.size(), (query + 1) * kSkusPerQuery);
        for (std::size_t i = query * kSkusPerQuery; i < end; ++i) {
            path += "&sku=" + net::percent_encode(skus[i]);
        }
        TRY(const RestAnswer answer, get(sender, std::move(path)));
        const std::scoped_lock lock(mutex);
        for (const Json& sku : answer.document["items"].items()) {
            all[std::string(sku["sku"].text())] = read_figures(sku);
        }
        return {};
    }));
    return all;
}

Result<std::vector<ReservationPicture>> Inquiry::list(Sender& sender, const std::string& reference,
                                                      const std::string& position) {
    const std::string path = "/reservations?limit=100&reference=" + net::percent_encode(reference);
    const base::Duration give_up = boot_time() + patience_;
    for (;;) {
        TRY(const RestAnswer answer, get(sender, path));
        if (has_reached(answer.document["position"].text(), position)) {
            std::vector<ReservationPicture> found;
            for (const Json& item : answer.document["items"].items()) {
                if (auto picture = read_reservation(item)) {
                    found.push_back(*std::move(picture));
                }
            }
            return found;
        }
        if (boot_time() >= give_up || !pause_.wait(kAskAgain)) {
            return base::failure(ErrorCode::unavailable,
                                 "the list of reservations stays behind position " + position);
        }
    }
}

Result<std::map<std::string, std::vector<ReservationPicture>>> Inquiry::reservations(
    const std::vector<std::string>& references, const std::string& position) {
    std::map<std::string, std::vector<ReservationPicture>> all;
    std::mutex mutex;
    TRY_VOID(in_parallel(references.size(), [&](Sender& sender, std::size_t i) -> Result<void> {
        TRY(auto found, list(sender, references[i], position));
        const std::scoped_lock lock(mutex);
        all[references[i]] = std::move(found);
        return {};
    }));
    return all;
}

Result<Json> Inquiry::explain(Sender& sender, const std::string& sku, const std::string& position) {
    const std::string path = "/stock/" + net::percent_encode(sku) + "/explain";
    const base::Duration give_up = boot_time() + patience_;
    for (;;) {
        TRY(RestAnswer answer, get(sender, path));
        if (has_reached(answer.document["position"].text(), position)) {
            return std::move(answer.document);
        }
        if (boot_time() >= give_up || !pause_.wait(kAskAgain)) {
            return base::failure(ErrorCode::unavailable,
                                 "the history stays behind position " + position);
        }
    }
}

Result<std::map<std::string, Json>> Inquiry::explanations(const std::vector<std::string>& skus,
                                                          const std::string& position) {
    std::map<std::string, Json> all;
    std::mutex mutex;
    TRY_VOID(in_parallel(skus.size(), [&](Sender& sender, std::size_t i) -> Result<void> {
        TRY(Json explanation, explain(sender, skus[i], position));
        const std::scoped_lock lock(mutex);
        all[skus[i]] = std::move(explanation);
        return {};
    }));
    return all;
}

}  // namespace holdfast::replay
