// Executor: where answers are turned into replies. TaskQueue: the one there is.
//
// The writer's thread only hands a finished submission over; decoding events, looking up replays,
// reading private texts and writing JSON happen on whichever thread runs the queue, where a disk
// read stops neither decisions nor sockets. A task is linked into the queue by itself, so handing
// over allocates nothing, and a thousand answers of one batch cost one wake-up.
//
//     while (queue.run_until_stopped()) {}   // the body of a reply thread
//
// Thread rule: post and stop from any thread; run_ready and run_until_stopped from one thread.
#pragma once

#include <atomic>
#include <functional>

#include "base/bell.hpp"

namespace holdfast::api {

class TaskQueue;

// A piece of work. It stays alive until `run` is called, once, and may destroy itself there.
class Task {
  public:
    virtual ~Task() = default;
    virtual void run() = 0;

  private:
    friend class TaskQueue;
    Task* next_ = nullptr;
};

class Executor {
  public:
    virtual ~Executor() = default;
    virtual void post(Task& task) = 0;
};

// Runs `work` once on the executor.
void post(Executor& executor, std::move_only_function<void()> work);

class TaskQueue final : public Executor {
  public:
    void post(Task& task) override;

    // Runs what is there, oldest first; false if there was nothing.
    bool run_ready();
    // Sleeps until there is something, runs it and returns true; false once stopped and empty.
    [[nodiscard]] bool run_until_stopped();
    // What was posted is still run.
    void stop();

  private:
    // Linked newest first.
    std::atomic<Task*> newest_{nullptr};
    std::atomic<bool> stopped_{false};
    base::Bell bell_;
};

}  // namespace holdfast::api
