// Waiters: requests whose answer is not there yet, without a thread each.
//
// Who waits says how to see, cheaply, that it is worth asking now; a single timer looks at all of
// them every few milliseconds, and what is worth it runs on the executor for reports.
// Thread rule: any thread. `ready` is called on the timers' thread and must be quick.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <mutex>

#include "api/context.hpp"
#include "api/timers.hpp"

namespace holdfast::api {

class Waiters {
  public:
    using Ready = std::move_only_function<bool()>;
    // Whether it was ready, or the patience was at its end.
    using Work = std::move_only_function<void(bool ready)>;

    // The context's timers are stopped before this object is gone.
    explicit Waiters(const Context& context) : context_(context) {}

    // Without patience `work` runs at once.
    void wait(base::Duration patience, Ready ready, Work work);

    // `work` as soon as the history has everything that was published when this was called.
    void for_history(base::Duration patience, Work work);

  private:
    struct Waiter {
        std::uint64_t id = 0;
        Timers::Id deadline = 0;
        Ready ready;
        Work work;
    };

    void look();
    void give_up(std::uint64_t id);
    void start_looking();

    const Context& context_;
    std::mutex mutex_;
    std::list<Waiter> waiters_;
    std::uint64_t next_ = 1;
    bool looking_ = false;
};

}  // namespace holdfast::api
