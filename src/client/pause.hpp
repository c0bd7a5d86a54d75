// Pause: waiting that can be cut short, for back-off between retries.
//
// Thread rule: any thread; one `stop` ends every wait, present and future.
#pragma once

#include <condition_variable>
#include <mutex>

#include "base/time.hpp"

namespace holdfast::client {

class Pause {
  public:
    // False if it was stopped.
    bool wait(base::Duration at_most) {
        std::unique_lock lock(mutex_);
        return !changed_.wait_for(lock, at_most, [this] { return stopped_; });
    }
    void stop() {
        const std::scoped_lock lock(mutex_);
        stopped_ = true;
        changed_.notify_all();
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool stopped_ = false;
};

}  // namespace holdfast::client
