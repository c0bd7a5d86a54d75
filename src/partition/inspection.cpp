#include "partition/inspection.hpp"

namespace holdfast::partition {

base::Result<void> InspectionQueue::inspect(const Look& look) {
    Outcome outcome = Outcome::waiting;
    std::unique_lock lock(mutex_);
    if (!closed_) {
        waiting_.push_back({.look = &look, .outcome = &outcome});
        wake_();
        changed_.wait(lock, [&] { return outcome != Outcome::waiting; });
    }
    if (outcome != Outcome::done) {
        return base::failure(base::ErrorCode::unavailable, "the service is stopping");
    }
    return {};
}

void InspectionQueue::run(const core::State& state, model::Sequence position) {
    std::unique_lock lock(mutex_);
    while (!waiting_.empty()) {
        const Waiting next = waiting_.front();
        waiting_.pop_front();
        lock.unlock();
        (*next.look)(state, position);
        lock.lock();
        *next.outcome = Outcome::done;
        changed_.notify_all();
    }
}

void InspectionQueue::close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    for (const Waiting& each : waiting_) {
        *each.outcome = Outcome::refused;
    }
    waiting_.clear();
    changed_.notify_all();
}

}  // namespace holdfast::partition
