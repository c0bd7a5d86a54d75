// Bell: somebody rings, one thread wakes up.
//
// Rings while nobody waits are remembered as one. The standard's semaphores and atomic waits would
// do, but yield the processor several times before they sleep, and even to find out that there is
// nothing to take: under load each yield gives a turn of up to a scheduler's tick (milliseconds) to
// a thread of idle priority.
// Thread rule: ring from any thread; the rest from the one thread that waits.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>

namespace holdfast::base {

class Bell {
  public:
    void ring() {
        {
            const std::lock_guard lock(mutex_);
            rung_.store(true, std::memory_order_release);
        }
        changed_.notify_one();
    }
    // Was it rung since it was last asked? Never waits.
    bool take() {
        return rung_.load(std::memory_order_acquire) &&
               rung_.exchange(false, std::memory_order_acq_rel);
    }
    // Sleeps until it is rung.
    void wait() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return rung_.load(std::memory_order_relaxed); });
        rung_.store(false, std::memory_order_relaxed);
    }
    // Sleeps until it is rung; false: only the time is over.
    template <typename Rep, typename Period>
    bool wait_for(std::chrono::duration<Rep, Period> timeout) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, timeout, [this] { return rung_.load(std::memory_order_relaxed); });
        return take();
    }

  private:
    std::atomic<bool> rung_{false};
    std::mutex mutex_;
    std::condition_variable changed_;
};

}  // namespace holdfast::base
