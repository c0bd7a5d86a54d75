#include "bench/load/loop.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/check.hpp"

namespace holdfast::bench {
namespace {

epoll_event interest(Channel& channel, bool write) {
    epoll_event out{};
    out.events = EPOLLIN | (write ? EPOLLOUT : 0u);
    out.data.ptr = &channel;
    return out;
}

timespec to_timespec(std::chrono::nanoseconds length) {
    return {.tv_sec = static_cast<time_t>(length.count() / 1'000'000'000),
            .tv_nsec = static_cast<long>(length.count() % 1'000'000'000)};
}

}  // namespace

Loop::Loop() : epoll_(epoll_create1(EPOLL_CLOEXEC)) { CHECK(epoll_ >= 0); }
Loop::~Loop() { close(epoll_); }

void Loop::watch(int fd, Channel& channel, bool write) {
    auto event = interest(channel, write);
    CHECK(epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) == 0);
}

void Loop::change(int fd, Channel& channel, bool write) {
    auto event = interest(channel, write);
    CHECK(epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event) == 0);
}

void Loop::forget(int fd) { static_cast<void>(epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr)); }

bool Loop::run_timers() {
    bool any = false;
    const auto now = std::chrono::steady_clock::now();
    while (!timers_.empty() && timers_.top().time <= now) {
        const auto waiter = std::coroutine_handle<>::from_address(timers_.top().waiter);
        timers_.pop();
        waiter.resume();
        any = true;
    }
    return any;
}

void Loop::turn(SteadyTime until) {
    if (run_timers()) {
        until = {};  // whoever was resumed may have made work for the caller
    } else if (!timers_.empty()) {
        until = std::min(until, timers_.top().time);
    }
    const auto left = std::max(std::chrono::nanoseconds(0),
                               std::chrono::nanoseconds(until - std::chrono::steady_clock::now()));
    const auto timeout = to_timespec(left);
    std::array<epoll_event, 256> events;
    const int ready =
        epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &timeout, nullptr);
    CHECK(ready >= 0 || errno == EINTR);
    for (int i = 0; i < ready; ++i) {
        const auto& event = events[static_cast<std::size_t>(i)];
        static_cast<Channel*>(event.data.ptr)
            ->ready((event.events & ~EPOLLOUT) != 0, (event.events & EPOLLOUT) != 0);
    }
    run_timers();
}

}  // namespace holdfast::bench
