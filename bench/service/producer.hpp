// Keeps the writer busy from one thread: closed loop (so many commands outstanding) or open loop (a
// fixed rate; latency from when a command should have been given).
//
// Thread rule: one thread; answers come from the writer's.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "base/bounded_queue.hpp"
#include "bench/load/histogram.hpp"
#include "partition/writer.hpp"

namespace holdfast::bench {

using SteadyTime = std::chrono::steady_clock::time_point;

class Slot final : public partition::Submission {
  public:
    explicit Slot(base::BoundedQueue<Slot*>& finished) : finished_(finished) {}
    void done() override;

    SteadyTime intended;
    SteadyTime answered;

  private:
    base::BoundedQueue<Slot*>& finished_;
};

struct Progress {
    std::uint64_t commands = 0;
    std::uint64_t refused = 0;     // by the machine
    std::uint64_t overloaded = 0;  // never taken: open loop only
    Histogram latency;
    std::vector<std::uint64_t> per_second;
};

class Producer {
  public:
    Producer(partition::Writer& writer, std::size_t outstanding);

    using Make = std::function<model::Command()>;
    using Look = std::function<void(const Slot&)>;

    // Closed loop, until `more` says no; waits for the last answer.
    Progress run(const std::function<bool()>& more, const Make& make, const Look& look);
    // Open loop: `rate` commands a second for `length`. The answers after it are waited for.
    Progress run_at(double rate, std::chrono::nanoseconds length, const Make& make,
                    const Look& look);

  private:
    bool submit(model::Command command, SteadyTime intended, Progress& progress);
    void collect(Progress& progress, SteadyTime begin, const Look& look);

    partition::Writer& writer_;
    base::BoundedQueue<Slot*> finished_;
    std::vector<std::unique_ptr<Slot>> slots_;
    std::vector<Slot*> idle_;
    std::vector<Slot*> back_;
};

}  // namespace holdfast::bench
