#include "api/timers.hpp"

namespace holdfast::api {

Timers::Id Timers::start(base::Duration after, Work work) {
    const std::lock_guard lock(mutex_);
    const Id id = next_++;
    const base::Duration due = clock_.now().boot + after;
    timers_.emplace(Key{due, id}, std::move(work));
    due_.emplace(id, due);
    changed_.notify_one();
    return id;
}

bool Timers::cancel(Id id) {
    const std::lock_guard lock(mutex_);
    const auto found = due_.find(id);
    if (found == due_.end()) {
        return false;
    }
    timers_.erase(Key{found->second, id});
    due_.erase(found);
    return true;
}

void Timers::run_due() {
    std::unique_lock lock(mutex_);
    const base::Duration now = clock_.now().boot;
    while (!timers_.empty() && (hurried_ || timers_.begin()->first.first <= now)) {
        Work work = std::move(timers_.begin()->second);
        due_.erase(timers_.begin()->first.second);
        timers_.erase(timers_.begin());
        lock.unlock();
        work();
        lock.lock();
    }
}

void Timers::run_until_stopped() {
    while (true) {
        run_due();
        std::unique_lock lock(mutex_);
        if (stopped_) {
            return;
        }
        if (hurried_ && !timers_.empty()) {
            continue;
        }
        if (timers_.empty()) {
            changed_.wait(lock);
        } else {
            const base::Duration left = timers_.begin()->first.first - clock_.now().boot;
            if (left > base::Duration(0)) {
                changed_.wait_for(lock, left);
            }
        }
    }
}

void Timers::hurry() {
    const std::lock_guard lock(mutex_);
    hurried_ = true;
    changed_.notify_all();
}

bool Timers::hurried() {
    const std::lock_guard lock(mutex_);
    return hurried_;
}

void Timers::stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
}

}  // namespace holdfast::api
