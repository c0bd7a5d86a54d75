#include "app/paced_work.hpp"

#include <system_error>
#include <utility>

#include "app/threads.hpp"
#include "base/thread_name.hpp"

namespace holdfast::app {

PacedWork::PacedWork(const char* name, std::function<Pace()> turn) : turn_(std::move(turn)) {
    hurrying_ = std::jthread([this, name] {
        base::name_this_thread(name);
        take_turns(Pace::hurry);
    });
    try {
        idle_ = std::jthread([this, name] {
            base::name_this_thread(name);
            use_idle_priority();
            take_turns(Pace::idle);
        });
    } catch (const std::system_error&) {
        {
            const std::lock_guard lock(mutex_);
            next_ = Pace::finish;  // or the other one would wait for ever
        }
        changed_.notify_all();
        throw;
    }
}

void PacedWork::take_turns(Pace mine) {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [&] { return next_ == mine || next_ == Pace::finish; });
        if (next_ == Pace::finish) {
            return;
        }
        next_ = turn_();
        if (next_ != mine) {
            changed_.notify_all();
        }
    }
}

}  // namespace holdfast::app
