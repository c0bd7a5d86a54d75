// Schedule: hands the steps of a plan to workers, in the order of the file, each when it is due.
//
// A step that was put off comes back when its time has come, before new ones. A step that belongs
// to a cart is handed out only once that cart is finished. Workers call `next` until it returns
// nothing, and for every step they got either `put_off` or `finish`.
// Thread rule: any thread. Time is that of the clock handed in; waiting is real.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <queue>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "replay/plan.hpp"

namespace holdfast::replay {

class Schedule {
  public:
    // `speed`: times the pace of the file, 0: everything is due at once.
    Schedule(const Plan& plan, const base::Clock& clock, double speed);

    // An index into the steps of the plan. Blocks until one is due; nothing: all are finished, or
    // `stop` was called.
    [[nodiscard]] std::optional<std::size_t> next();
    // The step goes on after `delay`.
    void put_off(std::size_t step, base::Duration delay);
    void finish(std::size_t step);
    // Nothing more is handed out.
    void stop();

    [[nodiscard]] std::size_t finished() const;

  private:
    struct Delayed {
        base::Duration due;
        std::size_t step;
        bool operator>(const Delayed& other) const { return due > other.due; }
    };

    [[nodiscard]] std::optional<std::size_t> take_due(base::Duration now);
    [[nodiscard]] base::Duration due_of(const Step& step) const;
    [[nodiscard]] base::Duration next_due(base::Duration now) const;
    [[nodiscard]] bool waits_for_cart(std::size_t step);

    const Plan& plan_;
    const base::Clock& clock_;
    const double speed_;
    const base::Duration start_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::priority_queue<Delayed, std::vector<Delayed>, std::greater<>> delayed_;
    std::deque<std::size_t> ready_;  // their cart is finished now
    std::vector<bool> cart_finished_;
    std::unordered_map<std::size_t, std::vector<std::size_t>> waiting_;  // cart -> steps
    std::size_t fresh_ = 0;                                              // next of the plan
    std::size_t finished_ = 0;
    bool stopped_ = false;
};

}  // namespace holdfast::replay
