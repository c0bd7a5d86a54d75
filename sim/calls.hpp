// Calls: who wants something of the service, and the network to it, as the swarm's dice have it.
//
// A call is one thing a client wants, under one key; each time it asks is an attempt. Requests are
// late, lost, doubled, answers too; a client that hears nothing asks again, after hours perhaps, or
// gives up. What is wanted is for others to know: here calls are numbers, counted from 0.
// Thread rule: one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <queue>
#include <vector>

#include "base/prng.hpp"
#include "base/time.hpp"
#include "sim/faults.hpp"

namespace holdfast::sim {

class Calls {
  public:
    // A new wish, asked at once.
    void begin(base::Duration now, base::Prng& dice, const Faults& faults);
    // One more attempt of a call, whatever became of it.
    void ask_again(std::size_t call, base::Duration now) { deliver(call, now); }
    // The next request that arrives by now; nothing: none.
    [[nodiscard]] std::optional<std::size_t> next_due(base::Duration now);
    // The service could not take it, or died over it.
    void unheard(std::size_t call, base::Duration now, base::Prng& dice, const Faults& faults);
    // An answer is on its way back. True: the client hears it, for the first time.
    [[nodiscard]] bool hear(std::size_t call, base::Duration now, base::Prng& dice,
                            const Faults& faults);
    // Nobody gives up or loses anything any more.
    void insist(base::Duration now);

    [[nodiscard]] std::size_t size() const { return calls_.size(); }
    [[nodiscard]] std::size_t open() const { return open_; }
    [[nodiscard]] std::uint64_t attempts() const { return attempts_; }

  private:
    struct Call {
        std::uint32_t attempts = 0;
        bool answered = false;
        bool given_up = false;
    };
    // A request that is on its way.
    struct Delivery {
        base::Duration due;
        std::uint64_t number;  // keeps the order of what is due at once
        std::size_t call;
        bool operator>(const Delivery& other) const {
            return due != other.due ? due > other.due : number > other.number;
        }
    };

    void deliver(std::size_t call, base::Duration due);
    void close(Call& call, bool answered);

    std::vector<Call> calls_;
    std::priority_queue<Delivery, std::vector<Delivery>, std::greater<>> on_their_way_;
    std::size_t open_ = 0;
    std::uint64_t attempts_ = 0;
    std::uint64_t numbers_ = 0;
};

}  // namespace holdfast::sim
