#include "api/waiters.hpp"

#include <algorithm>
#include <utility>

#include "api/reports.hpp"

namespace holdfast::api {
namespace {

constexpr base::Duration kLookEvery{10};

}  // namespace

void Waiters::wait(base::Duration patience, Ready ready, Work work) {
    const bool now = ready();
    if (now || patience <= base::Duration(0)) {
        report(context_, [work = std::move(work), now]() mutable { work(now); });
        return;
    }
    const std::lock_guard lock(mutex_);
    const std::uint64_t id = next_++;
    waiters_.push_back({.id = id,
                        .deadline = context_.timers.start(patience, [this, id] { give_up(id); }),
                        .ready = std::move(ready),
                        .work = std::move(work)});
    if (!std::exchange(looking_, true)) {
        start_looking();
    }
}

void Waiters::for_history(base::Duration patience, Work work) {
    const auto wanted = context_.published.freshness(context_.clock.now().wall).position;
    wait(
        patience, [this, wanted] { return context_.history.position() >= wanted; },
        std::move(work));
}

void Waiters::start_looking() {
    static_cast<void>(context_.timers.start(kLookEvery, [this] { look(); }));
}

void Waiters::look() {
    const bool over = context_.timers.hurried();
    const std::lock_guard lock(mutex_);
    for (auto at = waiters_.begin(); at != waiters_.end();) {
        const bool ready = at->ready();
        if (ready || over) {
            context_.timers.cancel(at->deadline);
            report(context_, [work = std::move(at->work), ready]() mutable { work(ready); });
            at = waiters_.erase(at);
        } else {
            ++at;
        }
    }
    looking_ = !waiters_.empty();
    if (looking_) {
        start_looking();
    }
}

void Waiters::give_up(std::uint64_t id) {
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::find(waiters_, id, &Waiter::id);
    if (found != waiters_.end()) {
        report(context_, [work = std::move(found->work)]() mutable { work(false); });
        waiters_.erase(found);
    }
}

}  // namespace holdfast::api
