// Clients: who sends commands to the partition itself, and judges nothing.
//
// Answers of a call that was given up are heard like all others. Thread rule: one thread.
#pragma once

#include <deque>

#include "partition/submission.hpp"
#include "sim/calls.hpp"
#include "sim/workload.hpp"

namespace holdfast::sim {

class Clients {
  public:
    explicit Clients(const WorkloadOptions& workload) : workload_(workload) {}

    // A new wish, asked at once.
    void begin(base::Duration now, base::Prng& dice, const Faults& faults);
    void hear(std::size_t call, const partition::Answer& answer, base::Duration now,
              base::Prng& dice, const Faults& faults);
    // Asks about everything that was ever done under a key once more.
    void ask_all_again(base::Duration now);

    [[nodiscard]] const model::Command& command(std::size_t call) const { return commands_[call]; }
    [[nodiscard]] Calls& calls() { return calls_; }
    [[nodiscard]] const Calls& calls() const { return calls_; }

  private:
    Workload workload_;
    std::deque<model::Command> commands_;  // by call
    Calls calls_;
};

}  // namespace holdfast::sim
