// Timers: what has to happen later, for requests that wait (long polls).
//
// A passive object: a thread of the app's sleeps in `run_until_stopped`, tests call `run_due`. Once
// hurried, every timer is due at once, so that a service that stops has nobody waiting.
// Thread rule: any thread; what is due is called on the thread that runs, and must be quick.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <utility>

#include "base/clock.hpp"
#include "base/time.hpp"

namespace holdfast::api {

class Timers {
  public:
    using Id = std::uint64_t;
    using Work = std::move_only_function<void()>;

    explicit Timers(const base::Clock& clock) : clock_(clock) {}

    [[nodiscard]] Id start(base::Duration after, Work work);
    // False: it was called, or is being called.
    bool cancel(Id id);

    // Calls what is due.
    void run_due();
    // The body of a thread.
    void run_until_stopped();
    void hurry();
    // Whoever starts a timer over and over has to stop then.
    [[nodiscard]] bool hurried();
    void stop();

  private:
    using Key = std::pair<base::Duration, Id>;  // since boot

    const base::Clock& clock_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<Key, Work> timers_;
    std::map<Id, base::Duration> due_;
    Id next_ = 1;
    bool hurried_ = false;
    bool stopped_ = false;
};

}  // namespace holdfast::api
