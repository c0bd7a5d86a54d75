// BoundedQueue<T>: many producers, one consumer, a fixed capacity, no waiting for space.
//
// A full queue refuses (`try_push` is false) and the caller answers "overloaded"; nothing is ever
// dropped. So does one that was closed, for ever: what was pushed before is still there to be
// drained. The consumer takes all that waits at once, so producers and consumer meet at one short
// lock per batch rather than per element. Order is that of the pushes.
//
//     while (!stopping) {
//         queue.drain(batch);  // appends
//         if (batch.empty()) queue.wait_for_work(100ms);
//         ...
//     }
//
// Thread rule: try_push, close, is_closed, notify and size_estimate from any thread; drain and
// wait_for_work from the consumer only. T must be movable without throwing. Not for one thread
// talking to itself in a hot path: use a vector.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <mutex>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/check.hpp"

namespace holdfast::base {

template <typename T>
class BoundedQueue {
    static_assert(std::is_nothrow_move_constructible_v<T>);

  public:
    // Memory for `capacity` elements is taken here, twice; afterwards nothing allocates.
    explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) {
        CHECK(capacity > 0);
        waiting_.reserve(capacity);
        taken_.reserve(capacity);
    }
    BoundedQueue(const BoundedQueue&) = delete;
    BoundedQueue& operator=(const BoundedQueue&) = delete;

    // False, with `value` untouched, when `capacity` elements wait or the queue is closed.
    [[nodiscard]] bool try_push(T&& value) {
        bool wake = false;
        {
            const std::lock_guard lock(mutex_);
            if (closed_ || size_.load(std::memory_order_relaxed) >= capacity_) {
                return false;
            }
            waiting_.push_back(std::move(value));
            size_.fetch_add(1, std::memory_order_relaxed);
            wake = std::exchange(asleep_, false);
        }
        if (wake) {
            work_.notify_one();
        }
        return true;
    }
    [[nodiscard]] bool try_push(const T& value) { return try_push(T(value)); }

    void close() {
        const std::lock_guard lock(mutex_);
        closed_ = true;
    }
    // True: whoever asks now sees in `size_estimate` all that will ever have been pushed.
    [[nodiscard]] bool is_closed() const {
        const std::lock_guard lock(mutex_);
        return closed_;
    }

    // Appends up to `max` elements, oldest first, to `out`; returns how many.
    std::size_t drain(std::vector<T>& out, std::size_t max = SIZE_MAX) {
        std::size_t count = take(out, max);
        if (count < max) {
            refill();
            count += take(out, max - count);
        }
        // Space is given back last, so that waiting_ and taken_ together respect the capacity.
        size_.fetch_sub(count, std::memory_order_relaxed);
        return count;
    }

    // Sleeps until something waits, `notify` is called, or the time is over. A push or notify that
    // came since the last drain or wait returns at once. False: only the time is over.
    [[nodiscard]] bool wait_for_work(std::chrono::milliseconds timeout) {
        if (taken_at_ < taken_.size()) {
            return true;
        }
        std::unique_lock lock(mutex_);
        asleep_ = true;
        const bool ready =
            work_.wait_for(lock, timeout, [this] { return notified_ || !waiting_.empty(); });
        asleep_ = false;
        notified_ = false;
        return ready;
    }

    // Ends the present, or else the next, wait_for_work: for stopping, or work that came elsewhere.
    void notify() {
        {
            const std::lock_guard lock(mutex_);
            notified_ = true;
        }
        work_.notify_one();
    }

    // What waits now; outdated as soon as it is read unless no other thread is active.
    [[nodiscard]] std::size_t size_estimate() const {
        return size_.load(std::memory_order_relaxed);
    }
    [[nodiscard]] std::size_t capacity() const { return capacity_; }

  private:
    std::size_t take(std::vector<T>& out, std::size_t max) {
        const std::size_t count = std::min(max, taken_.size() - taken_at_);
        const auto from = taken_.begin() + static_cast<std::ptrdiff_t>(taken_at_);
        out.insert(out.end(), std::make_move_iterator(from),
                   std::make_move_iterator(from + static_cast<std::ptrdiff_t>(count)));
        taken_at_ += count;
        return count;
    }
    void refill() {
        taken_.clear();
        taken_at_ = 0;
        const std::lock_guard lock(mutex_);
        waiting_.swap(taken_);
    }

    const std::size_t capacity_;
    std::atomic<std::size_t> size_{0};

    mutable std::mutex mutex_;
    std::condition_variable work_;
    std::vector<T> waiting_;  // guarded by mutex_
    bool asleep_ = false;     // guarded by mutex_
    bool notified_ = false;   // guarded by mutex_
    bool closed_ = false;     // guarded by mutex_

    std::vector<T> taken_;  // the consumer's alone
    std::size_t taken_at_ = 0;
};

}  // namespace holdfast::base
