// Task<T>: a coroutine that somebody waits for. Starts when awaited, gives one value.
//
//   Task<Outcome> reserve(...) { co_await reply; co_return Outcome::done; }
//   const Outcome outcome = co_await reserve(...);
//
// Thread rule: one thread.
#pragma once

#include <coroutine>
#include <cstdlib>
#include <optional>
#include <utility>

namespace holdfast::bench {

template <typename T>
class Task {
  public:
    struct promise_type {
        std::optional<T> value;
        std::coroutine_handle<> waiter;

        Task get_return_object() {
            return Task(std::coroutine_handle<promise_type>::from_promise(*this));
        }
        std::suspend_always initial_suspend() noexcept { return {}; }
        struct Resume {
            bool await_ready() noexcept { return false; }
            std::coroutine_handle<> await_suspend(
                std::coroutine_handle<promise_type> ended) noexcept {
                return ended.promise().waiter;
            }
            void await_resume() noexcept {}
        };
        Resume final_suspend() noexcept { return {}; }
        void return_value(T given) { value = std::move(given); }
        void unhandled_exception() { std::abort(); }
    };

    Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
    Task& operator=(Task&&) = delete;
    ~Task() {
        if (handle_) {
            handle_.destroy();
        }
    }

    [[nodiscard]] bool await_ready() const { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiter) {
        handle_.promise().waiter = waiter;
        return handle_;
    }
    T await_resume() { return std::move(*handle_.promise().value); }

  private:
    explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
    std::coroutine_handle<promise_type> handle_;
};

}  // namespace holdfast::bench
