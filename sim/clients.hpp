// Clients: who asks the service, and the network to it, as the swarm's dice have it.
//
// A call is one thing a client wants, with one key; each time it asks is an attempt. Requests are
// late, lost, doubled, answers too; a client that hears nothing asks again, after hours perhaps, or
// gives up. Answers of a call that was given up are judged like all others.
// Thread rule: one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <queue>
#include <vector>

#include "base/prng.hpp"
#include "base/time.hpp"
#include "partition/submission.hpp"
#include "sim/faults.hpp"
#include "sim/workload.hpp"

namespace holdfast::sim {

struct Call {
    model::Command command;
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

class Clients {
  public:
    explicit Clients(const WorkloadOptions& workload) : workload_(workload) {}

    // A new wish, asked at once.
    void begin(base::Duration now, base::Prng& dice, const Faults& faults);
    // Asks about everything that was ever done under a key once more.
    void ask_all_again(base::Duration now);
    // The next request that arrives by now; nothing: none.
    [[nodiscard]] std::optional<std::size_t> next_due(base::Duration now);
    // The service could not take it, or died over it.
    void unheard(std::size_t call, base::Duration now, base::Prng& dice, const Faults& faults);
    void hear(std::size_t call, const partition::Answer& answer, base::Duration now,
              base::Prng& dice, const Faults& faults);
    // Nobody gives up or loses anything any more.
    void insist(base::Duration now);

    [[nodiscard]] const Call& call(std::size_t number) const { return calls_[number]; }
    [[nodiscard]] std::size_t calls() const { return calls_.size(); }
    [[nodiscard]] std::size_t open() const { return open_; }
    [[nodiscard]] std::uint64_t attempts() const { return attempts_; }

  private:
    void send(std::size_t call, base::Duration now, base::Prng& dice, const Faults& faults);
    void deliver(std::size_t call, base::Duration due);
    void close(Call& call, bool answered);

    Workload workload_;
    std::deque<Call> calls_;
    std::priority_queue<Delivery, std::vector<Delivery>, std::greater<>> on_their_way_;
    std::size_t open_ = 0;
    std::uint64_t attempts_ = 0;
    std::uint64_t numbers_ = 0;
};

}  // namespace holdfast::sim
