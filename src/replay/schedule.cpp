#include "replay/schedule.hpp"

#include <algorithm>

namespace holdfast::replay {

using base::Duration;

namespace {

// How long a worker sleeps at most before it looks again.
constexpr Duration kLookAgain{1'000};

}  // namespace

Schedule::Schedule(const Plan& plan, const base::Clock& clock, double speed)
    : plan_(plan),
      clock_(clock),
      speed_(speed),
      start_(clock.now().boot),
      cart_finished_(plan.carts.size(), false) {}

Duration Schedule::due_of(const Step& step) const {
    if (speed_ <= 0) {
        return start_;
    }
    const auto since = static_cast<double>((step.at - plan_.steps.front().at).count());
    return start_ + Duration(static_cast<std::int64_t>(std::max(since, 0.0) / speed_));
}

bool Schedule::waits_for_cart(std::size_t step) {
    const Step& planned = plan_.steps[step];
    if (planned.kind != StepKind::reversal) {
        return false;
    }
    const auto cart = plan_.reversals[planned.index].cart;
    if (!cart || cart_finished_[*cart]) {
        return false;
    }
    waiting_[*cart].push_back(step);
    return true;
}

std::optional<std::size_t> Schedule::take_due(Duration now) {
    if (!delayed_.empty() && delayed_.top().due <= now) {
        const std::size_t step = delayed_.top().step;
        delayed_.pop();
        return step;
    }
    if (!ready_.empty()) {
        const std::size_t step = ready_.front();
        ready_.pop_front();
        return step;
    }
    while (fresh_ < plan_.steps.size() && due_of(plan_.steps[fresh_]) <= now) {
        const std::size_t step = fresh_++;
        if (!waits_for_cart(step)) {
            return step;
        }
    }
    return std::nullopt;
}

Duration Schedule::next_due(Duration now) const {
    Duration due = now + kLookAgain;
    if (!delayed_.empty()) {
        due = std::min(due, delayed_.top().due);
    }
    if (fresh_ < plan_.steps.size()) {
        due = std::min(due, due_of(plan_.steps[fresh_]));
    }
    return std::max(due - now, Duration(1));
}

std::optional<std::size_t> Schedule::next() {
    std::unique_lock lock(mutex_);
    while (!stopped_ && finished_ < plan_.steps.size()) {
        const Duration now = clock_.now().boot;
        if (auto step = take_due(now)) {
            return step;
        }
        changed_.wait_for(lock, next_due(now));
    }
    return std::nullopt;
}

void Schedule::put_off(std::size_t step, Duration delay) {
    const std::scoped_lock lock(mutex_);
    delayed_.push({.due = clock_.now().boot + delay, .step = step});
    changed_.notify_one();
}

void Schedule::finish(std::size_t step) {
    const std::scoped_lock lock(mutex_);
    ++finished_;
    const Step& planned = plan_.steps[step];
    if (planned.kind == StepKind::cart) {
        cart_finished_[planned.index] = true;
        if (auto found = waiting_.extract(planned.index)) {
            ready_.insert(ready_.end(), found.mapped().begin(), found.mapped().end());
        }
    }
    changed_.notify_all();
}

void Schedule::stop() {
    const std::scoped_lock lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
}

std::size_t Schedule::finished() const {
    const std::scoped_lock lock(mutex_);
    return finished_;
}

}  // namespace holdfast::replay
