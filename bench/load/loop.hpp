// The event loop under every load driver: epoll for sockets, a heap for timers, one thread.
#pragma once

#include <chrono>
#include <coroutine>
#include <cstdint>
#include <queue>
#include <vector>

#include "bench/load/operation.hpp"

namespace holdfast::bench {

// A socket in the loop.
class Channel {
  public:
    virtual ~Channel() = default;
    virtual void ready(bool readable, bool writable) = 0;
};

class Loop {
  public:
    Loop();
    ~Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    void watch(int fd, Channel& channel, bool write);
    void change(int fd, Channel& channel, bool write);
    void forget(int fd);

    // Resumes `waiter` at `time`.
    void at(SteadyTime time, std::coroutine_handle<> waiter) {
        timers_.push({time, waiter.address()});
    }
    // Handles what is ready, waiting for it until `until` at most.
    void turn(SteadyTime until);

  private:
    struct Timer {
        SteadyTime time;
        void* waiter;
        bool operator<(const Timer& other) const { return time > other.time; }
    };
    bool run_timers();

    int epoll_ = -1;
    std::priority_queue<Timer> timers_;
};

// co_await pause(loop, 5ms)
struct Pause {
    Loop& loop;
    std::chrono::nanoseconds length;

    [[nodiscard]] bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<> waiter) const {
        loop.at(std::chrono::steady_clock::now() + length, waiter);
    }
    void await_resume() const {}
};

// A coroutine that runs by itself and tells nobody that it ended.
struct Detached {
    struct promise_type {
        Detached get_return_object() { return {}; }
        std::suspend_never initial_suspend() { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() { std::abort(); }
    };
};

}  // namespace holdfast::bench
