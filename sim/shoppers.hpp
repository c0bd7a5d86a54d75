// Shoppers: clients of the API, at the same shelves as those who send commands themselves.
//
// Each wish goes through the API's sessions as a transport would send it: keys, versions to match,
// replays, reads that wait, reads of availability that insist on a position, releases in bulk.
// Whatever comes back is judged; what the network lets through is heard, and aimed at later.
// Thread rule: one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "api/requests.hpp"
#include "base/clock.hpp"
#include "base/prng.hpp"
#include "core/state.hpp"
#include "sim/calls.hpp"
#include "sim/reply_judge.hpp"
#include "sim/service.hpp"

namespace holdfast::sim {

// Truth as far as it was followed, for what is judged by it.
struct Known {
    const core::State& state;
    model::Sequence at;
};

class Shoppers {
  public:
    // SKUs are named as those of `Workload`.
    Shoppers(const Surroundings& around, std::uint64_t seed, std::size_t skus);

    // A new wish, asked at once.
    void begin();
    // The request is there. Null: the service is not.
    void arrive(std::size_t call, FrontDoor* door, const Known& known);
    // The process died: whatever it was asked stays without an answer. How much that was.
    std::size_t bereft();
    // Asks everything that has a key once more.
    void ask_all_again();

    [[nodiscard]] Calls& calls() { return calls_; }
    [[nodiscard]] const Calls& calls() const { return calls_; }
    [[nodiscard]] std::size_t waiting() const { return asked_.size(); }
    [[nodiscard]] std::uint64_t replies() const { return replies_; }
    [[nodiscard]] ReplyJudge& judge() { return judge_; }
    [[nodiscard]] const ReplyJudge& judge() const { return judge_; }

  private:
    struct Read {
        std::string reservation;
        std::int64_t wait_seconds = 0;
    };
    struct Look {
        std::vector<std::string> skus;
        bool insists = false;  // on what was told before
    };
    using Wish = std::variant<api::CreateRequest, api::ChangeRequest, api::MovementRequest, Read,
                              Look, api::ReleaseMatchingRequest>;
    // A reservation that a shopper was told of.
    struct Held {
        std::string id;
        std::uint32_t version = 0;
    };
    // What the process has been asked and has not answered.
    struct Asked {
        std::uint64_t number;
        std::size_t call;
        Question question;
    };

    [[nodiscard]] Wish wish();
    [[nodiscard]] Wish create();
    [[nodiscard]] Wish change();
    [[nodiscard]] Wish receive();
    [[nodiscard]] std::string any_sku();
    [[nodiscard]] std::string fresh_key() { return "shopper-" + std::to_string(++keys_); }

    std::uint64_t note(std::size_t call, std::string key, std::string reservation,
                       std::int64_t wait_seconds);
    api::Callback listener(std::uint64_t number, FrontDoor& door);
    // Nothing: the process died meanwhile, so nobody hears it.
    std::optional<Asked> take(std::uint64_t number);
    void told(const Asked& asked, const api::Reply& reply);
    void hear(std::size_t call, const api::Problem* problem);

    void send(std::size_t call, const api::CreateRequest& request, FrontDoor& door);
    void send(std::size_t call, const api::ChangeRequest& request, FrontDoor& door);
    void send(std::size_t call, const api::MovementRequest& request, FrontDoor& door);
    void send(std::size_t call, const Read& read, FrontDoor& door);
    void send(std::size_t call, const api::ReleaseMatchingRequest& request, FrontDoor& door);
    void look(std::size_t call, const Look& wanted, FrontDoor& door, const Known& known);

    Surroundings around_;
    base::Prng dice_;  // of what they want
    std::size_t skus_;
    api::Principal principal_ = api::unauthenticated_principal();
    std::deque<Wish> wishes_;  // by call
    Calls calls_;
    std::vector<Held> held_;  // the newest come last
    std::deque<Asked> asked_;
    std::uint64_t numbers_ = 0;
    std::uint64_t keys_ = 0;
    std::uint64_t replies_ = 0;
    ReplyJudge judge_;
};

}  // namespace holdfast::sim
